using System.Diagnostics;
using System.Globalization;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Parser.Tokens;
using SqlCluster.SqlCli.Connections;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Commands;

/// <summary>Runs the statements of a text one after the other and writes their results; an error ends the text.</summary>
internal sealed class StatementRunner(ISqlConnection connection, ProgressBar progress, Interrupts interrupts)
{
    /// <summary>Where times are shown, or null.</summary>
    public TextWriter? Timing { get; set; }

    /// <param name="text">SQL, any number of statements.</param>
    /// <param name="fileName">File the text is from, for errors, or null.</param>
    /// <param name="format">Writes the results.</param>
    /// <returns>False after an error, which has been shown.</returns>
    public async Task<bool> RunAsync(string text, string? fileName, IResultFormat format)
    {
        interrupts.Clear();
        foreach (TextSpan span in SqlTokenizer.SplitStatements(text))
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                progress.Start();
                interrupts.ThrowIfRequested();
                await RunStatementAsync(text.Substring(span.Start, span.Length), format).ConfigureAwait(false);
            }
            catch (OutputEndedException)
            {
                progress.Stop();
                return true;
            }
            catch (QueryException error)
            {
                progress.Stop();
                await format.AbandonAsync().ConfigureAwait(false);
                await Console.Error.WriteAsync(ErrorText.Format(error, text, span.Start, fileName)).ConfigureAwait(false);
                return false;
            }

            progress.Stop();
            if (Timing != null)
            {
                await Timing.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Time: {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.000} ms")).ConfigureAwait(false);
            }
        }

        return true;
    }

    private async Task RunStatementAsync(string statement, IResultFormat format)
    {
        await foreach (Answer result in connection.ExecuteAsync(statement).ConfigureAwait(false))
        {
            await using (result.ConfigureAwait(false))
            {
                if (result is Answer.Command { Notices.Length: > 0 } command)
                {
                    progress.Stop();
                    foreach (string notice in command.Notices)
                    {
                        await Console.Error.WriteLineAsync($"NOTICE:  {notice}").ConfigureAwait(false);
                    }
                }

                await format.WriteAsync(result, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }
}
