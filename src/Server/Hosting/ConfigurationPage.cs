using System.Text;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Hosting;

/// <summary>docs/configuration.md, printed from the tables it describes.</summary>
internal static class ConfigurationPage
{
    public static string Print()
    {
        var page = new StringBuilder("""
            # Configuration

            This page is printed by `sqlcluster docs configuration`; a test compares them.

            `sqlcluster serve` is told what to do in four places; each comes before those above it:

            1. defaults,
            2. a file of lines `name = value`, given by `--config FILE` or `SQLCLUSTER_CONFIG`. `#` begins a comment; a value with spaces at its ends or a `#` stands in single
               quotes. Paths in it are relative to its folder,
            3. environment variables: `SQLCLUSTER_` and the name in capitals,
            4. flags: `--` and the name with hyphens.

            `sqlcluster serve --check-config` prints what is in force and where each value comes from, and ends. An unknown name or a bad value is an error (exit code 2).

            Sizes take kB, MB, GB and TB; durations take ms, s, min, h and d, and are milliseconds without a unit.

            ```
            # sqlcluster.conf
            data = '/srv/lake'
            listen_address = 0.0.0.0
            users_file = users
            tls_certificate = server.crt
            tls_key = server.key
            statement_timeout = 5min
            ```

            ## The server


            """);
        foreach (IGrouping<string, SettingDefinition> group in ConfigurationEntries.All.GroupBy(static entry => entry.Category))
        {
            page.Append($"### {group.Key}\n\n| name | default | flag | what it is |\n|---|---|---|---|\n");
            foreach (SettingDefinition entry in group)
            {
                page.Append($"| `{entry.Name}` | {Code(entry.Default)} | `{ConfigurationEntries.Flag(entry.Name)}` | {Meaning(entry)} |\n");
            }

            page.Append('\n');
        }

        page.Append("""
            ## Sessions

            Settings of sessions: `SET name = value` changes one, `SHOW name` shows it, a client may begin with its own. What the server's configuration says about them is where new
            sessions begin and what `RESET` goes back to; as flags they are given with `--set name=value`.


            """);
        foreach (IGrouping<string, SettingDefinition> group in SettingDefinitions.All.Values.Where(static setting => !setting.IsReadOnly).GroupBy(static setting => setting.Category).OrderBy(static group => group.Key, StringComparer.Ordinal))
        {
            page.Append($"### {group.Key}\n\n| name | default | what it is |\n|---|---|---|\n");
            foreach (SettingDefinition setting in group)
            {
                page.Append($"| `{setting.Name}` | {Code(setting.Default)} | {Meaning(setting)} |\n");
            }

            page.Append('\n');
        }

        return page.ToString().TrimEnd('\n') + "\n";
    }

    private static string Code(string value) => value.Length == 0 ? "" : $"`{value}`";

    private static string Meaning(SettingDefinition setting) =>
        setting.Description + (setting.Allowed.IsEmpty || setting.Allowed.Count == 1 ? "" : $" One of {string.Join(", ", setting.Allowed.Select(Code))}.");
}
