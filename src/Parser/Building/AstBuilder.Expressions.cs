using Antlr4.Runtime;
using Antlr4.Runtime.Tree;
using SqlCluster.Parser.Ast;
using static SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

internal sealed partial class AstBuilder
{
    /// <summary>Applies the NOTs before a predicate and gives it to its conjunction.</summary>
    public void Reduce(PredicateContext context)
    {
        _deepest = 0;
        Expression operand = BuildPredicate(context);
        var conjunction = (ConjunctionContext)context.Parent;
        conjunction.MostNegations = Math.Max(conjunction.MostNegations, conjunction.Negations?.Count ?? 0);
        while (conjunction.Negations is not null && conjunction.Negations.TryPop(out IToken? not))
            operand = new NotExpression(operand) { Span = TextSpan.Covering(ParserErrors.SpanOf(not), operand.Span) };
        conjunction.Operands.Add(operand, _deepest);
    }

    /// <summary>Gives the AND of its operands to the expression.</summary>
    public void Reduce(ConjunctionContext context)
    {
        _deepest = context.Operands.Deepest;
        bool single = context.Operands.Count == 1;
        if (!single || context.MostNegations > 0)
        {
            _deepest += context.MostNegations + 1;
            CheckDepth(context);
        }
        Expression node = single ? context.Operands.First : new LogicalExpression(LogicalOperator.And, context.Operands.ToList()) { Span = SpanOf(context) };
        ((ExpressionContext)context.Parent).Operands.Add(node, _deepest);
    }

    /// <summary>Gives the OR of its operands to the list that the expression is in, or keeps it for the rule that asks for it.</summary>
    public void Reduce(ExpressionContext context)
    {
        bool single = context.Operands.Count == 1;
        _deepest = context.Operands.Deepest + (single ? 0 : 1);
        CheckDepth(context);
        Expression node = single ? context.Operands.First : new LogicalExpression(LogicalOperator.Or, context.Operands.ToList()) { Span = SpanOf(context) };
        if (context.Parent is IExpressionList list)
            list.Add(node, _deepest + 1, context.Stop);
        else
            context.Reduced = (node, _deepest + 1);
        context.Operands = default;
    }

    private Expression BuildPredicate(PredicateContext context)
    {
        if (context.ChildCount == 1)
            return BuildPatternMatch((PatternMatchContext)context.GetChild(0));
        int outer = Enter();
        Expression left = BuildPatternMatch(context.patternMatch());
        left = BuildPredicateTails(left, context.predicateTail(), 0);
        Leave(outer, context.predicateTail().Length, context);
        return left;
    }

    private Expression BuildPredicateTails(Expression left, PredicateTailContext[] tails, int first)
    {
        for (int i = first; i < tails.Length; i++)
        {
            // Comparisons do not associate: a < b < c is an error.
            if (i > first && tails[i] is ComparisonContext && tails[i - 1] is ComparisonContext)
                throw SyntaxError(tails[i].Start);
            if (tails[i] is ComparisonContext comparison && comparison.NOT() is { Length: > 0 } negations)
                return BuildComparisonToNot(left, comparison, negations, BuildPredicateTails(BuildPatternMatch(comparison.patternMatch()), tails, i + 1));
            if (tails[i] is not IsTestContext { } test || test.DISTINCT() is null)
            {
                left = BuildPredicateTail(left, tails[i]);
                continue;
            }
            Expression right = BuildPatternMatch(test.patternMatch());
            if (test.negation() is { Length: > 0 } nots)
            {
                // The negated operand takes all that follows.
                right = Negate(nots.Select(static not => not.Start), BuildPredicateTails(right, tails, i + 1));
                return new IsDistinctFromExpression(left, right, test.NOT() is not null) { Span = Cover(left, right), Anchor = ParserErrors.SpanOf(test.Start) };
            }
            // What follows IS DISTINCT FROM is its operand up to a comparison: a IS DISTINCT FROM b = c. Another test may not follow.
            if (i + 1 < tails.Length && tails[i + 1] is ComparisonContext)
                right = BuildPredicateTail(right, tails[++i]);
            if (i + 1 < tails.Length)
                throw SyntaxError(tails[i + 1].Start);
            left = new IsDistinctFromExpression(left, right, test.NOT() is not null) { Span = Cover(left, right), Anchor = ParserErrors.SpanOf(test.Start) };
        }
        return left;
    }

    /// <summary>Builds <c>a = NOT b</c>; the negated operand has taken all tests and comparisons behind it.</summary>
    private BinaryExpression BuildComparisonToNot(Expression left, ComparisonContext comparison, ITerminalNode[] negations, Expression operand)
    {
        operand = Negate(negations.Select(static not => not.Symbol), operand);
        return new BinaryExpression(Operator(comparison.comparisonOperator().Start), left, operand) { Span = Cover(left, operand) };
    }

    private Expression Negate(IEnumerable<IToken> negations, Expression operand)
    {
        foreach (IToken not in negations.Reverse())
        {
            operand = new NotExpression(operand) { Span = TextSpan.Covering(ParserErrors.SpanOf(not), operand.Span) };
            _deepest++;
        }
        return operand;
    }

    private Expression BuildPredicateTail(Expression left, PredicateTailContext tail)
    {
        TextSpan span = TextSpan.Covering(left.Span, SpanOf(tail));
        switch (tail)
        {
            case ComparisonContext comparison:
                OperatorName symbol = Operator(comparison.comparisonOperator().Start);
                return comparison.quantified() is { } quantified
                    ? BuildQuantified(left, symbol, quantified)
                    : new BinaryExpression(symbol, left, BuildPatternMatch(comparison.patternMatch())) { Span = span };
            case IsTestContext test:
                bool negated = test.NOT() is not null;
                if (test.formTest() is { } form)
                    return BuildFormTest(left, form, negated, span);
                if (test.NULL() is not null)
                    return new IsNullExpression(left, negated) { Span = span };
                TruthValue value = test.TRUE() is not null ? TruthValue.True : test.FALSE() is not null ? TruthValue.False : TruthValue.Unknown;
                return new IsTruthExpression(left, value, negated) { Span = span };
            default:
                return new IsNullExpression(left, Negated: tail is NotNullContext) { Span = span };
        }
    }

    /// <summary>IS [NFC | NFD | NFKC | NFKD] NORMALIZED is a call of is_normalized, as in PostgreSQL.</summary>
    private Expression BuildFormTest(Expression left, FormTestContext test, bool negated, TextSpan span)
    {
        ITerminalNode[] words = test.IDENTIFIER();
        string last = Text[words[^1].Symbol.StartIndex..(words[^1].Symbol.StopIndex + 1)];
        string form = words.Length == 1 ? "nfc" : Text[words[0].Symbol.StartIndex..(words[0].Symbol.StopIndex + 1)].ToLowerInvariant();
        if (words.Length == 1 && last.Equals("document", StringComparison.OrdinalIgnoreCase))
            throw ParserErrors.Unsupported(Text, span, "SQL/XML");
        if (!last.Equals("normalized", StringComparison.OrdinalIgnoreCase))
            throw SyntaxError(words[^1].Symbol, "NORMALIZED");
        if (form is not ("nfc" or "nfd" or "nfkc" or "nfkd"))
            throw SyntaxError(words[0].Symbol, "NFC", "NFD", "NFKC", "NFKD");
        Expression call = (words.Length == 1 ? new FunctionCall("is_normalized", left) : new FunctionCall("is_normalized", left, new StringLiteral(form))) with { Span = span };
        return negated ? new NotExpression(call) { Span = span } : call;
    }

    private Expression BuildPatternMatch(PatternMatchContext context)
    {
        Expression operand = BuildValue(context.valueExpression());
        if (context.ChildCount == 1)
            return operand;
        int outer = Enter();
        PatternTailContext[] tails = context.patternTail();
        for (int i = 0; i < tails.Length; i++)
        {
            if (i > 0 && !IsClosed(tails[i - 1].patternTest()))
                throw SyntaxError(tails[i].Start);
            TextSpan span = tails.Length == 1 ? SpanOf(context) : TextSpan.Covering(operand.Span, SpanOf(tails[i]));
            operand = BuildPatternTest(operand, tails[i].patternTest(), tails[i].NOT_LA() is not null, span) with { Anchor = ParserErrors.SpanOf(tails[i].Start) };
        }
        Leave(outer, tails.Length, context);
        return operand;
    }

    /// <summary>Whether a test ends in a parenthesis.</summary>
    private static bool IsClosed(PatternTestContext test) => test is InTestContext || (test is LikeContext like && like.quantified() is not null);

    private Expression BuildPatternTest(Expression operand, PatternTestContext test, bool negated, TextSpan span)
    {
        switch (test)
        {
            case BetweenContext between:
                return new BetweenExpression(operand, Build(between.lowerBound()), BuildValue(between.valueExpression()), between.SYMMETRIC() is not null, negated) { Span = span };
            case InTestContext inTest:
                (Query? query, NodeList<Expression> values) = BuildBody(inTest.parenthesizedBody());
                if (query is not null)
                    return new InSubqueryExpression(operand, query, negated) { Span = span };
                if (values is [ScalarSubquery single])
                    return new InSubqueryExpression(operand, single.Query, negated) { Span = span };
                return values.Count > 0
                    ? new InListExpression(operand, values, negated) { Span = span }
                    : throw SyntaxError(inTest.RIGHT_PAREN().Symbol, "expression", "query");
            case LikeContext like:
                bool ignoreCase = like.ILIKE() is not null;
                if (like.quantified() is { } quantified)
                {
                    string symbol = (negated ? "!~~" : "~~") + (ignoreCase ? "*" : "");
                    return BuildQuantified(operand, new OperatorName(symbol) { Span = SpanOf(like) }, quantified);
                }
                return BuildPattern(ignoreCase ? PatternKind.ILike : PatternKind.Like, operand, like.valueExpression(), negated, span);
            case SimilarToContext similar:
                return BuildPattern(PatternKind.SimilarTo, operand, similar.valueExpression(), negated, span);
            default:
                var overlaps = (OverlapsContext)test;
                if (negated)
                    throw SyntaxError(overlaps.Start);
                Expression right = BuildValue(overlaps.valueExpression());
                return operand is RowExpression { Elements: { Count: 2 } first } && right is RowExpression { Elements: { Count: 2 } second }
                    ? new FunctionCall("overlaps", first[0], first[1], second[0], second[1]) { Span = span }
                    : throw ParserErrors.Misplaced(Text, span, "OVERLAPS takes two rows of two values each");
        }
    }

    private PatternMatchExpression BuildPattern(PatternKind kind, Expression operand, ValueExpressionContext[] operands, bool negated, TextSpan span) =>
        new(kind, operand, BuildValue(operands[0]), operands.Length > 1 ? BuildValue(operands[1]) : null, negated) { Span = span };

    private Expression Build(LowerBoundContext context)
    {
        ValueExpressionContext[] values = context.valueExpression();
        Expression bound = BuildValue(values[0]);
        if (values.Length == 1)
            return bound;
        Expression right = BuildValue(values[1]);
        return context.comparisonOperator() is { } symbol
            ? new BinaryExpression(Operator(symbol.Start), bound, right) { Span = SpanOf(context) }
            : new IsDistinctFromExpression(bound, right, context.NOT() is not null) { Span = SpanOf(context) };
    }

    private Expression BuildQuantified(Expression left, OperatorName symbol, QuantifiedContext context)
    {
        Quantifier quantifier = context.ALL() is null ? Quantifier.Any : Quantifier.All;
        TextSpan span = TextSpan.Covering(left.Span, SpanOf(context));
        (Query? query, NodeList<Expression> values) = BuildBody(context.parenthesizedBody());
        query ??= values is [ScalarSubquery subquery] ? subquery.Query : null;
        if (query is not null)
            return new QuantifiedSubqueryExpression(left, symbol, quantifier, query) { Span = span };
        return values.Count == 1
            ? new QuantifiedArrayExpression(left, symbol, quantifier, values[0]) { Span = span }
            : throw SyntaxError(context.RIGHT_PAREN().Symbol, "expression", "query");
    }

    /// <summary>Reads the inside of parentheses: a query, or a list of expressions, perhaps empty.</summary>
    private (Query? Query, NodeList<Expression> Values) BuildBody(ParenthesizedBodyContext context)
    {
        if (context.startedQuery() is { } started)
            return (BuildQuery(started), []);
        NodeList<Expression> values = Take(context.Values);
        bool continued = values.Count == 1 && context.ChildCount > 0;
        if (!continued)
            return (null, values);
        if (values[0] is not ScalarSubquery first)
            throw SyntaxError(tokens.Get(context.FirstEnd + 1));
        QueryExpression body = ContinueSetOperation(AsTerm(first.Query), context.setTail());
        return (WithTail(body, null, context, context.queryTail(), context.orderBy(), context.limitPart(), context.lockingClause()), []);
    }

    private Expression BuildValue(ValueExpressionContext context)
    {
        if (context.ChildCount == 1 && IsPlain((OperandContext)context.GetChild(0)))
            return BuildPrimary(((OperandContext)context.GetChild(0)).primary());
        int outer = Enter();
        var chain = new OperatorChain(context.ChildCount);
        for (int i = 0; i < context.ChildCount; i++)
        {
            switch (context.GetChild(i))
            {
                case OperandContext operand:
                    AddOperand(chain, operand);
                    break;
                case InfixOperatorContext infix:
                    chain.AddInfix(infix.otherOperator() is { } other ? Build(other) : Operator(infix.Start), infix.Start.Type);
                    break;
                case QuantifiedContext quantified:
                    chain.AddQuantified((left, symbol) => BuildQuantified(left, symbol, quantified));
                    break;
            }
        }
        Leave(outer, chain.Levels, context);
        return chain.Fold();
    }

    private static bool IsPlain(OperandContext context) => context.ChildCount == 1;

    private void AddOperand(OperatorChain chain, OperandContext context)
    {
        foreach (PrefixOperatorContext prefix in context.prefixOperator())
            chain.AddPrefix(prefix.otherOperator() is { } other ? Build(other) : Operator(prefix.Start), prefix.Start.Type is PLUS or MINUS);
        Expression operand = BuildPrimary(context.primary());
        SuffixContext[] suffixes = context.suffix();
        int next = 0;
        operand = ApplyTightSuffixes(operand, suffixes, ref next);
        operand = chain.ApplySigns(operand);
        // COLLATE and AT TIME ZONE bind less tightly than signs.
        while (next < suffixes.Length)
        {
            SuffixContext suffix = suffixes[next++];
            if (suffix is CollateSuffixContext collate)
            {
                operand = new CollateExpression(operand, Build(collate.qualifiedName()) with { Span = SpanOf(suffix) }) { Span = TextSpan.Covering(operand.Span, SpanOf(suffix)) };
                continue;
            }
            var atTimeZone = (AtTimeZoneSuffixContext)suffix;
            Expression? zone = atTimeZone.primary() is { } primary ? ApplyTightSuffixes(BuildPrimary(primary), suffixes, ref next) : null;
            operand = new AtTimeZoneExpression(operand, zone) { Span = TextSpan.Covering(operand.Span, zone?.Span ?? SpanOf(suffix)) };
            if (zone is null && next < suffixes.Length && suffixes[next] is CastSuffixContext or SubscriptSuffixContext)
                throw SyntaxError(suffixes[next].Start);
        }
        chain.AddOperand(operand, suffixes.Length);
    }

    /// <summary>Applies casts and subscripts, up to the next COLLATE or AT TIME ZONE.</summary>
    private Expression ApplyTightSuffixes(Expression operand, SuffixContext[] suffixes, ref int next)
    {
        for (bool afterCast = false; next < suffixes.Length; next++)
        {
            TextSpan span = TextSpan.Covering(operand.Span, SpanOf(suffixes[next]));
            if (suffixes[next] is CastSuffixContext cast)
            {
                operand = new CastExpression(operand, Build(cast.simpleType())) { Span = span, Anchor = ParserErrors.SpanOf(cast.Start) };
                afterCast = true;
            }
            else if (suffixes[next] is SubscriptSuffixContext subscript)
            {
                // x::int[] is a cast to an array, x::int[1] too.
                operand = afterCast ? WidenCast((CastExpression)operand, subscript, span) : ApplySubscript(operand, subscript, span);
            }
            else
            {
                break;
            }
        }
        return operand;
    }

    private CastExpression WidenCast(CastExpression cast, SubscriptSuffixContext context, TextSpan span)
    {
        NumberLiteral? length = BuildOptional(context.lower) as NumberLiteral;
        if (context.colon is not null || context.fields() is not null || (context.lower is not null && length is not { Kind: NumberKind.Integer }))
            throw SyntaxError(context.Start);
        TextSpan typeSpan = TextSpan.Covering(cast.Type.Span, SpanOf(context));
        return cast with { Type = new ArrayType(cast.Type, length is null ? null : ReadLength(length)) { Span = typeSpan }, Span = span };
    }

    private int ReadLength(NumberLiteral number) =>
        int.TryParse(number.Text, out int length) ? length : throw ParserErrors.Syntax(Text, number.Span, ["number"]);

    private Expression ApplySubscript(Expression operand, SubscriptSuffixContext context, TextSpan span)
    {
        Expression? lower = BuildOptional(context.lower);
        if (lower is null && context.colon is null)
            throw SyntaxError(context.RIGHT_BRACKET().Symbol, "expression");
        operand = context.colon is null
            ? new SubscriptExpression(operand, lower!) { Span = span }
            : new SliceExpression(operand, lower, BuildOptional(context.upper)) { Span = span };
        return ApplyFields(operand, Fields(context.fields()));
    }

    /// <summary>Applies <c>.field</c> and <c>.*</c> (null).</summary>
    private Expression ApplyFields(Expression operand, List<Identifier?> fields)
    {
        foreach (Identifier? field in fields)
        {
            operand = field is null
                ? new FieldStar(operand) { Span = operand.Span }
                : new FieldExpression(operand, field) { Span = Cover(operand, field) };
        }
        _deepest += fields.Count;
        return operand;
    }
}
