using Google.Protobuf;
using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Serialization;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Execution.Cluster.Protos;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Cluster.Protocol;

/// <summary>Takes what a statement's answer depends on besides its plan to the executors: settings of the session, its moment, its parameters.</summary>
/// <remarks>What only this process knows stays here: the catalog's names and seeded random numbers. Plans that need those run here too (<see cref="Driver.ClusterPlans"/>).</remarks>
internal static class SettingsMessages
{
    public static QuerySettings Of(ExecutionSettings settings, ITableReferences tables) => new()
    {
        BatchSize = settings.BatchSize,
        MemoryLimitBytes = settings.MemoryLimitBytes,
        ScanPushdown = settings.ScanPushdown,
        RuntimeFilters = settings.RuntimeFilters,
        SpillThreshold = settings.SpillThreshold,
        TimeZone = settings.TimeZone,
        DateOrder = (int)settings.DateOrder,
        StatementTime = settings.StatementTime,
        TransactionTime = settings.TransactionTime ?? 0,
        HasTransactionTime = settings.TransactionTime != null,
        Parameters = settings.Parameters.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(PlanFormat.Write(Row(settings.Parameters), tables)),
    };

    /// <param name="settings">As they came.</param>
    /// <param name="limitBytes">What a query may hold on this executor at most.</param>
    /// <param name="budget">What all queries may hold on it.</param>
    /// <param name="spillFolder">Where it keeps rows on disk.</param>
    /// <param name="tables">Reads plans.</param>
    /// <param name="functions">Reads plans.</param>
    public static ExecutionSettings Read(
        QuerySettings settings, long limitBytes, MemoryBudget budget, string spillFolder, ITableReferences tables, IFunctionCatalog functions) => new()
        {
            BatchSize = settings.BatchSize,
            MemoryLimitBytes = Math.Min(settings.MemoryLimitBytes, limitBytes),
            Budget = budget,
            ScanPushdown = settings.ScanPushdown,
            RuntimeFilters = settings.RuntimeFilters,
            SpillThreshold = settings.SpillThreshold,
            SpillFolder = spillFolder,
            TimeZone = settings.TimeZone,
            DateOrder = (DateOrder)settings.DateOrder,
            StatementTime = settings.StatementTime,
            TransactionTime = settings.HasTransactionTime ? settings.TransactionTime : null,
            Parameters = settings.Parameters.IsEmpty ? NodeList<Literal>.Empty : Literals(PlanFormat.ReadPlan(settings.Parameters.Memory, tables, functions)),
        };

    private static ValuesExec Row(NodeList<Literal> values) =>
        new([values.Map(static value => (Expression)value)], [.. values.Select(static (value, index) => new ExecColumn($"${index + 1}", value.ValueType, true))]);

    private static NodeList<Literal> Literals(ExecPlan row) => ((ValuesExec)row).Rows[0].Map(static value => (Literal)value);
}
