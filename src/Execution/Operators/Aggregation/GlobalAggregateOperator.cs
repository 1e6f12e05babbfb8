using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators.Aggregation;

/// <summary>Aggregates all rows into one group: no keys, no table. The row comes out even without input, except from a partial aggregation.</summary>
internal sealed class GlobalAggregateOperator : Operator
{
    private readonly HashAggregateExec _plan;
    private readonly Operator _input;
    private readonly AccumulatorSet _accumulators;
    private readonly Vector[] _columns;
    private bool _ended;

    public GlobalAggregateOperator(HashAggregateExec plan, Operator input, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _plan = plan;
        _input = input;
        _accumulators = AccumulatorSet.Create(plan.Calls, plan.Mode, groupsMayBeEmpty: true, context);
        _columns = new Vector[plan.Columns.Count];
    }

    protected override Batch? NextCore()
    {
        if (_ended)
        {
            return null;
        }

        _ended = true;
        bool hasRows = false;
        _accumulators.Resize(1);
        while (_input.Next() is { } batch)
        {
            hasRows = true;
            if (_plan.Mode == AggregateMode.Final)
            {
                _accumulators.Merge(batch, 0, default, 1);
            }
            else
            {
                _accumulators.Prepare(batch);
                _accumulators.Update(batch, default, 1);
            }
        }

        if (_plan.Mode == AggregateMode.Partial)
        {
            if (!hasRows)
            {
                return null;
            }

            _accumulators.States(0, 1, _columns);
        }
        else
        {
            _accumulators.Finish(0, 1, _columns);
        }

        return new Batch([.. _columns], 1);
    }

    public override void Dispose()
    {
        _accumulators.Dispose();
        _input.Dispose();
    }
}
