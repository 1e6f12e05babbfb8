using System.Diagnostics;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Integrity;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>Turns an analyzed plan into a cheaper one with the same rows, by running batches of rules.</summary>
/// <remarks>Afterwards no subquery expression and no Apply is left. Debug builds check the plan after every rule (<see cref="PlanIntegrity"/>).</remarks>
public static class QueryOptimizer
{
    /// <exception cref="Parser.Errors.QueryException">54001: more joins, subqueries and the like one above the other than rules can recurse into.</exception>
    public static LogicalPlan Optimize(LogicalPlan plan, OptimizerContext context)
    {
        using Interruption.Scope listening = Interruption.By(context.Cancellation);
        return PlanDepth.IsBounded(plan) ? Run(plan, context, DefaultBatches.All) : throw OptimizerErrors.TooDeep(PlanDepth.Most);
    }


    /// <summary>Runs given batches, for tests of single rules.</summary>
    public static LogicalPlan Run(LogicalPlan plan, OptimizerContext context, IReadOnlyList<RuleBatch> batches)
    {
        foreach (RuleBatch batch in batches)
        {
            plan = Run(plan, context, batch);
        }

        return plan;
    }

    private static LogicalPlan Run(LogicalPlan plan, OptimizerContext context, RuleBatch batch)
    {
        for (int iteration = 0; iteration < batch.MaxIterations; iteration++)
        {
            LogicalPlan before = plan;
            foreach (Rule rule in batch.Rules)
            {
                if (context.Settings.Runs(rule))
                {
                    plan = Run(plan, context, batch, rule);
                }
            }

            if (ReferenceEquals(before, plan))
            {
                return plan;
            }
        }

        if (batch.MaxIterations > 1)
        {
            FailInDebugBuilds(batch);
        }

        return plan;
    }

    private static LogicalPlan Run(LogicalPlan plan, OptimizerContext context, RuleBatch batch, Rule rule)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        long start = context.Trace is null ? 0 : Stopwatch.GetTimestamp();
        LogicalPlan after = rule.Apply(plan, context);
        if (!ReferenceEquals(plan, after))
        {
            CheckInDebugBuilds(plan, after, rule);
            context.Trace?.Add(new(batch.Name, rule.Name, plan, after, Stopwatch.GetElapsedTime(start).TotalMicroseconds));
        }

        return after;
    }

    [Conditional("DEBUG")]
    private static void CheckInDebugBuilds(LogicalPlan before, LogicalPlan after, Rule rule) => PlanIntegrity.CheckRewrite(before, after, rule.Name);

    [Conditional("DEBUG")]
    private static void FailInDebugBuilds(RuleBatch batch) => throw OptimizerErrors.NoFixedPoint(batch.Name, batch.MaxIterations);
}
