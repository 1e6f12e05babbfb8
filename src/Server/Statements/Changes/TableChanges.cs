using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Storage;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>What a statement, with those in its WITH, changes in one table. All of them see the rows that the first one found, by the same numbers, so a row is taken away once at most.</summary>
/// <param name="table">The table.</param>
/// <param name="session">Whose transaction.</param>
internal sealed class TableChanges(MemoryTable table, Session session) : IDisposable
{
    /// <summary>So many rows and more are put into the table as they are; fewer are copied behind what is left of the batches they come from.</summary>
    private const int LargePart = 1024;

    private readonly List<(Batch[] Batches, long Count)> _added = [];
    private TableRows? _rows;
    private RowReplacement? _taken;
    private StandIns.StandIn? _standIn;

    /// <summary>The rows as the statement found them, numbered.</summary>
    public TableRows Rows => _rows ??= new TableRows(table, session.Changes.Seen(table), true);

    /// <summary><see cref="Rows"/> as a table that queries can name.</summary>
    public StandIns.StandIn StandIn => _standIn ??= session.Catalog.StandIns.Add(Rows);

    /// <summary>Those of <see cref="Rows"/> that go.</summary>
    public RowReplacement Taken => _taken ??= new RowReplacement(Rows.Version);

    /// <summary>Whether rows go.</summary>
    public bool HasTaken => _taken is { Count: > 0 };

    /// <summary>Whether rows come.</summary>
    public bool HasAdded => _added.Count > 0;

    /// <summary>Looks again at what is committed: the rows that the statement found are those of now. Does nothing once it has looked at them or changed something.</summary>
    public void Refresh()
    {
        if (_rows == null && _added.Count == 0)
        {
            session.Changes.BeginStatement();
        }
    }

    /// <summary>Takes over rows that come.</summary>
    public void Add(ChangedRows rows)
    {
        if (rows.Count > 0)
        {
            _added.Add((rows.Own(), rows.Count));
        }
    }

    /// <summary>The rows that come, to be released.</summary>
    public TableVersion Added() => TableVersion.Of([.. _added.SelectMany(static part => part.Batches).Select(static batch => batch.Retain())]);

    /// <summary>Makes the changes in the session's transaction.</summary>
    public void Apply()
    {
        if (!HasTaken)
        {
            foreach ((Batch[] batches, _) in _added)
            {
                session.Changes.Add(table, [.. batches.Select(static batch => batch.Retain())]);
            }

            return;
        }

        using MemoryTable.Writer writer = table.OpenWriter();
        Taken.KeepOthers(writer);
        foreach ((Batch[] batches, long count) in _added)
        {
            Array.ForEach(batches, count >= LargePart ? writer.Keep : writer.Copy);
        }

        session.Changes.Replace(writer);
    }

    public void Dispose()
    {
        foreach ((Batch[] batches, _) in _added)
        {
            Array.ForEach(batches, static batch => batch.Release());
        }

        _standIn?.Dispose();
        _rows?.Dispose();
    }
}
