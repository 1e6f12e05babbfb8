using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;

namespace SqlCluster.Execution.Storage;

/// <summary>An open scan of a table version's stored batches; what reads them takes one after the other.</summary>
/// <param name="scan">What is read.</param>
/// <param name="version">The rows; the scan takes over the caller's hold.</param>
internal sealed class MemoryScan(ScanExec scan, TableVersion version) : IScanSource
{
    private readonly Batch[] _batches = version.Batches;
    private readonly long[]? _starts = scan.TableOrdinals.Any(ordinal => scan.Table.Columns[ordinal].Name == TableRows.RowColumn) ? version.RowStarts() : null;
    private int _next;

    public Operator CreateReader(TaskContext context, OperatorMetrics metrics)
    {
        var stored = new Source(this, context);
        return scan.Filters.IsEmpty ? new Reader(scan, stored, context, metrics) : new KeyLookupReader(scan, stored, context, metrics);
    }

    public void Dispose() => version.Release();

    /// <summary>The stored batches that one reader gets, with the numbers of their rows as last column where the scan reads those.</summary>
    internal sealed class Source(MemoryScan scan, TaskContext context) : IDisposable
    {
        private NativeBuffer? _numbers;

        /// <summary>The next stored batch, or null; it stays valid until the next one is asked for.</summary>
        public Batch? Take()
        {
            int index = Interlocked.Increment(ref scan._next) - 1;
            return (uint)index >= (uint)scan._batches.Length ? null
                : scan._starts == null ? scan._batches[index]
                : Numbered(scan._batches[index], scan._starts[index]);
        }

        public void Dispose()
        {
            _numbers?.Release();
            _numbers = null;
        }

        private Batch Numbered(Batch batch, long first)
        {
            NativeBuffer buffer = NativeBuffer.Reuse(ref _numbers, batch.Length * 8L, context.Account);
            Span<long> numbers = buffer.Span<long>(0, batch.Length);
            for (int i = 0; i < numbers.Length; i++)
            {
                numbers[i] = first + i;
            }

            return new Batch([.. batch.Columns, new FixedVector(ArrowType.Int64, batch.Length, buffer)], batch.Length);
        }
    }

    /// <summary>Hands out stored batches, in windows of the session's batch size.</summary>
    private sealed class Reader(ScanExec scan, Source stored, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
    {
        private readonly int[] _ordinals = [.. scan.OutputOrdinals.Select(ordinal => scan.TableOrdinals[ordinal])];
        private Batch? _current;
        private int _start;
        private NativeBuffer? _rows;

        protected override Batch? NextCore()
        {
            if (_current == null || _start >= _current.Length)
            {
                Batch? next = stored.Take();
                if (next == null)
                {
                    return null;
                }

                _current = new Batch(Array.ConvertAll(_ordinals, ordinal => next.Columns[ordinal]), next.Length);
                _start = 0;
            }

            int first = _start, count = Math.Min(Context.BatchSize, _current.Length - first);
            _start += count;
            return count == _current.Length ? _current : Window(_current, first, count);
        }

        public override void Dispose()
        {
            stored.Dispose();
            _rows?.Release();
            _rows = null;
        }

        private Batch Window(Batch batch, int first, int count)
        {
            NativeBuffer buffer = NativeBuffer.Reuse(ref _rows, count * 4L, Context.Account);
            Span<int> rows = buffer.Span<int>(0, count);
            for (int i = 0; i < count; i++)
            {
                rows[i] = first + i;
            }

            return new Batch(batch.Columns, batch.Length, new SelectionVector(buffer, count));
        }
    }
}
