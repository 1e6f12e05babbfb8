using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Shuffle;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Recursion;

/// <summary>Rows that are read more than once: copied into full batches, on disk when the query is short of memory.</summary>
internal sealed class KeptRows : IReclaimable, IDisposable
{
    private readonly TaskContext _context;
    private readonly OperatorMetrics _metrics;
    private readonly Lock _lock = new();
    private BatchRun _run;
    private PartitionBuffer? _buffer;
    private BlockWriter? _writer;

    public KeptRows(TaskContext context, OperatorMetrics metrics)
    {
        _context = context;
        _metrics = metrics;
        _run = new BatchRun(context.Account);
        context.Query.Memory.Add(this);
    }

    /// <summary>Batches, after <see cref="Complete"/>.</summary>
    public int Count => _run.Count;

    /// <summary>Whether all rows are there.</summary>
    public bool IsComplete { get; private set; }

    public long MemoryBytes => _run.MemoryBytes;

    /// <summary>A batch, which the caller releases.</summary>
    public Batch Read(int index) => _run.Read(index);

    public void Append(Batch batch)
    {
        (_buffer ??= new PartitionBuffer(_context.Account, _context.BatchSize, _run.Add)).Append(batch);
        _context.Query.Memory.Relieve();
    }

    /// <summary>Makes the rows appended so far readable.</summary>
    public void Complete()
    {
        _buffer?.Finish();
        _buffer = null;
        IsComplete = true;
    }

    /// <summary>Gives up its rows for those of another, which has none afterwards.</summary>
    public void TakeFrom(KeptRows other)
    {
        other.Complete();
        _run.Clear();
        lock (_lock)
        {
            (_run, other._run) = (other._run, _run);
        }
    }

    public void Reclaim()
    {
        lock (_lock)
        {
            _writer ??= new BlockWriter(_context.Query.Spill.Create(_metrics));
            _run.Spill(_writer);
        }
    }

    public void Dispose()
    {
        _context.Query.Memory.Remove(this);
        _buffer?.Dispose();
        _buffer = null;
        lock (_lock)
        {
            _run.Clear();
            _writer?.Dispose();
            _writer?.File.Dispose();
        }
    }
}

/// <summary>Takes the place of a plan whose rows are the same in every iteration of a recursion.</summary>
/// <param name="Source">Computes the rows, in the first iteration.</param>
/// <param name="Rows">Where they are kept.</param>
internal sealed record KeptRowsExec(ExecPlan Source, KeptRows Rows) : ExecPlan
{
    protected override NodeList<ExecColumn> MakeOutput() => Source.Output;
}

/// <summary>Computes kept rows if nobody has, then reads them.</summary>
internal sealed class KeptRowsOperator(KeptRowsExec plan, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
{
    private int _next = -1;
    private Batch? _current;

    protected override Batch? NextCore()
    {
        if (_next < 0)
        {
            Compute();
            _next = 0;
        }

        _current?.Release();
        _current = _next < plan.Rows.Count ? plan.Rows.Read(_next++) : null;
        return _current;
    }

    public override void Dispose()
    {
        _current?.Release();
        _current = null;
    }

    private void Compute()
    {
        if (plan.Rows.IsComplete)
        {
            return;
        }

        Operator source = OperatorFactory.Create(plan.Source, Context);
        try
        {
            while (source.Next() is { } batch)
            {
                plan.Rows.Append(batch);
            }
        }
        finally
        {
            source.Dispose();
        }

        plan.Rows.Complete();
    }
}
