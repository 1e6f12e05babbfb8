using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators;

/// <summary>Puts out the rows of its inputs one after the other; each input is disposed as it ends.</summary>
internal sealed class UnionOperator(Operator[] inputs, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
{
    private int _current;

    protected override Batch? NextCore()
    {
        for (; _current < inputs.Length; _current++)
        {
            if (inputs[_current].Next() is { } batch)
            {
                return batch;
            }

            inputs[_current].Dispose();
        }

        return null;
    }

    public override void Rest()
    {
        if (_current < inputs.Length)
        {
            inputs[_current].Rest();
        }
    }

    public override void Dispose()
    {
        for (; _current < inputs.Length; _current++)
        {
            inputs[_current].Dispose();
        }
    }
}
