using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Errors;
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
        var runner = new StatementRunner(connection, progress, interrupts) { Timing = options.Timing ? Console.Error : null };
        try
        {
            using var output = new ResultOutput(options.Output, progress);
            IResultFormat format = ResultFormats.Create(options.Format, output);
            IReadOnlyList<Script> scripts = options.Scripts.Count > 0 ? options.Scripts : [new Script("-", true)];
            foreach (Script script in scripts)
            {
                string text = script.IsFile ? await ReadAsync(script.Text).ConfigureAwait(false) : script.Text;
                if (!await runner.RunAsync(text, script is { IsFile: true, Text: not "-" } ? script.Text : null, format, isOneTransaction: !script.IsFile).ConfigureAwait(false))
                {
                    await output.FlushAsync().ConfigureAwait(false);
                    return ExitCode.SqlError;
                }
            }

            if (format is ParquetFormat { IsWritten: false } or ArrowFormat { IsWritten: false })
            {
                throw CliErrors.NoRows(options.Output ?? "standard output");
            }

            output.Complete();
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
}
