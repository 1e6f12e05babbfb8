using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Analysis.Coercion;

/// <summary>How far a conversion may go, each including the ones before.</summary>
public enum CoercionContext
{
    /// <summary>Anywhere, unasked: never loses information worth asking for.</summary>
    Implicit,
    /// <summary>When a value is stored in a column.</summary>
    Assignment,
    /// <summary>CAST and ::.</summary>
    Explicit,
}

/// <summary>PostgreSQL's type categories (its pg_type.typcategory).</summary>
internal enum TypeCategory
{
    Unknown,
    Boolean,
    Number,
    String,
    DateTime,
    Timespan,
    Array,
    Composite,
    Other,
}

/// <summary>Which types convert to which: PostgreSQL's pg_cast for our types.</summary>
public static class CastRules
{
    /// <summary>Whether a conversion exists within the context. Unknown converts to everything.</summary>
    public static bool CanCast(SqlType from, SqlType to, CoercionContext context)
    {
        if (from.Kind == TypeKind.Unknown || from.Kind == to.Kind)
        {
            return from.Kind == TypeKind.Unknown || !from.IsNested || CanCastNested(from, to, context);
        }

        if (IsImplicit(from.Kind, to.Kind))
        {
            return true;
        }

        return context switch
        {
            CoercionContext.Implicit => false,
            CoercionContext.Assignment => IsAssignment(from, to),
            CoercionContext.Explicit => IsAssignment(from, to) || IsExplicit(from, to),
        };
    }

    private static bool CanCastNested(SqlType from, SqlType to, CoercionContext context) => from.Kind switch
    {
        TypeKind.Array => CanCast(from.Element!, to.Element!, context),
        TypeKind.Map => CanCast(from.Key!, to.Key!, context) && CanCast(from.Element!, to.Element!, context),
        _ => from.Fields!.Count == to.Fields!.Count && from.Fields.Zip(to.Fields).All(pair => CanCast(pair.First.Type, pair.Second.Type, context)),
    };

    private static bool IsImplicit(TypeKind from, TypeKind to) => from switch
    {
        TypeKind.SmallInt => to is TypeKind.Integer or TypeKind.BigInt or TypeKind.Numeric or TypeKind.Real or TypeKind.DoublePrecision or TypeKind.Oid,
        TypeKind.Integer => to is TypeKind.BigInt or TypeKind.Numeric or TypeKind.Real or TypeKind.DoublePrecision or TypeKind.Oid,
        TypeKind.BigInt => to is TypeKind.Numeric or TypeKind.Real or TypeKind.DoublePrecision or TypeKind.Oid,
        TypeKind.Numeric => to is TypeKind.Real or TypeKind.DoublePrecision,
        TypeKind.Real => to is TypeKind.DoublePrecision,
        TypeKind.Text or TypeKind.Varchar or TypeKind.Char => to is TypeKind.Text or TypeKind.Varchar or TypeKind.Char or TypeKind.Name,
        TypeKind.Name => to is TypeKind.Text,
        TypeKind.Date => to is TypeKind.Timestamp or TypeKind.TimestampTz,
        TypeKind.Timestamp => to is TypeKind.TimestampTz,
        TypeKind.Time => to is TypeKind.Interval,
        _ => false,
    };

    private static bool IsAssignment(SqlType from, SqlType to) => (from.Kind, to.Kind) switch
    {
        (TypeKind.Integer or TypeKind.BigInt or TypeKind.Numeric or TypeKind.Real or TypeKind.DoublePrecision, TypeKind.SmallInt) => true,
        (TypeKind.BigInt or TypeKind.Numeric or TypeKind.Real or TypeKind.DoublePrecision or TypeKind.Oid, TypeKind.Integer) => true,
        (TypeKind.Numeric or TypeKind.Real or TypeKind.DoublePrecision or TypeKind.Oid, TypeKind.BigInt) => true,
        (TypeKind.Real or TypeKind.DoublePrecision, TypeKind.Numeric) => true,
        (TypeKind.DoublePrecision, TypeKind.Real) => true,
        (TypeKind.Timestamp or TypeKind.TimestampTz, TypeKind.Date or TypeKind.Time) => true,
        (TypeKind.TimestampTz, TypeKind.Timestamp) => true,
        (TypeKind.Interval, TypeKind.Time) => true,
        (TypeKind.Json, TypeKind.Jsonb) or (TypeKind.Jsonb, TypeKind.Json) => true,
        _ => to.IsText && from.Kind != TypeKind.Void,
    };

    private static bool IsExplicit(SqlType from, SqlType to) => (from.Kind, to.Kind) switch
    {
        (TypeKind.Boolean, TypeKind.Integer) or (TypeKind.Integer, TypeKind.Boolean) => true,
        (TypeKind.Jsonb, TypeKind.Boolean or TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt or TypeKind.Numeric or TypeKind.Real or TypeKind.DoublePrecision) => true,
        _ => from.IsText && to.Kind is not (TypeKind.Void or TypeKind.Row or TypeKind.Map),
    };

    internal static TypeCategory CategoryOf(TypeKind kind) => kind switch
    {
        TypeKind.Unknown => TypeCategory.Unknown,
        TypeKind.Boolean => TypeCategory.Boolean,
        TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt or TypeKind.Real or TypeKind.DoublePrecision or TypeKind.Numeric or TypeKind.Oid => TypeCategory.Number,
        TypeKind.Text or TypeKind.Varchar or TypeKind.Char or TypeKind.Name => TypeCategory.String,
        TypeKind.Date or TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz => TypeCategory.DateTime,
        TypeKind.Interval => TypeCategory.Timespan,
        TypeKind.Array => TypeCategory.Array,
        TypeKind.Row or TypeKind.Map => TypeCategory.Composite,
        TypeKind.Bytea or TypeKind.Uuid or TypeKind.Json or TypeKind.Jsonb or TypeKind.Void => TypeCategory.Other,
    };

    /// <summary>Whether the type is its category's preferred one: a tie between candidates goes to it.</summary>
    internal static bool IsPreferred(TypeKind kind) =>
        kind is TypeKind.Boolean or TypeKind.DoublePrecision or TypeKind.Oid or TypeKind.Text or TypeKind.TimestampTz or TypeKind.Interval;
}
