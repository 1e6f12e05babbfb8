using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>A uniform sample of a column's values, of bounded size: each value draws a random priority, and the <see cref="Capacity"/> least ones stay (bottom-k sampling).</summary>
/// <remarks>
/// Samples merge: the least priorities of both are those of all rows. Up to <see cref="Capacity"/> values all of them are kept, so that what is made of them is exact. Past that
/// a value's share p is off by sqrt(p (1 - p) / 30,000), at most 0.3 % of the rows (standard error). Once full, rows that do not stay are skipped without a look: the number of
/// rows to the next one that does is drawn from the geometric distribution.
/// </remarks>
internal sealed class RowSample : IDisposable
{
    /// <summary>Values kept: 300 for each of a hundred histogram buckets, as PostgreSQL does (Chaudhuri, Motwani, Narasayya, "Random sampling for histogram construction", 1998).</summary>
    public const int Capacity = 30_000;

    /// <summary>Bytes beyond which a value counts, but is not kept.</summary>
    public const int MaxValueBytes = 1024;

    private readonly MemoryAccount _account;
    private readonly bool _isView;
    private ColumnAppender _values;
    private StateArray<ulong> _priorities;
    private ulong _threshold = ulong.MaxValue;
    private double _logOfMiss = double.NaN;
    private ulong _random;
    private long _skip;
    private int[] _taken = new int[16];
    private int _takenCount;

    /// <param name="type">Type of the values.</param>
    /// <param name="seed">Of the priorities; samples to be merged need different ones.</param>
    /// <param name="account">Pays.</param>
    public RowSample(ArrowType type, ulong seed, MemoryAccount account)
    {
        _account = account;
        _isView = type.IsView;
        _values = ColumnAppender.Create(type, account);
        _priorities = new StateArray<ulong>(account);
        _random = seed;
    }

    public int Count => _priorities.Count;

    public long ReservedBytes => _values.ReservedBytes + _priorities.ReservedBytes;

    public ReadOnlySpan<ulong> Priorities => _priorities.Values;

    /// <summary>The values kept; null in place of those that are too long.</summary>
    public Vector Values => _values.Build();

    /// <summary>Offers rows, none of which is null.</summary>
    /// <param name="column">Values.</param>
    /// <param name="rows">Rows of the column; empty: the first <paramref name="count"/>.</param>
    /// <param name="count">How many.</param>
    public void Add(Vector column, ReadOnlySpan<int> rows, int count)
    {
        var reader = new VectorReader(column);
        while (_skip < count)
        {
            Take(in reader, rows.IsEmpty ? (int)_skip : rows[(int)_skip]);
            _skip += NextSkip() + 1;
        }

        _skip -= count;
        Flush(column);
    }

    /// <summary>Offers one row, which is not null.</summary>
    public void Add(in VectorReader reader, int row)
    {
        if (_skip-- > 0)
        {
            return;
        }

        Take(in reader, row);
        _skip = NextSkip();
        Flush(reader.Source);
    }

    /// <summary>Adds what another sample has kept.</summary>
    /// <param name="values">Its values, from <paramref name="start"/> on.</param>
    /// <param name="start">First of them.</param>
    /// <param name="priorities">Their priorities.</param>
    public void Merge(Vector values, int start, ReadOnlySpan<long> priorities)
    {
        int old = _priorities.Count;
        _priorities.Resize(old + priorities.Length);
        MemoryMarshal.Cast<long, ulong>(priorities).CopyTo(_priorities.Values[old..]);
        _values.AppendRange(values, start, priorities.Length);
        Shrink(2 * Capacity);
    }

    /// <summary>Keeps no more than <see cref="Capacity"/> values.</summary>
    public void Finish() => Shrink(Capacity);

    public void Dispose()
    {
        _values.Dispose();
        _priorities.Dispose();
    }

    private void Take(in VectorReader reader, int row)
    {
        if (_takenCount == _taken.Length)
        {
            Array.Resize(ref _taken, _taken.Length * 2);
        }

        _taken[_takenCount++] = _isView && reader.View(row).Length > MaxValueBytes ? -1 : row;
        int count = _priorities.Count;
        _priorities.Resize(count + 1);
        _priorities.Values[count] = Math.BigMul(NextRandom(), _threshold, out _);
    }

    private void Flush(Vector column)
    {
        _values.Append(column, _taken.AsSpan(0, _takenCount));
        _takenCount = 0;
        Shrink(2 * Capacity);
    }

    /// <summary>Sweeps out the values of the greatest priorities when there are more than <paramref name="limit"/>.</summary>
    private void Shrink(int limit)
    {
        if (_priorities.Count <= limit)
        {
            return;
        }

        ulong[] order = _priorities.Values.ToArray();
        Array.Sort(order);
        ulong last = order[Capacity - 1];
        var kept = new int[Capacity];
        int count = 0;
        Span<ulong> priorities = _priorities.Values;
        for (int i = 0; i < priorities.Length && count < Capacity; i++)
        {
            if (priorities[i] <= last)
            {
                priorities[count] = priorities[i];
                kept[count++] = i;
            }
        }

        _priorities.Truncate(count);
        ColumnAppender swept = ColumnAppender.Create(_values.Type, _account);
        swept.Append(_values.Build(), kept.AsSpan(0, count));
        _values.Dispose();
        _values = swept;
        _threshold = last;
        _logOfMiss = Math.Log(1 - (last / Math.Pow(2, 64)));
    }

    /// <summary>Rows that draw a priority above the threshold before one stays.</summary>
    private long NextSkip() => double.IsNaN(_logOfMiss) ? 0 : (long)Math.Min(long.MaxValue / 4, Math.Floor(Math.Log(1 - ((NextRandom() >> 11) * (1.0 / (1UL << 53)))) / _logOfMiss));

    /// <summary>SplitMix64 (Steele, Lea, Flood, 2014).</summary>
    private ulong NextRandom()
    {
        _random += 0x9E3779B97F4A7C15;
        ulong mixed = (_random ^ (_random >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
