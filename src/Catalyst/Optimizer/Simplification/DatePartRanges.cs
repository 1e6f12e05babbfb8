using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Simplification;

/// <summary>Turns comparisons of a date's year into comparisons of the date, which scans can prune by.</summary>
/// <remarks><code>EXTRACT(year FROM d) = 1995   =>   d >= date '1995-01-01' AND d &lt; date '1996-01-01'</code></remarks>
internal static class DatePartRanges
{
    private const int EpochDay = 719_162;

    public static Expression? Rewrite(Comparison comparison)
    {
        if (YearOf(comparison.Left) is not { } date || comparison.Right is not Literal literal || Year(literal) is not { } year)
        {
            return null;
        }

        Comparison From(ComparisonOperator sign, int of) => new(sign, date, new Literal((long)new DateOnly(of, 1, 1).DayNumber - EpochDay, SqlType.Date));
        return comparison.Operator switch
        {
            ComparisonOperator.Equal => Conjunctions.AndAll(From(ComparisonOperator.GreaterOrEqual, year), From(ComparisonOperator.Less, year + 1)),
            ComparisonOperator.NotEqual => Conjunctions.OrAll(From(ComparisonOperator.Less, year), From(ComparisonOperator.GreaterOrEqual, year + 1)),
            ComparisonOperator.Less => From(ComparisonOperator.Less, year),
            ComparisonOperator.LessOrEqual => From(ComparisonOperator.Less, year + 1),
            ComparisonOperator.Greater => From(ComparisonOperator.GreaterOrEqual, year + 1),
            ComparisonOperator.GreaterOrEqual => From(ComparisonOperator.GreaterOrEqual, year),
        };
    }

    /// <summary>The date column whose year is computed, through a cast of the year to another number type.</summary>
    private static ColumnReference? YearOf(Expression expression) => expression switch
    {
        Cast { Target.IsNumber: true } cast => YearOf(cast.Input),
        Call { Function.Name: "date_part" or "extract", Arguments: [Literal { Value: string part }, var argument] } when part.Equals("year", StringComparison.OrdinalIgnoreCase) => DateColumn(argument),
        Call { Function.Name: "year", Arguments: [var argument] } => DateColumn(argument),
        _ => null,
    };

    private static ColumnReference? DateColumn(Expression argument) => argument switch
    {
        ColumnReference { Type.Kind: TypeKind.Date } column => column,
        Cast { Input: ColumnReference { Type.Kind: TypeKind.Date } column, Target.Kind: TypeKind.Timestamp } => column,
        _ => null,
    };

    /// <summary>A whole year that dates with a successor have.</summary>
    private static int? Year(Literal literal)
    {
        decimal? value = literal.Value switch
        {
            long number => number,
            double number when Math.Abs(number) < 1e6 => (decimal)number,
            Int128 unscaled when Int128.Abs(unscaled) < 1_000_000_000_000_000_000 && literal.Type.Scale <= 15 => (decimal)unscaled / (decimal)Math.Pow(10, literal.Type.Scale),
            _ => null,
        };
        return value is >= 1 and <= 9998 && value == decimal.Truncate(value.Value) ? (int)value : null;
    }
}
