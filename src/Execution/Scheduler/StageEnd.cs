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
    public static void Run(Stage stage, StagePlan plan, QueryContext context)
    {
        if (stage.Purpose == StagePurpose.Result)
        {
            return;
        }

        // A stage without rows leaves an empty output rather than none, so that readers need not tell the two apart.
        ShuffleOutput output = ShuffleSinks.Output(context, stage);
        OperatorMetrics metrics = context.Metrics.ForOutput(stage.Id);
        metrics.Add(QueryMetrics.RowsWritten, output.TotalRows);
        metrics.Add(QueryMetrics.BytesWritten, output.TotalBytes);
        if (stage.Output is { Kind: ExchangeKind.Broadcast } && context.Settings.RuntimeFilters)
        {
            foreach (Stage reader in plan.Stages)
            {
                MakeRuntimeFilters(reader.Plan, stage.Id, output, context);
            }
        }
    }

    /// <summary>Makes the filters of the join whose build side has just become complete.</summary>
    private static void MakeRuntimeFilters(ExecPlan plan, StageId build, ShuffleOutput output, QueryContext context)
    {
        if (plan is HashJoinExec { Right: ShuffleReadExec read } join && read.Stage == build)
        {
            OperatorMetrics metrics = context.Metrics.For(join);
            foreach (RuntimeFilterSource source in join.RuntimeFilters)
            {
                MemoryUse.Current = metrics.Memory;
                try
                {
                    RuntimeFilter filter = context.SharedByKey(source.Id, () => RuntimeFilter.Build(Keys(join.RightKeys[source.KeyIndex], output, context), context.Account));
                    metrics.Add("runtime filter bytes", filter.SizeBytes);
                }
                finally
                {
                    MemoryUse.Current = null;
                }
            }
        }

        foreach (ExecPlan child in plan.Children)
        {
            MakeRuntimeFilters(child, build, output, context);
        }
    }

    private static IEnumerable<(Vector Keys, SelectionVector? Selection)> Keys(Expression key, ShuffleOutput output, QueryContext context)
    {
        using CompiledExpression compiled = ExpressionCompiler.Compile(key, context.Settings.ForEvaluation(context.Account, context.Cancellation));
        foreach (Batch batch in output.Batches(0))
        {
            context.Cancellation.ThrowIfCancellationRequested();
            yield return (compiled.Evaluate(batch), batch.Selection);
        }
    }
}
