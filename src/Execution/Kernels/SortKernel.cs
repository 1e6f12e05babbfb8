using System.Numerics;

namespace SqlCluster.Execution.Kernels;

/// <summary>Sorts rows by their encoded keys, eight bytes at a time: by radix as long as there are many rows, and only rows that tie go on to the next eight bytes.</summary>
/// <remarks><code>
/// many rows        by the highest byte that varies, each bucket again     (MSD: the order of the whole is made by moving a row a few times)
/// up to 32 K rows  byte by byte from the lowest                           (LSD: source and target stay in the cache)
/// up to 32 rows    by insertion
/// rows that tie    the same with the next eight bytes, in the end by comparing values
/// </code>
/// Every step keeps rows that tie in their order, so the whole is stable. Bytes in which all rows agree cost nothing.
/// </remarks>
internal static class SortKernel
{
    private const int InsertionRows = 32;
    private const int CachedRows = 1 << 15;
    private const int Buckets = 256;

    /// <summary>Rows moved between looks at the cancellation.</summary>
    private const int StretchRows = 1 << 20;

    /// <summary>Brings entries into order.</summary>
    /// <param name="entries">First words of all rows, rows ascending. Afterwards only their row numbers mean something.</param>
    /// <param name="room">As many, overwritten.</param>
    /// <param name="keys">The order.</param>
    /// <param name="cancellation">Looked at every few milliseconds.</param>
    public static void Sort(Span<SortEntry> entries, Span<SortEntry> room, in SortEntryComparer keys, CancellationToken cancellation) =>
        SortFrom(0, entries, room[..entries.Length], in keys, cancellation);

    private static void SortFrom(int word, Span<SortEntry> entries, Span<SortEntry> room, in SortEntryComparer keys, CancellationToken cancellation)
    {
        SortPrefixes(entries, room, cancellation);
        bool isLast = word + 1 >= keys.Words;
        if (isLast && keys.IsExact)
        {
            return;
        }

        for (int start = 0; start < entries.Length;)
        {
            int end = start + 1;
            while (end < entries.Length && entries[end].Prefix == entries[start].Prefix)
            {
                end++;
            }

            if (end - start > 1)
            {
                Span<SortEntry> tied = entries[start..end];
                if (isLast)
                {
                    cancellation.ThrowIfCancellationRequested();
                    SortEntryComparer comparer = keys;
                    tied.Sort((left, right) => comparer.CompareRest(left, right));
                }
                else
                {
                    foreach (ref SortEntry entry in tied)
                    {
                        entry = keys.Entry(entry.Row, word + 1);
                    }

                    SortFrom(word + 1, tied, room[start..end], in keys, cancellation);
                }
            }

            start = end;
        }
    }

    private static void SortPrefixes(Span<SortEntry> entries, Span<SortEntry> room, CancellationToken cancellation)
    {
        if (entries.Length <= InsertionRows)
        {
            Insert(entries);
            return;
        }

        cancellation.ThrowIfCancellationRequested();
        ulong varying = 0, last = entries[0].Prefix;
        bool isSorted = true;
        foreach (SortEntry entry in entries)
        {
            varying |= entry.Prefix ^ last;
            isSorted &= last <= entry.Prefix;
            last = entry.Prefix;
        }

        if (isSorted)
        {
            return;
        }

        if (entries.Length <= CachedRows)
        {
            SortFromLowest(entries, room, varying);
        }
        else
        {
            SortFromHighest(entries, room, Math.Max(0, 56 - BitOperations.LeadingZeroCount(varying)), cancellation);
        }
    }

    private static void Insert(Span<SortEntry> entries)
    {
        for (int i = 1; i < entries.Length; i++)
        {
            SortEntry moved = entries[i];
            int at = i;
            while (at > 0 && entries[at - 1].Prefix > moved.Prefix)
            {
                entries[at] = entries[at - 1];
                at--;
            }

            entries[at] = moved;
        }
    }

    private static void SortFromLowest(Span<SortEntry> entries, Span<SortEntry> room, ulong varying)
    {
        Span<int> next = stackalloc int[Buckets];
        Span<SortEntry> source = entries, target = room;
        for (int shift = 0; shift < 64; shift += 8)
        {
            if ((varying >> shift & 0xFF) == 0)
            {
                continue;
            }

            next.Clear();
            foreach (SortEntry entry in source)
            {
                next[(byte)(entry.Prefix >> shift)]++;
            }

            MakeStarts(next);
            foreach (SortEntry entry in source)
            {
                target[next[(byte)(entry.Prefix >> shift)]++] = entry;
            }

            Span<SortEntry> swap = source;
            source = target;
            target = swap;
        }

        if (source != entries)
        {
            source.CopyTo(entries);
        }
    }

    /// <summary>Spreads entries over buckets by the eight bits from <paramref name="shift"/> on, above which they agree, and sorts each bucket.</summary>
    private static void SortFromHighest(Span<SortEntry> entries, Span<SortEntry> room, int shift, CancellationToken cancellation)
    {
        Span<int> next = stackalloc int[Buckets];
        next.Clear();
        foreach (SortEntry entry in entries)
        {
            next[(byte)(entry.Prefix >> shift)]++;
        }

        MakeStarts(next);
        for (int start = 0; start < entries.Length; start += StretchRows)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (SortEntry entry in entries.Slice(start, Math.Min(StretchRows, entries.Length - start)))
            {
                room[next[(byte)(entry.Prefix >> shift)]++] = entry;
            }
        }

        room.CopyTo(entries);
        for (int bucket = 0, start = 0; bucket < Buckets; start = next[bucket++])
        {
            SortPrefixes(entries[start..next[bucket]], room[start..next[bucket]], cancellation);
        }
    }

    /// <summary>Turns counts into the positions at which the buckets begin.</summary>
    private static void MakeStarts(Span<int> counts)
    {
        int start = 0;
        foreach (ref int count in counts)
        {
            (count, start) = (start, start + count);
        }
    }
}
