using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Operators;

namespace SqlCluster.Execution.Storage;

/// <summary>Reads the rows of stored batches that pass a scan's <see cref="KeyFilter"/>s.</summary>
/// <param name="scan">What is read, with one filter at least.</param>
/// <param name="stored">Hands out stored batches until none is left; disposed with the reader.</param>
/// <param name="context">The task.</param>
/// <param name="metrics">The scan's.</param>
internal sealed class KeyLookupReader(ScanExec scan, MemoryScan.Source stored, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
{
    /// <summary>Up to one row in so many is copied out, so that those who read the batch need not pass over the others.</summary>
    private const int SparseRows = 8;

    private readonly KeyFilter[] _filters = FiltersOf(scan, context);
    private readonly VectorGatherer?[] _gatherers = new VectorGatherer?[scan.OutputOrdinals.Count];
    private Batch? _stored;
    private NativeBuffer? _rows;
    private int _count;
    private int _next;

    protected override Batch? NextCore()
    {
        while (_next == _count)
        {
            _stored = stored.Take();
            if (_stored == null)
            {
                return null;
            }

            Context.Cancellation.ThrowIfCancellationRequested();
            Find(_stored);
        }

        int first = _next, count = Math.Min(Context.BatchSize, _count - first);
        _next += count;
        return Output(_stored!, first, count);
    }

    public override void Dispose()
    {
        foreach (VectorGatherer? gatherer in _gatherers)
        {
            gatherer?.Dispose();
        }

        stored.Dispose();
        _rows?.Release();
        _rows = null;
    }

    private static KeyFilter[] FiltersOf(ScanExec scan, TaskContext context)
    {
        var filters = new KeyFilter[scan.Filters.Count];
        for (int i = 0; i < filters.Length; i++)
        {
            filters[i] = KeyFilter.Of(scan.Filters[i], scan.TableOrdinals, context.Query.Settings.Parameters);
        }

        return filters;
    }

    private void Find(Batch batch)
    {
        Span<int> rows = NativeBuffer.Reuse(ref _rows, Math.Max(1, batch.Length) * 4L, Context.Account).Span<int>(0, batch.Length);
        _next = 0;
        _count = _filters[0].Find(batch.Columns[_filters[0].TableOrdinal], rows);
        for (int i = 1; i < _filters.Length && _count > 0; i++)
        {
            _count = _filters[i].Refine(batch.Columns[_filters[i].TableOrdinal], rows[.._count]);
        }
    }

    private Batch Output(Batch batch, int first, int count)
    {
        ReadOnlySpan<int> rows = _rows!.Span<int>(first * 4L, count);
        bool isSparse = count * SparseRows <= batch.Length || count < _count;
        var columns = new Vector[_gatherers.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            Vector column = batch.Columns[scan.TableOrdinals[scan.OutputOrdinals[i]]];
            columns[i] = isSparse ? (_gatherers[i] ??= new VectorGatherer(Context.Account)).Take(column, rows) : column;
        }

        return isSparse ? new Batch(columns, count) : new Batch(columns, batch.Length, new SelectionVector(_rows, count));
    }
}
