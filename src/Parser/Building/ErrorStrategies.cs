using Antlr4.Runtime;
using Antlr4.Runtime.Misc;
using SqlCluster.Parser.Tokens;
using Grammar = SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

/// <summary>Gives up at the first error, without finding out anything: for the fast first attempt.</summary>
internal sealed class GiveUp : BailErrorStrategy
{
    public override void Recover(Antlr4.Runtime.Parser recognizer, RecognitionException e)
    {
        ((ReducingParser)recognizer).Fail();
        base.Recover(recognizer, e);
    }

    public override IToken RecoverInline(Antlr4.Runtime.Parser recognizer)
    {
        ((ReducingParser)recognizer).Fail();
        return base.RecoverInline(recognizer);
    }
}

/// <summary>Reports the first error, with all that could have stood in its place: for the second attempt.</summary>
/// <remarks>
/// What was possible is gathered on the way: each decision that passes over the same token adds its tokens, so that after <c>a = 1 foo</c> operators, AND
/// and the next clauses are all listed, not only what the outermost rule still waits for. The network's own sets are kept, and united only for the report.
/// </remarks>
internal sealed class ReportFirst(SqlTokenStream tokens) : DefaultErrorStrategy
{
    private readonly List<IntervalSet> _possible = [];
    private int _possibleAt = -1;

    public override void Sync(Antlr4.Runtime.Parser recognizer)
    {
        IntervalSet next = Grammar.Network.NextTokens(Grammar.Network.states[recognizer.State]);
        Gather(next);
        if (!next.Contains(TokenConstants.EPSILON) && !next.Contains(tokens.LA(1)))
            Report(recognizer, tokens.LT(1));
    }

    public override void Recover(Antlr4.Runtime.Parser recognizer, RecognitionException e)
    {
        if (e is not NoViableAltException)
            Gather(e.GetExpectedTokens());
        Report(recognizer, e.OffendingToken);
    }

    public override IToken RecoverInline(Antlr4.Runtime.Parser recognizer)
    {
        Gather(recognizer.GetExpectedTokens());
        Report(recognizer, tokens.LT(1));
        return null!;
    }

    public override void ReportError(Antlr4.Runtime.Parser recognizer, RecognitionException e)
    {
    }

    private void Gather(IntervalSet next)
    {
        if (_possibleAt != tokens.Index)
            _possible.Clear();
        _possibleAt = tokens.Index;
        _possible.Add(next);
    }

    private void Report(Antlr4.Runtime.Parser recognizer, IToken offending)
    {
        ((ReducingParser)recognizer).Fail();
        var possible = new IntervalSet();
        foreach (IntervalSet next in _possibleAt == offending.TokenIndex ? _possible : [])
            possible.AddAll(next);
        throw ParserErrors.Syntax(tokens, offending, ExpectedTokens.Describe(possible));
    }
}

/// <summary>Puts a set of tokens into words: "expression" for the many tokens that start one, and so on.</summary>
internal static class ExpectedTokens
{
    public static IReadOnlyList<string> Describe(IntervalSet possible)
    {
        var remaining = new IntervalSet(possible);
        remaining.Remove(TokenConstants.EPSILON);
        remaining.Remove(Grammar.INVALID);
        var words = new SortedSet<string>(StringComparer.Ordinal);
        Collapse(remaining, words, Grammar.INTEGER_NUMBER, Grammar.CASE, Grammar.RULE_expression, "expression");
        Collapse(remaining, words, Grammar.IDENTIFIER, Grammar.SELECT, Grammar.RULE_label, "identifier");
        Collapse(remaining, words, Grammar.IDENTIFIER, Grammar.TIME, Grammar.RULE_identifier, "identifier");
        Collapse(remaining, words, Grammar.IDENTIFIER, Grammar.ZONE, Grammar.RULE_bareLabel, "identifier");
        Collapse(remaining, words, Grammar.PLUS, Grammar.SLASH, Grammar.RULE_infixOperator, "operator");
        foreach (int type in remaining.ToList())
            words.Add(NameOf(type));
        return [.. words];
    }

    /// <summary>Replaces all tokens that start a rule by one word, if two typical ones are possible.</summary>
    private static void Collapse(IntervalSet remaining, SortedSet<string> words, int first, int second, int rule, string word)
    {
        if (!remaining.Contains(first) || !remaining.Contains(second))
            return;
        words.Add(word);
        foreach (int type in Keywords.FirstTokens(rule).ToList())
            remaining.Remove(type);
    }

    private static string NameOf(int type) => type switch
    {
        TokenConstants.EOF => "the end of the text",
        Grammar.IDENTIFIER or Grammar.QUOTED_IDENTIFIER => "identifier",
        Grammar.STRING => "string",
        Grammar.INTEGER_NUMBER or Grammar.DECIMAL_NUMBER or Grammar.FLOAT_NUMBER => "number",
        Grammar.BIT_STRING or Grammar.HEX_STRING => "bit string",
        Grammar.PARAMETER => "parameter",
        Grammar.OPERATOR_SYMBOL => "operator",
        Grammar.WITH_LA => "WITH",
        Grammar.WITHOUT_LA => "WITHOUT",
        Grammar.NOT_LA => "NOT",
        Grammar.NULLS_LA => "NULLS",
        Grammar.GROUPING_LA => "GROUPING",
        Grammar.SIMILAR_LA => "SIMILAR",
        Grammar.COLLATION_LA => "COLLATION",
        Grammar.ON_LA => "ON",
        Grammar.IGNORE_LA => "IGNORE",
        Grammar.RESPECT_LA => "RESPECT",
        _ => Grammar.DefaultVocabulary.GetLiteralName(type)?.Replace('\'', '"') ?? Grammar.DefaultVocabulary.GetSymbolicName(type).TrimEnd('_'),
    };
}
