using SqlCluster.Arrow.Memory;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Sorting;

/// <summary>Merges sorted runs that stand one behind the other.</summary>
internal static class RunMerger
{
    private const int StretchRows = 1 << 16;

    /// <summary>Merges neighbours pair by pair until one run is left: log2(runs) passes, sequential reads and writes.</summary>
    /// <param name="entries">The runs; sorted afterwards.</param>
    /// <param name="comparer">Their order.</param>
    /// <param name="starts">Where each run begins; the first at 0.</param>
    /// <param name="account">Pays for a copy of the entries.</param>
    /// <param name="cancellation">Looked at every few milliseconds.</param>
    public static void Merge(Span<SortEntry> entries, SortEntryComparer comparer, int[] starts, MemoryAccount account, CancellationToken cancellation)
    {
        int[] bounds = [.. starts.Distinct(), entries.Length];
        if (bounds.Length <= 2)
        {
            return;
        }

        NativeBuffer room = NativeBuffer.Allocate(entries.Length * 16L, account);
        Span<SortEntry> source = entries, target = room.Span<SortEntry>(0, entries.Length);
        while (bounds.Length > 2)
        {
            var merged = new List<int>();
            for (int i = 0; i + 1 < bounds.Length; i += 2)
            {
                int end = i + 2 < bounds.Length ? bounds[i + 2] : bounds[i + 1];
                MergePair(source, bounds[i], bounds[i + 1], end, target, comparer, cancellation);
                merged.Add(bounds[i]);
            }

            bounds = [.. merged, entries.Length];
            Span<SortEntry> swap = source;
            source = target;
            target = swap;
        }

        if (source != entries)
        {
            source.CopyTo(entries);
        }

        room.Release();
    }

    private static void MergePair(Span<SortEntry> source, int left, int middle, int end, Span<SortEntry> target, SortEntryComparer comparer, CancellationToken cancellation)
    {
        int right = middle, output = left;
        while (left < middle && right < end)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int stop = output + StretchRows; output < stop && left < middle && right < end;)
            {
                target[output++] = comparer.Compare(source[left], source[right]) <= 0 ? source[left++] : source[right++];
            }
        }

        source[left..middle].CopyTo(target[output..]);
        source[right..end].CopyTo(target[(output + middle - left)..]);
    }
}
