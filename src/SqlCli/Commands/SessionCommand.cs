using System.Diagnostics;
using System.Globalization;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Commands;

/// <summary>Opens an engine on the target and runs the statements that the command line gives.</summary>
internal static class SessionCommand
{
    public static async Task<int> RunAsync(CliOptions options, CancellationToken cancellation)
    {
        using var engine = new Engine();
        try
        {
            Targets.Attach(engine, options.Target);
        }
        catch (QueryException error)
        {
            ErrorText.Write(error, null);
            return ExitCode.SqlError;
        }

        using Session session = engine.OpenSession();
        foreach (string setting in options.Settings)
        {
            string[] parts = setting.Split('=', 2);
            if (parts.Length != 2)
            {
                Console.Error.WriteLine($"--set needs NAME=VALUE: {setting}");
                return ExitCode.Usage;
            }

            try
            {
                session.Settings.Set(parts[0], parts[1]);
            }
            catch (QueryException error)
            {
                ErrorText.Write(error, null);
                return ExitCode.Usage;
            }
        }

        var texts = new List<string>(options.Commands);
        foreach (string file in options.Files)
        {
            if (!File.Exists(file))
            {
                Console.Error.WriteLine($"no such file: {file}");
                return ExitCode.Usage;
            }

            texts.Add(await File.ReadAllTextAsync(file, cancellation).ConfigureAwait(false));
        }

        if (texts.Count == 0 && Console.IsInputRedirected)
        {
            texts.Add(await Console.In.ReadToEndAsync(cancellation).ConfigureAwait(false));
        }

        using var output = new ResultOutput(options.Output);
        IResultFormat format = ResultFormats.Create(options.Format, output);
        foreach (string text in texts)
        {
            int code = await RunTextAsync(session, text, format, options.Timing, cancellation).ConfigureAwait(false);
            if (code != ExitCode.Success)
            {
                return code;
            }
        }

        output.Complete();
        return ExitCode.Success;
    }

    /// <summary>Runs the statements of a text and writes their results; an error ends it.</summary>
    internal static async Task<int> RunTextAsync(Session session, string text, IResultFormat format, bool timing, CancellationToken cancellation)
    {
        try
        {
            long start = Stopwatch.GetTimestamp();
            await foreach (StatementResult result in session.ExecuteAsync(text, cancellation).ConfigureAwait(false))
            {
                await using (result.ConfigureAwait(false))
                {
                    await format.WriteAsync(result, cancellation).ConfigureAwait(false);
                }

                if (timing)
                {
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Time: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.000} ms"));
                }

                start = Stopwatch.GetTimestamp();
            }

            return ExitCode.Success;
        }
        catch (QueryException error)
        {
            ErrorText.Write(error, text);
            return ExitCode.SqlError;
        }
    }
}
