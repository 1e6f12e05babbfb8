using System.Numerics;

namespace SqlCluster.Arrow.Memory;

/// <summary>Makes many views at once.</summary>
public static unsafe class StringViews
{
    /// <summary>Makes a view of each of the values that lie end to end from the start of a buffer.</summary>
    /// <param name="data">Holds the values; long ones are pointed to, so it must outlive the views.</param>
    /// <param name="ends">Where each value ends, never falling; it starts where the one before ended.</param>
    /// <param name="views">As many as there are ends.</param>
    public static void Create(NativeBuffer data, ReadOnlySpan<int> ends, Span<StringView> views)
    {
        if (views.Length != ends.Length || (ends.Length > 0 && ends[^1] > data.SizeBytes))
        {
            throw new ArgumentException("one view a value, and values within the buffer", nameof(ends));
        }

        byte* start = data.Address;
        int position = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(ends[i], position);
            views[i] = StringView.CreatePadded(start + position, ends[i] - position);     // buffers have padding behind their size
            position = ends[i];
        }
    }

    /// <summary>Makes views of values that lie end to end between offsets, as Arrow's Utf8 and Binary keep them.</summary>
    /// <param name="data">Holds the values; long ones are pointed to, so it must outlive the views.</param>
    /// <param name="startBytes">Where offset 0 is.</param>
    /// <param name="lengthBytes">Bytes from there that values may be in.</param>
    /// <param name="offsets">One more than views: value i goes from offset i to offset i + 1.</param>
    /// <param name="views">As many as there are values.</param>
    /// <returns>False, with views undefined, when an offset is negative, falls, or lies behind <paramref name="lengthBytes"/>.</returns>
    public static bool TryCreate<TOffset>(NativeBuffer data, long startBytes, long lengthBytes, ReadOnlySpan<TOffset> offsets, Span<StringView> views)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        if (offsets.Length != views.Length + 1 || startBytes < 0 || lengthBytes < 0 || startBytes + lengthBytes > data.SizeBytes)
        {
            throw new ArgumentException("one view a value, and values within the buffer", nameof(offsets));
        }

        byte* start = data.Address + startBytes;
        long position = long.CreateTruncating(offsets[0]);
        for (int i = 0; i < views.Length; i++)
        {
            long end = long.CreateTruncating(offsets[i + 1]);
            if (position < 0 || end < position || end > lengthBytes || end - position > int.MaxValue)
            {
                return false;
            }

            views[i] = StringView.CreatePadded(start + position, (int)(end - position));     // buffers have padding behind their size
            position = end;
        }

        return true;
    }

    /// <summary>A view of bytes within a buffer, which must outlive it when the value is long.</summary>
    public static StringView At(NativeBuffer data, long offsetBytes, int length) =>
        offsetBytes >= 0 && length >= 0 && offsetBytes + length <= data.SizeBytes
            ? StringView.Create(data.Address + offsetBytes, length)
            : throw new ArgumentOutOfRangeException(nameof(offsetBytes), "a view beyond its buffer");
}
