using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Kernels;

/// <summary>Constant integers that columns are looked up in: an exact bitmap of their range, or an open-addressed table where the range is wide beside their number.</summary>
/// <remarks>Immutable once made. Takes at most 32 bytes a value, or 8 KB.</remarks>
internal sealed class IntegerSet
{
    private const long AlwaysBitmap = 1 << 16;
    private const int BitsPerValue = 256;
    private readonly long _least;
    private readonly ulong _size;
    private readonly ulong[]? _bits;
    private readonly long[] _slots = [];
    private readonly int _shift;

    /// <summary>What free slots hold: no value of the set.</summary>
    private readonly long _free;

    /// <param name="values">At least one.</param>
    public IntegerSet(ReadOnlySpan<long> values)
    {
        (_least, long most) = IntegerRange.Of(values);
        _size = unchecked((ulong)most - (ulong)_least + 1);
        if (_size != 0 && _size <= (ulong)Math.Max(AlwaysBitmap, (long)values.Length * BitsPerValue))
        {
            _bits = new ulong[KeyBitmap.WordCount((long)_size)];
            KeyBitmap.Add(values, _least, _bits);
            return;
        }

        HashSet<long> distinct = [.. values];
        while (distinct.Contains(_free))
        {
            _free++;
        }

        int slotCount = (int)BitOperations.RoundUpToPowerOf2((uint)distinct.Count * 2);
        _shift = 64 - BitOperations.Log2((uint)slotCount);
        _slots = new long[slotCount];
        Array.Fill(_slots, _free);
        foreach (long value in distinct)
        {
            int slot = (int)(HashKernels.Mix((ulong)value) >> _shift);
            while (_slots[slot] != _free)
            {
                slot = (slot + 1) & (slotCount - 1);
            }

            _slots[slot] = value;
        }
    }

    /// <summary>result's bit i = whether values[i] is in the set.</summary>
    /// <param name="values">Signed integers of any width.</param>
    /// <param name="result">A bit a value.</param>
    public void Test<T>(ReadOnlySpan<T> values, Span<ulong> result)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (_bits is { } bits)
        {
            ref ulong words = ref MemoryMarshal.GetArrayDataReference(bits);
            for (int start = 0; start < values.Length; start += 64)
            {
                ReadOnlySpan<T> part = values.Slice(start, Math.Min(64, values.Length - start));
                ulong word = 0;
                for (int i = 0; i < part.Length; i++)
                {
                    // The bit behind the last of the range is clear and stands for all values outside.
                    ulong index = Math.Min(unchecked((ulong)long.CreateTruncating(part[i]) - (ulong)_least), _size);
                    word |= ((Unsafe.Add(ref words, (nint)(index >> 6)) >> (int)(index & 63)) & 1) << i;
                }

                result[start >> 6] = word;
            }

            return;
        }

        for (int start = 0; start < values.Length; start += 64)
        {
            ReadOnlySpan<T> part = values.Slice(start, Math.Min(64, values.Length - start));
            ulong word = 0;
            for (int i = 0; i < part.Length; i++)
            {
                word |= (IsInTable(long.CreateTruncating(part[i])) ? 1UL : 0) << i;
            }

            result[start >> 6] = word;
        }
    }

    /// <summary>As the other overload, for some rows: only their bits are set.</summary>
    /// <param name="values">Signed integers of any width.</param>
    /// <param name="rows">The rows to look at.</param>
    /// <param name="result">A bit a value, clear before.</param>
    public void Test<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> rows, Span<ulong> result)
        where T : unmanaged, IBinaryInteger<T>
    {
        foreach (int row in rows)
        {
            result[row >> 6] |= (Contains(long.CreateTruncating(values[row])) ? 1UL : 0) << (row & 63);
        }
    }

    public bool Contains(long value)
    {
        if (_bits is not { } bits)
        {
            return IsInTable(value);
        }

        ulong index = Math.Min(unchecked((ulong)value - (ulong)_least), _size);
        return ((bits[index >> 6] >> (int)(index & 63)) & 1) != 0;
    }

    private bool IsInTable(long value)
    {
        for (int slot = (int)(HashKernels.Mix((ulong)value) >> _shift); ; slot = (slot + 1) & (_slots.Length - 1))
        {
            long found = _slots[slot];
            if (found == _free)
            {
                return false;
            }

            if (found == value)
            {
                return true;
            }
        }
    }
}
