using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators;

/// <summary>Opens a table's scan once for a query and gives each task a reader of it.</summary>
internal static class ScanOperator
{
    public static Operator Create(ScanExec scan, TaskContext context, OperatorMetrics metrics)
    {
        if (scan.Table is not IScannableTable table)
        {
            throw ExecutionErrors.Internal($"table {scan.Table.Name} cannot be scanned");
        }

        return context.Query.Shared(scan, () => table.OpenScan(scan, context.Query)).CreateReader(context, metrics);
    }
}
