using SqlCluster.Parser.Errors;
using SqlCluster.Parser.Tokens;
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
        using var state = new ReplState(connection, terminal, progress, runner) { Format = options.Format, Timing = options.Timing };
        var commands = new BackslashCommands(state);
        int tables = (await state.Names.RelationsAsync().ConfigureAwait(false)).Count;
        Console.Out.WriteLine($"sqlcli {typeof(ReplCommand).Assembly.GetName().Version?.ToString(3)}, {(tables == 1 ? "1 table" : $"{tables} tables")}. \\? lists the commands, \\q or Ctrl-D leaves.");

        if (connection is RemoteConnection remote)
        {
            remote.Learn((await state.Names.FunctionsAsync().ConfigureAwait(false)).Select(static function => function.Name));
        }

        var history = new History(History.DefaultPath());
        var editor = new LineEditor(terminal, history, new Completer(state.Names), connection.IsFunction, IsComplete);
        while (true)
        {
            string? input = Terminal.IsCapable ? await editor.ReadAsync(Prompt).ConfigureAwait(false) : ReadPlainly();
            if (input == null)
            {
                return ExitCode.Success;
            }

            history.Add(input);
            if (!await TakeAsync(input, state, commands).ConfigureAwait(false))
            {
                return ExitCode.Success;
            }
        }
    }

    /// <returns>False when the user leaves.</returns>
    private static async Task<bool> TakeAsync(string input, ReplState state, BackslashCommands commands)
    {
        try
        {
            string text = input.Trim();
            if (text.StartsWith('\\'))
            {
                return await commands.RunAsync(text).ConfigureAwait(false);
            }

            switch (text.TrimEnd(';').TrimEnd().ToLowerInvariant())
            {
                case "quit" or "exit":
                    return false;
                case "help":
                    return await commands.RunAsync("\\?").ConfigureAwait(false);
                default:
                    await state.RunAsync(input).ConfigureAwait(false);
                    return true;
            }
        }
        catch (QueryException error)
        {
            await Console.Error.WriteAsync(ErrorText.Format(error, null)).ConfigureAwait(false);
        }
        catch (UsageException error)
        {
            await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Commands end with their line; SQL ends with a semicolon.</summary>
    private static bool IsComplete(string text) => text.TrimStart() is var start
        && (start.Length == 0 || start[0] == '\\' || start.Trim().ToLowerInvariant() is "quit" or "exit" or "help" || SqlTokenizer.IsComplete(text));

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
