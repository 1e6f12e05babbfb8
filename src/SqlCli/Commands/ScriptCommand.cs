using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.SqlCli.Backslash;
using SqlCluster.SqlCli.Connections;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Commands;

/// <summary>Runs the texts that the command line or standard input gives, and ends.</summary>
internal static class ScriptCommand
{
    public static async Task<int> RunAsync(CliOptions options)
    {
        await using ISqlConnection? connection = await SqlConnections.OpenAsync(options).ConfigureAwait(false);
        if (connection == null)
        {
            return ExitCode.SqlError;
        }

        using var progress = new ProgressBar(connection, Console.Error, !Console.IsErrorRedirected);
        using var interrupts = new Interrupts(connection, isSecondFatal: true);
        try
        {
            using var output = new ResultOutput(options.Output, progress);
            using var display = new ScriptDisplay(connection, progress, new StatementRunner(connection, progress, interrupts), output) { Format = options.Format, Timing = options.Timing };
            IReadOnlyList<Script> scripts = options.Scripts.Count > 0 ? options.Scripts : [new Script("-", true)];
            foreach (Script script in scripts)
            {
                if (!await RunAsync(script, display).ConfigureAwait(false))
                {
                    await output.FlushAsync().ConfigureAwait(false);
                    return ExitCode.SqlError;
                }
            }

            display.Complete();
            return ExitCode.Success;
        }
        catch (QueryException error)
        {
            Console.Error.Write(ErrorText.Format(error, null));
            return ExitCode.SqlError;
        }
        catch (Exception error) when (options.Output != null && FileWriteErrors.IsOne(error))
        {
            Console.Error.Write(ErrorText.Format(FileWriteErrors.CannotWrite(options.Output, error), null));
            return ExitCode.SqlError;
        }
    }

    /// <exception cref="QueryException">58P01: no such file; 42501: not allowed to read it; 58030: reading failed.</exception>
    internal static async Task<string> ReadAsync(string path)
    {
        try
        {
            return path == "-" ? await Console.In.ReadToEndAsync().ConfigureAwait(false) : await File.ReadAllTextAsync(path).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliErrors.File(path, error);
        }
    }

    /// <summary>A text of the command line is SQL, or one backslash command; files and standard input hold both.</summary>
    /// <returns>False after an error, which has been shown.</returns>
    private static async Task<bool> RunAsync(Script script, ScriptDisplay display)
    {
        string text = script.IsFile ? await ReadAsync(script.Text).ConfigureAwait(false) : script.Text;
        return script.IsFile || text.TrimStart().StartsWith('\\')
            ? await new ScriptRun(display).RunAsync(text, script is { IsFile: true, Text: not "-" } ? script.Text : null).ConfigureAwait(false) != ScriptEnd.Failed
            : await display.RunAsync(text, new TextSpan(0, text.Length), isOneTransaction: true).ConfigureAwait(false);
    }
}
