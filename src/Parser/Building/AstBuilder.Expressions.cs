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
