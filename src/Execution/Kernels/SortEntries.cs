using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Kernels;

/// <summary>A row on its way to its place: the first eight bytes of its encoded key as a number, and its row number.</summary>
internal readonly record struct SortEntry(ulong Prefix, int Row);

/// <summary>Orders rows by their encoded keys, then by the values that the encoding leaves open, then by row number: a stable sort.</summary>
/// <param name="encoder">Made the encodings.</param>
/// <param name="keys">Row i's encoding is at i * stride.</param>
/// <param name="values">Readers of the key columns by row number; may be empty when encodings are exact.</param>
internal readonly unsafe struct SortEntryComparer(SortKeyEncoder encoder, NativeBuffer keys, VectorReader[] values) : IComparer<SortEntry>
{
    private readonly byte* _keys = keys.Address;
    private readonly int _stride = encoder.Stride;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Compare(SortEntry left, SortEntry right) =>
        left.Prefix != right.Prefix ? (left.Prefix < right.Prefix ? -1 : 1) : CompareTail(left.Row, right.Row);

    /// <summary>The entry of a row.</summary>
    public SortEntry Entry(int row) => new(BinaryPrimitives.ReadUInt64BigEndian(new ReadOnlySpan<byte>(_keys + ((long)row * _stride), 8)), row);

    /// <summary>Whether two rows are equal in all keys.</summary>
    public bool AreTied(int left, int right) => CompareKeys(left, right) == 0;

    private int CompareTail(int left, int right) => CompareKeys(left, right) is var order and not 0 ? order : left.CompareTo(right);

    private int CompareKeys(int left, int right)
    {
        var leftKey = new ReadOnlySpan<byte>(_keys + ((long)left * _stride), _stride);
        var rightKey = new ReadOnlySpan<byte>(_keys + ((long)right * _stride), _stride);
        int order = leftKey.SequenceCompareTo(rightKey);
        return order != 0 || encoder.IsExact ? order : encoder.CompareRest(values, left, values, right);
    }
}
