using System.Diagnostics;
using SqlCluster.SqlCli.Commands;
using SqlCluster.SqlCli.Connections;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Backslash;

/// <summary>The commands of conversations and scripts that are no SQL.</summary>
internal sealed class BackslashCommands(Display display, ScriptRun run)
{
    private const string Help =
        """
        \d [NAME]         tables and views, or the columns, keys and checks of one
        \dt  \dv          tables; views
        \dn               schemas
        \df [PATTERN]     functions; * and ? stand for any letters
        \l                databases
        \x [on|off|auto]  a line for each value; auto (the start) cuts wide tables to the terminal's width
        \format [FORMAT]  table, csv, json, jsonl, markdown, expanded, parquet, arrow
        \o [FILE]         results go to a file, which appears with the next \o or at the end
        \i FILE           runs a file of SQL
        \e [FILE]         opens $VISUAL or $EDITOR and runs what was written
        \g  \gx           end a statement as ; does; \gx shows a line for each value
        \watch [SECONDS]  ends a statement and runs it again and again
        \echo TEXT        writes a line among the results
        \! COMMAND        runs a command of the shell
        \timing [on|off]  shows how long statements take
        \set [NAME VALUE] session settings
        \explain SQL      how a query is run
        \conninfo         where statements run
        \h [WORD]         statements; functions and settings with a word
        \q                leaves

        Keys: Tab completes, Ctrl-R searches the history, Alt-Enter starts a line, Ctrl-C cancels. Statements end with ; and Enter.
        """;

    private const string Statements =
        """
        SELECT ... FROM table, 'file.parquet', 'folder/*.parquet' ...      WITH ... SELECT ...      VALUES ...
        EXPLAIN [(ANALYZE | AST | ANALYZED | OPTIMIZED | PHYSICAL | STAGES | TRACE)] query      DESCRIBE table      SUMMARIZE table
        CREATE EXTERNAL TABLE ...      CREATE [TEMP] TABLE name [AS query]      CREATE VIEW name AS query      DROP ...
        INSERT INTO ...      UPDATE ...      DELETE FROM ...      COPY (query) TO 'file.parquet'
        SHOW TABLES      SHOW ALL      SET name = value      RESET name
        \h WORD looks for functions and settings.
        """;

    /// <summary>All commands, for completion.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["\\!", "\\?", "\\conninfo", "\\d", "\\df", "\\dn", "\\dt", "\\dv", "\\e", "\\echo", "\\explain", "\\format", "\\g", "\\gx", "\\h", "\\i", "\\l", "\\o", "\\q", "\\set", "\\timing", "\\watch", "\\x"];

    /// <summary>Runs a command.</summary>
    /// <exception cref="UsageException">There is no such command, or its argument is wrong.</exception>
    public async Task<ScriptEnd> RunAsync(string text)
    {
        int space = text.IndexOfAny([' ', '\t']);
        string command = space < 0 ? text.TrimEnd(';') : text[..space], argument = space < 0 ? "" : text[space..].Trim();
        argument = command is "\\explain" or "\\echo" or "\\!" ? argument : argument.TrimEnd(';').TrimEnd();
        // psql's \d+ and \dt+ say more than its \d and \dt; ours say all they know.
        switch (command.TrimEnd('+'))
        {
            case "\\q":
                return ScriptEnd.Left;
            case "\\i":
                string path = UserPaths.Expand(Unquote(argument));
                return await run.RunAsync(await ScriptCommand.ReadAsync(path).ConfigureAwait(false), path).ConfigureAwait(false) == ScriptEnd.Failed ? ScriptEnd.Failed : ScriptEnd.Done;
            case "\\e":
                return await EditAsync(argument).ConfigureAwait(false);
            case "\\explain":
                return await RunSqlAsync($"EXPLAIN {argument}").ConfigureAwait(false);
            case "\\dn":
                return await RunSqlAsync("SHOW SCHEMAS").ConfigureAwait(false);
            case "\\l":
                return await RunSqlAsync("SHOW DATABASES").ConfigureAwait(false);
            case "\\set":
                return await SetAsync(argument).ConfigureAwait(false);
            case "\\!":
                await RunShellAsync("-c", argument).ConfigureAwait(false);
                return ScriptEnd.Done;
            case "\\g" or "\\gx" or "\\watch":
                throw new UsageException($"no statement before {command}");
            case var other:
                await ShowOrSwitchAsync(other, argument).ConfigureAwait(false);
                return ScriptEnd.Done;
        }
    }

    private async Task ShowOrSwitchAsync(string command, string argument)
    {
        switch (command)
        {
            case "\\?":
                await display.WriteLineAsync(Help).ConfigureAwait(false);
                break;
            case "\\h":
                await ShowHelpAsync(argument).ConfigureAwait(false);
                break;
            case "\\echo":
                await display.WriteLineAsync(Unquote(argument)).ConfigureAwait(false);
                break;
            case "\\conninfo":
                await display.WriteLineAsync(display.Connection.Description).ConfigureAwait(false);
                break;
            case "\\d" when argument.Length > 0:
                await new TableDescription(display).ShowAsync(argument).ConfigureAwait(false);
                break;
            case "\\d":
                await ListAsync(static _ => true).ConfigureAwait(false);
                break;
            case "\\dt":
                await ListAsync(relation => relation.Kind != "view" && NamePattern.Matches(argument, relation.Name)).ConfigureAwait(false);
                break;
            case "\\dv":
                await ListAsync(relation => relation.Kind == "view" && NamePattern.Matches(argument, relation.Name)).ConfigureAwait(false);
                break;
            case "\\df":
                await ShowFunctionsAsync(name => NamePattern.Matches(argument, name)).ConfigureAwait(false);
                break;
            case "\\x":
                SetExpanded(argument);
                break;
            case "\\format":
                display.Format = argument.Length > 0 ? ResultFormats.Parse(argument) : display.Format;
                display.Say($"Format is {display.Format.ToString().ToLowerInvariant()}.");
                break;
            case "\\timing":
                display.Timing = Switch(argument, display.Timing);
                display.Say($"Timing is {(display.Timing ? "on" : "off")}.");
                break;
            case "\\o":
                display.SetOutput(argument.Length == 0 ? null : UserPaths.Expand(Unquote(argument)));
                break;
            default:
                throw new UsageException($"unknown command: {command} (\\? lists the commands)");
        }
    }

    private Task ListAsync(Func<RelationName, bool> isWanted) => ListAsync(
        ["schema", "name", "type", "columns", "rows"], static relation => [relation.Schema, relation.Name, relation.Kind, relation.Columns, relation.Rows], display.Names.RelationsAsync(), isWanted);

    private Task ShowFunctionsAsync(Func<string, bool> isWanted) =>
        ListAsync(["signature", "kind", "description"], static function => [function.Signature, function.Kind, function.Description], display.Names.FunctionsAsync(), function => isWanted(function.Name));

    private async Task ListAsync<T>(string[] names, Func<T, string?[]> row, Task<IReadOnlyList<T>> all, Func<T, bool> isWanted) =>
        await display.ShowAsync(names, (await all.ConfigureAwait(false)).Where(isWanted).Select(row)).ConfigureAwait(false);

    private async Task ShowHelpAsync(string word)
    {
        if (word.Length == 0)
        {
            await display.WriteLineAsync(Statements).ConfigureAwait(false);
            return;
        }

        await ShowFunctionsAsync(name => name.Contains(word, StringComparison.OrdinalIgnoreCase)).ConfigureAwait(false);
        await ListAsync(
            ["setting", "value", "description"], static setting => [setting.Name, setting.Value, setting.Description], display.Names.SettingsAsync(),
            setting => setting.Name.Contains(word, StringComparison.OrdinalIgnoreCase)).ConfigureAwait(false);
    }

    private void SetExpanded(string argument)
    {
        bool isAuto = argument.Equals("auto", StringComparison.OrdinalIgnoreCase), isExpanded = !isAuto && Switch(argument, display.Format == ResultFormatKind.Expanded);
        display.Format = isExpanded ? ResultFormatKind.Expanded : ResultFormatKind.Table;
        display.IsFitting = isAuto || (argument.Length == 0 && !isExpanded);
        display.Say(isAuto ? "Wide tables are cut to fit." : $"Expanded display is {(isExpanded ? "on" : "off")}.");
    }

    private async Task<ScriptEnd> SetAsync(string argument)
    {
        string[] parts = argument.Split([' ', '='], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (parts.Length < 2)
        {
            return await RunSqlAsync(parts.Length == 0 ? "SHOW ALL" : $"SHOW {parts[0]}").ConfigureAwait(false);
        }

        await display.Connection.SetAsync(parts[0], Unquote(parts[1].TrimStart('=', ' '))).ConfigureAwait(false);
        return ScriptEnd.Done;
    }

    private async Task<ScriptEnd> RunSqlAsync(string sql) => await display.RunAsync(sql).ConfigureAwait(false) ? ScriptEnd.Done : ScriptEnd.Failed;

    private async Task<ScriptEnd> EditAsync(string argument)
    {
        string? editor = Environment.GetEnvironmentVariable("VISUAL") is { Length: > 0 } visual ? visual : Environment.GetEnvironmentVariable("EDITOR");
        if (string.IsNullOrEmpty(editor))
        {
            throw new UsageException("no editor: set the environment variable VISUAL or EDITOR");
        }

        string path = argument.Length > 0 ? UserPaths.Expand(Unquote(argument)) : Path.Combine(Path.GetTempPath(), $"sqlcli-{Environment.ProcessId}.sql");
        await RunShellAsync("-c", $"{editor} \"$1\"", "sh", path).ConfigureAwait(false);
        if (!File.Exists(path))
        {
            return ScriptEnd.Done;
        }

        string text = await ScriptCommand.ReadAsync(path).ConfigureAwait(false);
        await display.WriteLineAsync(text.TrimEnd()).ConfigureAwait(false);
        return await run.RunAsync(text, path).ConfigureAwait(false) == ScriptEnd.Failed ? ScriptEnd.Failed : ScriptEnd.Done;
    }

    private static async Task RunShellAsync(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/sh", arguments)) ?? throw new UsageException("/bin/sh does not start");
        await process.WaitForExitAsync().ConfigureAwait(false);
    }

    private static bool Switch(string argument, bool now) => argument.ToLowerInvariant() switch
    {
        "" => !now,
        "on" => true,
        "off" => false,
        _ => throw new UsageException($"on or off: {argument}"),
    };

    private static string Unquote(string text) => text.Length > 1 && text[0] == '\'' && text[^1] == '\'' ? text[1..^1] : text;
}
