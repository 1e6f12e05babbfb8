using Antlr4.Runtime;
using SqlCluster.Parser.Ast;
using static SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Building;

internal sealed partial class AstBuilder
{
    public TypeName Build(TypeNameContext context)
    {
        TypeName type = Build(context.simpleType());
        foreach (ArrayBoundContext bound in context.arrayBound())
            type = new ArrayType(type, bound.INTEGER_NUMBER() is { } length ? ReadInteger(length) : null) { Span = TextSpan.Covering(type.Span, SpanOf(bound)) };
        return type;
    }

    private TypeName Build(SimpleTypeContext context)
    {
        TypeName type = BuildElementType(context) with { Span = SpanOf(context) };
        return context.ARRAY() is null ? type : new ArrayType(type) { Span = type.Span };
    }

    private TypeName BuildElementType(SimpleTypeContext context)
    {
        if (context.INTERVAL() is not null)
        {
            return new IntervalType(context.intervalQualifier() is { } fields ? Build(fields)
                : context.typePrecision() is { } digits ? new IntervalQualifier(null, null, Precision(digits)) { Span = SpanOf(digits) }
                : null);
        }
        if (context.TIME() is not null || context.TIMESTAMP() is not null)
            return TimeType(context.Start, context.typePrecision(), context.timeZone());
        if (context.STRUCT() is not null)
            return new StructType(Map(context.structTypeField(), field => new StructTypeField(Name(field.label()), Build(field.typeName())) { Span = SpanOf(field) }));
        if (context.MAP() is not null)
            return new MapType(Build(context.typeName(0)), Build(context.typeName(1)));
        QualifiedName name = Qualified(context, context.typeId(), context.label()) with { Span = SpanOf(context.typeId()) };
        if (context.NATIONAL() is not null)
        {
            if (name.Last.Value is not ("character" or "char"))
                throw SyntaxError(context.typeId().Start, "CHARACTER");
            return BuiltIn(context.VARYING() is null ? "char" : "varchar", Modifiers(context.typePrecision()));
        }
        NodeList<Expression> modifiers = Build(context.expression());
        if (context.PRECISION() is { } precision)
            return modifiers.IsEmpty ? DoublePrecision(name, precision.Symbol) : throw SyntaxErrorAfter(context.typeId());
        return context.VARYING() is { } varying ? VaryingType(name, varying.Symbol, modifiers) : PlainType(name, modifiers);
    }

    private static NamedType BuiltIn(string name, NodeList<Expression> modifiers) => new(QualifiedName.Of(name), modifiers);

    private static NamedType PlainType(QualifiedName name, NodeList<Expression> modifiers) => IsWord(name, "character")
        ? BuiltIn("char", modifiers) with { Span = name.Span }
        : new NamedType(name, modifiers) { Span = name.Span };

    private NamedType DoublePrecision(QualifiedName name, IToken precision) => IsWord(name, "double")
        ? BuiltIn("float8", []) with { Span = name.Span }
        : throw SyntaxError(precision);

    private NamedType VaryingType(QualifiedName name, IToken varying, NodeList<Expression> modifiers) => IsWord(name, "character") || IsWord(name, "char") || IsWord(name, "nchar")
        ? BuiltIn("varchar", modifiers) with { Span = name.Span }
        : IsWord(name, "bit") ? BuiltIn("varbit", modifiers) with { Span = name.Span }
        : throw SyntaxError(varying);

    private NamedType TimeType(IToken keyword, TypePrecisionContext? precision, TimeZoneContext? zone)
    {
        string name = keyword.Type == TIME ? "time" : "timestamp";
        return BuiltIn(zone?.WITH_LA() is null ? name : name + "tz", Modifiers(precision)) with { Span = ParserErrors.SpanOf(keyword) };
    }

    private static bool IsWord(QualifiedName name, string word) => name is { IsSimple: true, Last: { Quoted: false } last } && last.Value == word;

    private int? Precision(TypePrecisionContext? context) => context is null ? null : ReadInteger(context.INTEGER_NUMBER());

    private static NodeList<Expression> Modifiers(TypePrecisionContext? context) => context is null ? [] : [BuildNumber(context.INTEGER_NUMBER().Symbol)];

    private IntervalQualifier Build(IntervalQualifierContext context)
    {
        TextSpan span = SpanOf(context);
        IntervalField start = context.start is { } first ? Field(first) : IntervalField.Second;
        IntervalField? end = context.end is { } last ? Field(last) : null;
        bool allowed = end is null || (start, end) is (IntervalField.Year, IntervalField.Month)
            || (start >= IntervalField.Day && end > start && end <= IntervalField.Second);
        bool precise = context.typePrecision() is null || (end ?? start) == IntervalField.Second;
        return allowed && precise
            ? new IntervalQualifier(start, end, Precision(context.typePrecision())) { Span = span }
            : throw SyntaxError(precise ? context.end! : context.typePrecision().Start);
    }

    private static IntervalField Field(IToken token) => token.Type switch
    {
        YEAR => IntervalField.Year,
        MONTH => IntervalField.Month,
        DAY => IntervalField.Day,
        HOUR => IntervalField.Hour,
        MINUTE => IntervalField.Minute,
        _ => IntervalField.Second,
    };

    /// <summary>Reads the unit of DuckDB's <c>INTERVAL 3 months</c>.</summary>
    private IntervalQualifier IntervalUnit(IdentifierContext context)
    {
        string unit = Name(context).Value;
        string singular = unit switch
        {
            "centuries" => "century",
            "millennia" => "millennium",
            _ => unit.EndsWith('s') ? unit[..^1] : unit,
        };
        return Enum.TryParse(singular, ignoreCase: true, out IntervalField field) && char.IsAsciiLetter(singular[0])
            ? new IntervalQualifier(field) { Span = SpanOf(context) }
            : throw SyntaxError(context.Start, "interval unit");
    }
}
