using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators;

/// <summary>Makes the operator tree of a task from its stage's plan: one line for each node kind, logic lives in the operator.</summary>
public static class OperatorFactory
{
    public static Operator Create(ExecPlan plan, TaskContext context)
    {
        OperatorMetrics metrics = context.Query.Metrics.For(plan);
        return plan switch
        {
            ScanExec scan => ScanOperator.Create(scan, context, metrics),
            _ => throw ExecutionErrors.Unsupported($"{plan.GetType().Name} in this build"),
        };
    }
}
