using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>The rows that a statement adds, changes or deletes, as they are afterwards (deleted ones: as they were), before anybody sees them.</summary>
internal sealed class ChangedRows : IDisposable
{
    private readonly WrittenTable _target;
    private readonly StatementChanges _changes;
    private readonly MemoryTable _rows;
    private readonly MemoryTable.Writer _writer;
    private TableVersion? _version;

    /// <param name="target">The table.</param>
    /// <param name="beside">Columns of other tables that RETURNING may ask for.</param>
    /// <param name="changes">Of the statement.</param>
    public ChangedRows(WrittenTable target, IReadOnlyList<ResultColumn> beside, StatementChanges changes)
    {
        _target = target;
        _changes = changes;
        _rows = target.Table.Beside([.. target.Columns, .. beside.Select(static (column, index) => new TableColumn(ChangeQuery.BesideName(index).Value, column.Type))]);
        _writer = _rows.OpenWriter();
    }

    /// <summary>How many there are.</summary>
    public long Count => _writer.RowCount;

    /// <summary>How many of those that came by <see cref="FillMixedAsync"/> take the place of others.</summary>
    public long Replacing { get; private set; }

    /// <summary>Takes all rows of a query whose columns are those of <see cref="ChangeQuery"/>.</summary>
    /// <param name="rows">The query's rows.</param>
    /// <param name="taken">The rows that they take the place of, when their numbers stand in front: only the first row for each one counts. Null: rows without numbers.</param>
    /// <param name="checks">Names of the CHECK constraints whose conditions stand behind.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <exception cref="Parser.Errors.QueryException">23502, 22001, 23514: a row breaks a constraint.</exception>
    public Task FillAsync(StatementResult.Rows rows, RowReplacement? taken, IReadOnlyList<string> checks, CancellationToken cancellation) =>
        FillAsync(rows, taken == null ? null : taken.Take, checks, cancellation);

    /// <summary>As above, for rows of which some have no number: those are new. None may be hit twice.</summary>
    /// <param name="rows">The query's rows.</param>
    /// <param name="taken">The rows that some take the place of.</param>
    /// <param name="hitTwice">The error when a row is hit twice.</param>
    /// <param name="checks">Names of the CHECK constraints whose conditions stand behind.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <exception cref="Parser.Errors.QueryException">21000, and as above.</exception>
    public async Task FillMixedAsync(
        StatementResult.Rows rows, RowReplacement taken, Func<Parser.Errors.QueryException> hitTwice, IReadOnlyList<string> checks, CancellationToken cancellation)
    {
        long before = taken.Count;
        await FillAsync(
            rows,
            (numbers, batch, picked) =>
            {
                if (!taken.TakeOrAdd(numbers, batch, picked))
                {
                    throw hitTwice();
                }
            },
            checks,
            cancellation).ConfigureAwait(false);
        Replacing = taken.Count - before;
    }

    private async Task FillAsync(StatementResult.Rows rows, Action<Vector, Batch, List<int>>? take, IReadOnlyList<string> checks, CancellationToken cancellation)
    {
        try
        {
            await AppendAsync(rows, take, checks, cancellation).ConfigureAwait(false);
        }
        catch (QueryException error) when (error is { TableName: not null, SchemaName: null })
        {
            throw StatementErrors.InSchema(error, _target.Schema);
        }
    }

    private async Task AppendAsync(StatementResult.Rows rows, Action<Vector, Batch, List<int>>? take, IReadOnlyList<string> checks, CancellationToken cancellation)
    {
        int first = take == null ? 0 : 1;
        var picked = new List<int>();
        RequireScales(rows.Columns, first);
        await using (rows.ConfigureAwait(false))
        {
            while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
            {
                var values = new Batch(batch.Columns[first..(first + _rows.Columns.Count)], batch.Length, batch.Selection);
                if (take == null)
                {
                    _writer.Append(values);
                    Check(batch, default, checks, first);
                }
                else
                {
                    take(batch.Columns[0], batch, picked);
                    if (picked.Count > 0)
                    {
                        ReadOnlySpan<int> chosen = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(picked);
                        _writer.Append(values, chosen);
                        Check(batch, chosen, checks, first);
                    }
                }

                batch.Release();
            }

            _changes.Ended(rows);
        }

        _version = TableVersion.Of(_writer.Take());
    }

    /// <summary>Makes sure that numbers come with the scale that their columns have: nothing else would notice digits that mean something else.</summary>
    private void RequireScales(NodeList<ResultColumn> given, int first)
    {
        for (int i = 0; i < _rows.Columns.Count; i++)
        {
            if (!HasScaleOf(given[first + i].Type, _rows.Columns[i].Type))
            {
                throw ExecutionErrors.Internal($"values of type {given[first + i].Type} for column {_rows.Columns[i].Name} of type {_rows.Columns[i].Type}");
            }
        }
    }

    private static bool HasScaleOf(SqlType given, SqlType column) =>
        given.Kind == TypeKind.Array && column.Kind == TypeKind.Array ? HasScaleOf(given.Element!, column.Element!) : given.Kind != TypeKind.Numeric || column.Kind != TypeKind.Numeric || given.Scale == column.Scale;

    /// <summary>The rows; valid until this is disposed.</summary>
    public IReadOnlyList<Batch> Batches => _version!.StoredBatches;

    /// <summary>The rows, for the queries of RETURNING. Filled.</summary>
    /// <param name="isNumbered">Whether their places are a column.</param>
    public TableRows Show(bool isNumbered = false) => new(_rows, _version!.Retain(), isNumbered);

    public void Dispose()
    {
        _writer.Dispose();
        _version?.Release();
    }

    /// <summary>The rows' batches with the table's columns alone, held once more.</summary>
    public Batch[] Own()
    {
        int width = _target.Columns.Count;
        return [.. _version!.StoredBatches.Select(batch => (batch.Columns.Length == width ? batch : batch.WithColumns(batch.Columns[..width])).Retain())];
    }

    /// <param name="batch">Rows, with what the checks were behind them.</param>
    /// <param name="rows">Those that count; empty: all.</param>
    /// <param name="checks">Names of the checks.</param>
    /// <param name="first">Where the table's columns begin.</param>
    private void Check(Batch batch, ReadOnlySpan<int> rows, IReadOnlyList<string> checks, int first)
    {
        for (int i = 0; i < checks.Count; i++)
        {
            RowConstraints.RequireTrue(_target.Table, batch, batch.Columns.Length - checks.Count + i, rows, checks[i], first);
        }
    }
}
