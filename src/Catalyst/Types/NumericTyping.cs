namespace SqlCluster.Catalyst.Types;

/// <summary>Decides precision and scale of numeric results. Shared by operator and aggregate signatures and by the analyzer.</summary>
/// <remarks>
/// PostgreSQL's numeric has a scale per value; ours has one per column, at most <see cref="SqlType.MaxPrecision"/> digits. + and - keep the larger scale and get
/// one digit more; * adds digits and scales; / gets at least <see cref="MinDivisionScale"/> fraction digits, as PostgreSQL shows at least so many. What does not fit
/// gives up fraction digits first, down to min(scale, <see cref="MinDivisionScale"/>), as Spark's adjustPrecisionScale does with 6.
/// An integer takes part as <see cref="OfInteger"/>; an integer literal as the digits it has, so that 1 - l_discount stays narrow.
/// </remarks>
public static class NumericTyping
{
    /// <summary>Fraction digits of a quotient and of an average, at least.</summary>
    public const int MinDivisionScale = 16;

    /// <summary>What numeric without precision stands for where nothing says more (a text or float cast to numeric, a column declared so).</summary>
    public static readonly SqlType Unconstrained = SqlType.Numeric(SqlType.MaxPrecision, MinDivisionScale);

    /// <summary>Digits of an integer type's largest value: numeric(5,0), numeric(10,0), numeric(19,0).</summary>
    public static SqlType OfInteger(SqlType type) => type.Kind switch
    {
        TypeKind.SmallInt => SqlType.Numeric(5, 0),
        TypeKind.Integer => SqlType.Numeric(10, 0),
        TypeKind.BigInt or TypeKind.Oid => SqlType.Numeric(19, 0),
        _ => throw new ArgumentException($"not an integer type: {type}", nameof(type)),
    };

    /// <summary>The numeric type that a value of the type becomes where numeric is wanted: itself, its integer digits, or <see cref="Unconstrained"/>.</summary>
    public static SqlType ToNumeric(SqlType type) =>
        type.Kind == TypeKind.Numeric ? type : type.IsInteger || type.Kind == TypeKind.Oid ? OfInteger(type) : Unconstrained;

    /// <summary>The narrowest type for a value as written: its digits before and after the point.</summary>
    public static SqlType OfDigits(Int128 unscaled, int scale)
    {
        int digits = 1;
        for (UInt128 rest = (UInt128)Int128.Abs(unscaled) / 10; rest != 0; rest /= 10)
        {
            digits++;
        }

        return SqlType.Numeric(Math.Max(digits, Math.Max(scale, 1)), scale);
    }

    /// <summary>left + right and left - right.</summary>
    public static SqlType Add(SqlType left, SqlType right)
    {
        (left, right) = (ToNumeric(left), ToNumeric(right));
        int scale = Math.Max(left.Scale, right.Scale);
        return Fit(Math.Max(left.Precision - left.Scale, right.Precision - right.Scale) + scale + 1, scale);
    }

    /// <summary>left * right.</summary>
    public static SqlType Multiply(SqlType left, SqlType right)
    {
        (left, right) = (ToNumeric(left), ToNumeric(right));
        return Fit(left.Precision + right.Precision, left.Scale + right.Scale);
    }

    /// <summary>left / right.</summary>
    public static SqlType Divide(SqlType left, SqlType right)
    {
        (left, right) = (ToNumeric(left), ToNumeric(right));
        int scale = Math.Max(Math.Max(left.Scale, right.Scale), MinDivisionScale);
        return Fit(left.Precision - left.Scale + right.Scale + scale, scale);
    }

    /// <summary>left % right.</summary>
    public static SqlType Modulo(SqlType left, SqlType right)
    {
        (left, right) = (ToNumeric(left), ToNumeric(right));
        int scale = Math.Max(left.Scale, right.Scale);
        return Fit(Math.Min(left.Precision - left.Scale, right.Precision - right.Scale) + scale, scale);
    }

    /// <summary>One type that holds values of both (UNION, CASE, IN, COALESCE).</summary>
    public static SqlType Common(SqlType left, SqlType right)
    {
        (left, right) = (ToNumeric(left), ToNumeric(right));
        int scale = Math.Max(left.Scale, right.Scale);
        return Fit(Math.Max(left.Precision - left.Scale, right.Precision - right.Scale) + scale, scale);
    }

    /// <summary>sum: bigint for smallint and integer, numeric(38,0) for bigint, numeric(38,s) for numeric, the type itself for the rest (floats, interval).</summary>
    public static SqlType Sum(SqlType type) => type.Kind switch
    {
        TypeKind.SmallInt or TypeKind.Integer => SqlType.BigInt,
        TypeKind.BigInt => SqlType.Numeric(SqlType.MaxPrecision, 0),
        TypeKind.Numeric => SqlType.Numeric(SqlType.MaxPrecision, type.Scale),
        _ => type,
    };

    /// <summary>avg: numeric for integers and numeric, double precision for floats, the type itself for the rest (interval).</summary>
    public static SqlType Average(SqlType type) =>
        type.IsInteger ? SqlType.Numeric(SqlType.MaxPrecision, MinDivisionScale)
        : type.Kind == TypeKind.Numeric ? SqlType.Numeric(SqlType.MaxPrecision, Math.Max(type.Scale, MinDivisionScale))
        : type.IsFloat ? SqlType.DoublePrecision
        : type;

    /// <summary>round and trunc to <paramref name="digits"/> fraction digits (negative: digits before the point): the scale the value is shown with, and a digit for the carry.</summary>
    public static SqlType Round(SqlType type, int digits)
    {
        SqlType numeric = ToNumeric(type);
        int scale = Math.Clamp(digits, 0, SqlType.MaxPrecision);
        return Fit(numeric.Precision - numeric.Scale + 1 + scale, scale);
    }

    /// <summary>Cuts a type that needs more than 38 digits: fraction digits go first, but min(scale, 16) of them stay.</summary>
    private static SqlType Fit(int precision, int scale)
    {
        if (precision <= SqlType.MaxPrecision)
        {
            return SqlType.Numeric(Math.Max(precision, 1), scale);
        }

        int integerDigits = precision - scale;
        int keptScale = Math.Max(SqlType.MaxPrecision - integerDigits, Math.Min(scale, MinDivisionScale));
        return SqlType.Numeric(SqlType.MaxPrecision, keptScale);
    }
}
