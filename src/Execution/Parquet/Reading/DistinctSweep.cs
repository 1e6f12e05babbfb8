namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Guesses how many distinct integers a column has from the counts and bounds of its row groups: values are spread evenly within bounds, and where bounds overlap they are the same ones.</summary>
/// <remarks><code>
/// row group 1   [------- 4 values -------)
/// row group 2               [------- 4 values -------)
/// row group 3                                        [-- 8 values --)
/// most dense     1           1 or 2       2           3                 4 * 1.5 + 8
/// </code>
/// Row groups in random order thus count as the largest of them, row groups of a table sorted by the column add up.
/// </remarks>
internal sealed class DistinctSweep
{
    private readonly List<(double Start, double End, double Density)> _groups = [];

    /// <param name="least">The row group's least value.</param>
    /// <param name="greatest">Its greatest.</param>
    /// <param name="distinct">Its number of distinct values.</param>
    public void Add(Int128 least, Int128 greatest, long distinct)
    {
        double width = (double)(greatest - least) + 1;
        _groups.Add(((double)least, (double)least + width, distinct / width));
    }

    /// <summary>Distinct values of all row groups.</summary>
    public double Count()
    {
        _groups.Sort();
        double[] edges = [.. _groups.SelectMany(static group => (double[])[group.Start, group.End]).Distinct().Order()];
        var open = new PriorityQueue<(double End, double Density), double>();
        double count = 0;
        int next = 0;
        for (int i = 0; i + 1 < edges.Length; i++)
        {
            for (; next < _groups.Count && _groups[next].Start <= edges[i]; next++)
            {
                open.Enqueue((_groups[next].End, _groups[next].Density), -_groups[next].Density);
            }

            while (open.TryPeek(out (double End, double Density) densest, out _) && densest.End <= edges[i])
            {
                open.Dequeue();
            }

            count += open.TryPeek(out (double End, double Density) top, out _) ? top.Density * (edges[i + 1] - edges[i]) : 0;
        }

        return count;
    }
}
