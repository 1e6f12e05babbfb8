using System.Globalization;
using SqlCluster.SqlCli.Connections;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Commands;

/// <summary>A text to run: given as it is, or in a file.</summary>
internal readonly record struct Script(string Text, bool IsFile);

/// <summary>What the program was asked to do.</summary>
internal sealed record CliOptions
{
    public const string Help =
        """
        sqlcli [TARGET] [-c SQL]... [-f FILE]... [OPTIONS]
        SQL over Parquet, CSV, JSON and Arrow files, here or on a server.

        TARGET               nothing: an empty engine; a folder: each table file or sub-folder of table files in it is a table;
                             a file: a table named after it; grpc://[USER[:PASSWORD]@]HOST[:PORT] or grpcs://...: a server

          -c, --command SQL  runs SQL, or a backslash command such as \d, and ends; may be repeated
          -f, --file FILE    runs a file of both and ends; - is standard input; may be repeated, in any order with -c
          --format FORMAT    table (the default), csv, json, jsonl, markdown, expanded, arrow, parquet (with -o)
          -o, --output FILE  writes results to a file, which appears when all of it is written
          --timing           shows how long each statement took
          --set NAME=VALUE   sets a session setting; may be repeated
          --ca-file FILE     authorities (PEM) that alone may have signed the server's certificate; SQLCLUSTER_CA_FILE
          --insecure         accepts any certificate of the server
          --client-certificate FILE, --client-key FILE
                             certificate (PEM) to show to the server, and its private key
          -W, --password     asks for the password; without it, when the server wants one
          --password-file FILE
                             the password is the file's first line; else SQLCLUSTER_PASSWORD
          --connect-timeout SECONDS
          -h, --help         shows this
          --version          shows the version

        Without -c and -f, statements are read from standard input; on a terminal, with line editing, history and completion.
        Several statements in one -c are one transaction, unless they begin or end transactions themselves; those of a file commit one by one.
        Exit codes: 0; 1 for an SQL error or no connection; 2 for wrong usage.
        """;

    public string? Target { get; private init; }

    /// <summary>Texts and files in the order of the arguments.</summary>
    public IReadOnlyList<Script> Scripts { get; private init; } = [];

    public ResultFormatKind Format { get; private init; } = ResultFormatKind.Table;

    public string? Output { get; private init; }

    public bool Timing { get; private init; }

    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; private init; } = [];

    /// <summary>How a server is reached.</summary>
    public ServerLogin Login { get; private init; } = new();

    public bool ShowsHelp { get; private init; }

    public bool ShowsVersion { get; private init; }

    /// <summary>Reads the arguments. Values follow their option, or stand behind = (long options) or directly behind it (short ones).</summary>
    /// <exception cref="UsageException">An argument is unknown, or a value is missing or wrong.</exception>
    public static CliOptions Parse(IReadOnlyList<string> args)
    {
        var options = new CliOptions();
        var scripts = new List<Script>();
        var settings = new List<KeyValuePair<string, string>>();
        var login = new ServerLogin();
        bool isTargetOnly = false;
        for (int i = 0; i < args.Count; i++)
        {
            string arg = args[i];
            if (isTargetOnly || arg.Length < 2 || arg[0] != '-')
            {
                options = options.Target == null ? options with { Target = arg } : throw new UsageException($"more than one target: {options.Target}, {arg}");
                continue;
            }

            (string name, string? attached) = Split(arg);
            switch (name)
            {
                case "--":
                    isTargetOnly = true;
                    break;
                case "-c" or "--command":
                    scripts.Add(new Script(Value(), false));
                    break;
                case "-f" or "--file":
                    scripts.Add(new Script(Value(), true));
                    break;
                case "--format":
                    options = options with { Format = ResultFormats.Parse(Value()) };
                    break;
                case "-o" or "--output":
                    options = options with { Output = Value() };
                    break;
                case "--set":
                    settings.Add(Setting(Value()));
                    break;
                case "--timing" when attached == null:
                    options = options with { Timing = true };
                    break;
                case "--ca-file":
                    login = login with { CaFile = Value() };
                    break;
                case "--insecure" when attached == null:
                    login = login with { IsInsecure = true };
                    break;
                case "--client-certificate":
                    login = login with { ClientCertificate = Value() };
                    break;
                case "--client-key":
                    login = login with { ClientKey = Value() };
                    break;
                case "-W" or "--password" when attached == null:
                    login = login with { AsksPassword = true };
                    break;
                case "--password-file":
                    login = login with { PasswordFile = Value() };
                    break;
                case "--connect-timeout":
                    login = login with { ConnectTimeout = Seconds(Value()) };
                    break;
                case "-h" or "-?" or "--help" when attached == null:
                    options = options with { ShowsHelp = true };
                    break;
                case "--version" when attached == null:
                    options = options with { ShowsVersion = true };
                    break;
                default:
                    throw new UsageException($"unknown option: {arg}");
            }

            string Value() => attached ?? (++i < args.Count ? args[i] : throw new UsageException($"value missing for option: {name}"));
        }

        return options.ShowsHelp || options.ShowsVersion || options.Format != ResultFormatKind.Parquet || options.Output != null
            ? options with { Scripts = scripts, Settings = settings, Login = login }
            : throw new UsageException("format parquet needs a file: -o FILE");
    }

    private static (string Name, string? Attached) Split(string arg)
    {
        if (arg.StartsWith("--", StringComparison.Ordinal))
        {
            int equals = arg.IndexOf('=', StringComparison.Ordinal);
            return equals < 0 ? (arg, null) : (arg[..equals], arg[(equals + 1)..]);
        }

        return arg.Length > 2 ? (arg[..2], arg[2..]) : (arg, null);
    }

    private static int Seconds(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds > 0 ? seconds : throw new UsageException($"--connect-timeout is not a number of seconds: {text}");

    private static KeyValuePair<string, string> Setting(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 ? new(text[..equals], text[(equals + 1)..]) : throw new UsageException($"--set needs NAME=VALUE: {text}");
    }
}

/// <summary>The program was called wrongly.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>Exit codes.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int SqlError = 1;
    public const int Usage = 2;
}
