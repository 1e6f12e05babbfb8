using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Computes one group's result from its rows.</summary>
/// <param name="columns">The arguments (and order keys) of all groups.</param>
/// <param name="rows">The group's rows, in the order they came.</param>
/// <param name="result">Where the result goes; left alone, it is null.</param>
/// <param name="pulse">Told of work on many rows and large values.</param>
internal delegate void CollectedBody(ReadOnlySpan<VectorReader> columns, ReadOnlySpan<int> rows, ResultColumn result, ref Pulse pulse);

/// <summary>Keeps all argument rows and computes each group's result from them at the end: string_agg, array_agg, percentiles, mode.</summary>
internal sealed class CollectingAccumulator : Accumulator
{
    private readonly ColumnAppender[] _columns;
    private readonly ResultColumn _result;
    private readonly CollectedBody _body;
    private readonly CancellationToken _cancellation;
    private readonly Action<ResultColumn>? _ofNone;
    private readonly bool _skipsNulls;
    private readonly int _decidingColumn;
    private StateArray<int> _groups;
    private StateArray<int> _rowsByGroup;
    private int[] _starts = [];
    private int _groupCount;
    private int[] _kept = [];

    /// <param name="binding">The call.</param>
    /// <param name="decidingColumn">Rows where this argument is null are left out; negative: none are.</param>
    /// <param name="body">Computes a group's result; not called for groups without rows.</param>
    /// <param name="ofNone">The result of groups without rows; without it, null.</param>
    public CollectingAccumulator(AggregateBinding binding, int decidingColumn, CollectedBody body, Action<ResultColumn>? ofNone = null)
    {
        MemoryAccount account = binding.Context.Account;
        _columns = Array.ConvertAll(binding.ArgumentTypes, type => ColumnAppender.Create(ArrowTypes.Of(type), account));
        _result = new ResultColumn(binding.ResultType, account);
        _groups = new StateArray<int>(account);
        _rowsByGroup = new StateArray<int>(account);
        _cancellation = binding.Context.Cancellation;
        _body = body;
        _ofNone = ofNone;
        _skipsNulls = decidingColumn >= 0;
        _decidingColumn = decidingColumn;
    }

    public override long ReservedBytes => _columns.Sum(static column => column.ReservedBytes) + _groups.ReservedBytes + _rowsByGroup.ReservedBytes;

    public override bool KeepsRows => true;

    public override Vector[] KeptColumns() => Array.ConvertAll(_columns, static column => column.Build());

    public override ReadOnlySpan<int> KeptGroups() => _groups.Values;

    public override void Resize(int groupCount) => _groupCount = Math.Max(_groupCount, groupCount);

    public override void Update(ReadOnlySpan<Vector> arguments, in GroupedRows rows)
    {
        _starts = [];
        if (_kept.Length < rows.Count)
        {
            _kept = new int[rows.Count];
        }

        int first = _groups.Count, kept = 0;
        _groups.Resize(first + rows.Count);
        Span<int> groups = _groups.Values[first..];
        VectorReader deciding = _skipsNulls ? new VectorReader(arguments[_decidingColumn]) : default;
        for (int i = 0; i < rows.Count; i++)
        {
            int row = rows.Row(i);
            if (!_skipsNulls || !deciding.IsNull(row))
            {
                groups[kept] = rows.Group(i);
                _kept[kept++] = row;
            }
        }

        _groups.Truncate(first + kept);
        for (int c = 0; c < _columns.Length; c++)
        {
            _columns[c].Append(arguments[c], _kept.AsSpan(0, kept));
        }
    }

    public override Vector Finish(int start, int count)
    {
        SortByGroup();
        VectorReader[] readers = Array.ConvertAll(_columns, static column => new VectorReader(column.Build()));
        _result.Start(count);
        var pulse = new Pulse(_cancellation);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<int> rows = _rowsByGroup.Values[_starts[start + i].._starts[start + i + 1]];
            if (!rows.IsEmpty)
            {
                _result.MoveTo(i);
                pulse.Spend(rows.Length);
                _body(readers, rows, _result, ref pulse);
            }
            else if (_ofNone is not null)
            {
                _result.MoveTo(i);
                _ofNone(_result);
            }
        }

        return _result.Build();
    }

    public override void Clear()
    {
        _groups.Clear();
        _rowsByGroup.Clear();
        _groupCount = 0;
        _starts = [];
        Array.ForEach(_columns, static column => column.Reset());
    }

    public override void Dispose()
    {
        _groups.Dispose();
        _rowsByGroup.Dispose();
        _result.Dispose();
        Array.ForEach(_columns, static column => column.Dispose());
    }

    /// <summary>Lists each group's rows, once after the last update.</summary>
    private void SortByGroup()
    {
        if (_starts.Length > _groupCount)
        {
            return;
        }

        ReadOnlySpan<int> groups = _groups.Values;
        var next = new int[_groupCount + 2];
        var pulse = new Pulse(_cancellation);
        foreach (int group in groups)
        {
            pulse.Spend(1);
            next[group + 2]++;
        }

        for (int i = 2; i < next.Length; i++)
        {
            next[i] += next[i - 1];
        }

        _rowsByGroup.Clear();
        _rowsByGroup.Resize(groups.Length);
        Span<int> rowsByGroup = _rowsByGroup.Values;
        for (int row = 0; row < groups.Length; row++)
        {
            pulse.Spend(1);
            rowsByGroup[next[groups[row] + 1]++] = row;
        }

        _starts = next;
    }
}
