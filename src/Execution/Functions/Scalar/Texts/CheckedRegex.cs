using System.Text.RegularExpressions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>A regular expression whose matching a cancelled query does not wait for.</summary>
/// <remarks><code>
/// short text, no backtracking      here: time linear in the text
/// backtracking                     here for 20 ms, which nearly all texts are matched in; then as below, for a second at most
/// long text                        on a thread of its own, which the query waits for or, cancelled, leaves behind
/// </code>
/// The framework's expressions take no cancellation (<see cref="Aside"/>). What a match left behind may take is bounded by the text's length or by the second.
/// </remarks>
internal sealed class CheckedRegex
{
    /// <summary>Characters that are matched within milliseconds when there is no backtracking.</summary>
    private const int LongText = 256 << 10;

    private const int MatchesAtOnce = 1000;
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(20);

    /// <summary>What a match by backtracking may take: patterns with back references know no other way.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;
    private readonly Regex? _patient;

    private CheckedRegex(Regex regex, Regex? patient)
    {
        _regex = regex;
        _patient = patient;
    }

    /// <param name="pattern">In the framework's syntax.</param>
    /// <param name="options">Its options.</param>
    /// <exception cref="ArgumentException">Not a regular expression.</exception>
    public static CheckedRegex Compile(string pattern, RegexOptions options)
    {
        try
        {
            return new CheckedRegex(new Regex(pattern, options | RegexOptions.NonBacktracking), null);
        }
        catch (NotSupportedException)
        {
            return new CheckedRegex(new Regex(pattern, options, AtOnce), new Regex(pattern, options, Longest));
        }
    }

    /// <summary>Uses the expression on a text.</summary>
    /// <param name="length">Characters of the text.</param>
    /// <param name="use">May run twice and on another thread: it keeps nothing.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="Parser.Errors.QueryException">54000: backtracking took too long.</exception>
    /// <exception cref="OperationCanceledException">The query was cancelled.</exception>
    public T Run<T>(int length, Func<Regex, T> use, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (length < LongText)
        {
            if (_patient == null)
            {
                return use(_regex);
            }

            try
            {
                return use(_regex);
            }
            catch (RegexMatchTimeoutException)
            {
                // Goes on below.
            }
        }

        return RunAside(_patient ?? _regex, use, cancellation);
    }

    /// <summary>All matches, found some at a time.</summary>
    public IEnumerable<Match> Matches(string text, CancellationToken cancellation)
    {
        List<Match> some;
        for (int start = 0; start <= text.Length; start = some[^1].Index + Math.Max(1, some[^1].Length))
        {
            int from = start;
            some = Run(text.Length, regex => Some(regex, text, from), cancellation);
            foreach (Match match in some)
            {
                yield return match;
            }

            if (some.Count < MatchesAtOnce)
            {
                yield break;
            }
        }
    }

    private static List<Match> Some(Regex regex, string text, int start)
    {
        var matches = new List<Match>();
        for (Match match = regex.Match(text, start); match.Success; match = match.NextMatch())
        {
            matches.Add(match);
            if (matches.Count == MatchesAtOnce)
            {
                break;
            }
        }

        return matches;
    }

    private static T RunAside<T>(Regex regex, Func<Regex, T> use, CancellationToken cancellation)
    {
        try
        {
            return Aside.Run(() => use(regex), cancellation);
        }
        catch (RegexMatchTimeoutException)
        {
            throw ExecutionErrors.ProgramLimit("regular expression takes too long to match");
        }
    }
}
