using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>What is made of a column's sample.</summary>
/// <param name="DistinctCount">Distinct values of the whole column.</param>
/// <param name="CommonValues">The most common ones, most common first, equals in their order.</param>
/// <param name="CommonShares">Their shares of all rows, nulls included.</param>
/// <param name="Histogram">Values that cut the other values, in order, into parts of equally many rows; empty, or two at least.</param>
/// <remarks>
/// The rules are PostgreSQL's (analyze.c, compute_scalar_stats and analyze_mcv_list): of a sample that is the whole column the hundred most frequent values that occur more
/// than once are common; of a part of it those that occur significantly more often than the rest, by a hypergeometric test at two standard deviations.
/// </remarks>
internal sealed record SampleSummary(double DistinctCount, NodeList<Literal> CommonValues, NodeList<double> CommonShares, NodeList<Literal> Histogram)
{
    private const int MaxCommon = 100, MaxBuckets = 100;

    /// <summary>Distinct values as a share of rows from which on they are taken to grow with the table.</summary>
    private const double Proportional = 0.1;

    /// <summary>How far the sketch may be below the number of rows for a column that never repeats in its sample to be taken for unique: four standard errors.</summary>
    private const double UniqueShare = 1 - (4 * 0.0081);

    /// <param name="sample">The sample; of all values, if there are no more than it keeps.</param>
    /// <param name="type">Type of the values.</param>
    /// <param name="rowCount">Rows of the column.</param>
    /// <param name="nullCount">Nulls among them.</param>
    /// <param name="estimate">Distinct values as the sketch counts them.</param>
    public static SampleSummary Of(RowSample sample, SqlType type, long rowCount, long nullCount, double estimate)
    {
        long presentCount = rowCount - nullCount;
        var reader = new VectorReader(sample.Values);
        (int[] rows, List<(int Start, int Count)> runs) = Sort(reader, sample.Count);
        bool isWhole = sample.Count == presentCount;
        int repeated = runs.Count(static run => run.Count > 1), tooLong = sample.Count - rows.Length;
        double distinct = isWhole && tooLong == 0 ? runs.Count
            : repeated == 0 && estimate >= UniqueShare * presentCount ? presentCount
            : Math.Clamp(Math.Round(estimate), Math.Min(runs.Count, presentCount), presentCount);

        // Rows of which the sample is a sample, nulls included.
        double sampledRows = presentCount == 0 ? rowCount : (double)sample.Count * rowCount / presentCount;
        (int Start, int Count)[] common = [.. runs.Where(static run => run.Count > 1).OrderByDescending(static run => run.Count).Take(MaxCommon)];
        bool isComplete = common.Length == runs.Count && tooLong == 0 && distinct <= Proportional * rowCount;
        if (!isComplete && !isWhole)
        {
            common = common[..Significant(common, distinct, (double)nullCount / rowCount, sampledRows, rowCount)];
        }

        return new SampleSummary(
            distinct, [.. common.Select(run => LiteralVectors.ToLiteral(reader.Source, rows[run.Start], type))], [.. common.Select(run => run.Count / sampledRows)],
            Cuts(reader.Source, rows, runs, common, type));
    }

    /// <summary>The sample's rows in order of their values, and the runs of equal ones.</summary>
    private static (int[] Rows, List<(int Start, int Count)> Runs) Sort(VectorReader reader, int count)
    {
        int[] rows = [.. Enumerable.Range(0, count).Where(row => !reader.IsNull(row))];
        Array.Sort(rows, (left, right) => RowOrder.Compare(in reader, left, in reader, right));
        var runs = new List<(int, int)>();
        for (int start = 0; start < rows.Length;)
        {
            int end = start + 1;
            while (end < rows.Length && RowOrder.Compare(in reader, rows[start], in reader, rows[end]) == 0)
            {
                end++;
            }

            runs.Add((start, end - start));
            start = end;
        }

        return (rows, runs);
    }

    /// <summary>How many of the candidates are more common than they would be if all values that are not candidates shared the rows evenly.</summary>
    private static int Significant((int Start, int Count)[] candidates, double distinct, double nullShare, double sampledRows, double rowCount)
    {
        int kept = candidates.Length;
        double others = candidates.SkipLast(1).Sum(static run => (double)run.Count);
        for (; kept > 0; kept--)
        {
            double share = Math.Clamp(1 - (others / sampledRows) - nullShare, 0, 1) / Math.Max(1, distinct - (kept - 1));
            double total = rowCount * candidates[kept - 1].Count / sampledRows;
            double variance = sampledRows * total * (rowCount - total) * (rowCount - sampledRows) / (rowCount * rowCount * (rowCount - 1));
            if (candidates[kept - 1].Count > (share * sampledRows) + (2 * Math.Sqrt(variance)) + 0.5)
            {
                break;
            }

            others -= kept > 1 ? candidates[kept - 2].Count : 0;
        }

        return kept;
    }

    private static NodeList<Literal> Cuts(Vector values, int[] rows, List<(int Start, int Count)> runs, (int Start, int Count)[] common, SqlType type)
    {
        int bounds = Math.Min(runs.Count - common.Length, MaxBuckets + 1);
        if (bounds < 2)
        {
            return [];
        }

        HashSet<int> left = [.. common.Select(static run => run.Start)];
        int[] rest = [.. runs.Where(run => !left.Contains(run.Start)).SelectMany(run => rows[run.Start..(run.Start + run.Count)])];
        var cuts = new Literal[bounds];
        for (int i = 0; i < bounds; i++)
        {
            cuts[i] = LiteralVectors.ToLiteral(values, rest[(int)((long)i * (rest.Length - 1) / (bounds - 1))], type);
        }

        return NodeList.Create<Literal>(cuts);
    }
}
