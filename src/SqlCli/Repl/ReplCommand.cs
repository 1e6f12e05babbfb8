using SqlCluster.SqlCli.Backslash;
using SqlCluster.SqlCli.Commands;
using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Repl;

/// <summary>The conversation on a terminal.</summary>
internal static class ReplCommand
{
    private const string Prompt = "sqlcli> ";

    public static async Task<int> RunAsync(CliOptions options)
    {
        await using ISqlConnection? connection = await SqlConnections.OpenAsync(options).ConfigureAwait(false);
        if (connection == null)
        {
            return ExitCode.SqlError;
        }

        using var progress = new ProgressBar(connection, Console.Error, !Console.IsErrorRedirected);
        using var interrupts = new Interrupts(connection, isSecondFatal: false);
        using var terminal = new Terminal();
        var runner = new StatementRunner(connection, progress, interrupts);
        using var display = new TerminalDisplay(connection, terminal, progress, runner) { Format = options.Format, Timing = options.Timing };
        var run = new ScriptRun(display);
        int tables = (await display.Names.RelationsAsync().ConfigureAwait(false)).Count;
        Console.Out.WriteLine($"sqlcli {typeof(ReplCommand).Assembly.GetName().Version?.ToString(3)}, {(tables == 1 ? "1 table" : $"{tables} tables")}. \\? lists the commands, \\q or Ctrl-D leaves.");

        if (connection is RemoteConnection remote)
        {
            remote.Learn((await display.Names.FunctionsAsync().ConfigureAwait(false)).Select(static function => function.Name));
        }

        var history = new History(History.DefaultPath());
        var editor = new LineEditor(terminal, history, new Completer(display.Names), connection.IsFunction, IsComplete);
        while (true)
        {
            string? input = Terminal.IsCapable ? await editor.ReadAsync(Prompt).ConfigureAwait(false) : ReadPlainly();
            if (input == null)
            {
                return ExitCode.Success;
            }

            history.Add(input);
            if (await run.RunAsync(AsCommand(input), null).ConfigureAwait(false) == ScriptEnd.Left)
            {
                return ExitCode.Success;
            }
        }
    }

    /// <summary>What people type who do not know the commands yet.</summary>
    private static string AsCommand(string input) => Word(input) switch
    {
        "quit" or "exit" => "\\q",
        "help" => "\\?",
        _ => input,
    };

    /// <summary>Commands end with their line; SQL ends with a semicolon.</summary>
    private static bool IsComplete(string text) => Word(text) is "quit" or "exit" or "help" || ScriptParts.IsComplete(text);

    private static string Word(string text) => text.Length > 20 ? "" : text.Trim().TrimEnd(';').TrimEnd().ToLowerInvariant();

    /// <summary>Reads from a terminal that cannot move its cursor.</summary>
    private static string? ReadPlainly()
    {
        Console.Out.Write(Prompt);
        string? text = Console.ReadLine();
        while (text != null && !IsComplete(text))
        {
            Console.Out.Write("...> ".PadLeft(Prompt.Length));
            string? line = Console.ReadLine();
            text = line == null ? null : $"{text}\n{line}";
        }

        return text;
    }
}
