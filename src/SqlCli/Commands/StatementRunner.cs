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
    /// <param name="part">The part of it to run; places in errors count from the text's start.</param>
    /// <param name="fileName">File the text is from, for errors, or null.</param>
    /// <param name="format">Writes the results.</param>
    /// <param name="isOneTransaction">Whether the statements take effect together or not at all, unless they begin or end transactions themselves.</param>
    /// <returns>False after an error, which has been shown.</returns>
    public async Task<bool> RunAsync(string text, TextSpan part, string? fileName, IResultFormat format, bool isOneTransaction = false)
    {
        interrupts.Clear();
        IReadOnlyList<TextSpan> spans = [.. SqlTokenizer.SplitStatements(text.Substring(part.Start, part.Length)).Select(span => span with { Start = part.Start + span.Start })];
        if (!isOneTransaction || spans.Count < 2 || spans.Any(span => TransactionControl.Is(text.Substring(span.Start, span.Length))))
        {
            return await RunAsync(text, spans, fileName, format).ConfigureAwait(false);
        }

        bool isDone = await TryAsync("BEGIN").ConfigureAwait(false) && await RunAsync(text, spans, fileName, format).ConfigureAwait(false);
        return await TryAsync(isDone ? "COMMIT" : "ROLLBACK").ConfigureAwait(false) && isDone;
    }

    /// <summary>Waits, unless Ctrl-C is pressed.</summary>
    /// <returns>False when it was.</returns>
    public Task<bool> WaitAsync(TimeSpan time) => interrupts.WaitAsync(time);

    private async Task<bool> RunAsync(string text, IReadOnlyList<TextSpan> spans, string? fileName, IResultFormat format)
    {
        foreach (TextSpan span in spans)
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

    /// <summary>Runs a statement of our own, whose answer nobody wants to see.</summary>
    /// <returns>False after an error, which has been shown.</returns>
    private async Task<bool> TryAsync(string statement)
    {
        try
        {
            await foreach (Answer answer in connection.ExecuteAsync(statement).ConfigureAwait(false))
            {
                await answer.DisposeAsync().ConfigureAwait(false);
            }

            return true;
        }
        catch (QueryException error)
        {
            await Console.Error.WriteAsync(ErrorText.Format(error, null)).ConfigureAwait(false);
            return false;
        }
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
