using System.Globalization;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Coercion;

/// <summary>Turns types as written into <see cref="SqlType"/>s.</summary>
public static class TypeNames
{
    /// <summary>The type.</summary>
    /// <exception cref="Parser.Errors.QueryException">42704 for an unknown name, 22023 or 42601 for wrong modifiers, 0A000 for a type the engine lacks.</exception>
    public static SqlType Resolve(TypeName type) => Resolve(type, static node => node.Span.IsKnown ? node.Span.Start + 1 : 0);

    internal static SqlType Resolve(TypeName type, Func<SyntaxNode, int> position) => type switch
    {
        NamedType named => OfName(named, position),
        IntervalType interval => OfTime(SqlType.Interval, interval.Qualifier?.Precision is { } digits ? [digits] : [], "interval", position(type)),
        ArrayType array => SqlType.Array(Resolve(array.Element, position)),
        StructType row => SqlType.Row(row.Fields.Map(field => new RowField(field.Name.Value, Resolve(field.Type, position)))),
        MapType map => SqlType.Map(Resolve(map.Key, position), Resolve(map.Value, position)),
        _ => throw AnalyzerErrors.MissingType(type.ToString(), position(type)),
    };

    /// <summary>PostgreSQL's internal name, which an output column made by a cast gets: int4, numeric, text.</summary>
    public static string InternalName(TypeName type) => type switch
    {
        NamedType named => named.Name.Last.Value switch
        {
            "int" or "integer" => "int4",
            "bigint" => "int8",
            "smallint" => "int2",
            "real" => "float4",
            "float" or "double" => "float8",
            "decimal" or "dec" => "numeric",
            "boolean" => "bool",
            "char" when !named.Name.Last.Quoted => "bpchar",
            var name => name,
        },
        IntervalType => "interval",
        ArrayType array => InternalName(array.Element),
        StructType => "row",
        MapType => "map",
        _ => "?column?",
    };

    /// <summary>Types whose arrays have a name of their own, with a line in front: _int4.</summary>
    private static readonly string[] ArrayNames =
        ["bool", "bpchar", "bytea", "date", "float4", "float8", "int2", "int4", "int8", "interval", "json", "jsonb", "name", "numeric", "oid", "text", "time", "timestamp", "timestamptz", "uuid", "varchar"];

    private static SqlType OfName(NamedType type, Func<SyntaxNode, int> position)
    {
        string name = type.Name.Last.Value;
        if (type.Name.Parts.Count > 2 || (type.Name.Parts.Count == 2 && type.Name.Parts[0].Value is not ("pg_catalog" or "public")))
        {
            throw AnalyzerErrors.MissingType(type.Name.ToString(), position(type));
        }

        int[] modifiers = [.. type.Modifiers.Select(modifier => Modifier(modifier, type, position))];
        SqlType? found = name switch
        {
            "int" or "int4" or "integer" => SqlType.Integer,
            "bigint" or "int8" => SqlType.BigInt,
            "smallint" or "int2" => SqlType.SmallInt,
            "real" or "float4" => SqlType.Real,
            "float8" or "double" => SqlType.DoublePrecision,
            "float" => OfFloat(modifiers, position(type)),
            "numeric" or "decimal" or "dec" => OfNumeric(modifiers, position(type)),
            "boolean" or "bool" => SqlType.Boolean,
            "text" or "string" => SqlType.Text,
            "varchar" => SqlType.Varchar(Length(modifiers, 0, name, position(type))),
            "char" when type.Name.Last.Quoted => TypeVariants.Of(TypeVariant.SingleByte),
            "char" => SqlType.Char(Length(modifiers, 1, name, position(type))),
            "bpchar" => SqlType.Char(Length(modifiers, 0, name, position(type))),
            "name" => SqlType.Name,
            "bytea" or "blob" => SqlType.Bytea,
            "date" => SqlType.Date,
            "time" => OfTime(SqlType.Time, modifiers, name, position(type)),
            "timestamp" or "datetime" => OfTime(SqlType.Timestamp, modifiers, name, position(type)),
            "timestamptz" => OfTime(SqlType.TimestampTz, modifiers, name, position(type)),
            "interval" => SqlType.Interval,
            "uuid" => SqlType.Uuid,
            "json" => SqlType.Json,
            "jsonb" => SqlType.Jsonb,
            "oid" => SqlType.Oid,
            "void" => SqlType.Void,
            "unknown" => SqlType.Unknown,
            _ => TypeVariants.Find(name),
        };
        if (found is null && name.StartsWith('_') && ArrayNames.Contains(name[1..]))
        {
            return SqlType.Array(OfName(new NamedType(QualifiedName.Of(name[1..]), []), position));
        }

        if (found is null)
        {
            throw name is "timetz" or "bit" or "varbit" or "money" or "xml" or "cidr" or "point" or "hstore" or "tsvector" or "tsquery" or "macaddr" or "macaddr8" or "box" or "line" or "lseg" or "path" or "polygon" or "circle" or "record" or "pg_snapshot" or "txid_snapshot"
                ? AnalyzerErrors.Unsupported($"type {name}", position(type))
                : AnalyzerErrors.MissingType(name, position(type));
        }

        bool takesModifiers = found.Kind is TypeKind.Numeric or TypeKind.Varchar or TypeKind.Char or TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz || name == "float";
        return modifiers.Length == 0 || takesModifiers ? found : throw AnalyzerErrors.Syntax($"type modifier is not allowed for type \"{name}\"", position(type));
    }

    private static int Modifier(Expression modifier, NamedType type, Func<SyntaxNode, int> position) =>
        modifier is NumberLiteral { Kind: NumberKind.Integer } number && int.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw AnalyzerErrors.Syntax($"type modifiers of type \"{type.Name}\" must be simple constants", position(modifier));

    private static SqlType OfFloat(int[] modifiers, int position) => modifiers switch
    {
        [] => SqlType.DoublePrecision,
        [>= 1 and <= 24] => SqlType.Real,
        [>= 25 and <= 53] => SqlType.DoublePrecision,
        [< 1] => throw AnalyzerErrors.InvalidTypeModifier("precision for type float must be at least 1 bit", position),
        _ => throw AnalyzerErrors.InvalidTypeModifier("precision for type float must be less than 54 bits", position),
    };

    private static SqlType OfNumeric(int[] modifiers, int position)
    {
        if (modifiers.Length == 0)
        {
            return NumericTyping.Unconstrained;
        }

        int precision = modifiers[0], scale = modifiers.Length > 1 ? modifiers[1] : 0;
        if (modifiers.Length > 2)
        {
            throw AnalyzerErrors.InvalidTypeModifier("invalid NUMERIC type modifier", position);
        }

        if (precision is < 1 or > SqlType.MaxPrecision)
        {
            throw AnalyzerErrors.InvalidTypeModifier($"NUMERIC precision {precision} must be between 1 and {SqlType.MaxPrecision}", position);
        }

        return scale <= precision
            ? SqlType.Numeric(precision, scale)
            : throw AnalyzerErrors.InvalidTypeModifier($"NUMERIC scale {scale} must be between 0 and precision {precision}", position);
    }

    /// <summary>Fraction digits beyond six count as six, which is what is kept.</summary>
    private static SqlType OfTime(SqlType type, int[] modifiers, string name, int position) => modifiers switch
    {
        [] or [>= 6] => type,
        [>= 0 and var digits] => type with { Precision = digits },
        _ => throw AnalyzerErrors.InvalidTypeModifier($"invalid type modifier for type {name}", position),
    };

    private static int Length(int[] modifiers, int without, string name, int position) => modifiers switch
    {
        [] => without,
        [>= 1 and <= 10_485_760 and var length] => length,
        [< 1] => throw AnalyzerErrors.InvalidTypeModifier($"length for type {name} must be at least 1", position),
        [_] => throw AnalyzerErrors.InvalidTypeModifier($"length for type {name} cannot exceed 10485760", position),
        _ => throw AnalyzerErrors.InvalidTypeModifier($"invalid type modifier for type {name}", position),
    };
}
