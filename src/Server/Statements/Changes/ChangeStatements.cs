using SqlCluster.Catalyst.Explain;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>INSERT, UPDATE, DELETE, MERGE, and queries with such statements in WITH: what they read first, then what they change, which counts at the end.</summary>
internal static class ChangeStatements
{
    public static async Task<StatementResult> RunAsync(Statement statement, Session session, CancellationToken cancellation)
    {
        using var changes = new StatementChanges(session);
        return await RunAsync(statement, changes, session, cancellation).ConfigureAwait(false);
    }

    /// <summary>Runs a statement and makes its changes in the session's transaction.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="changes">Its changes, of which there are none yet.</param>
    /// <param name="session">Whose statement.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<StatementResult> RunAsync(Statement statement, StatementChanges changes, Session session, CancellationToken cancellation)
    {
        StatementResult result = WithOf(statement) is { } with && (with.ChangesRows || WithReaders.AnyIsShared(statement, with))
            ? await RunAllAsync(statement, with, changes, session, cancellation).ConfigureAwait(false)
            : await RunAsync(statement, null, changes, session, cancellation).ConfigureAwait(false);
        try
        {
            changes.Apply();
            return result;
        }
        catch
        {
            await result.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs a statement without the changing ones of its WITH.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="name">Its name in WITH; null: the main one.</param>
    /// <param name="changes">Takes its changes.</param>
    /// <param name="session">Whose statement.</param>
    /// <param name="cancellation">Ends it.</param>
    internal static async Task<StatementResult> RunAsync(Statement statement, string? name, StatementChanges changes, Session session, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        StatementResult result = statement switch
        {
            Insert insert => await InsertStatement.RunAsync(insert, changes, session, cancellation).ConfigureAwait(false),
            Update update => await UpdateStatement.RunAsync(update, changes, session, cancellation).ConfigureAwait(false),
            Delete delete => await DeleteStatement.RunAsync(delete, changes, session, cancellation).ConfigureAwait(false),
            Merge merge => await MergeStatement.RunAsync(merge, changes, session, cancellation).ConfigureAwait(false),
            ChangingQuery query => await Returning.KeepAsync(session.Pipeline.Run(query.Query, "SELECT", cancellation), changes, session, cancellation).ConfigureAwait(false),
            _ => throw ExecutionErrors.Internal($"{statement.GetType().Name} changes no rows"),
        };
        changes.Explained?.End(name, ChangeOf(statement), result, TimeProvider.System.GetElapsedTime(start));
        return result;
    }

    /// <summary>The queries that a statement reads rows by.</summary>
    public static IReadOnlyList<Query> QueriesOf(Statement statement, StatementChanges changes, Session session) => statement switch
    {
        Insert insert => [InsertStatement.QueryOf(insert, session)],
        Update update => [UpdateStatement.QueryOf(update, changes, session)],
        Delete delete => [DeleteStatement.QueryOf(delete, changes, session)],
        Merge merge => MergeStatement.QueriesOf(merge, changes, session),
        ChangingQuery query => [query.Query],
        _ => throw ExecutionErrors.Internal($"{statement.GetType().Name} changes no rows"),
    };

    /// <summary>Columns of the rows that a statement answers with; null: a command tag alone. Nothing runs.</summary>
    public static NodeList<ResultColumn>? ColumnsOf(Statement statement, IReadOnlyList<SqlType?> types, Session session)
    {
        if (WithOf(statement) is not { ChangesRows: true } clause)
        {
            return Returning.Described(statement) is { } query ? ResultColumn.Of(session.Pipeline.AnalyzeTyped(query, types)) : null;
        }

        using var with = StatementsInWith.Of(clause, statement, session);
        foreach (var _ in with.Describe(types))
        {
            // Each makes the columns known that the next one may read.
        }

        Statement main = With(statement, with.Clause);
        return (main is ChangingQuery changing ? changing.Query : Returning.Described(main)) is { } described ? ResultColumn.Of(session.Pipeline.AnalyzeTyped(described, types)) : null;
    }

    /// <summary>A statement's WITH.</summary>
    public static WithClause? WithOf(Statement statement) => statement switch
    {
        Insert insert => insert.With,
        Update update => update.With,
        Delete delete => delete.With,
        Merge merge => merge.With,
        ChangingQuery query => query.Query.With,
        _ => null,
    };

    /// <summary>A statement with another WITH.</summary>
    public static Statement With(Statement statement, WithClause? with) => statement switch
    {
        Insert insert => insert with { With = with },
        Update update => update with { With = with },
        Delete delete => delete with { With = with },
        Merge merge => merge with { With = with },
        ChangingQuery query => new ChangingQuery(query.Query with { With = with }) { Span = query.Span },
        _ => statement,
    };

    /// <summary>What a statement changes itself, for EXPLAIN; null: nothing.</summary>
    public static ExplainedChange? ChangeOf(Statement statement) => statement switch
    {
        Insert insert => Change("Insert", insert.Table),
        Update update => Change("Update", update.Table),
        Delete delete => Change("Delete", delete.Table),
        Merge merge => Change("Merge", merge.Target),
        _ => null,
    };

    private static async Task<StatementResult> RunAllAsync(Statement statement, WithClause clause, StatementChanges changes, Session session, CancellationToken cancellation)
    {
        if (clause.ChangesRows)
        {
            Check(statement, session);       // before anything runs
        }

        changes.IsShared = true;
        using var with = StatementsInWith.Of(clause, statement, session);
        await with.RunReadAsync(changes, cancellation).ConfigureAwait(false);
        StatementResult result = await RunAsync(With(statement, with.Clause), null, changes, session, cancellation).ConfigureAwait(false);
        try
        {
            await with.RunOthersAsync(changes, cancellation).ConfigureAwait(false);
            return result;
        }
        catch
        {
            await result.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Resolves all names and types of a statement that does not run.</summary>
    public static void Check(Statement statement, Session session)
    {
        using var changes = new StatementChanges(session);
        if (WithOf(statement) is not { ChangesRows: true } clause)
        {
            CheckOne(statement);
            return;
        }

        using var with = StatementsInWith.Of(clause, statement, session);
        foreach ((_, Statement inner) in with.Describe([.. session.Pipeline.Bound?.Types ?? NodeList<SqlType>.Empty]))
        {
            CheckOne(inner);
        }

        CheckOne(With(statement, with.Clause));

        void CheckOne(Statement one)
        {
            foreach (Query query in QueriesOf(one, changes, session))
            {
                session.Pipeline.Check(query);
            }

            if (one is not ChangingQuery && Returning.Described(one) is { } returning)
            {
                session.Pipeline.Check(returning);
            }
        }
    }

    private static ExplainedChange Change(string operation, NamedTable table) => new(operation, table.Name.Last.Value, table.Alias?.Name.Value ?? table.Name.Last.Value);
}
