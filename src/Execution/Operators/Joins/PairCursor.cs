using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>Walks the pairs of a probe batch's rows and their partners, a batch of pairs at a time.</summary>
internal sealed class PairCursor(int batchSize)
{
    private readonly int[] _positions = new int[batchSize];
    private readonly int[] _left = new int[batchSize];
    private readonly int[] _right = new int[batchSize];
    private int _position;
    private int _partner;
    private int _length;

    /// <summary>Whether a probe batch is being walked.</summary>
    public bool IsActive { get; private set; }

    /// <summary>Pairs at hand.</summary>
    public int Count { get; private set; }

    /// <summary>For each pair, the probe row's position among the batch's selected rows.</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Count);

    /// <summary>For each pair, the probe row.</summary>
    public ReadOnlySpan<int> LeftRows => _left.AsSpan(0, Count);

    /// <summary>For each pair, the build row.</summary>
    public ReadOnlySpan<int> RightRows => _right.AsSpan(0, Count);

    public void Start(int length)
    {
        IsActive = true;
        _length = length;
        _position = _partner = Count = 0;
    }

    public void Stop() => IsActive = false;

    /// <summary>Takes the next pairs.</summary>
    /// <returns>False when there are none left.</returns>
    public bool Fill(ReadOnlySpan<int> numbers, ReadOnlySpan<int> rows, JoinTable table)
    {
        Count = table.IsUnique ? FillUnique(numbers, rows, table) : FillLists(numbers, rows, table.Starts, table.RowList);
        return Count > 0;
    }

    /// <summary>Takes the next pairs of rows and places between their limits.</summary>
    /// <returns>False when there are none left.</returns>
    public bool Fill(RangeProbe probe, ReadOnlySpan<int> rows, RangeIndex index)
    {
        int count = 0, position = _position, partner = _partner;
        ReadOnlySpan<int> starts = probe.Starts, ends = probe.Ends, order = index.Rows;
        ReadOnlySpan<Int128> seconds = probe.Seconds;
        for (; position < _length; position++, partner = 0)
        {
            int end = ends[position], row = rows.IsEmpty ? position : rows[position];
            int place = index.Next(Math.Max(partner, starts[position]), end, seconds[position]);
            for (; place < end && count < _left.Length; place = index.Next(place + 1, end, seconds[position]))
            {
                _positions[count] = position;
                _left[count] = row;
                _right[count++] = order[place];
            }

            if (place < end)
            {
                partner = place;
                break;
            }
        }

        (_position, _partner, Count) = (position, partner, count);
        return count > 0;
    }

    private int FillUnique(ReadOnlySpan<int> numbers, ReadOnlySpan<int> rows, JoinTable table)
    {
        int count = 0;
        for (; _position < _length && count < _left.Length; _position++)
        {
            if (numbers[_position] >= 0)
            {
                _positions[count] = _position;
                _left[count] = rows.IsEmpty ? _position : rows[_position];
                _right[count++] = table.RowOf(numbers[_position]);
            }
        }

        return count;
    }

    private int FillLists(ReadOnlySpan<int> numbers, ReadOnlySpan<int> rows, ReadOnlySpan<int> starts, ReadOnlySpan<int> rowList)
    {
        int count = 0, capacity = _left.Length, position = _position, partner = _partner;
        Span<int> left = _left, right = _right, positions = _positions;
        for (; position < _length; position++)
        {
            int number = numbers[position];
            if (number < 0)
            {
                continue;
            }

            int start = starts[number] + partner, end = starts[number + 1];
            int stop = Math.Min(end, start + capacity - count);
            int row = rows.IsEmpty ? position : rows[position];
            for (int i = start; i < stop; i++)
            {
                positions[count] = position;
                left[count] = row;
                right[count++] = rowList[i];
            }

            if (stop < end)
            {
                partner += stop - start;
                break;
            }

            partner = 0;
        }

        _position = position;
        _partner = partner;
        return count;
    }

    /// <summary>Keeps the pairs for which a condition is true.</summary>
    /// <param name="values">The condition, one value a pair.</param>
    /// <param name="unknown">Receives 1 at the positions of pairs for which it is null; empty: nobody asks.</param>
    public void Keep(Vector values, Span<byte> unknown)
    {
        var reader = new VectorReader(values);
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            bool isNull = reader.IsNull(i);
            if (isNull && !unknown.IsEmpty)
            {
                unknown[_positions[i]] = 1;
            }

            _positions[kept] = _positions[i];
            _left[kept] = _left[i];
            _right[kept] = _right[i];
            kept += !isNull && reader.Boolean(i) ? 1 : 0;
        }

        Count = kept;
    }
}
