using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Operators.Joins;
using SqlCluster.Execution.Parquet.Pruning;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Applies the filters that joins above made from their build sides; one task's view of them.</summary>
/// <remarks>
/// Empty filters and bounds outside the keys rule out whole row groups. A filter that drops almost nothing costs more than it saves, so each is
/// dropped when it has let pass more than <see cref="WorthlessShare"/> of its first <see cref="TrialRows"/> rows.
/// </remarks>
internal sealed class ScanRuntimeFilters : IDisposable
{
    private const long TrialRows = 64 * 1024;
    private const double WorthlessShare = 0.9;

    private readonly List<(int Ordinal, RuntimeFilterReader Reader)> _filters = [];
    private readonly NativeBuffer?[] _rows;
    private readonly long[] _tested;
    private readonly long[] _passed;
    private readonly OperatorMetrics _metrics;

    public ScanRuntimeFilters(ScanExec scan, TaskContext context, OperatorMetrics metrics)
    {
        foreach (RuntimeFilterTarget target in scan.RuntimeFilters)
        {
            if (RuntimeFilter.Find(context.Query, target.Id) is { } filter)
                _filters.Add((target.ReadOrdinal, new RuntimeFilterReader(filter, context.Account)));
        }

        // The filter that keeps the smallest share of its range goes first.
        _filters.Sort(static (left, right) => Share(left.Reader.Filter).CompareTo(Share(right.Reader.Filter)));
        _rows = new NativeBuffer?[_filters.Count];
        _tested = new long[_filters.Count];
        _passed = new long[_filters.Count];
        _metrics = metrics;
    }

    public int Count => _filters.Count;

    /// <summary>Gets the read column that a filter restricts.</summary>
    public int Ordinal(int index) => _filters[index].Ordinal;

    /// <summary>Tells whether a filter still drops enough rows to pay.</summary>
    public bool IsWorthwhile(int index) => _tested[index] < TrialRows || _passed[index] < _tested[index] * WorthlessShare;

    /// <summary>Tells whether rows within some bounds may pass all filters. Nulls never do.</summary>
    public bool MightMatch(Func<int, ColumnBounds> boundsOf)
    {
        foreach ((int ordinal, RuntimeFilterReader reader) in _filters)
        {
            ColumnBounds bounds = boundsOf(ordinal);
            if (reader.Filter.IsEmpty || bounds.IsAllNull)
                return false;
            if (bounds is { Min: { Real: null, Bytes: null, Scale: 0 } min, Max: { Real: null, Bytes: null, Scale: 0 } max }
                && min.Number >= long.MinValue && max.Number <= long.MaxValue && min.Number <= max.Number
                && !reader.Filter.MightContainRange((long)min.Number, (long)max.Number))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Keeps the rows that may have a partner. The result is valid until the filter's next call.</summary>
    public SelectionVector Apply(int index, Vector column, SelectionVector? selection)
    {
        int tested = selection?.Count ?? column.Length;
        SelectionVector result = _filters[index].Reader.ApplyTo(column, selection, ref _rows[index]);
        _tested[index] += tested;
        _passed[index] += result.Count;
        _metrics.Add("rows dropped by runtime filter", tested - result.Count);
        return result;
    }

    public void Dispose()
    {
        foreach ((int _, RuntimeFilterReader reader) in _filters)
            reader.Dispose();
        for (int i = 0; i < _rows.Length; i++)
        {
            _rows[i]?.Release();
            _rows[i] = null;
        }
    }

    private static double Share(RuntimeFilter filter) => filter.IsIntegerKey && filter.Most >= filter.Least
        ? filter.DistinctKeys / ((double)filter.Most - filter.Least + 1)
        : 1;
}
