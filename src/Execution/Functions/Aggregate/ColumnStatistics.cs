using System.Buffers.Binary;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>column_statistics(x): what ANALYZE keeps of a column, in one pass over its values.</summary>
/// <remarks>
/// Rows, nulls and bytes are counted, distinct values by a <see cref="HyperLogLog"/> of 16,384 registers (standard error 0.81 %), common values and the histogram come from a
/// <see cref="RowSample"/>; of up to 30,000 values everything is exact. All parts merge, so partial aggregations of many tasks give one result.
/// </remarks>
internal static class ColumnStatistics
{
    public const string Name = "column_statistics";

    public static readonly AggregateFunction[] Functions =
    [
        AggregateFunction.Create(Name, [ParameterType.AnyElement], static types => ResultType(types[0]),
            static types => [SqlType.Bytea, SqlType.Array(types[0]), SqlType.Array(SqlType.BigInt)], static binding => new ColumnStatisticsAccumulator(binding),
            "What ANALYZE keeps of a column: rows, nulls, distinct values, common values, histogram.", neverNull: true),
    ];

    /// <summary>The result for a column of a type.</summary>
    public static SqlType ResultType(SqlType type) => SqlType.Row(
    [
        new RowField("row_count", SqlType.BigInt), new RowField("null_count", SqlType.BigInt), new RowField("average_bytes", SqlType.DoublePrecision),
        new RowField("distinct_count", SqlType.DoublePrecision), new RowField("common_values", SqlType.Array(type)),
        new RowField("common_shares", SqlType.Array(SqlType.DoublePrecision)), new RowField("histogram", SqlType.Array(type)),
    ]);

    /// <summary>Whether values have an order in which a histogram makes sense.</summary>
    public static bool IsOrdered(SqlType type) => !type.IsNested && type.Kind is not (TypeKind.Json or TypeKind.Jsonb or TypeKind.Void or TypeKind.Unknown);
}

/// <summary>Counts, registers and a sample by group.</summary>
internal sealed class ColumnStatisticsAccumulator : Accumulator
{
    private const int IndexBits = 14, Registers = 1 << IndexBits, HeaderBytes = 24;
    private const int MaxGroups = int.MaxValue / Registers;

    private static long s_lastSeed;

    private readonly SqlType _type;
    private readonly MemoryAccount _account;
    private readonly bool _isOrdered;
    private readonly ResultColumn _result;
    private readonly ResultColumn[] _states;
    private readonly DenseArgument _dense;
    private readonly List<RowSample> _samples = [];
    private StateArray<byte> _registers;
    private StateArray<long> _rows;
    private StateArray<long> _nulls;
    private StateArray<long> _bytes;
    private NativeBuffer? _hashes;

    public ColumnStatisticsAccumulator(AggregateBinding binding)
    {
        _type = binding.ArgumentTypes[0];
        _account = binding.Context.Account;
        _isOrdered = ColumnStatistics.IsOrdered(_type);
        _result = new ResultColumn(ColumnStatistics.ResultType(_type), _account);
        _states = [new ResultColumn(SqlType.Bytea, _account), new ResultColumn(SqlType.Array(_type), _account), new ResultColumn(SqlType.Array(SqlType.BigInt), _account)];
        _dense = new DenseArgument(_account);
        _registers = new StateArray<byte>(_account);
        _rows = new StateArray<long>(_account);
        _nulls = new StateArray<long>(_account);
        _bytes = new StateArray<long>(_account);
    }

    public override long ReservedBytes => _registers.ReservedBytes + (3 * _rows.ReservedBytes) + _samples.Sum(static sample => sample.ReservedBytes);

    public override void Resize(int groupCount)
    {
        if (groupCount > MaxGroups)
        {
            throw ExecutionErrors.ProgramLimit($"{ColumnStatistics.Name}: more than {MaxGroups} groups");
        }

        _registers.Resize(groupCount * Registers);
        _rows.Resize(groupCount);
        _nulls.Resize(groupCount);
        _bytes.Resize(groupCount);
        while (_samples.Count < groupCount)
        {
            _samples.Add(new RowSample(ArrowTypes.Of(_type), (ulong)Interlocked.Increment(ref s_lastSeed) << 32, _account));
        }
    }

    public override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows)
    {
        Vector column = arguments[0];
        ReadOnlySpan<int> picked = _dense.Present(column, in rows, out ReadOnlySpan<int> groups, out int count);
        if (rows.IsOneGroup)
        {
            _rows.Values[0] += rows.Count;
            _nulls.Values[0] += rows.Count - count;
        }
        else
        {
            CountRows(in rows, groups[..count]);
        }

        if (count == 0)
        {
            return;
        }

        Hash(column, picked, groups, count);
        var reader = new VectorReader(column);
        if (ArrowTypes.Of(_type).IsView)
        {
            Span<long> bytes = _bytes.Values;
            for (int i = 0; i < count; i++)
            {
                bytes[groups.IsEmpty ? 0 : groups[i]] += reader.View(picked.IsEmpty ? i : picked[i]).Length;
            }
        }

        if (!_isOrdered)
        {
            return;
        }

        if (groups.IsEmpty)
        {
            _samples[0].Add(column, picked.IsEmpty ? picked : picked[..count], count);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            _samples[groups[i]].Add(in reader, picked.IsEmpty ? i : picked[i]);
        }
    }

    public override void Merge(ReadOnlySpan<Vector> states, in GroupedRows rows)
    {
        VectorReader headers = new(states[0]), values = new(states[1]), priorities = new(states[2]);
        var lists = (ListVector)values.Flat;
        var numbers = (ListVector)priorities.Flat;
        for (int i = 0; i < rows.Count; i++)
        {
            int row = rows.Row(i), group = rows.Group(i);
            ReadOnlySpan<byte> header = headers.Bytes(row);
            _rows.Values[group] += BinaryPrimitives.ReadInt64LittleEndian(header);
            _nulls.Values[group] += BinaryPrimitives.ReadInt64LittleEndian(header[8..]);
            _bytes.Values[group] += BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
            HyperLogLog.Merge(_registers.Values.Slice(group * Registers, Registers), header[HeaderBytes..]);
            int slot = values.Slot(row), start = lists.Offsets[slot], count = lists.Offsets[slot + 1] - start;
            if (count > 0)
            {
                ReadOnlySpan<long> drawn = ((FixedVector)numbers.Child).Values<long>();
                _samples[group].Merge(lists.Child, start, drawn.Slice(numbers.Offsets[priorities.Slot(row)], count));
            }
        }
    }

    public override void States(int start, int count, Span<Vector> states)
    {
        foreach (ResultColumn column in _states)
        {
            column.Start(count);
        }

        Span<byte> header = new byte[HeaderBytes + Registers];
        for (int i = 0; i < count; i++)
        {
            int group = start + i;
            BinaryPrimitives.WriteInt64LittleEndian(header, _rows.Values[group]);
            BinaryPrimitives.WriteInt64LittleEndian(header[8..], _nulls.Values[group]);
            BinaryPrimitives.WriteInt64LittleEndian(header[16..], _bytes.Values[group]);
            _registers.Values.Slice(group * Registers, Registers).CopyTo(header[HeaderBytes..]);
            _states[0].MoveTo(i);
            _states[0].SetBytes(header);
            RowSample sample = _samples[group];
            sample.Finish();
            _states[1].MoveTo(i);
            _states[1].BeginList().AppendRange(sample.Values, 0, sample.Count);
            _states[1].EndList();
            _states[2].MoveTo(i);
            AppendPriorities(_states[2].BeginList(), sample.Priorities);
            _states[2].EndList();
        }

        for (int i = 0; i < _states.Length; i++)
        {
            states[i] = _states[i].Build();
        }
    }

    public override Vector Finish(int start, int count)
    {
        _result.Start(count);
        for (int i = 0; i < count; i++)
        {
            _result.MoveTo(i);
            _result.SetNested(Result(start + i));
        }

        return _result.Build();
    }

    public override void Clear()
    {
        _registers.Clear();
        _rows.Clear();
        _nulls.Clear();
        _bytes.Clear();
        _samples.ForEach(static sample => sample.Dispose());
        _samples.Clear();
    }

    public override void Dispose()
    {
        Clear();
        _registers.Dispose();
        _rows.Dispose();
        _nulls.Dispose();
        _bytes.Dispose();
        _result.Dispose();
        Array.ForEach(_states, static state => state.Dispose());
        _dense.Dispose();
        _hashes?.Release();
        _hashes = null;
    }

    private void CountRows(in GroupedRows rows, ReadOnlySpan<int> present)
    {
        Span<long> all = _rows.Values, nulls = _nulls.Values;
        foreach (int group in rows.Groups[..rows.Count])
        {
            all[group]++;
            nulls[group]++;
        }

        foreach (int group in present)
        {
            nulls[group]--;
        }
    }

    private void Hash(Vector column, ReadOnlySpan<int> picked, ReadOnlySpan<int> groups, int count)
    {
        Span<ulong> hashes = NativeBuffer.Reuse(ref _hashes, count * 8L, _account).Span<ulong>(0, count);
        HashKernels.Hash([column], picked.IsEmpty ? picked : picked[..count], count, hashes, _account);
        Span<byte> registers = _registers.Values;
        for (int i = 0; i < count; i++)
        {
            HyperLogLog.Add(groups.IsEmpty ? registers[..Registers] : registers.Slice(groups[i] * Registers, Registers), IndexBits, hashes[i]);
        }
    }

    private void AppendPriorities(ColumnAppender target, ReadOnlySpan<ulong> priorities)
    {
        NativeBuffer buffer = NativeBuffer.Reuse(ref _hashes, Math.Max(8, priorities.Length * 8L), _account);
        priorities.CopyTo(buffer.Span<ulong>(0, priorities.Length));
        target.AppendRange(new FixedVector(ArrowTypes.Of(SqlType.BigInt), priorities.Length, buffer, 0, null, 0), 0, priorities.Length);
    }

    private NodeList<Literal> Result(int group)
    {
        long rows = _rows.Values[group], nulls = _nulls.Values[group], present = rows - nulls;
        RowSample sample = _samples[group];
        sample.Finish();
        double estimate = Math.Clamp(HyperLogLog.Estimate(_registers.Values.Slice(group * Registers, Registers)), Math.Min(1, present), present);
        double bytes = ArrowTypes.Of(_type) is { IsView: false } arrow ? Math.Max(1, arrow.Width) : present == 0 ? 0 : (double)_bytes.Values[group] / present;
        var summary = _isOrdered ? SampleSummary.Of(sample, _type, rows, nulls, estimate) : new SampleSummary(Math.Round(estimate), [], [], []);
        return
        [
            Literal.BigInt(rows), Literal.BigInt(nulls), new Literal(bytes, SqlType.DoublePrecision), new Literal(summary.DistinctCount, SqlType.DoublePrecision),
            new Literal(summary.CommonValues, SqlType.Array(_type)),
            new Literal(summary.CommonShares.Map(static share => new Literal(share, SqlType.DoublePrecision)), SqlType.Array(SqlType.DoublePrecision)),
            new Literal(summary.Histogram, SqlType.Array(_type)),
        ];
    }
}
