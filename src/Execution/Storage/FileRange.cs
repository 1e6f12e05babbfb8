namespace SqlCluster.Execution.Storage;

/// <summary>Names a range of bytes of a file.</summary>
public readonly record struct FileRange(long Offset, long LengthBytes)
{
    public long End => Offset + LengthBytes;

    /// <summary>Merges ranges that lie closer together than a gap, so that one request serves neighbours.</summary>
    /// <param name="ranges">Ranges in any order; they may overlap.</param>
    /// <param name="maxGapBytes">Bytes that may be read in vain between two ranges: about 1 MB for object stores, 0 to join touching ranges only.</param>
    /// <param name="maxLengthBytes">Length above which a merged range is not grown any further, so that requests can run in parallel.</param>
    /// <returns>Ranges ordered by offset that together cover every input range.</returns>
    public static IReadOnlyList<FileRange> Coalesce(ReadOnlySpan<FileRange> ranges, long maxGapBytes, long maxLengthBytes)
    {
        FileRange[] sorted = ranges.ToArray();
        Array.Sort(sorted, static (left, right) => left.Offset.CompareTo(right.Offset));
        List<FileRange> merged = new(sorted.Length);
        foreach (FileRange range in sorted)
        {
            if (merged.Count > 0)
            {
                FileRange last = merged[^1];
                long end = Math.Max(last.End, range.End);
                if (range.End <= last.End || (range.Offset - last.End <= maxGapBytes && end - last.Offset <= maxLengthBytes))
                {
                    merged[^1] = new FileRange(last.Offset, end - last.Offset);
                    continue;
                }
            }

            merged.Add(range);
        }

        return merged;
    }
}
