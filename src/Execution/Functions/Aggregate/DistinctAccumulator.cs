using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Passes each distinct argument row of a group on once (DISTINCT inside a call).</summary>
internal sealed class DistinctAccumulator : Accumulator
{
    private readonly Accumulator _inner;
    private readonly MemoryAccount _account;
    private readonly GroupTable _table;
    private Vector[] _kept = [];
    private NativeBuffer? _groupOfRow;
    private NativeBuffer? _numbers;
    private NativeBuffer? _newRows;
    private NativeBuffer? _newGroups;

    public DistinctAccumulator(AggregateBinding binding, Accumulator inner)
    {
        _inner = inner;
        _account = binding.Context.Account;
        _table = GroupTable.Create(
            [new KeyColumn(ArrowType.Int32, false), .. binding.ArgumentTypes.Select(static type => new KeyColumn(ArrowTypes.Of(type), true))], _account);
        _table.Cancellation = binding.Context.Cancellation;
    }

    public override long ReservedBytes => _inner.ReservedBytes + _table.ReservedBytes;

    public override bool KeepsRows => true;

    public override Vector[] KeptColumns() => _kept[1..];

    public override ReadOnlySpan<int> KeptGroups()
    {
        if (_table.Count == 0)
        {
            return default;
        }

        _kept = _table.Keys(0, _table.Count);
        return ((FixedVector)_kept[0]).Values<int>();
    }

    public override void Resize(int groupCount) => _inner.Resize(groupCount);

    public override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows)
    {
        int length = arguments[0].Length;
        NativeBuffer groupBuffer = NativeBuffer.Reuse(ref _groupOfRow, Math.Max(length, 1) * 4L, _account);
        Span<int> groupOfRow = groupBuffer.Span<int>(0, length);
        groupOfRow.Clear();
        for (int i = 0; i < rows.Groups.Length; i++)
        {
            groupOfRow[rows.Row(i)] = rows.Groups[i];
        }

        Vector[] keys = [new FixedVector(ArrowType.Int32, length, groupBuffer), .. arguments];
        Span<int> numbers = Room(ref _numbers, rows.Count), newRows = Room(ref _newRows, rows.Count), newGroups = Room(ref _newGroups, rows.Count);
        int known = _table.Count, added = 0;
        _table.FindOrAdd(keys, rows.Rows, rows.Count, numbers);
        if (known == _table.Count)
        {
            return;
        }

        // A table of several rounds may number new keys out of row order: remember which were passed on.
        var passed = new bool[_table.Count - known];
        for (int i = 0; i < rows.Count; i++)
        {
            int number = numbers[i] - known;
            if (number >= 0 && !passed[number])
            {
                passed[number] = true;
                newRows[added] = rows.Row(i);
                newGroups[added++] = rows.Group(i);
            }
        }

        _inner.Update(arguments, new GroupedRows(rows.IsOneGroup ? default : newGroups[..added], newRows[..added], added, rows.GroupCount));
    }

    public override Vector Finish(int start, int count) => _inner.Finish(start, count);

    public override void Clear()
    {
        _inner.Clear();
        _table.Clear();
    }

    public override void Dispose()
    {
        _inner.Dispose();
        _table.Dispose();
        foreach (NativeBuffer? buffer in (NativeBuffer?[])[_groupOfRow, _numbers, _newRows, _newGroups])
        {
            buffer?.Release();
        }

        _groupOfRow = _numbers = _newRows = _newGroups = null;
    }

    private Span<int> Room(ref NativeBuffer? buffer, int count) => NativeBuffer.Reuse(ref buffer, (count + 16) * 4L, _account).Span<int>(0, count);
}
