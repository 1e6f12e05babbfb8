using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Kernels;

/// <summary>A row on its way to its place: eight bytes of its encoded key as a number, the first ones unless said otherwise, and its row number.</summary>
internal readonly record struct SortEntry(ulong Prefix, int Row);

/// <summary>Orders rows by their encoded keys, then by the values that the encoding leaves open, then by row number: a stable sort.</summary>
/// <param name="encoder">Made the encodings; all of them by now.</param>
/// <param name="keys">Row i's encoding is at i * stride.</param>
/// <param name="values">Readers of the key columns by row number; may be empty when encodings are exact.</param>
internal readonly unsafe struct SortEntryComparer(SortKeyEncoder encoder, NativeBuffer keys, VectorReader[] values)
{
    private readonly byte* _keys = keys.Address;
    private readonly int _stride = encoder.Stride;
    private readonly int _usable = encoder.UsableBytes;

    /// <summary>Eight-byte words of an encoding that decide.</summary>
    public int Words => (_usable + 7) / 8;

    /// <summary>Whether rows of equal words are equal.</summary>
    public bool IsExact => encoder.IsExact;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Compare(SortEntry left, SortEntry right) =>
        left.Prefix != right.Prefix ? (left.Prefix < right.Prefix ? -1 : 1) : CompareTail(left.Row, right.Row);

    /// <summary>The entry of a row with the given word of its encoding; bytes behind those that decide are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SortEntry Entry(int row, int word = 0)
    {
        ulong bytes = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<ulong>(_keys + ((long)row * _stride) + (8 * word)));
        int decides = _usable - (8 * word);
        return new SortEntry(decides >= 8 ? bytes : decides <= 0 ? 0 : bytes & (ulong.MaxValue << (64 - (8 * decides))), row);
    }

    /// <summary>Whether two rows are equal in all keys.</summary>
    public bool AreTied(int left, int right)
    {
        if (!encoder.IsExact)
        {
            return CompareKeys(left, right) == 0;
        }

        int words = Words;
        for (int word = 0; word < words; word++)
        {
            if (Entry(left, word).Prefix != Entry(right, word).Prefix)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Orders two rows of equal encoding by the values it leaves open, then by row number.</summary>
    public int CompareRest(SortEntry left, SortEntry right) =>
        encoder.CompareRest(values, left.Row, values, right.Row) is var order and not 0 ? order : left.Row.CompareTo(right.Row);

    private int CompareTail(int left, int right) => CompareKeys(left, right) is var order and not 0 ? order : left.CompareTo(right);

    private int CompareKeys(int left, int right)
    {
        var leftKey = new ReadOnlySpan<byte>(_keys + ((long)left * _stride), _usable);
        var rightKey = new ReadOnlySpan<byte>(_keys + ((long)right * _stride), _usable);
        int order = leftKey.SequenceCompareTo(rightKey);
        return order != 0 || encoder.IsExact ? order : encoder.CompareRest(values, left, values, right);
    }
}
