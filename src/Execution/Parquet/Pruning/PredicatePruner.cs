using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Parquet.Pruning;

/// <summary>Decides from bounds whether a predicate can be true for any row. Whatever it does not understand can be.</summary>
/// <remarks>
/// A null predicate rejects the row as false does, so a comparison with an all-null column prunes. Columns are <see cref="InputReference"/>s whose
/// bounds the caller looks up; widening casts of integers, numerics and dates around them are seen through.
/// </remarks>
internal static class PredicatePruner
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <param name="predicate">A conjunct of a scan.</param>
    /// <param name="boundsOf">What is known of the column with an ordinal.</param>
    /// <returns>False when no row can satisfy the predicate.</returns>
    public static bool MightMatch(Expression predicate, Func<int, ColumnBounds> boundsOf)
    {
        switch (predicate)
        {
            case Literal literal:
                return literal.Value is true or not (null or bool);
            case And and:
                return and.Terms.All(term => MightMatch(term, boundsOf));
            case Or or:
                return or.Terms.Any(term => MightMatch(term, boundsOf));
            case InputReference column when column.Type.Kind == TypeKind.Boolean:
                return MightCompare(ComparisonOperator.Equal, boundsOf(column.Ordinal), new Bound(1));
            case Not { Input: InputReference column } when column.Type.Kind == TypeKind.Boolean:
                return MightCompare(ComparisonOperator.Equal, boundsOf(column.Ordinal), new Bound(0));
            case IsNull { Input: InputReference column } isNull:
                ColumnBounds known = boundsOf(column.Ordinal);
                return isNull.Negated ? !known.IsAllNull : known.MayHaveNulls;
            case Comparison comparison:
                return MightMatch(comparison, boundsOf);
            case InList { Negated: false } list when TryColumn(list.Input, boundsOf, out ColumnBounds bounds, out SqlType? type):
                return list.Items.Any(item => item is not Literal literal
                    || (literal.Value is not null && (ToBound(literal, type!) is not { } value || MightCompare(ComparisonOperator.Equal, bounds, value))));
            case Like { Negated: false, IgnoreCase: false, Pattern: Literal { Value: string pattern } } like
                when TryColumn(like.Input, boundsOf, out ColumnBounds bounds, out _):
                return MightStartWith(bounds, pattern, like.Escape);
            default:
                return true;
        }
    }

    /// <summary>Converts a literal to a bound of a column's type; null when it has no place in that order.</summary>
    /// <param name="literal">Not a null one.</param>
    /// <param name="columnType">The type of the column it is compared with.</param>
    public static Bound? ToBound(Literal literal, SqlType columnType) => literal.Value switch
    {
        bool value => new Bound(value ? 1 : 0),
        long value when literal.Type.Kind == TypeKind.Date && columnType.Kind is TypeKind.Timestamp => new Bound((Int128)value * MicrosecondsPerDay),
        long value => new Bound(value),
        Int128 value => new Bound(value, literal.Type.Scale),
        double value when double.IsNaN(value) => null,
        double value => new Bound(0, Real: value),
        string value when columnType.Kind is TypeKind.Text or TypeKind.Varchar => new Bound(0, Bytes: System.Text.Encoding.UTF8.GetBytes(value)),
        _ => null,
    };

    private static bool MightMatch(Comparison comparison, Func<int, ColumnBounds> boundsOf)
    {
        if (comparison.Right is Literal right && TryColumn(comparison.Left, boundsOf, out ColumnBounds bounds, out SqlType? type))
            return right.Value is not null && (ToBound(right, type!) is not { } value || MightCompare(comparison.Operator, bounds, value));
        if (comparison.Left is Literal left && TryColumn(comparison.Right, boundsOf, out bounds, out type))
            return left.Value is not null && (ToBound(left, type!) is not { } value || MightCompare(Mirror(comparison.Operator), bounds, value));
        return true;
    }

    // Finds a column below casts that keep order and value.
    private static bool TryColumn(Expression expression, Func<int, ColumnBounds> boundsOf, out ColumnBounds bounds, out SqlType? type)
    {
        bounds = default;
        type = expression.Type;
        if (expression is InputReference column)
        {
            bounds = boundsOf(column.Ordinal);
            return true;
        }

        if (expression is not Cast { IsTry: false } cast || !TryColumn(cast.Input, boundsOf, out bounds, out SqlType? from))
            return false;
        SqlType to = cast.Target;
        type = to;
        if (from!.IsInteger && to.IsInteger && to.Kind > from.Kind)
            return true;
        if (to.Kind == TypeKind.Numeric && (from.IsInteger || (from.Kind == TypeKind.Numeric && from.Scale <= to.Scale)))
            return true;
        if (from.IsText && to.Kind is TypeKind.Text or TypeKind.Varchar && to.Precision == 0)
            return from.Kind is TypeKind.Text or TypeKind.Varchar;
        if (from.Kind == TypeKind.Date && to.Kind == TypeKind.Timestamp)
        {
            bounds = bounds with { Min = ToMicroseconds(bounds.Min), Max = ToMicroseconds(bounds.Max) };
            return true;
        }

        return false;
    }

    private static Bound? ToMicroseconds(Bound? days) => days is { } bound ? new Bound(bound.Number * MicrosecondsPerDay) : null;

    private static bool MightCompare(ComparisonOperator comparison, in ColumnBounds bounds, Bound value)
    {
        if (bounds.IsAllNull)
            return false;
        int? min = bounds.Min is { } low ? Bound.Compare(low, value) : null;
        int? max = bounds.Max is { } high ? Bound.Compare(high, value) : null;
        return comparison switch
        {
            ComparisonOperator.Equal => !(min > 0) && !(max < 0),
            ComparisonOperator.NotEqual => bounds.MayHaveNan || !(min == 0 && max == 0),
            ComparisonOperator.Less => !(min >= 0),
            ComparisonOperator.LessOrEqual => !(min > 0),
            ComparisonOperator.Greater => bounds.MayHaveNan || !(max <= 0),
            ComparisonOperator.GreaterOrEqual => bounds.MayHaveNan || !(max < 0),
        };
    }

    private static bool MightStartWith(in ColumnBounds bounds, string pattern, char? escape)
    {
        int end = pattern.AsSpan().IndexOfAny(escape is { } character ? ['%', '_', character] : "%_");
        string prefix = end < 0 ? pattern : pattern[..end];
        if (bounds.IsAllNull)
            return false;
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(prefix);
        if (bounds.Max is { Bytes: { } max } && max.Span.SequenceCompareTo(bytes) < 0)
            return false;
        return bounds.Min is not { Bytes: { } min } || min.Span[..Math.Min(min.Length, bytes.Length)].SequenceCompareTo(bytes) <= 0;
    }

    private static ComparisonOperator Mirror(ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Equal or ComparisonOperator.NotEqual => comparison,
        ComparisonOperator.Less => ComparisonOperator.Greater,
        ComparisonOperator.LessOrEqual => ComparisonOperator.GreaterOrEqual,
        ComparisonOperator.Greater => ComparisonOperator.Less,
        ComparisonOperator.GreaterOrEqual => ComparisonOperator.LessOrEqual,
    };
}
