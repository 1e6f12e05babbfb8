using System.Runtime.CompilerServices;
using Antlr4.Runtime;
using Antlr4.Runtime.Tree;
using SqlCluster.Parser.Ast;
using static SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

/// <remarks>
/// Operands, operators and tests stand in one flat list, and are folded by precedence climbing (Pratt, "Top Down Operator Precedence", 1973). The levels and
/// what associates are those of PostgreSQL's gram.y: a prefix operator other than a sign is as loose as its infix kin, so that <c>@ a + b</c> is @(a + b) and
/// <c>~ a | b</c> is (~a) | b; NOT behind an operator takes all that follows; and what is closed, such as <c>a IS NULL</c> or <c>a IN (1)</c>, is the left
/// operand of whatever follows it: <c>a IS NULL = b</c>, <c>a IN (1)::text</c>.
/// </remarks>
internal sealed partial class AstBuilder
{
    /// <summary>Orders what can follow an operand, from loose to tight.</summary>
    private enum Level
    {
        /// <summary>Is ESCAPE, which only LIKE and SIMILAR TO take.</summary>
        None,
        Not,
        Test,
        Comparison,
        Pattern,
        Other,
        Additive,
        Multiplicative,
        Power,
        AtTimeZone,
        Collate,
        Sign,
        Subscript,
        Cast,
        Overlaps,
    }

    private Expression BuildPredicate(PredicateContext context) => FoldList(context);

    private Expression Build(BoundContext context) => FoldList(context);

    private Expression FoldList(ParserRuleContext context)
    {
        if (context.ChildCount == 1)
            return BuildPrimary((PrimaryContext)context.GetChild(0));
        int outer = Enter();
        var chain = new Chain(context);
        Expression whole = FoldFirst(ref chain);
        if (chain.Tail is EscapeTailContext escape)
            TakeEscape(context, ref chain, escape);
        Leave(outer, chain.Levels, context);
        return whole;
    }

    /// <summary>Gives <c>ESCAPE e</c> behind the pattern of <c>substring(s SIMILAR pattern ESCAPE e)</c> to the call.</summary>
    private void TakeEscape(ParserRuleContext context, ref Chain chain, EscapeTailContext escape)
    {
        if (context.Parent.Parent.Parent is not SubstringArgumentsContext { Escape: null } call || call.SIMILAR_LA() is null)
            throw SyntaxError(escape.Start);
        chain.Next++;
        Expression value = FoldOperand(ref chain, escape.rightOperand(), 0, Level.Test);
        if (chain.Tail is { } rest)
            throw SyntaxError(rest.Start);
        call.Escape = value;
    }

    private Expression FoldFirst(ref Chain chain)
    {
        while (chain.List.GetChild(chain.Next++) is not PrimaryContext)
            ;
        return FoldOperand(ref chain, chain.List, 0, Level.Test);
    }

    /// <summary>Builds the operand that begins at a child of its context, and what follows in the chain and binds at least so tightly.</summary>
    private Expression FoldOperand(ref Chain chain, ParserRuleContext context, int start, Level loosest)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        Expression left;
        bool indexable = false;
        switch (context.GetChild(start))
        {
            case NegationContext not:
                chain.Levels++;
                left = FoldOperand(ref chain, context, start + 1, Level.Not);
                left = new NotExpression(left) { Span = TextSpan.Covering(SpanOf(not), left.Span) };
                break;
            case PrefixOperatorContext prefix:
                chain.Levels++;
                OperatorName symbol = prefix.otherOperator() is { } other ? Build(other) : Operator(prefix.Start);
                left = FoldOperand(ref chain, context, start + 1, prefix.Start.Type is PLUS or MINUS ? Level.Sign : Level.Other + 1);
                left = new UnaryExpression(symbol, left) { Span = TextSpan.Covering(symbol.Span, left.Span) };
                break;
            default:
                left = BuildPrimary((PrimaryContext)context.GetChild(start));
                indexable = true;
                break;
        }
        return FoldTails(ref chain, left, loosest, indexable);
    }

    private Expression FoldTails(ref Chain chain, Expression left, Level loosest, bool indexable)
    {
        // What ends in an operand of the same level does not associate: a < b < c, a LIKE b LIKE c.
        Level open = Level.None;
        bool afterCast = false;
        while (chain.Tail is { } tail)
        {
            Level level = LevelOf(tail);
            if (level < loosest || level == Level.None)
                break;
            if (level == open)
                throw SyntaxError(tail.Start);
            chain.Next++;
            chain.Levels++;
            open = Level.None;
            if (tail is SubscriptSuffixContext subscript)
            {
                TextSpan span = TextSpan.Covering(left.Span, SpanOf(tail));
                // x::int[] is a cast to an array, x::int[1] too.
                left = afterCast ? WidenCast((CastExpression)left, subscript, span)
                    : indexable ? ApplySubscript(left, subscript, span)
                    : throw SyntaxError(tail.Start);
                continue;
            }
            indexable = false;
            afterCast = tail is CastSuffixContext;
            left = ApplyTail(ref chain, left, tail, level, ref open);
        }
        return left;
    }

    /// <summary>Builds what an operand and the tail behind it make; says whether it is open to the right at a level that does not associate.</summary>
    private Expression ApplyTail(ref Chain chain, Expression left, ParserRuleContext tail, Level level, ref Level open)
    {
        switch (tail)
        {
            case InfixContext infix:
                OperatorName symbol = Build(infix.infixOperator());
                if (infix.quantified() is { } quantified)
                    return BuildQuantified(left, symbol, quantified);
                open = level == Level.Comparison ? level : Level.None;
                return Binary(symbol, left, FoldOperand(ref chain, infix.rightOperand(), 0, level + 1));
            case BoundInfixContext infix:
                open = level == Level.Comparison ? level : Level.None;
                return Binary(Build(infix.infixOperator()), left, FoldOperand(ref chain, infix.boundOperand(), 0, level + 1));
            case CastSuffixContext cast:
                return new CastExpression(left, Build(cast.simpleType())) { Span = TextSpan.Covering(left.Span, SpanOf(tail)), Anchor = ParserErrors.SpanOf(cast.Start) };
            case CollateSuffixContext collate:
                return new CollateExpression(left, Build(collate.qualifiedName()) with { Span = SpanOf(tail) }) { Span = TextSpan.Covering(left.Span, SpanOf(tail)) };
            case AtTimeZoneSuffixContext at:
                Expression? zone = at.rightOperand() is { } place ? FoldOperand(ref chain, place, 0, level + 1) : null;
                return new AtTimeZoneExpression(left, zone) { Span = TextSpan.Covering(left.Span, zone?.Span ?? SpanOf(tail)) };
            case IsTestContext test when test.DISTINCT() is not null:
                open = level;
                return Distinct(left, FoldOperand(ref chain, test.rightOperand(), 0, level + 1), test.NOT() is not null, test);
            case BoundTestContext { } test when test.formTest() is { } form:
                return BuildFormTest(left, form, test.NOT() is not null, TextSpan.Covering(left.Span, SpanOf(test)));
            case BoundTestContext test:
                open = level;
                return Distinct(left, FoldOperand(ref chain, test.boundOperand(), 0, level + 1), test.NOT() is not null, test);
            case IsTestContext test:
                return BuildTest(left, test);
            case PatternTailContext pattern:
                return BuildPatternTail(ref chain, left, pattern, ref open) with { Anchor = ParserErrors.SpanOf(pattern.Start) };
            case OverlapsTailContext overlaps:
                return BuildOverlaps(left, FoldOperand(ref chain, overlaps.rightOperand(), 0, level + 1));
            default:
                return new IsNullExpression(left, Negated: tail is NotNullContext) { Span = TextSpan.Covering(left.Span, SpanOf(tail)) };
        }
    }

    private static BinaryExpression Binary(OperatorName symbol, Expression left, Expression right) => new(symbol, left, right) { Span = Cover(left, right) };

    private static IsDistinctFromExpression Distinct(Expression left, Expression right, bool negated, ParserRuleContext test) =>
        new(left, right, negated) { Span = Cover(left, right), Anchor = ParserErrors.SpanOf(test.Start) };

    private Expression BuildTest(Expression left, IsTestContext test)
    {
        TextSpan span = TextSpan.Covering(left.Span, SpanOf(test));
        bool negated = test.NOT() is not null;
        if (test.formTest() is { } form)
            return BuildFormTest(left, form, negated, span);
        if (test.NULL() is not null)
            return new IsNullExpression(left, negated) { Span = span };
        TruthValue value = test.TRUE() is not null ? TruthValue.True : test.FALSE() is not null ? TruthValue.False : TruthValue.Unknown;
        return new IsTruthExpression(left, value, negated) { Span = span };
    }

    private Expression BuildPatternTail(ref Chain chain, Expression operand, PatternTailContext tail, ref Level open)
    {
        bool negated = tail.NOT_LA() is not null;
        switch (tail.patternTest())
        {
            case BetweenContext between:
                Expression low = Build(between.bound());
                Expression high = FoldOperand(ref chain, between.rightOperand(), 0, Level.Pattern + 1);
                open = Level.Pattern;
                return new BetweenExpression(operand, low, high, between.SYMMETRIC() is not null, negated) { Span = Cover(operand, high) };
            case InTestContext inTest:
                return BuildIn(operand, inTest, negated, TextSpan.Covering(operand.Span, SpanOf(tail)));
            case LikeContext like:
                bool ignoreCase = like.ILIKE() is not null;
                if (like.quantified() is { } quantified)
                {
                    string symbol = (negated ? "!~~" : "~~") + (ignoreCase ? "*" : "");
                    return BuildQuantified(operand, new OperatorName(symbol) { Span = SpanOf(like) }, quantified);
                }
                open = Level.Pattern;
                return BuildPattern(ref chain, ignoreCase ? PatternKind.ILike : PatternKind.Like, operand, like.rightOperand(), negated);
            default:
                open = Level.Pattern;
                return BuildPattern(ref chain, PatternKind.SimilarTo, operand, ((SimilarToContext)tail.patternTest()).rightOperand(), negated);
        }
    }

    private Expression BuildIn(Expression operand, InTestContext test, bool negated, TextSpan span)
    {
        (Query? query, NodeList<Expression> values) = BuildBody(test.parenthesizedBody());
        query ??= values is [ScalarSubquery single] ? single.Query : null;
        if (query is not null)
            return new InSubqueryExpression(operand, query, negated) { Span = span };
        return values.Count > 0
            ? new InListExpression(operand, values, negated) { Span = span }
            : throw SyntaxError(test.RIGHT_PAREN().Symbol, "expression", "query");
    }

    private PatternMatchExpression BuildPattern(ref Chain chain, PatternKind kind, Expression operand, RightOperandContext right, bool negated)
    {
        Expression pattern = FoldOperand(ref chain, right, 0, Level.Pattern + 1);
        Expression? escape = null;
        if (chain.Tail is EscapeTailContext tail)
        {
            chain.Next++;
            chain.Levels++;
            escape = FoldOperand(ref chain, tail.rightOperand(), 0, Level.Pattern + 1);
        }
        return new PatternMatchExpression(kind, operand, pattern, escape, negated) { Span = Cover(operand, escape ?? pattern) };
    }

    private FunctionCall BuildOverlaps(Expression left, Expression right)
    {
        TextSpan span = Cover(left, right);
        return left is RowExpression { Elements: { Count: 2 } first } && right is RowExpression { Elements: { Count: 2 } second }
            ? new FunctionCall("overlaps", first[0], first[1], second[0], second[1]) { Span = span }
            : throw ParserErrors.Misplaced(Text, span, "OVERLAPS takes two rows of two values each");
    }

    private OperatorName Build(InfixOperatorContext context) => context.otherOperator() is { } other ? Build(other) : Operator(context.Start);

    private static Level LevelOf(ParserRuleContext tail) => tail switch
    {
        InfixContext infix => LevelOf(infix.Start.Type),
        BoundInfixContext infix => LevelOf(infix.Start.Type),
        CastSuffixContext => Level.Cast,
        SubscriptSuffixContext => Level.Subscript,
        CollateSuffixContext => Level.Collate,
        AtTimeZoneSuffixContext => Level.AtTimeZone,
        PatternTailContext => Level.Pattern,
        OverlapsTailContext => Level.Overlaps,
        EscapeTailContext => Level.None,
        _ => Level.Test,
    };

    private static Level LevelOf(int infixOperator) => infixOperator switch
    {
        CARET => Level.Power,
        STAR or SLASH or PERCENT => Level.Multiplicative,
        PLUS or MINUS => Level.Additive,
        EQUALS or NOT_EQUALS or LESS or LESS_EQUALS or GREATER or GREATER_EQUALS => Level.Comparison,
        _ => Level.Other,
    };

    /// <summary>Is where the folding of a flat list has come to: the child that comes next, and how deep the tree can become above its operands.</summary>
    private struct Chain(ParserRuleContext list)
    {
        public readonly ParserRuleContext List => list;

        public int Next { get; set; }

        public int Levels { get; set; }

        public readonly ParserRuleContext? Tail => Next < list.ChildCount ? (ParserRuleContext)list.GetChild(Next) : null;
    }
}
