using System.Text;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>A pattern that is asked for yes or no: an automaton for ASCII texts where the pattern allows one, and the general expression for the others.</summary>
internal sealed class RegexMatcher
{
    private readonly byte[] _pattern;
    private readonly string _flags;

    /// <exception cref="Parser.Errors.QueryException">Not a regular expression (2201B) or unknown flags (22023).</exception>
    public RegexMatcher(ReadOnlySpan<byte> pattern, string flags, CancellationToken cancellation)
    {
        _pattern = pattern.ToArray();
        _flags = flags;
        string text = Encoding.UTF8.GetString(pattern);
        Regex = RegexTranslation.Compile(text, flags, cancellation);
        Automaton = RegexAutomaton.TryMake(text, flags);
    }

    public CheckedRegex Regex { get; }

    /// <summary>Null for patterns that it cannot tell.</summary>
    public RegexAutomaton? Automaton { get; }

    public bool Is(ReadOnlySpan<byte> pattern, string flags) => pattern.SequenceEqual(_pattern) && flags == _flags;
}
