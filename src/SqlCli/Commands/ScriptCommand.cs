using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Commands;

/// <summary>Runs the texts that the command line or standard input gives, and ends.</summary>
internal static class ScriptCommand
{
    public static async Task<int> RunAsync(CliOptions options)
    {
        using var engine = new Engine();
        using Session? session = Open(engine, options);
        if (session == null)
        {
            return ExitCode.SqlError;
        }

        using var progress = new ProgressBar(session, Console.Error, !Console.IsErrorRedirected);
        using var interrupts = new Interrupts(session, isSecondFatal: true);
        var runner = new StatementRunner(session, progress, interrupts) { Timing = options.Timing ? Console.Error : null };
        try
        {
            using var output = new ResultOutput(options.Output, progress);
            IResultFormat format = ResultFormats.Create(options.Format, output);
            IReadOnlyList<Script> scripts = options.Scripts.Count > 0 ? options.Scripts : [new Script("-", true)];
            foreach (Script script in scripts)
            {
                string text = script.IsFile ? await ReadAsync(script.Text).ConfigureAwait(false) : script.Text;
                if (!await runner.RunAsync(text, script is { IsFile: true, Text: not "-" } ? script.Text : null, format).ConfigureAwait(false))
                {
                    await output.FlushAsync().ConfigureAwait(false);
                    return ExitCode.SqlError;
                }
            }

            if (format is ParquetFormat { IsWritten: false })
            {
                throw CliErrors.NoRows(options.Output!);
            }

            output.Complete();
            return ExitCode.Success;
        }
        catch (QueryException error)
        {
            Console.Error.Write(ErrorText.Format(error, null));
            return ExitCode.SqlError;
        }
    }

    /// <summary>Opens a session on the target, with the settings of the command line; null after an error, which is shown.</summary>
    /// <exception cref="UsageException">There is no such setting, or the value is wrong.</exception>
    internal static Session? Open(Engine engine, CliOptions options)
    {
        try
        {
            Targets.Attach(engine, options.Target);
        }
        catch (QueryException error)
        {
            Console.Error.Write(ErrorText.Format(error, null));
            return null;
        }

        Session session = engine.OpenSession();
        foreach ((string name, string value) in options.Settings)
        {
            try
            {
                session.Settings.Set(name, value);
            }
            catch (QueryException error)
            {
                session.Dispose();
                throw new UsageException($"--set {name}={value}: {error.Message}");
            }
        }

        return session;
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
