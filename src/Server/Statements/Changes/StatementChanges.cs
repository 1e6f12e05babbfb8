using SqlCluster.Catalyst.Explain;
using SqlCluster.Execution.Storage;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>What a statement changes, with those in its WITH. Nobody sees it, their own queries neither, before <see cref="Apply"/>.</summary>
/// <param name="session">Whose transaction.</param>
internal sealed class StatementChanges(Session session) : IDisposable
{
    private readonly Dictionary<MemoryTable, TableChanges> _tables = [];

    /// <summary>Whether several statements share it: one and those in its WITH.</summary>
    public bool IsShared { get; set; }

    /// <summary>Takes what has run, for EXPLAIN ANALYZE; null: nobody asks.</summary>
    public ExplainedRuns? Explained { get; init; }

    /// <summary>What is changed in a table.</summary>
    public TableChanges Of(WrittenTable target)
    {
        if (!_tables.TryGetValue(target.Table, out TableChanges? changes))
        {
            changes = new TableChanges(target.Table, session);
            _tables.Add(target.Table, changes);
        }

        return changes;
    }

    /// <summary>Says that all rows of a query have been read, before it is disposed.</summary>
    public void Ended(StatementResult.Rows query) => Explained?.Add(ExplainNode.Of(query.Execution.Plan, query.Execution.Context.Metrics));

    /// <summary>Makes the changes in the session's transaction.</summary>
    public void Apply()
    {
        foreach (TableChanges changes in _tables.Values)
        {
            changes.Apply();
        }
    }

    public void Dispose()
    {
        foreach (TableChanges changes in _tables.Values)
        {
            changes.Dispose();
        }
    }
}
