using System.Globalization;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Operators;

namespace SqlCluster.Server.Statements;

/// <summary>Prints a plan that has run, stage by stage, with the numbers of each operator.</summary>
internal static class AnalyzedPlan
{
    public static string Print(StagePlan plan, QueryMetrics metrics) => string.Concat(plan.Stages.Select(stage =>
        $"Stage {stage.Id.Value} [{stage.Purpose}{(stage.Output is null ? "" : $" {stage.Output.Kind} into {stage.Output.Partitions}")}] {stage.Tasks} task{(stage.Tasks == 1 ? "" : "s")}\n"
        + Indent(ExecPlanPrinter.Print(stage.Plan, node => Annotate(node, metrics)))));

    /// <summary>Rows, time without the inputs' time, and the operator's own counters.</summary>
    private static string Annotate(ExecPlan node, QueryMetrics metrics)
    {
        if (metrics.Find(node) is not { } own)
        {
            return "  (never executed)";
        }

        double milliseconds = own.Time.TotalMilliseconds - node.Children.Sum(child => metrics.Find(child)?.Time.TotalMilliseconds ?? 0);
        string estimate = node.EstimatedRows < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" estimated={node.EstimatedRows:0}");
        string counters = string.Concat(own.Counters.OrderBy(static counter => counter.Key, StringComparer.Ordinal)
            .Select(static counter => string.Create(CultureInfo.InvariantCulture, $" {counter.Key}={counter.Value}")));
        return string.Create(CultureInfo.InvariantCulture, $"  (rows={own.Rows}{estimate} batches={own.Batches} time={Math.Max(milliseconds, 0):0.000} ms{counters})");
    }

    private static string Indent(string text) => string.Concat(text.TrimEnd('\n').Split('\n').Select(static line => $"  {line}\n"));
}
