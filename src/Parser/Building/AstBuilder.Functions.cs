using SqlCluster.Parser.Ast;
using static SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

internal sealed partial class AstBuilder
{
    private QualifiedName FunctionName(FunctionNameContext context)
    {
        Identifier word = Name(context.Start);
        return new QualifiedName([word]) { Span = word.Span };
    }

    private Expression BuildCall(QualifiedName name, CallTailContext context, TextSpan span)
    {
        FunctionCall call = BuildCall(name, context.callArguments());
        if (context.STRING() is { } text)
        {
            // numeric(10, 2) '1.5'
            if (context.ChildCount > 2 || call.Distinct || !call.OrderBy.IsEmpty || call.Arguments.Any(static argument => argument.Name is not null || argument.Variadic))
                throw SyntaxError(text.Symbol);
            return new TypedLiteral(PlainType(name, call.Arguments.Map(static argument => argument.Value)), ReadString(text)) { Span = span, Anchor = SpanOf(text) };
        }
        NullTreatment nullTreatment = context.nullTreatment() is not { } treatment ? call.NullTreatment
            : treatment.IGNORE_LA() is not null ? NullTreatment.Ignore : NullTreatment.Respect;
        return call with
        {
            WithinGroup = context.withinGroup() is { } group ? Build(group.orderBy()) : [],
            Filter = BuildOptional(context.filter()?.expression()),
            NullTreatment = nullTreatment,
            Over = context.over() is { } over ? Build(over) : null,
            Span = span,
        };
    }

    private FunctionCall BuildCall(QualifiedName name, CallArgumentsContext context) => new(name, Take(context.Arguments))
    {
        Distinct = context.DISTINCT() is not null,
        OrderBy = Build(context.orderBy()),
        NullTreatment = context.IGNORE() is not null ? NullTreatment.Ignore : context.RESPECT() is not null ? NullTreatment.Respect : NullTreatment.Default,
        Span = TextSpan.Covering(name.Span, SpanOf(context)),
    };

    private FunctionArgument Build(ArgumentContext context)
    {
        TextSpan span = SpanOf(context);
        if (context.STAR() is not null)
            return new FunctionArgument(new Star { Span = span }) { Span = span };
        ExpressionContext[] parts = context.expression();
        bool variadic = context.VARIADIC() is not null;
        if (parts.Length == 1)
            return new FunctionArgument(Build(parts[0]), null, variadic) { Span = span };
        return Build(parts[0]) is ColumnReference { Name: { IsSimple: true } name }
            ? new FunctionArgument(Build(parts[1]), name.Last, variadic) { Span = span }
            : throw SyntaxError(tokens.Get(parts[0].Stop.TokenIndex + 1));
    }

    private Window Build(OverContext context)
    {
        if (context.windowSpecification() is { } specification)
            return Build(specification);
        Identifier name = Name(context.identifier());
        return new WindowName(name) { Span = name.Span };
    }

    private WindowSpecification Build(WindowSpecificationContext context) => new(
        OptionalName(context.baseWindow()),
        Build(context.expression()),
        Build(context.orderBy()),
        context.windowFrame() is { } frame ? Build(frame) : null)
    {
        Span = SpanOf(context),
    };

    private WindowFrame Build(WindowFrameContext context)
    {
        FrameUnit unit = context.ROWS() is not null ? FrameUnit.Rows : context.RANGE() is not null ? FrameUnit.Range : FrameUnit.Groups;
        FrameExclusion exclusion = context.CURRENT() is not null ? FrameExclusion.CurrentRow
            : context.GROUP() is not null ? FrameExclusion.Group
            : context.TIES() is not null ? FrameExclusion.Ties
            : FrameExclusion.NoOthers;
        FrameBoundContext[] bounds = context.frameBound();
        FrameBound start = Build(bounds[0]);
        FrameBound? end = bounds.Length > 1 ? Build(bounds[1]) : null;
        (string Message, TextSpan Place)? problem = start.Kind == FrameBoundKind.UnboundedFollowing ? ("frame start cannot be UNBOUNDED FOLLOWING", start.Span)
            : end is { Kind: FrameBoundKind.UnboundedPreceding } ? ("frame end cannot be UNBOUNDED PRECEDING", end.Span)
            : start.Kind == FrameBoundKind.CurrentRow && end is { Kind: FrameBoundKind.Preceding } ? ("frame starting from current row cannot have preceding rows", end.Span)
            : start.Kind == FrameBoundKind.Following && end is null ? ("frame starting from following row cannot end with current row", start.Span)
            : start.Kind == FrameBoundKind.Following && end!.Kind is FrameBoundKind.Preceding or FrameBoundKind.CurrentRow && start.Kind == FrameBoundKind.Following
                ? ("frame starting from following row cannot have preceding rows", end.Span)
            : null;
        return problem is null
            ? new WindowFrame(unit, start, end, exclusion) { Span = SpanOf(context) }
            : throw ParserErrors.WindowFrame(Text, problem.Value.Place, problem.Value.Message);
    }

    private FrameBound Build(FrameBoundContext context)
    {
        TextSpan span = SpanOf(context);
        Expression offset = Build(context.expression());
        string? word = offset is ColumnReference { Name: { IsSimple: true, Last: { Quoted: false } name } } ? name.Value : null;
        if (context.ROW() is { } row)
            return word == "current" ? new FrameBound(FrameBoundKind.CurrentRow) { Span = span } : throw SyntaxError(row.Symbol, "FOLLOWING", "PRECEDING");
        bool preceding = context.PRECEDING() is not null;
        if (word == "unbounded")
            return new FrameBound(preceding ? FrameBoundKind.UnboundedPreceding : FrameBoundKind.UnboundedFollowing) { Span = span };
        return new FrameBound(preceding ? FrameBoundKind.Preceding : FrameBoundKind.Following, offset) { Span = span };
    }

    // Standard SQL's special call forms become plain calls; FunctionCall lists them.

    private FunctionCall BuildPosition(PositionContext context, TextSpan span)
    {
        BoundContext[] values = context.bound();
        Expression sought = Build(values[0]);
        return values.Length == 2
            ? new FunctionCall("position", Build(values[1]), sought) { Span = span }
            : new FunctionCall("position", sought, Build(context.expression())) { Span = span };
    }

    private FunctionCall BuildTrim(TrimContext context, TextSpan span)
    {
        string name = context.side?.Type switch
        {
            LEADING => "ltrim",
            TRAILING => "rtrim",
            _ => "btrim",
        };
        NodeList<Expression> rest = Build(context.expressions());
        // TRIM(characters FROM text) names the characters first, all other forms the text.
        return context.expression() is not { } first ? new FunctionCall(name, [.. rest]) { Span = span }
            : context.FROM() is not null ? new FunctionCall(name, [.. rest, Build(first)]) { Span = span }
            : new FunctionCall(name, [Build(first), .. rest]) { Span = span };
    }

    private FunctionCall BuildSubstring(SubstringArgumentsContext? context, TextSpan span)
    {
        if (context is null)
            return new FunctionCall("substring") { Span = span };
        var arguments = new List<Expression> { Build(context.expression(0)) };
        if (context.expressions() is { } rest)
            arguments.AddRange(Build(rest));
        if (context.pattern is not null)
            return new FunctionCall("substring", arguments[0], Build(context.pattern), context.Escape ?? throw SyntaxErrorAfter(context, "ESCAPE")) { Span = span };
        if (context.FROM().Length > 1 || context.FOR().Length > 1)
            throw SyntaxErrorAfter(context);
        if (context.from is not null)
            arguments.Add(Build(context.from));
        else if (context.@for is not null)
            arguments.Add(new NumberLiteral("1", NumberKind.Integer));
        if (context.@for is not null)
            arguments.Add(Build(context.@for));
        return new FunctionCall("substring", [.. arguments]) { Span = span };
    }
}
