using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>WITH that has statements which change rows: each runs once, whether it is read or not, and its name stands for the rows it returned.</summary>
/// <remarks><code>
/// WITH a AS (SELECT …), b AS (DELETE … USING a … RETURNING …), c AS (INSERT …)  main
///
/// those that main reads run first, in order      b   under  WITH a
/// main                                           under  WITH a, b AS (SELECT * FROM rows of b)
/// the others                                     c   under  WITH a, b AS (…)
/// </code>
/// All of them see the tables as they were before. A query that several of them read is computed once, too.
/// </remarks>
internal sealed class StatementsInWith : IDisposable
{
    private static readonly Identifier RowsName = new("\u0001rows", true);
    private readonly WithClause _with;
    private readonly Session _session;
    private readonly WithReaders _readers;
    private readonly CommonTableExpression?[] _ready;
    private readonly List<IDisposable> _owned = [];

    private StatementsInWith(WithClause with, Statement main, Session session)
    {
        _with = with;
        _session = session;
        _readers = new WithReaders(with, main);
        _ready = new CommonTableExpression?[with.Tables.Count];
        CheckNames();
    }

    /// <summary>WITH for what comes next, reading what is there so far.</summary>
    public WithClause Clause => Before(_ready.Length);

    /// <summary>Reads a WITH.</summary>
    /// <param name="with">The clause.</param>
    /// <param name="main">The statement that has it.</param>
    /// <param name="session">Whose statement.</param>
    /// <exception cref="Parser.Errors.QueryException">42712, 0A000: a name is used twice; MERGE in WITH.</exception>
    public static StatementsInWith Of(WithClause with, Statement main, Session session) => new(with, main, session);

    /// <summary>Has every name stand for no rows, of the columns that it will have: for what is asked before the statements run.</summary>
    /// <param name="types">Types of the statement's parameters, as far as they are known.</param>
    /// <returns>The statements, each with the WITH that it sees.</returns>
    public IEnumerable<(string Name, Statement Statement)> Describe(IReadOnlyList<SqlType?> types)
    {
        for (int i = 0; i < _ready.Length; i++)
        {
            CommonTableExpression table = _with.Tables[i];
            if (table.Body is QueryStatement or ChangingQuery)
            {
                _ready[i] = table;
                continue;
            }

            Statement statement = Seeing(table.Body, i);
            yield return (table.Name.Value, statement);
            _ready[i] = Returning.Described(statement) is { } described
                ? Reading(table, new MemoryTable(table.Name.Value, ColumnsOf(ResultColumn.Of(_session.Pipeline.AnalyzeTyped(described, types)))))
                : Done(table);
            CheckColumnNames(i);
        }
    }

    /// <summary>Runs the statements that the main one reads.</summary>
    public async Task RunReadAsync(StatementChanges changes, CancellationToken cancellation)
    {
        for (int i = 0; i < _ready.Length; i++)
        {
            if (_readers.MainReads(i))
            {
                await MakeReadyAsync(i, changes, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Runs the other ones.</summary>
    public async Task RunOthersAsync(StatementChanges changes, CancellationToken cancellation)
    {
        for (int i = 0; i < _ready.Length; i++)
        {
            if (_with.Tables[i].Body is not (QueryStatement or ChangingQuery))
            {
                await MakeReadyAsync(i, changes, cancellation).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _owned.ForEach(static owned => owned.Dispose());

    private async Task MakeReadyAsync(int index, StatementChanges changes, CancellationToken cancellation)
    {
        if (_ready[index] != null)
        {
            return;
        }

        foreach (int read in _readers.Of(index))
        {
            await MakeReadyAsync(read, changes, cancellation).ConfigureAwait(false);
        }

        CommonTableExpression table = _with.Tables[index];
        if (table.Body is not (QueryStatement or ChangingQuery))
        {
            StatementResult result = await ChangeStatements.RunAsync(Seeing(table.Body, index), table.Name.Value, changes, _session, cancellation).ConfigureAwait(false);
            _ready[index] = result is StatementResult.Rows returned
                ? Reading(table, await KeepAsync(returned, cancellation).ConfigureAwait(false))
                : Done(table);
        }
        else if (_readers.IsShared(index))
        {
            _ready[index] = table;
            var all = new Query(new Select([new SelectItem(new Star())]) { From = [new NamedTable(new QualifiedName([table.Name]))] }) { With = Before(index + 1) };
            TableRows rows = await KeepAsync(_session.Pipeline.Run(all, "SELECT", cancellation), cancellation).ConfigureAwait(false);
            _ready[index] = Reading(table with { Columns = [], Search = null, Cycle = null }, rows);
        }
        else
        {
            _ready[index] = table;
        }
    }

    private async Task<TableRows> KeepAsync(StatementResult.Rows rows, CancellationToken cancellation)
    {
        TableRows kept = await Returning.KeepRowsAsync(rows, null, cancellation).ConfigureAwait(false);
        _owned.Add(kept);
        return kept;
    }

    /// <summary>A table of WITH that reads rows.</summary>
    private CommonTableExpression Reading(CommonTableExpression table, Catalyst.Catalog.ITable rows)
    {
        StandIns.StandIn standIn = _session.Catalog.StandIns.Add(rows);
        _owned.Add(standIn);
        var all = new Query(new Select([new SelectItem(new Star())]) { From = [standIn.As(new TableAlias(RowsName))] });
        return table with { Body = new QueryStatement(all), Materialized = null };
    }

    /// <summary>A table of WITH that nobody can read.</summary>
    private static CommonTableExpression Done(CommonTableExpression table) => table with { Body = new QueryStatement(new Query(new Select([]))), IsDone = true };

    /// <summary>The tables in front of one that are there so far.</summary>
    private WithClause Before(int index) => new(_with.Recursive, [.. _ready.Take(index).OfType<CommonTableExpression>()]);

    /// <summary>A statement with the tables in front of it around its own WITH.</summary>
    private Statement Seeing(Statement statement, int index)
    {
        WithClause before = Before(index);
        return ChangeStatements.With(statement, ChangeStatements.WithOf(statement) is { } own ? own with { Outer = before } : before);
    }

    /// <summary>Has the analyzer check the names that a table gives its columns.</summary>
    private void CheckColumnNames(int index)
    {
        if (!_with.Tables[index].Columns.IsEmpty && !_ready[index]!.IsDone)
        {
            _session.Pipeline.Check(new Query(new Select([new SelectItem(new Star())]) { From = [new NamedTable(new QualifiedName([_with.Tables[index].Name]))] }) { With = Before(index + 1) });
        }
    }

    private static NodeList<Catalyst.Catalog.TableColumn> ColumnsOf(NodeList<ResultColumn> columns) =>
        columns.Map(static column => new Catalyst.Catalog.TableColumn(column.Name, column.Type, column.IsNullable));

    private void CheckNames()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < _with.Tables.Count; i++)
        {
            CommonTableExpression table = _with.Tables[i];
            if (_with.Recursive && table.Body is not (QueryStatement or ChangingQuery) && _readers.NamesItself(i))
            {
                throw StatementErrors.RecursiveChange(table.Name.Value, _session.Pipeline.Position(table.Name));
            }

            if (table.Body is Merge)
            {
                throw StatementErrors.MergeInWith(_session.Pipeline.Position(table.Name));
            }

            if (!names.Add(table.Name.Value))
            {
                throw StatementErrors.DuplicateWithName(table.Name.Value, _session.Pipeline.Position(table.Name));
            }
        }
    }
}
