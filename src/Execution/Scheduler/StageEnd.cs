using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Operators.Joins;
using SqlCluster.Execution.Shuffle;

namespace SqlCluster.Execution.Scheduler;

/// <summary>What happens between a stage's last task and the stages that read it.</summary>
internal static class StageEnd
{
    /// <summary>A stage without rows leaves an empty output rather than none, so that readers need not tell the two apart.</summary>
    public static void CompleteOutput(Stage stage, QueryContext context)
    {
        ShuffleOutput output = ShuffleSinks.Output(context, stage);
        OperatorMetrics metrics = context.Metrics.ForOutput(stage.Id);
        metrics.Add(QueryMetrics.RowsWritten, output.TotalRows);
        metrics.Add(QueryMetrics.BytesWritten, output.TotalBytes);
    }

    /// <summary>Gives up what a stage has kept for nobody.</summary>
    public static void AbandonOutput(Stage stage, QueryContext context) => ShuffleSinks.Output(context, stage).Abandon();

    /// <summary>Makes the filters of joins whose broadcast build sides are complete, once each.</summary>
    /// <param name="plans">Stages that have not started.</param>
    /// <param name="isEnded">Whether a stage's output is complete.</param>
    /// <param name="context">The query.</param>
    public static void MakeRuntimeFilters(IReadOnlyList<ExecPlan> plans, Func<StageId, bool> isEnded, QueryContext context)
    {
        if (!context.Settings.RuntimeFilters)
        {
            return;
        }

        foreach (ExecPlan plan in plans)
        {
            if (plan is HashJoinExec { RuntimeFilters.IsEmpty: false, Right: ShuffleReadExec { Exchange.Kind: ExchangeKind.Broadcast } read } join && isEnded(read.Stage))
            {
                ShuffleOutput output = context.FindShared<ShuffleOutput>(read.Stage)!;
                foreach (RuntimeFilterSource source in join.RuntimeFilters)
                {
                    context.SharedByKey(source.Id, () => MakeRuntimeFilter(join, source, output, context));
                }
            }

            MakeRuntimeFilters(plan.Children, isEnded, context);
        }
    }

    private static RuntimeFilter MakeRuntimeFilter(HashJoinExec join, RuntimeFilterSource source, ShuffleOutput output, QueryContext context)
    {
        OperatorMetrics metrics = context.Metrics.For(join);
        MemoryUse? caller = MemoryUse.Current;
        MemoryUse.Current = metrics.Memory;
        try
        {
            RuntimeFilter filter = RuntimeFilter.Build(Keys(join.RightKeys[source.KeyIndex], output, context), context.Account);
            metrics.Add("runtime filter bytes", filter.SizeBytes);
            return filter;
        }
        finally
        {
            MemoryUse.Current = caller;
        }
    }

    private static IEnumerable<(Vector Keys, SelectionVector? Selection)> Keys(Expression key, ShuffleOutput output, QueryContext context)
    {
        using CompiledExpression compiled = ExpressionCompiler.Compile(key, context.Settings.ForEvaluation(context.Account, context.Cancellation));
        foreach (Batch batch in output.Batches())
        {
            context.Cancellation.ThrowIfCancellationRequested();
            yield return (compiled.Evaluate(batch), batch.Selection);
        }
    }
}
