using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators.Recursion;

/// <summary>Where a recursion's last rows are found by the scans inside its recursive plan, which run in the same task.</summary>
internal sealed class WorkingTable
{
    private WorkingTable()
    {
    }

    /// <summary>Set before the recursive plan runs.</summary>
    public KeptRows Rows { get; set; } = null!;

    public static WorkingTable Of(CteId id, TaskContext context) => context.Query.SharedByKey((id, context.Partition), static () => new WorkingTable());

    public static Operator CreateScan(WorkingTableScanExec scan, TaskContext context, OperatorMetrics metrics) => new ScanOfRows(Of(scan.Id, context), context, metrics);

    private sealed class ScanOfRows(WorkingTable table, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
    {
        private int _next;
        private Batch? _current;

        protected override Batch? NextCore()
        {
            _current?.Release();
            _current = _next < table.Rows.Count ? table.Rows.Read(_next++) : null;
            return _current;
        }

        public override void Dispose()
        {
            _current?.Release();
            _current = null;
        }
    }
}
