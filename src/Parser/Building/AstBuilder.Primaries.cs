using Antlr4.Runtime;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Tokens;
using static SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

internal sealed partial class AstBuilder
{
    private Expression BuildPrimary(PrimaryContext context)
    {
        TextSpan span = SpanOf(context);
        switch (context)
        {
            case NameOrCallContext name:
                return BuildNameOrCall(name, span);
            case NumberContext number:
                return BuildNumber(number.Start);
            case StringContext text:
                return new StringLiteral(ReadString(text.STRING())) { Span = span };
            case ParensContext parens:
                (Query? query, NodeList<Expression> values) = BuildBody(parens.parenthesizedBody());
                Expression inner = query is not null ? new ScalarSubquery(query) { Span = span }
                    : values.Count == 1 ? values[0]
                    : new RowExpression(values) { Span = span };
                return ApplyFields(inner, Fields(parens.fields()));
            case ParameterContext parameter:
                return ApplyFields(BuildParameter(parameter.PARAMETER().Symbol), Fields(parameter.fields()));
            case BooleanContext boolean:
                return new BooleanLiteral(boolean.TRUE() is not null) { Span = span };
            case NullContext:
                return new NullLiteral { Span = span };
            default:
                return BuildForm(((FormExpressionContext)context).form(), span);
        }
    }

    private Expression BuildForm(FormContext context, TextSpan span) => context switch
    {
        CaseContext choice => BuildCase(choice, span),
        ExistsContext exists => new ExistsExpression(Build(exists.query())) { Span = span },
        TimeLiteralContext time => BuildTimeLiteral(time, span),
        IntervalLiteralContext interval => BuildInterval(interval, span),
        KeywordCallContext call when call.STRING() is { } text =>
            new TypedLiteral(PlainType(FunctionName(call.functionName()), []), ReadString(text)) { Span = span, Anchor = SpanOf(text) },
        KeywordCallContext call => ApplyFields(BuildCall(FunctionName(call.functionName()), call.callTail(), span), Fields(call.fields())),
        NationalLiteralContext literal => new TypedLiteral(
            BuiltIn(literal.VARYING() is null ? "char" : "varchar", Modifiers(literal.typePrecision())), ReadString(literal.STRING())) { Span = span, Anchor = SpanOf(literal.STRING()) },
        CurrentValueExpressionContext current => Build(current.currentValue()),
        ArrayContext array => array.query() is { } query
            ? new ArraySubquery(Build(query)) { Span = span }
            : new ArrayExpression(Build(array.expressions())) { Span = span },
        ListContext list => Build(list.expressions()) is var items && items.Any(static item => item is ArrayExpression)
            ? new ArrayExpression(items, IsListOfLists: true) { Span = span }
            : new ArrayExpression(items) { Span = span },
        StructContext structure => new StructExpression(structure.structFields() is { } fields ? Map(fields.structField(), Build) : []) { Span = span },
        RowContext row => row.LEFT_PAREN() is null ? NameExpression(row.Start, row.fields(), span) : new RowExpression(Build(row.expressions())) { Span = span },
        GroupingContext grouping => new GroupingExpression(Build(grouping.expressions())) { Span = span },
        BitStringContext bits => BuildBitString(bits, span),
        DefaultContext => new DefaultValue { Span = span },
        CallFormExpressionContext call => BuildForm(call.callForm(), span),
        UniqueContext => throw ParserErrors.Unsupported(Text, span, "UNIQUE predicate"),
        _ => throw new InvalidOperationException($"the builder has no case for {context.GetType().Name}"),
    };

    private Expression BuildForm(CallFormContext context, TextSpan span) => context switch
    {
        CastContext cast => new CastExpression(Build(cast.expression()), Build(cast.typeName()), cast.TRY_CAST() is not null) { Span = span },
        // Without types of one's own that inherit from each other a cast is all that TREAT does.
        TreatContext treat => new CastExpression(Build(treat.expression()), Build(treat.typeName())) { Span = span },
        ExtractContext extract => new ExtractExpression(
            (extract.STRING() is { } text ? ReadString(text) : Name(extract.label()).Value).ToLowerInvariant(), Build(extract.expression())) { Span = span },
        SubstringContext substring => BuildSubstring(substring.substringArguments(), span),
        PositionContext position => BuildPosition(position, span),
        OverlayContext overlay => new FunctionCall("overlay", [.. Build(overlay.expression()), .. Build(overlay.expressions())]) { Span = span },
        TrimContext trim => BuildTrim(trim, span),
        CollationForContext collation => new FunctionCall("pg_collation_for", Build(collation.expression())) { Span = span },
        XmlContext => throw ParserErrors.Unsupported(Text, span, "SQL/XML"),
        _ => throw new InvalidOperationException($"the builder has no case for {context.GetType().Name}"),
    };

    private static NumberLiteral BuildNumber(IToken token)
    {
        NumberKind kind = token.Type switch
        {
            INTEGER_NUMBER => NumberKind.Integer,
            DECIMAL_NUMBER => NumberKind.Decimal,
            _ => NumberKind.Float,
        };
        return new NumberLiteral(NumberText.Normalize(((SqlToken)token).Span), kind) { Span = ParserErrors.SpanOf(token) };
    }

    private Parameter BuildParameter(IToken token)
    {
        TextSpan span = ParserErrors.SpanOf(token);
        ReadOnlySpan<char> text = ((SqlToken)token).Span;
        if (text is "?")
        {
            _positionalParameters ??= NumberPositionalParameters();
            return new Parameter(_positionalParameters[token.TokenIndex]) { Span = span };
        }
        return int.TryParse(text[1..], out int index) && index > 0
            ? new Parameter(index) { Span = span }
            : throw ParserErrors.MissingParameter(Text, span);
    }

    /// <summary>Numbers each <c>?</c> within its statement, by its place in the text (trees are built inside out).</summary>
    private Dictionary<int, int> NumberPositionalParameters()
    {
        var numbers = new Dictionary<int, int>();
        int count = 0;
        for (int i = 0; i < tokens.Size; i++)
        {
            IToken token = tokens.Get(i);
            if (token.Type == SEMICOLON)
                count = 0;
            else if (token.Type == PARAMETER && ((SqlToken)token).Span is "?")
                numbers.Add(i, ++count);
        }
        return numbers;
    }

    private Expression BuildNameOrCall(NameOrCallContext context, TextSpan span)
    {
        NameContext nameContext = context.name();
        IToken first = nameContext.Start;
        if (context.nameTail() is null)
            return NameExpression(first, nameContext.fields(), span);
        QualifiedName name = DottedName(first, Fields(nameContext.fields()), SpanOf(nameContext));
        switch (context.nameTail())
        {
            case NameCallContext call:
                return ApplyFields(BuildCall(name, call.callTail(), span), Fields(call.fields()));
            case TypedLiteralContext literal:
                TypeName type = literal.PRECISION() is { } precision ? DoublePrecision(name, precision.Symbol) : PlainType(name, []);
                return new TypedLiteral(type, ReadString(literal.STRING())) { Span = span, Anchor = SpanOf(literal.STRING()) };
            case VaryingLiteralContext varying:
                return new TypedLiteral(VaryingType(name, varying.VARYING().Symbol, Modifiers(varying.typePrecision())), ReadString(varying.STRING())) { Span = span, Anchor = SpanOf(varying.STRING()) };
            default:
                var map = (MapLiteralContext)context.nameTail();
                if (!name.IsSimple || name.Last is not { Quoted: false, Value: "map" })
                    throw SyntaxError(map.Start);
                return new MapExpression(map.mapEntries() is { } entries ? Map(entries.mapEntry(), Build) : []) { Span = span };
        }
    }

    private MapEntry Build(MapEntryContext context)
    {
        ExpressionContext[] pair = context.expression();
        return new MapEntry(Build(pair[0]), Build(pair[1])) { Span = SpanOf(context) };
    }

    private StructField Build(StructFieldContext context)
    {
        string name = context.STRING() is { } text ? ReadString(text) : Name(context.label()).Value;
        return new StructField(name, Build(context.expression())) { Span = SpanOf(context) };
    }

    private CaseBranch Build(CaseBranchContext context) => new(Build(context.when), Build(context.then)) { Span = SpanOf(context) };

    private CaseExpression BuildCase(CaseContext context, TextSpan span)
    {
        Expression? operand = BuildOptional(context.operandOfCase);
        return new CaseExpression(operand, Take(context.caseBranches().Branches), BuildOptional(context.otherwise)) { Span = span };
    }

    private BitStringLiteral BuildBitString(BitStringContext context, TextSpan span)
    {
        bool hexadecimal = context.HEX_STRING() is not null;
        string digits = ReadString(context.Start);
        foreach (char digit in digits)
        {
            if (hexadecimal ? !char.IsAsciiHexDigit(digit) : digit is not ('0' or '1'))
                throw ParserErrors.Misplaced(Text, span, $"\"{digit}\" is not a valid {(hexadecimal ? "hexadecimal" : "binary")} digit");
        }
        return new BitStringLiteral(digits, hexadecimal) { Span = span };
    }

    private CurrentValue Build(CurrentValueContext context)
    {
        CurrentValueKind kind = context.Start.Type switch
        {
            CURRENT_DATE => CurrentValueKind.CurrentDate,
            CURRENT_TIME => CurrentValueKind.CurrentTime,
            CURRENT_TIMESTAMP => CurrentValueKind.CurrentTimestamp,
            LOCALTIME => CurrentValueKind.LocalTime,
            LOCALTIMESTAMP => CurrentValueKind.LocalTimestamp,
            CURRENT_ROLE => CurrentValueKind.CurrentRole,
            CURRENT_USER => CurrentValueKind.CurrentUser,
            SESSION_USER => CurrentValueKind.SessionUser,
            SYSTEM_USER => CurrentValueKind.SystemUser,
            USER => CurrentValueKind.User,
            CURRENT_CATALOG => CurrentValueKind.CurrentCatalog,
            _ => CurrentValueKind.CurrentSchema,
        };
        if (context.typePrecision() is { } precision && kind == CurrentValueKind.CurrentDate)
            throw SyntaxError(precision.Start);
        return new CurrentValue(kind, Precision(context.typePrecision())) { Span = SpanOf(context) };
    }

    private Expression BuildTimeLiteral(TimeLiteralContext context, TextSpan span)
    {
        if (context.STRING() is { } text)
            return new TypedLiteral(TimeType(context.Start, context.typePrecision(), context.timeZone()), ReadString(text)) { Span = span, Anchor = SpanOf(text) };
        return NameExpression(context.Start, context.fields(), span);
    }

    private Expression BuildInterval(IntervalLiteralContext context, TextSpan span)
    {
        if (context.STRING() is { } text)
        {
            IntervalQualifier? qualifier = context.intervalQualifier() is { } fields ? Build(fields) : null;
            if (context.typePrecision() is { } precision)
            {
                if (qualifier is not null)
                    throw SyntaxError(context.intervalQualifier().Start);
                qualifier = new IntervalQualifier(null, null, Precision(precision)) { Span = SpanOf(precision) };
            }
            return new IntervalLiteral(ReadString(text), qualifier) { Span = span, Anchor = SpanOf(text) };
        }
        if (context.INTEGER_NUMBER() is { } count)
            return new IntervalLiteral(NumberText.Normalize(((SqlToken)count.Symbol).Span), IntervalUnit(context.identifier())) { Span = span };
        return NameExpression(context.Start, context.fields(), span);
    }
}
