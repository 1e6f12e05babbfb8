using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Sorting;

/// <summary>Brings rows into order, however many: collects them, writes them out as a sorted run whenever memory is short, and merges the runs as they are read.</summary>
/// <remarks><code>
/// rows ─▶ SortBuffer ─ short of memory ─▶ sorted run on disk ─┐
///             └─ never short ─▶ sorted in memory              ├─ a few at a time into longer runs ─▶ last merge ─▶ rows
///                                         sorted run on disk ─┘
/// </code></remarks>
internal sealed class ExternalSort : IDisposable
{
    private const int MostRunsAtOnce = 64;
    private readonly NodeList<SortKey> _keys;
    private readonly TaskContext _context;
    private readonly OperatorMetrics _metrics;
    private readonly List<List<SpillBlock>> _runs = [];
    private SortBuffer _buffer;
    private BlockWriter? _writer;
    private RunMerge? _merge;

    public ExternalSort(NodeList<SortKey> keys, TaskContext context, OperatorMetrics metrics)
    {
        _keys = keys;
        _context = context;
        _metrics = metrics;
        _buffer = new SortBuffer(keys, context);
    }

    /// <summary>Goes on with rows that were collected so far: they become the first run.</summary>
    public ExternalSort(NodeList<SortKey> keys, SortBuffer buffer, TaskContext context, OperatorMetrics metrics)
    {
        _keys = keys;
        _context = context;
        _metrics = metrics;
        _buffer = buffer;
        WriteRun();
    }

    /// <summary>Copies the rows of a batch that count.</summary>
    public void Append(Batch batch)
    {
        _buffer.Append(batch);
        if (!_context.Query.Memory.IsCalm && _context.Query.Memory.MustSpill(_buffer.ReservedBytes, _buffer.BytesToSort))
        {
            WriteRun();
        }
    }

    /// <summary>All rows are there.</summary>
    public void Complete()
    {
        if (_runs.Count == 0)
        {
            _buffer.Sort();
            return;
        }

        WriteRun();
        MergeSomeRuns();
        _merge = MergeOf(_runs);
    }

    /// <summary>The next rows in order, at most a batch and at most <paramref name="limit"/> of them; null at the end.</summary>
    public Batch? Next(long limit = long.MaxValue) => _merge != null ? _merge.Next(limit) : _buffer.Next((int)Math.Min(limit, int.MaxValue));

    /// <summary>The next rows that tie with the last one of <see cref="Next"/>; null when there is none. Only once rows are on disk.</summary>
    public Batch? NextTied() => _merge!.NextTied();

    public void Dispose()
    {
        _buffer.Dispose();
        _merge?.Dispose();
        _writer?.Dispose();
        _writer?.File.Dispose();
    }

    private void WriteRun()
    {
        if (_buffer.Count == 0)
        {
            return;
        }

        _buffer.Sort();
        _writer ??= new BlockWriter(_context.Query.Spill.Create(_metrics));
        var run = new List<SpillBlock>();
        while (_buffer.Next() is { } batch)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            _writer.Write(batch, run);
        }

        _runs.Add(run);
        _metrics.Add("spilled runs", 1);
        _buffer.Dispose();
        _buffer = new SortBuffer(_keys, _context);
    }

    /// <summary>Makes longer runs of neighbours until all that are left can be read at once.</summary>
    private void MergeSomeRuns()
    {
        int most = RunsAtOnce();
        while (_runs.Count > most)
        {
            var longer = new List<List<SpillBlock>>();
            for (int start = 0; start < _runs.Count; start += most)
            {
                List<List<SpillBlock>> part = _runs.GetRange(start, Math.Min(most, _runs.Count - start));
                longer.Add(part.Count == 1 ? part[0] : Rewrite(part));
            }

            _runs.Clear();
            _runs.AddRange(longer);
        }
    }

    private List<SpillBlock> Rewrite(List<List<SpillBlock>> runs)
    {
        var merged = new List<SpillBlock>();
        using RunMerge merge = MergeOf(runs);
        while (merge.Next() is { } batch)
        {
            _writer!.Write(batch, merged);
        }

        _metrics.Add("merged runs", runs.Count);
        return merged;
    }

    private int RunsAtOnce()
    {
        long available = _context.Query.Memory.Allowance, block = _runs.Max(static run => run.Max(static block => (long)block.RawBytes));
        return (int)Math.Clamp(available / Math.Max(1, (3 * block) + (64 << 10)), 2, MostRunsAtOnce);
    }

    private RunMerge MergeOf(List<List<SpillBlock>> runs) => new(runs.Select(Batches), _keys, _context);

    private Func<Batch?> Batches(List<SpillBlock> run)
    {
        int next = 0;
        return () =>
        {
            if (next == run.Count)
            {
                return null;
            }

            SpillBlock block = run[next++];
            return BlockReader.Read(in block, _context.Account);
        };
    }
}
