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
}
