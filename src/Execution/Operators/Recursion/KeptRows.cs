using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Shuffle;

namespace SqlCluster.Execution.Operators.Recursion;

/// <summary>Rows that are read more than once: copied into full batches.</summary>
internal sealed class KeptRows(TaskContext context) : IDisposable
{
    private List<Batch> _batches = [];
    private PartitionBuffer? _buffer;

    /// <summary>Batches, after <see cref="Complete"/>.</summary>
    public int Count => _batches.Count;

    public Batch this[int index] => _batches[index];

    /// <summary>Whether all rows are there.</summary>
    public bool IsComplete { get; private set; }

    public void Append(Batch batch) => (_buffer ??= new PartitionBuffer(context.Account, context.BatchSize, _batches)).Append(batch);

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
        Dispose();
        other.Complete();
        (_batches, other._batches) = (other._batches, []);
    }

    public void Dispose()
    {
        _buffer?.Dispose();
        _buffer = null;
        _batches.ForEach(static batch => batch.Release());
        _batches = [];
    }
}

/// <summary>Takes the place of a plan whose rows are the same in every iteration of a recursion.</summary>
/// <param name="Source">Computes the rows, in the first iteration.</param>
/// <param name="Rows">Where they are kept.</param>
internal sealed record KeptRowsExec(ExecPlan Source, KeptRows Rows) : ExecPlan
{
    public override NodeList<ExecColumn> Output => Source.Output;
}

/// <summary>Computes kept rows if nobody has, then reads them.</summary>
internal sealed class KeptRowsOperator(KeptRowsExec plan, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
{
    private int _next = -1;

    protected override Batch? NextCore()
    {
        if (_next < 0)
        {
            Compute();
            _next = 0;
        }

        return _next < plan.Rows.Count ? plan.Rows[_next++] : null;
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
