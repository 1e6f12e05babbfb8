using System.Numerics;
using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>How often each integer of a small range occurs in each group: what ordered-set aggregates need of columns with few values, without keeping a row.</summary>
/// <remarks><code>
/// cell = group * width + value - least          width: a power of two that covers the range; grown as values and groups come, up to a million cells
/// </code></remarks>
internal sealed class ValueCounts(MemoryAccount account) : IDisposable
{
    private const int MostCells = 1 << 20;
    private StateArray<int> _cells = new(account);
    private long _least;
    private int _shift;
    private int _groupCount;

    public long ReservedBytes => _cells.ReservedBytes;

    /// <summary>Values of a group, with the number of times each occurs, ascending; zeros included.</summary>
    public ReadOnlySpan<int> CountsOf(int group) => group < _groupCount ? _cells.Values.Slice(group << _shift, 1 << _shift) : default;

    /// <summary>The value that a count of <see cref="CountsOf"/> belongs to.</summary>
    public long ValueAt(int place) => _least + place;

    public int GroupCount => _groupCount;

    /// <summary>Counts values.</summary>
    /// <param name="values">Integers.</param>
    /// <param name="groups">Group of each; empty: all in group 0.</param>
    /// <param name="groupCount">Groups that exist.</param>
    /// <returns>False, and nothing is counted, when the range has become too wide.</returns>
    public bool TryAdd(ReadOnlySpan<long> values, ReadOnlySpan<int> groups, int groupCount)
    {
        if (values.IsEmpty)
        {
            return true;
        }

        (long low, long high) = IntegerRange.Of(values);
        if (!TryCover(low, high, Math.Max(groupCount, 1)))
        {
            return false;
        }

        ref int cells = ref System.Runtime.InteropServices.MemoryMarshal.GetReference(_cells.Values);
        long least = _least;
        int shift = _shift;
        if (groups.IsEmpty)
        {
            foreach (long value in values)
            {
                Unsafe.Add(ref cells, (nint)(value - least))++;
            }

            return true;
        }

        for (int i = 0; i < values.Length; i++)
        {
            Unsafe.Add(ref cells, ((nint)groups[i] << shift) + (nint)(values[i] - least))++;
        }

        return true;
    }

    public void Clear()
    {
        _cells.Clear();
        _groupCount = 0;
        _shift = 0;
    }

    public void Dispose() => _cells.Dispose();

    private bool TryCover(long low, long high, int groupCount)
    {
        bool isEmpty = _groupCount == 0;
        long least = isEmpty ? low : Math.Min(_least, low), most = isEmpty ? high : Math.Max(_least + (1L << _shift) - 1, high);
        UInt128 range = (UInt128)((Int128)most - least + 1);
        if (range > MostCells)
        {
            return false;
        }

        int shift = isEmpty ? BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)range)) : Math.Max(_shift, BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)range)));
        int count = Math.Max(groupCount, _groupCount);
        if ((long)count << shift > MostCells)
        {
            return false;
        }

        if (!isEmpty && (least != _least || shift != _shift))
        {
            Move(least, shift);
        }

        (_least, _shift, _groupCount) = (least, shift, count);
        _cells.Resize(count << shift);
        return true;
    }

    private void Move(long least, int shift)
    {
        var moved = new StateArray<int>(account);
        moved.Resize(_groupCount << shift);
        for (int group = 0; group < _groupCount; group++)
        {
            CountsOf(group).CopyTo(moved.Values[((group << shift) + (int)(_least - least))..]);
        }

        _cells.Dispose();
        _cells = moved;
    }
}
