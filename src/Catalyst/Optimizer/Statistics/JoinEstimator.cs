using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>Cardinality of joins: containment of the smaller key domain in the larger one, |L| |R| / max(domains).</summary>
internal static class JoinEstimator
{
    /// <summary>Share of pairs that a condition which is no equality keeps.</summary>
    private const double Inequality = 0.33;

    /// <summary>Distinct values per row from which on a column is taken to identify its rows.</summary>
    private const double Identifying = 0.9;

    public static RelationEstimate Estimate(
        JoinKind kind, RelationEstimate left, NodeList<Column> leftColumns, RelationEstimate right, NodeList<Column> rightColumns, Expression condition, Column? mark)
    {
        var rightIds = new HashSet<ColumnId>(rightColumns.Select(static column => column.Id));
        var keys = new List<(ColumnEstimate Left, ColumnEstimate Right)>();
        var leftEstimator = new ExpressionEstimator(left);
        var rightEstimator = new ExpressionEstimator(right);
        double residual = 1;
        var narrowed = new Dictionary<ColumnId, ColumnEstimate>();
        foreach (Expression conjunct in condition.Conjuncts())
        {
            if (conjunct is Comparison { Operator: ComparisonOperator.Equal } equality && Sides(equality.Left, equality.Right, rightIds) is var (onLeft, onRight))
            {
                keys.Add((leftEstimator.Of(onLeft), rightEstimator.Of(onRight)));
                NarrowKeys(kind, narrowed, left, right, onLeft, onRight, keys[^1]);
            }
            else if (conjunct is IsDistinctFrom { Negated: true } same && Sides(same.Left, same.Right, rightIds) is var (sameLeft, sameRight))
            {
                keys.Add((leftEstimator.Of(sameLeft), rightEstimator.Of(sameRight)));
            }
            else
            {
                residual *= OneSided(conjunct, left, right, rightIds);
            }
        }

        double matches = Math.Max(Math.Min(left.Rows, Math.Min(1, right.Rows)), left.Rows * right.Rows * KeySelectivity(keys, left.Rows, right.Rows) * residual);
        double matchedLeft = keys.Count == 0
            ? Math.Min(left.Rows, matches)
            : left.Rows * MatchedShare(keys) * Math.Max(residual, Math.Min(1, matches / Math.Max(1, left.Rows)));
        double rows = kind switch
        {
            JoinKind.Inner => matches,
            JoinKind.LeftOuter => Math.Max(matches, left.Rows),
            JoinKind.RightOuter => Math.Max(matches, right.Rows),
            JoinKind.FullOuter => Math.Max(matches, left.Rows + right.Rows - Math.Min(left.Rows, right.Rows)),
            JoinKind.LeftSemi => Math.Min(left.Rows, matchedLeft),
            JoinKind.LeftAnti => Math.Max(left.Rows * 0.01, left.Rows - matchedLeft),
            JoinKind.LeftMark or JoinKind.LeftSingle or JoinKind.AsOfLeft => left.Rows,
            JoinKind.AsOf => left.Rows,
        };
        return kind switch
        {
            JoinKind.LeftSemi => Matched(left.WithRows(rows), condition, rightIds, keys),
            JoinKind.LeftAnti => left.WithRows(rows),
            JoinKind.LeftMark => left.With(rows, new() { [mark!.Id] = new ColumnEstimate(2, 2, 0, 0, 1, 1, 1) }),
            _ => Joined(rows, left, leftColumns, right, rightColumns, narrowed),
        };
    }

    /// <summary>Both operands, the left input's first, when each one uses columns of one side only.</summary>
    internal static (Expression Left, Expression Right)? Sides(Expression first, Expression second, HashSet<ColumnId> rightIds)
    {
        Side one = SideOf(first, rightIds), two = SideOf(second, rightIds);
        return (one, two) switch
        {
            (Side.Left, Side.Right) => (first, second),
            (Side.Right, Side.Left) => (second, first),
            _ => null,
        };
    }

    /// <summary>Share of pairs with equal keys.</summary>
    /// <remarks>
    /// Keys are independent where one of them alone identifies a row of its side (a supplier's key says its nation). Else together they have at most as many
    /// combinations as their side has rows before filters, and the smaller side is taken to hold each combination once.
    /// </remarks>
    internal static double KeySelectivity(IReadOnlyList<(ColumnEstimate Left, ColumnEstimate Right)> keys, double leftRows, double rightRows)
    {
        double selectivity = 1, leftProduct = 1, rightProduct = 1, nulls = 1, leftGrowth = 1, rightGrowth = 1, largest = 1;
        bool isIdentified = false;
        foreach ((ColumnEstimate left, ColumnEstimate right) in keys)
        {
            double domain = AreSameKey(left, leftRows, right, rightRows) ? Math.Min(left.DomainCount, right.DomainCount) : Math.Max(left.DomainCount, right.DomainCount);
            selectivity /= domain;
            largest = Math.Max(largest, domain);
            leftProduct *= left.DomainCount;
            rightProduct *= right.DomainCount;
            leftGrowth = Math.Max(leftGrowth, left.DomainCount / left.DistinctCount);
            rightGrowth = Math.Max(rightGrowth, right.DomainCount / right.DistinctCount);
            nulls *= (1 - left.NullFraction) * (1 - right.NullFraction);
            isIdentified |= left.DistinctCount >= Identifying * leftRows || right.DistinctCount >= Identifying * rightRows;
        }

        if (keys.Count > 1 && !isIdentified)
        {
            double leftAll = Math.Max(1, leftRows * leftGrowth), rightAll = Math.Max(1, rightRows * rightGrowth);
            double leftCombinations = Math.Min(leftProduct, leftAll), rightCombinations = Math.Min(rightProduct, rightAll);
            double combinations = leftProduct > leftAll && rightProduct > rightAll
                ? Math.Min(leftCombinations, rightCombinations)
                : Math.Max(leftCombinations, rightCombinations);
            selectivity = Math.Max(selectivity, 1 / Math.Max(combinations, largest));
        }

        return (keys is [var key] ? CommonKeys(key.Left, key.Right) ?? selectivity : selectivity) * nulls;
    }

    /// <summary>Share of pairs of present keys that are equal, where common values of both sides are known; else null.</summary>
    /// <remarks>
    /// PostgreSQL's eqjoinsel_inner: common values of both sides meet with the product of their shares; those of one side meet an even part of the other side's rest; the
    /// rests meet each other evenly. The smaller of the two sides' results counts.
    /// </remarks>
    private static double? CommonKeys(ColumnEstimate left, ColumnEstimate right)
    {
        if (left.Distribution is not { CommonValues.IsEmpty: false } leftValues || right.Distribution is not { CommonValues.IsEmpty: false } rightValues)
        {
            return null;
        }

        double product = 0, leftMatched = 0, rightMatched = 0;
        int matches = 0;
        var shares = new Dictionary<object, double>();
        foreach (CommonValue value in rightValues.CommonValues)
        {
            shares.TryAdd(KeyOf(value.Value), value.Share);
        }

        foreach (CommonValue value in leftValues.CommonValues)
        {
            if (shares.TryGetValue(KeyOf(value.Value), out double share))
            {
                product += value.Share * share;
                leftMatched += value.Share;
                rightMatched += share;
                matches++;
            }
        }

        double leftUnmatched = leftValues.CommonValues.Sum(static value => value.Share) - leftMatched, rightUnmatched = rightValues.CommonValues.Sum(static value => value.Share) - rightMatched;
        double fromLeft = Side(product, leftUnmatched, leftValues.OtherShare, rightUnmatched, rightValues.OtherShare, right.DomainCount, rightValues.CommonValues.Count, matches);
        double fromRight = Side(product, rightUnmatched, rightValues.OtherShare, leftUnmatched, leftValues.OtherShare, left.DomainCount, leftValues.CommonValues.Count, matches);
        double present = (1 - left.NullFraction) * (1 - right.NullFraction);
        return present <= 0 ? 0 : Math.Min(1, Math.Min(fromLeft, fromRight) / present);

        static double Side(double product, double unmatched, double others, double otherUnmatched, double otherOthers, double otherDistinct, int otherCommon, int matches) =>
            product + (otherDistinct > otherCommon ? unmatched * otherOthers / (otherDistinct - otherCommon) : 0)
                + (otherDistinct > matches ? others * (otherOthers + otherUnmatched) / (otherDistinct - matches) : 0);

        static object KeyOf(Literal value) => LiteralScale.Position(value) is var position && (double.IsNaN(position) || value.Value is string) ? value.Value! : position;
    }

    /// <summary>Whether both columns look like one table's key: a value a row, integers, and the same range.</summary>
    /// <remarks>Without distinct counts, a foreign key's count is guessed from its range, so it looks like a key; the side with fewer values then is the real one.</remarks>
    internal static bool AreSameKey(ColumnEstimate left, double leftRows, ColumnEstimate right, double rightRows)
    {
        if (!left.HasRange || !right.HasRange || left.Step == 0 || left.DistinctCount < Identifying * leftRows || right.DistinctCount < Identifying * rightRows)
        {
            return false;
        }

        double tolerance = (1 - Identifying) * Math.Min(left.Span, right.Span);
        return Math.Abs(left.Minimum - right.Minimum) <= tolerance && Math.Abs(left.Maximum - right.Maximum) <= tolerance;
    }

    /// <summary>Share of left rows whose key exists on the right.</summary>
    private static double MatchedShare(List<(ColumnEstimate Left, ColumnEstimate Right)> keys)
    {
        double share = 1;
        foreach ((ColumnEstimate left, ColumnEstimate right) in keys)
        {
            share = Math.Min(share, right.DistinctCount / Math.Max(left.DomainCount, right.DistinctCount) * (1 - left.NullFraction));
        }

        return share;
    }

    private static double OneSided(Expression conjunct, RelationEstimate left, RelationEstimate right, HashSet<ColumnId> rightIds)
    {
        switch (SideOf(conjunct, rightIds))
        {
            case Side.None:
                return conjunct is Literal { Value: true } ? 1 : conjunct is Literal ? 0 : Inequality;
            case Side.Left:
                return new SelectivityEstimator(left).Of(conjunct);
            case Side.Right:
                return new SelectivityEstimator(right).Of(conjunct);
            default:
                var columns = new Dictionary<ColumnId, ColumnEstimate>();
                conjunct.ForEach(part =>
                {
                    if (part is ColumnReference { Column: var column } && (!rightIds.Contains(column.Id) || right.TryFind(column.Id, out _)))
                    {
                        columns[column.Id] = (rightIds.Contains(column.Id) ? right : left).Of(column);
                    }
                });
                return conjunct is Comparison { Operator: not (ComparisonOperator.Equal or ComparisonOperator.NotEqual) }
                    ? Inequality
                    : new SelectivityEstimator(new RelationEstimate(Math.Max(left.Rows, right.Rows), columns)).Of(conjunct);
        }
    }

    /// <summary>Matched rows have the values that both sides have; a side whose rows all stay keeps its own.</summary>
    private static void NarrowKeys(
        JoinKind kind, Dictionary<ColumnId, ColumnEstimate> narrowed, RelationEstimate left, RelationEstimate right,
        Expression onLeft, Expression onRight, (ColumnEstimate Left, ColumnEstimate Right) key)
    {
        double distinct = Math.Min(key.Left.DistinctCount, key.Right.DistinctCount), domain = Math.Max(key.Left.DomainCount, key.Right.DomainCount);
        bool narrowsLeft = kind is JoinKind.Inner or JoinKind.RightOuter, narrowsRight = kind is JoinKind.Inner or JoinKind.LeftOuter or JoinKind.LeftSingle;
        foreach ((Expression side, RelationEstimate relation, bool isNarrowed) in new[] { (onLeft, left, narrowsLeft), (onRight, right, narrowsRight) })
        {
            if (isNarrowed && side is ColumnReference reference && relation.TryFind(reference.Id, out ColumnEstimate column))
            {
                narrowed[reference.Id] = column with { DistinctCount = distinct, NullFraction = 0, DomainCount = domain, Distribution = null };
            }
        }
    }

    /// <summary>Rows with a partner have no more key values than the partners.</summary>
    private static RelationEstimate Matched(RelationEstimate left, Expression condition, HashSet<ColumnId> rightIds, List<(ColumnEstimate Left, ColumnEstimate Right)> keys)
    {
        if (keys.Count == 0)
        {
            return left;
        }

        var columns = new Dictionary<ColumnId, ColumnEstimate>();
        int next = 0;
        foreach (Expression conjunct in condition.Conjuncts())
        {
            if (conjunct is Comparison { Operator: ComparisonOperator.Equal } equality && Sides(equality.Left, equality.Right, rightIds) is var (onLeft, _))
            {
                double distinct = keys[next++].Right.DistinctCount;
                if (onLeft is ColumnReference reference && (columns.TryGetValue(reference.Id, out ColumnEstimate column) || left.TryFind(reference.Id, out column)))
                {
                    columns[reference.Id] = column with { DistinctCount = Math.Min(column.DistinctCount, distinct), NullFraction = 0, Distribution = null };
                }
            }
            else if (conjunct is IsDistinctFrom { Negated: true } same && Sides(same.Left, same.Right, rightIds) is not null)
            {
                next++;
            }
        }

        return left.With(left.Rows, columns);
    }

    /// <summary>The columns of both sides: those of the side with fewer are computed at once, the others when somebody asks.</summary>
    private static RelationEstimate Joined(
        double rows, RelationEstimate left, NodeList<Column> leftColumns, RelationEstimate right, NodeList<Column> rightColumns, Dictionary<ColumnId, ColumnEstimate> narrowed)
    {
        double leftShare = left.Rows <= 0 ? 1 : rows / left.Rows, rightShare = right.Rows <= 0 ? 1 : rows / right.Rows;
        (RelationEstimate more, double moreShare, RelationEstimate fewer, double fewerShare, NodeList<Column> fewerColumns) = leftColumns.Count < rightColumns.Count
            ? (right, rightShare, left, leftShare, leftColumns)
            : (left, leftShare, right, rightShare, rightColumns);
        var columns = new Dictionary<ColumnId, ColumnEstimate>(fewerColumns.Count + narrowed.Count);
        foreach ((ColumnId id, ColumnEstimate column) in narrowed)
        {
            columns[id] = column.Sample(more.Rows, moreShare);
        }

        foreach (Column column in fewerColumns)
        {
            if (narrowed.TryGetValue(column.Id, out ColumnEstimate estimate) || fewer.TryFind(column.Id, out estimate))
            {
                columns[column.Id] = estimate.Sample(fewer.Rows, fewerShare);
            }
        }

        return more.With(rows, columns, moreShare);
    }

    [Flags]
    private enum Side
    {
        None = 0,
        Left = 1,
        Right = 2,
    }

    private static Side SideOf(Expression expression, HashSet<ColumnId> rightIds)
    {
        if (expression is ColumnReference reference)
        {
            return rightIds.Contains(reference.Id) ? Side.Right : Side.Left;
        }

        Side side = Side.None;
        foreach (Expression child in expression.Children)
        {
            side |= SideOf(child, rightIds);
        }

        return side;
    }
}
