namespace SqlCluster.Execution.Parquet.Pruning;

/// <summary>Some rows of a row group: ascending, disjoint ranges, each from its first row to before its end.</summary>
internal static class RowRanges
{
    /// <summary>Keeps what lies in both lists.</summary>
    public static List<(long First, long End)> Intersect(List<(long First, long End)> left, List<(long First, long End)> right)
    {
        List<(long First, long End)> result = [];
        int l = 0, r = 0;
        while (l < left.Count && r < right.Count)
        {
            long first = Math.Max(left[l].First, right[r].First), end = Math.Min(left[l].End, right[r].End);
            if (first < end)
                result.Add((first, end));
            if (left[l].End < right[r].End)
                l++;
            else
                r++;
        }

        return result;
    }

    /// <summary>Adds a range behind the others, joined to the last one where they touch.</summary>
    public static void Add(List<(long First, long End)> ranges, long first, long end)
    {
        if (first >= end)
            return;
        if (ranges.Count > 0 && ranges[^1].End >= first)
            ranges[^1] = (ranges[^1].First, Math.Max(end, ranges[^1].End));
        else
            ranges.Add((first, end));
    }
}
