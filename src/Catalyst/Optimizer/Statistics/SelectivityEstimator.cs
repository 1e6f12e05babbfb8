using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>Share of rows for which a predicate is true, and what it leaves of the columns it restricts.</summary>
/// <remarks>
/// Conjuncts on one column are intersected as ranges first; what remains is combined with exponential backoff (s1 · s2^1/2 · s3^1/4 · s4^1/8, smallest first),
/// because real predicates are correlated more often than not.
/// </remarks>
internal sealed class SelectivityEstimator
{
    private const double UnknownPredicate = 0.33, UnknownRange = 0.33, ColumnOrder = 0.5;
    private const double MatchedPattern = 0.1, FurtherPart = 0.5;
    private const double Least = 1e-9;

    /// <summary>Items of a list that are looked at.</summary>
    private const int MostItems = 10_000;

    private readonly RelationEstimate _input;

    public SelectivityEstimator(RelationEstimate input) => _input = input;

    /// <summary>The input's estimate behind a filter with these conjuncts.</summary>
    public static RelationEstimate Filter(RelationEstimate input, IReadOnlyList<Expression> conjuncts)
    {
        if (conjuncts.Count == 0)
        {
            return input;
        }

        var restricted = new Dictionary<ColumnId, ColumnEstimate>();
        double selectivity = new SelectivityEstimator(input).Conjunction(conjuncts, restricted);
        double rows = input.Rows * selectivity;
        foreach ((ColumnId id, ColumnEstimate narrowed) in restricted)
        {
            restricted[id] = narrowed.CappedAt(rows);
        }

        return input.With(rows, restricted, selectivity);
    }

    /// <summary>Selectivity of one predicate.</summary>
    public double Of(Expression predicate) => Math.Clamp(predicate switch
    {
        Literal { Value: bool truth } => truth ? 1 : 0,
        Literal { IsNull: true } => 0,
        And all => Conjunction(all.Terms, null),
        Or alternatives => Disjunction(alternatives),
        Not negation => OfNegation(negation.Input),
        Comparison comparison => OfComparison(comparison),
        IsNull isNull => isNull.Negated ? 1 - NullFraction(isNull.Input) : NullFraction(isNull.Input),
        IsTruth truth => OfTruth(truth),
        IsDistinctFrom distinct => distinct.Negated ? Equality(distinct.Left, distinct.Right) : 1 - Equality(distinct.Left, distinct.Right),
        InList list => OfList(list),
        Like like => OfLike(like),
        ColumnReference => 0.5,
        _ => UnknownPredicate,
    }, Least, 1);

    private double Conjunction(IReadOnlyList<Expression> conjuncts, Dictionary<ColumnId, ColumnEstimate>? restricted)
    {
        var factors = new List<double>(conjuncts.Count);
        var ranges = new Dictionary<ColumnId, (ColumnReference Column, double Low, double High)>();
        var texts = new Dictionary<ColumnId, TextRange>();
        foreach (Expression conjunct in conjuncts)
        {
            Interruption.Ask();
            if (TextRange.Of(conjunct, _input) is { } text)
            {
                texts[text.Column.Id] = texts.TryGetValue(text.Column.Id, out TextRange? other) ? other.And(text) : text;
                continue;
            }

            if (RangeBound(conjunct) is var (column, low, high))
            {
                ranges[column.Id] = ranges.TryGetValue(column.Id, out var range)
                    ? (column, Math.Max(range.Low, low), Math.Min(range.High, high))
                    : (column, low, high);
                continue;
            }

            factors.Add(Of(conjunct));
            if (restricted is not null)
            {
                Restrict(conjunct, restricted);
            }
        }

        foreach ((ColumnReference column, double low, double high) in ranges.Values)
        {
            ColumnEstimate estimate = _input.Of(column.Column);
            ColumnShare share = Overlap(estimate, low, high);
            factors.Add(Math.Max(Least, share.Rows));
            if (restricted is not null)
            {
                restricted[column.Id] = Narrowed(estimate, share.Values) with { Minimum = Math.Max(estimate.Minimum, low), Maximum = Math.Min(estimate.Maximum, high) };
            }
        }

        foreach (TextRange text in texts.Values)
        {
            ColumnEstimate estimate = _input.Of(text.Column.Column);
            ColumnShare share = text.In(estimate);
            factors.Add(Math.Max(Least, share.Rows));
            if (restricted is not null)
            {
                restricted[text.Column.Id] = Narrowed(estimate, share.Values);
            }
        }

        return Backoff(factors);
    }

    /// <summary>A column of which some values are left, and no null.</summary>
    private static ColumnEstimate Narrowed(ColumnEstimate column, double share) => column with
    {
        NullFraction = 0,
        DistinctCount = Math.Max(1, column.DistinctCount * share),
        DomainCount = Math.Max(1, column.DomainCount * share),
        Distribution = null,
    };

    /// <summary>s1 · s2^1/2 · s3^1/4 · s4^1/8, smallest first; further factors are ignored.</summary>
    private static double Backoff(List<double> factors)
    {
        factors.Sort();
        double product = 1, exponent = 1;
        foreach (double factor in factors.Take(4))
        {
            product *= Math.Pow(factor, exponent);
            exponent /= 2;
        }

        return Math.Max(Least, product);
    }

    /// <summary>A closed interval that a comparison with a constant allows, when the column's range is known.</summary>
    private (ColumnReference Column, double Low, double High)? RangeBound(Expression conjunct)
    {
        if (conjunct is not Comparison { Operator: not (ComparisonOperator.Equal or ComparisonOperator.NotEqual) } comparison)
        {
            return null;
        }

        (Expression left, ComparisonOperator op, Expression right) = ConstantRight(comparison);
        if (Unwrap(left) is not ColumnReference column || right is not Literal literal)
        {
            return null;
        }

        double position = LiteralScale.Position(literal, column.Type);
        ColumnEstimate estimate = _input.Of(column.Column);
        if (double.IsNaN(position) || !(estimate.HasRange || estimate.Distribution is not null))
        {
            return null;
        }

        double below = estimate.Step > 0 ? position - estimate.Step : Math.BitDecrement(position), above = estimate.Step > 0 ? position + estimate.Step : Math.BitIncrement(position);
        return op switch
        {
            ComparisonOperator.Less => (column, double.NegativeInfinity, below),
            ComparisonOperator.LessOrEqual => (column, double.NegativeInfinity, position),
            ComparisonOperator.Greater => (column, above, double.PositiveInfinity),
            ComparisonOperator.GreaterOrEqual => (column, position, double.PositiveInfinity),
            ComparisonOperator.Equal or ComparisonOperator.NotEqual => null,
        };
    }

    /// <summary>The part of a column in a closed interval: by its distribution where that is known, else as if its values were spread evenly.</summary>
    private static ColumnShare Overlap(ColumnEstimate column, double low, double high)
    {
        if (column.Distribution?.Between(low, high, column.Step) is { } known)
        {
            return known;
        }

        if (!column.HasRange)
        {
            return new ColumnShare(UnknownRange * (1 - column.NullFraction), UnknownRange);
        }

        double from = Math.Max(low, column.Minimum), to = Math.Min(high, column.Maximum);

        // A single point of a dense column still holds one value's rows.
        double share = to < from ? Least : Math.Clamp((to - from + column.Step) / column.Span, 1 / Math.Max(1, column.DistinctCount), 1);
        return new ColumnShare(share * (1 - column.NullFraction), share);
    }

    private double OfComparison(Comparison comparison)
    {
        (Expression left, ComparisonOperator op, Expression right) = ConstantRight(comparison);
        switch (op)
        {
            case ComparisonOperator.Equal:
                return Equality(left, right);
            case ComparisonOperator.NotEqual:
                return Math.Max(0, 1 - Equality(left, right)) * (1 - NullFraction(left));
            default:
                if (TextRange.Of(comparison, _input) is { } text)
                {
                    return text.In(_input.Of(text.Column.Column)).Rows;
                }

                if (RangeBound(comparison) is var (column, low, high))
                {
                    return Overlap(_input.Of(column.Column), low, high).Rows;
                }

                return Unwrap(left) is ColumnReference && Unwrap(right) is ColumnReference ? ColumnOrder : UnknownRange;
        }
    }

    private double Equality(Expression left, Expression right)
    {
        var estimator = new ExpressionEstimator(_input);
        ColumnEstimate column = estimator.Of(left);
        if (right is Literal literal)
        {
            double position = LiteralScale.Position(literal, Unwrap(left).Type);
            return literal.IsNull ? 0
                : column.HasRange && !double.IsNaN(position) && (position < column.Minimum || position > column.Maximum) ? Least
                : column.Distribution?.Equal(literal) ?? (1 - column.NullFraction) / column.DistinctCount;
        }

        return (1 - column.NullFraction) / Math.Max(column.DistinctCount, estimator.Of(right).DistinctCount);
    }

    private double OfList(InList list)
    {
        // Of long lists every so manieth item speaks for those around it.
        int step = Math.Max(1, (list.Items.Count + MostItems - 1) / MostItems);
        var distinct = new HashSet<Expression>();
        double sum = 0;
        for (int i = 0; i < list.Items.Count; i += step)
        {
            Interruption.Ask();
            sum += distinct.Add(list.Items[i]) ? step * Equality(list.Input, list.Items[i]) : 0;
        }

        double share = Math.Min(sum, 1 - NullFraction(list.Input));
        return list.Negated ? Math.Max(0, 1 - NullFraction(list.Input) - share) : share;
    }

    private double OfLike(Like like)
    {
        ColumnEstimate column = new ExpressionEstimator(_input).Of(like.Input);
        if (TextRange.OfPrefix(like, column) is { } prefix)
        {
            return Negate(prefix.Rows);
        }

        if (column.Distribution?.Matching(like) is { } known)
        {
            return Negate(known);
        }

        double share = PatternShare(like);
        return like.Negated ? 1 - share : share;

        double Negate(double matching) => like.Negated ? Math.Max(0, 1 - column.NullFraction - matching) : matching;
    }

    /// <summary>A pattern without wildcards is an equality; each further piece between wildcards halves what the first one leaves.</summary>
    private double PatternShare(Like like)
    {
        if (like.Pattern is not Literal { Value: string pattern })
        {
            return MatchedPattern;
        }

        string[] parts = pattern.Split('%', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0)
        {
            return pattern.Length == 0 ? Least : 1;
        }

        double oneValue = (1 - NullFraction(like.Input)) / new ExpressionEstimator(_input).Of(like.Input).DistinctCount;
        if (parts.Length == 1 && parts[0] == pattern && !pattern.Contains('_', StringComparison.Ordinal))
        {
            return oneValue;
        }

        double first = parts[0].Length <= 2 ? 2 * MatchedPattern : MatchedPattern;
        return Math.Max(first * Math.Pow(FurtherPart, parts.Length - 1), Math.Min(oneValue, MatchedPattern));
    }

    private double Disjunction(Or alternatives)
    {
        double none = 1;
        foreach (Expression term in alternatives.Terms)
        {
            Interruption.Ask();
            none *= 1 - Of(term);
        }

        return 1 - none;
    }

    private double OfNegation(Expression input) => input switch
    {
        Comparison comparison => Math.Max(0, 1 - Of(comparison) - NullFraction(comparison.Left)),
        Like like => 1 - Of(like),
        _ => 1 - Of(input),
    };

    private double OfTruth(IsTruth truth)
    {
        double share = truth.Truth ? Of(truth.Input) : OfNegation(truth.Input);
        return truth.Negated ? 1 - share : share;
    }

    private double NullFraction(Expression expression) => new ExpressionEstimator(_input).Of(expression).NullFraction;

    /// <summary>What equality and lists leave of a column.</summary>
    private void Restrict(Expression conjunct, Dictionary<ColumnId, ColumnEstimate> restricted)
    {
        switch (conjunct)
        {
            case Comparison { Operator: ComparisonOperator.Equal } comparison when ConstantRight(comparison) is { Left: ColumnReference column, Right: Literal literal }:
                ColumnEstimate estimate = _input.Of(column.Column);
                restricted[column.Id] = ColumnEstimate.Constant(LiteralScale.Position(literal), estimate.AverageBytes) with { Step = estimate.Step };
                break;
            case InList { Negated: false, Input: ColumnReference column } list:
                estimate = _input.Of(column.Column);
                double count = Math.Min(list.Items.Count, estimate.DistinctCount);
                restricted[column.Id] = estimate with { DistinctCount = count, DomainCount = count, NullFraction = 0, Distribution = null };
                break;
            case IsNull { Negated: true, Input: ColumnReference column }:
                estimate = _input.Of(column.Column);
                restricted.TryAdd(column.Id, estimate with { NullFraction = 0, Distribution = estimate.NullFraction > 0 ? null : estimate.Distribution });
                break;
            case Or alternatives when SameColumn(alternatives) is { } column:
                estimate = _input.Of(column.Column);
                count = Math.Max(1, estimate.DistinctCount * Math.Min(1, Of(alternatives)));
                restricted[column.Id] = estimate with { DistinctCount = count, DomainCount = count, NullFraction = 0, Distribution = null };
                break;
        }
    }

    private static ColumnReference? SameColumn(Or alternatives)
    {
        ColumnReference? column = null;
        foreach (Expression term in alternatives.Terms)
        {
            if (term is not Comparison { Operator: ComparisonOperator.Equal, Left: ColumnReference reference, Right: Literal } || (column is not null && column.Id != reference.Id))
            {
                return null;
            }

            column = reference;
        }

        return column;
    }

    internal static Expression Unwrap(Expression expression) => expression is Cast cast ? Unwrap(cast.Input) : expression;

    internal static (Expression Left, ComparisonOperator Operator, Expression Right) ConstantRight(Comparison comparison) =>
        comparison.Left is Literal && comparison.Right is not Literal
            ? (comparison.Right, comparison.Operator.Mirrored(), comparison.Left)
            : (comparison.Left, comparison.Operator, comparison.Right);
}
