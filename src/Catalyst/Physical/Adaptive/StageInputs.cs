namespace SqlCluster.Catalyst.Physical.Adaptive;

/// <summary>Which stages a plan reads.</summary>
internal static class StageInputs
{
    /// <summary>In the order of their ids, each once.</summary>
    public static NodeList<StageId> Of(ExecPlan plan, AdaptiveContext context)
    {
        var inputs = new SortedSet<int>();
        Add(plan);
        return [.. inputs.Select(static input => new StageId(input))];

        void Add(ExecPlan node)
        {
            switch (node)
            {
                case ShuffleReadExec read:
                    inputs.Add(read.Stage.Value);
                    break;
                case CteScanExec cte:
                    inputs.Add(context.StageOf(cte.Id).Id.Value);
                    break;
            }

            foreach (ExecPlan child in node.Children)
            {
                Add(child);
            }
        }
    }

    /// <summary>Reads of exchanges of a kind that hands each task partitions of its own.</summary>
    public static List<ShuffleReadExec> PartitionedReads(ExecPlan plan)
    {
        var reads = new List<ShuffleReadExec>();
        Add(plan);
        return reads;

        void Add(ExecPlan node)
        {
            if (node is ShuffleReadExec { Exchange.Kind: ExchangeKind.Hash or ExchangeKind.RoundRobin } read)
            {
                reads.Add(read);
            }

            foreach (ExecPlan child in node.Children)
            {
                Add(child);
            }
        }
    }

    /// <summary>The stage over another plan: inputs and number of tasks are those that the new leaves ask for.</summary>
    public static Stage With(Stage stage, ExecPlan plan, AdaptiveContext context)
    {
        var changed = stage with { Plan = plan, Inputs = Of(plan, context) };
        return changed with { Tasks = TaskCount.Of(changed, context.Topology) };
    }
}
