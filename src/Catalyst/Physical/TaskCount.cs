namespace SqlCluster.Catalyst.Physical;

/// <summary>How many tasks a stage has: one a partition that it reads, at least one a slot where it scans; a recursion runs alone, whatever it scans.</summary>
internal static class TaskCount
{
    public static int Of(Stage stage, Topology topology)
    {
        int partitions = 1;
        bool hasScan = false, isOneTask = false;
        Visit(stage.Plan);
        return isOneTask ? 1 : Math.Max(partitions, hasScan ? topology.Slots : 1);

        void Visit(ExecPlan node)
        {
            switch (node)
            {
                case ShuffleReadExec { Exchange.Kind: ExchangeKind.Hash or ExchangeKind.RoundRobin } read:
                    partitions = Math.Max(partitions, stage.Ranges?.Count ?? read.Exchange.Partitions);
                    break;
                case ScanExec or CteScanExec:
                    hasScan = true;
                    break;
                case RecursiveUnionExec:
                    isOneTask = true;
                    break;
            }

            foreach (ExecPlan child in node.Children)
            {
                Visit(child);
            }
        }
    }
}
