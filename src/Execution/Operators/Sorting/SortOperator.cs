using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators.Sorting;

/// <summary>Collects its partition's rows and puts them out in order.</summary>
internal sealed class SortOperator(SortExec plan, Operator input, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
{
    private readonly ExternalSort _sort = new(plan.Keys, context, metrics);
    private Operator? _input = input;

    protected override Batch? NextCore()
    {
        if (_input != null)
        {
            while (_input.Next() is { } batch)
            {
                _sort.Append(batch);
            }

            _input.Dispose();           // what it holds makes room
            _input = null;
            _sort.Complete();
        }

        return _sort.Next();
    }

    public override void Dispose()
    {
        _sort.Dispose();
        _input?.Dispose();
    }
}
