using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SqlCluster.Execution.Kernels;

/// <summary>Puts the values at some places of the ascending order there, without ordering the others: what percentiles need.</summary>
/// <remarks>
/// Quickselect with pivots near the wanted place out of a sorted sample (Floyd and Rivest, "Expected time bounds for selection", 1975), and a partition without
/// branches: about twice over the values for one place. Equal values are set aside together, and a span that resists is sorted, so no input is worse than a sort.
/// </remarks>
internal static class OrderStatistics
{
    private const int SortedWhole = 256;
    private const int SampleSize = 512;

    /// <summary>Values between two looks at the cancellation.</summary>
    private const int Part = 1 << 20;

    /// <summary>Values that are sorted at once when all are to be.</summary>
    private const int SortedAtOnce = 1 << 16;

    /// <summary>After it, <c>values[p]</c> is what sorting would put there, for each place p asked for.</summary>
    /// <param name="values">Reordered.</param>
    /// <param name="places">Ascending places within <paramref name="values"/>.</param>
    /// <param name="cancellation">Looked at between passes over parts of the values.</param>
    public static void Select<T>(Span<T> values, ReadOnlySpan<int> places, CancellationToken cancellation)
        where T : unmanaged, IBinaryInteger<T> =>
        Select(values, 0, places, cancellation);

    /// <summary>Sorts, in pieces between which the cancellation is looked at.</summary>
    public static void Sort<T>(Span<T> values, CancellationToken cancellation)
        where T : unmanaged, IBinaryInteger<T>
    {
        while (values.Length > SortedAtOnce)
        {
            int middle = values.Length / 2;
            Select(values, 0, [middle], cancellation);
            Sort(values[..middle], cancellation);
            values = values[(middle + 1)..];
        }

        cancellation.ThrowIfCancellationRequested();
        values.Sort();
    }

    /// <param name="first">Place of the first value: what is to be taken off <paramref name="places"/>.</param>
    private static void Select<T>(Span<T> values, int first, ReadOnlySpan<int> places, CancellationToken cancellation)
        where T : unmanaged, IBinaryInteger<T>
    {
        while (!places.IsEmpty)
        {
            int place = places[places.Length / 2];
            SelectOne(values, place - first, cancellation);
            int before = places.IndexOf(place), behind = places.LastIndexOf(place) + 1;
            Select(values[..(place - first)], first, places[..before], cancellation);
            values = values[(place - first + 1)..];
            first = place + 1;
            places = places[behind..];
        }
    }

    private static void SelectOne<T>(Span<T> values, int place, CancellationToken cancellation)
        where T : unmanaged, IBinaryInteger<T>
    {
        long budget = 16L * values.Length;
        Span<T> sample = stackalloc T[SampleSize];
        while (values.Length > SortedWhole && budget > 0)
        {
            budget -= values.Length;
            T pivot = Pivot(values, place, sample);
            int smaller = Partition(values, pivot, orEqual: false, cancellation);
            if (place < smaller)
            {
                values = values[..smaller];
                continue;
            }

            int settled = smaller + Partition(values[smaller..], pivot, orEqual: true, cancellation);
            if (place < settled)
            {
                return;
            }

            values = values[settled..];
            place -= settled;
        }

        values.Sort();
    }

    /// <summary>A value of the span a little beyond the wanted place, so that the smaller side holds it.</summary>
    private static T Pivot<T>(ReadOnlySpan<T> values, int place, Span<T> sample)
        where T : unmanaged, IBinaryInteger<T>
    {
        sample = sample[..Math.Min(sample.Length, values.Length / 4)];
        ulong state = (ulong)values.Length;
        for (int i = 0; i < sample.Length; i++)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;   // Knuth's MMIX generator: the upper bits are good
            sample[i] = values[(int)(((state >> 33) * (ulong)values.Length) >> 31)];
        }

        sample.Sort();
        double share = (double)place / values.Length;
        double margin = 2 * Math.Sqrt(sample.Length * share * (1 - share));
        double rank = (share * sample.Length) + (share < 0.5 ? margin : -margin);
        return sample[Math.Clamp((int)rank, 0, sample.Length - 1)];
    }

    /// <summary>Moves the values below the pivot (or equal to it) to the front.</summary>
    /// <returns>How many they are.</returns>
    private static int Partition<T>(Span<T> values, T pivot, bool orEqual, CancellationToken cancellation)
        where T : unmanaged, IBinaryInteger<T>
    {
        ref T start = ref MemoryMarshal.GetReference(values);
        nint front = 0;
        for (nint from = 0; from < values.Length; from += Part)
        {
            cancellation.ThrowIfCancellationRequested();
            nint to = Math.Min(from + Part, values.Length);
            front = orEqual ? FrontOrEqual(ref start, from, to, front, pivot) : Front(ref start, from, to, front, pivot);
        }

        return (int)front;
    }

    private static nint Front<T>(ref T start, nint from, nint to, nint front, T pivot)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (nint i = from; i < to; i++)
        {
            T value = Unsafe.Add(ref start, i);
            Unsafe.Add(ref start, i) = Unsafe.Add(ref start, front);
            Unsafe.Add(ref start, front) = value;
            front += value < pivot ? 1 : 0;
        }

        return front;
    }

    private static nint FrontOrEqual<T>(ref T start, nint from, nint to, nint front, T pivot)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (nint i = from; i < to; i++)
        {
            T value = Unsafe.Add(ref start, i);
            Unsafe.Add(ref start, i) = Unsafe.Add(ref start, front);
            Unsafe.Add(ref start, front) = value;
            front += value <= pivot ? 1 : 0;
        }

        return front;
    }
}
