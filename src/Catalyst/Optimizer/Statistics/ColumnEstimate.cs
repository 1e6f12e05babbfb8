namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>What the optimizer believes about a column's values at one place of a plan.</summary>
/// <param name="DistinctCount">Distinct values among the rows there; at least 1.</param>
/// <param name="DomainCount">Distinct values before filters on other columns: what a join key is compared against, so that filters on both sides count once each.</param>
/// <param name="NullFraction">Share of rows that are null.</param>
/// <param name="Minimum">Lower bound on <see cref="LiteralScale"/>, NaN when unknown.</param>
/// <param name="Maximum">Upper bound on <see cref="LiteralScale"/>, NaN when unknown.</param>
/// <param name="Step">1 for integers and dates, where bounds are inclusive counts of values; 0 for dense types.</param>
/// <param name="AverageBytes">Mean size of a value in memory.</param>
public readonly record struct ColumnEstimate(
    double DistinctCount, double DomainCount, double NullFraction, double Minimum, double Maximum, double Step, double AverageBytes)
{
    /// <summary>How rows are spread over the values, where the table was analyzed and no filter has picked some of the values; else null.</summary>
    public ColumnDistribution? Distribution { get; init; }

    /// <summary>A column about which nothing is known but the number of rows.</summary>
    public static ColumnEstimate Unknown(double rows, double averageBytes) =>
        new(UnknownDistinct(rows), UnknownDistinct(rows), 0, double.NaN, double.NaN, 0, averageBytes);

    /// <summary>A guess for columns without counts: writers count values of columns with few, so there are many; in small tables nearly all differ.</summary>
    public static double UnknownDistinct(double rows) => Math.Max(1, Math.Max(Math.Min(rows, 200), rows / 10));

    /// <summary>A column with one value in every row.</summary>
    public static ColumnEstimate Constant(double position, double averageBytes) => new(1, 1, 0, position, position, 1, averageBytes);

    public bool HasRange => !double.IsNaN(Minimum) && !double.IsNaN(Maximum);

    /// <summary>Number of positions (integers) or length (dense types) between the bounds; positive.</summary>
    public double Span => Math.Max(Maximum - Minimum + Step, double.Epsilon);

    /// <summary>The column after a filter on other columns that keeps <paramref name="fraction"/> of <paramref name="rows"/> rows.</summary>
    /// <remarks>Expected number of distinct values in a sample: D (1 - (1 - f)^(n/D)).</remarks>
    public ColumnEstimate Sample(double rows, double fraction)
    {
        if (fraction >= 1 || DistinctCount <= 1)
        {
            return this;
        }

        double perValue = Math.Max(1, rows * (1 - NullFraction) / DistinctCount);
        double kept = DistinctCount * (1 - Math.Pow(1 - fraction, perValue));
        return this with { DistinctCount = Math.Max(1, Math.Min(kept, Math.Max(1, rows * fraction))) };
    }

    /// <summary>The column when there are at most <paramref name="rows"/> rows.</summary>
    public ColumnEstimate CappedAt(double rows) => DistinctCount <= Math.Max(1, rows) ? this : this with { DistinctCount = Math.Max(1, rows) };
}
