using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators;

/// <summary>A table that the engine can read: Parquet, CSV and JSON files, memory, system catalogs.</summary>
public interface IScannableTable : ITable
{
    /// <summary>Opens a scan for one query on this executor; its tasks share it. Applies <see cref="ScanExec.Filters"/> completely.</summary>
    IScanSource OpenScan(ScanExec scan, QueryContext query);
}

/// <summary>A scan that is open: splits are handed out to whichever task asks next. Disposed with the query.</summary>
public interface IScanSource : IDisposable
{
    /// <summary>An operator that takes splits until none is left. Its output has the columns of the scan's Output.</summary>
    Operator CreateReader(TaskContext context, OperatorMetrics metrics);
}
