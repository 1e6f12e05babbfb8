using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Simplification;

/// <summary>Compares a column in its own type where the query casts it to compare with a constant, so that scans can prune.</summary>
/// <remarks><code>CAST(d AS timestamp) &lt; timestamp '1995-03-15 00:00:00'   =>   d &lt; date '1995-03-15'
/// CAST(i AS bigint) > 7                                    =>   i > 7</code>
/// The constant is cast to the column's type and back: unchanged, it takes the cast's place.
/// </remarks>
internal static class CastUnwrapping
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    public static Expression? Unwrap(Comparison comparison, ConstantFolding constants)
    {
        if (comparison is not { Left: Cast { IsTry: false } cast, Right: Literal constant } || !IsLossless(cast.Input.Type, cast.Target))
        {
            return null;
        }

        if (Narrow(constant, cast, constants) is { } narrowed)
        {
            return comparison with { Left = cast.Input, Right = narrowed };
        }

        return cast.Input.Type.Kind == TypeKind.Date && constant is { Type.Kind: TypeKind.Timestamp, Value: long microseconds } ? UnwrapWithinDay(comparison, cast, microseconds) : null;
    }

    public static Expression? Unwrap(InList list, ConstantFolding constants)
    {
        if (list.Input is not Cast { IsTry: false } cast || !IsLossless(cast.Input.Type, cast.Target))
        {
            return null;
        }

        var items = new List<Expression>(list.Items.Count);
        foreach (Expression item in list.Items)
        {
            Interruption.Ask();
            if (item is not Literal literal || Narrow(literal, cast, constants) is not { } narrowed)
            {
                return null;
            }

            items.Add(narrowed);
        }

        return list with { Input = cast.Input, Items = [.. items] };
    }

    /// <summary>Tells whether each value survives the cast and order is kept: different values stay different, in the same order.</summary>
    public static bool IsLossless(SqlType from, SqlType to) => (from.Kind, to.Kind) switch
    {
        (TypeKind.SmallInt, TypeKind.Integer or TypeKind.BigInt) or (TypeKind.Integer, TypeKind.BigInt) => true,
        (TypeKind.SmallInt or TypeKind.Integer, TypeKind.DoublePrecision) or (TypeKind.Real, TypeKind.DoublePrecision) => true,
        (TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt, TypeKind.Numeric) => to.Precision - to.Scale >= NumericTyping.OfInteger(from).Precision,
        (TypeKind.Numeric, TypeKind.Numeric) => to.Scale >= from.Scale && to.Precision - to.Scale >= from.Precision - from.Scale,
        (TypeKind.Date, TypeKind.Timestamp) => true,
        (TypeKind.Varchar, TypeKind.Text) => true,
        _ => false,
    };

    private static Literal? Narrow(Literal constant, Cast cast, ConstantFolding constants)
    {
        if (constant.IsNull)
        {
            return Literal.Null(cast.Input.Type);
        }

        return constants.TryFold(new Cast(constant, cast.Input.Type)) is { } narrowed
            && constants.TryFold(new Cast(narrowed, cast.Target)) is { } back && Equals(back.Value, constant.Value) && back.Type.Scale == constant.Type.Scale ? narrowed : null;
    }

    /// <summary>A time within a day: dates up to that day are before it, later ones after it.</summary>
    private static Expression? UnwrapWithinDay(Comparison comparison, Cast cast, long microseconds)
    {
        var day = new Literal((long)Math.Floor((decimal)microseconds / MicrosecondsPerDay), SqlType.Date);
        return comparison.Operator switch
        {
            ComparisonOperator.Less or ComparisonOperator.LessOrEqual => new Comparison(ComparisonOperator.LessOrEqual, cast.Input, day),
            ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual => new Comparison(ComparisonOperator.Greater, cast.Input, day),
            _ => null,
        };
    }
}
