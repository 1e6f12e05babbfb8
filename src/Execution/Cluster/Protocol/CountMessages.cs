using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Cluster.Protos;
using SqlCluster.Execution.Operators;

namespace SqlCluster.Execution.Cluster.Protocol;

/// <summary>Brings what the operators of a share did to the driver, which adds it to its own plan's nodes: both sides go through the plan in prefix order.</summary>
internal static class CountMessages
{
    public static void Write(Stage stage, QueryMetrics metrics, ShareEnd end)
    {
        Visit(stage.Plan, node => end.Nodes.Add(metrics.Find(node) is { } own ? Of(own) : new NodeCounts()));
        end.Output = Of(metrics.ForOutput(stage.Id));
    }

    public static void Add(ShareEnd end, Stage stage, QueryMetrics metrics)
    {
        int next = 0;
        Visit(stage.Plan, node =>
        {
            if (next < end.Nodes.Count)
            {
                Add(end.Nodes[next++], metrics.For(node));
            }
        });
        if (end.Output != null)
        {
            Add(end.Output, metrics.ForOutput(stage.Id));
        }
    }

    private static void Add(NodeCounts counts, OperatorMetrics metrics) => metrics.Add(counts.Rows, counts.Batches, counts.Ticks, counts.Counters);

    private static NodeCounts Of(OperatorMetrics metrics)
    {
        var counts = new NodeCounts { Rows = metrics.Rows, Batches = metrics.Batches, Ticks = (long)(metrics.Time.TotalSeconds * System.Diagnostics.Stopwatch.Frequency) };
        counts.Counters.Add(metrics.Counters.ToDictionary());
        return counts;
    }

    private static void Visit(ExecPlan node, Action<ExecPlan> visit)
    {
        visit(node);
        foreach (ExecPlan child in node.Children)
        {
            Visit(child, visit);
        }
    }
}
