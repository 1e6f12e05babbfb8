using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators.Aggregation;
using SqlCluster.Execution.Operators.Joins;
using SqlCluster.Execution.Operators.Recursion;
using SqlCluster.Execution.Operators.Sorting;
using SqlCluster.Execution.Operators.TableFunctions;
using SqlCluster.Execution.Operators.Windows;
using SqlCluster.Execution.Shuffle;

namespace SqlCluster.Execution.Operators;

/// <summary>Makes the operator tree of a task from its stage's plan: one line for each node kind, logic lives in the operator.</summary>
public static class OperatorFactory
{
    public static Operator Create(ExecPlan plan, TaskContext context)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        OperatorMetrics metrics = context.Query.Metrics.For(plan);
        MemoryUse? caller = MemoryUse.Current;
        MemoryUse.Current = metrics.Memory;
        try
        {
            return Create(plan, context, metrics);
        }
        finally
        {
            MemoryUse.Current = caller;
        }
    }

    private static Operator Create(ExecPlan plan, TaskContext context, OperatorMetrics metrics)
    {
        return plan switch
        {
            ScanExec scan => ScanOperator.Create(scan, context, metrics),
            ShuffleReadExec read => ShuffleReadOperator.Create(read, context, metrics),
            CteScanExec cte => CteScanOperator.Create(cte, context, metrics),
            ValuesExec values => new ValuesOperator(values, context, metrics),
            FilterExec filter => new FilterOperator(filter, Create(filter.Input, context), context, metrics),
            ProjectExec project => new ProjectOperator(project, Create(project.Input, context), context, metrics),
            SortExec sort => new SortOperator(sort, Create(sort.Input, context), context, metrics),
            TopNExec top => new TopNOperator(top, Create(top.Input, context), context, metrics),
            DistinctOnExec distinct => new DistinctOnOperator(distinct, Create(distinct.Input, context), context, metrics),
            LimitExec limit => new LimitOperator(limit, Create(limit.Input, context), context, metrics),
            UnionExec union => new UnionOperator([.. union.Inputs.Select(input => Create(input, context))], context, metrics),
            WindowExec window => new WindowOperator(window, Create(window.Input, context), context, metrics),
            TableFunctionExec functions => new TableFunctionOperator(functions, Create(functions.Input, context), context, metrics),
            RecursiveUnionExec recursive => new RecursiveUnionOperator(recursive, context, metrics),
            WorkingTableScanExec scan => WorkingTable.CreateScan(scan, context, metrics),
            KeptRowsExec kept => new KeptRowsOperator(kept, context, metrics),
            HashAggregateExec aggregate => HashAggregateOperator.Create(aggregate, Create(aggregate.Input, context), context, metrics),
            HashJoinExec join => HashJoinOperator.Create(join, context, metrics),
            NestedLoopJoinExec join => NestedLoopJoinOperator.Create(join, context, metrics),
            AsOfJoinExec join => AsOfJoinOperator.Create(join, context, metrics),
            SetOperationExec operation => SetOperationOperator.Create(operation, context, metrics),
            _ => throw ExecutionErrors.Unsupported($"{plan.GetType().Name} in this build"),
        };
    }
}
