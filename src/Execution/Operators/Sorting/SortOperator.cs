using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators.Sorting;

/// <summary>Collects its partition's rows and puts them out in order.</summary>
internal sealed class SortOperator(SortExec plan, Operator input, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
{
    private readonly SortBuffer _buffer = new(plan.Keys, context);
    private bool _isSorted;

    protected override Batch? NextCore()
    {
        if (!_isSorted)
        {
            while (input.Next() is { } batch)
            {
                _buffer.Append(batch);
            }

            _buffer.Sort();
            _isSorted = true;
        }

        return _buffer.Next();
    }

    public override void Dispose()
    {
        _buffer.Dispose();
        input.Dispose();
    }
}
