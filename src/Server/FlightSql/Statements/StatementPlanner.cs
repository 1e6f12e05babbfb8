using System.Globalization;
using SqlCluster.Arrow.Schema;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.FlightSql.Sessions;
using SqlCluster.Server.FlightSql.Types;
using SqlCluster.Server.Sessions;
using Literal = SqlCluster.Catalyst.Expressions.Literal;

namespace SqlCluster.Server.FlightSql.Statements;

/// <summary>Brings SQL texts to where they wait to be read: queries are planned, commands are run.</summary>
internal sealed class StatementPlanner(FlightSessions sessions, FlightLimits limits, TimeProvider time)
{
    private DateTimeOffset LeaseEnd => time.GetUtcNow() + limits.Lease;

    /// <summary>GetFlightInfo: plans a query, or runs a command, which happens here and nowhere else.</summary>
    public async Task<FlightStatement> PlanAsync(FlightSession session, FlightTransaction? transaction, string sql, CancellationToken cancellation)
    {
        (Statement statement, PreparedQuery query) = await ResolveAsync(session, transaction, sql, cancellation).ConfigureAwait(false);
        return await PlanAsync(session, transaction, statement, query, [NodeList<Literal>.Empty], cancellation).ConfigureAwait(false);
    }

    /// <summary>As for a text, with the values that are bound.</summary>
    public async Task<FlightStatement> PlanAsync(FlightPrepared prepared, CancellationToken cancellation)
    {
        IReadOnlyList<NodeList<Literal>> rows = prepared.Rows;
        PreparedQuery query = prepared.Query;
        if (query.Columns != null && rows is [{ Count: > 0 } first, ..])
        {
            // Values can make the columns of numerics narrower: what GetFlightInfo says must be what DoGet gives.
            query = await prepared.Owner.BehindGateAsync(
                prepared.Transaction,
                () => prepared.Owner.Session.PrepareAsync(
                    prepared.Statement, [.. first.Select(static value => value.ValueType)], first.Count, prepared.Text, cancellation),
                cancellation).ConfigureAwait(false);
        }

        return await PlanAsync(prepared.Owner, prepared.Transaction, prepared.Statement, query, rows, cancellation).ConfigureAwait(false);
    }

    /// <summary>GetSchema: columns of what a statement answers with, none for a command. Nothing runs.</summary>
    public async Task<ArrowSchema> DescribeAsync(FlightSession session, FlightTransaction? transaction, string sql, CancellationToken cancellation)
    {
        (_, PreparedQuery query) = await ResolveAsync(session, transaction, sql, cancellation).ConfigureAwait(false);
        return SchemaOf(session, query);
    }

    public async Task<FlightPrepared> PrepareAsync(FlightSession session, FlightTransaction? transaction, string sql, CancellationToken cancellation)
    {
        (Statement statement, PreparedQuery query) = await ResolveAsync(session, transaction, sql, cancellation).ConfigureAwait(false);
        var prepared = new FlightPrepared(session, transaction, sql, statement, query);
        sessions.Add(prepared);
        return prepared;
    }

    /// <summary>DoPut of an update: runs it to its end.</summary>
    /// <returns>Rows changed; -1: unknown.</returns>
    public async Task<long> UpdateAsync(FlightSession session, FlightTransaction? transaction, string sql, CancellationToken cancellation)
    {
        (Statement statement, PreparedQuery query) = await ResolveAsync(session, transaction, sql, cancellation).ConfigureAwait(false);
        return await RunAsync(session, transaction, statement, query, [NodeList<Literal>.Empty], cancellation).ConfigureAwait(false);
    }

    /// <summary>As for a text, once for each row of values.</summary>
    public Task<long> UpdateAsync(FlightPrepared prepared, IReadOnlyList<NodeList<Literal>> rows, CancellationToken cancellation) =>
        RunAsync(prepared.Owner, prepared.Transaction, prepared.Statement, prepared.Query, rows, cancellation);

    /// <summary>Columns of a statement's rows; without fields when it has none.</summary>
    public static ArrowSchema SchemaOf(FlightSession session, PreparedQuery query)
    {
        string zone = session.Session.Settings.TimeZone;
        return new ArrowSchema(query.Columns is { } columns
            ? [.. columns.Select(column => ResultFields.Of(column.Name, column.Type, column.IsNullable, zone, FieldOrigin.Of(column.Origin, session.Session)))]
            : []);
    }

    /// <summary>Keeps a statement until <see cref="FlightLimits.Lease"/> is over, counted from now.</summary>
    public void Renew(FlightStatement statement) => statement.Owner.Statements.Renew(statement, LeaseEnd);

    private async Task<FlightStatement> PlanAsync(
        FlightSession session, FlightTransaction? transaction, Statement statement, PreparedQuery query, IReadOnlyList<NodeList<Literal>> rows, CancellationToken cancellation)
    {
        FlightStatement planned;
        if (query.Columns != null)
        {
            planned = FlightStatement.OfQuery(session, transaction, query, rows, SchemaOf(session, query), LeaseEnd);
        }
        else
        {
            var id = QueryId.Next();
            await RunAsync(session, transaction, statement, query, rows, cancellation, id).ConfigureAwait(false);
            planned = FlightStatement.OfCommand(id, session, LeaseEnd);
        }

        sessions.Add(planned);
        return planned;
    }

    private static async Task<long> RunAsync(
        FlightSession session, FlightTransaction? transaction, Statement statement, PreparedQuery query, IReadOnlyList<NodeList<Literal>> rows, CancellationToken cancellation, QueryId? id = null)
    {
        if (statement is not QueryStatement)
        {
            session.Touch();
        }

        using var running = CancellationTokenSource.CreateLinkedTokenSource(cancellation, session.Session.Ended);
        long changed = 0;
        foreach (NodeList<Literal> row in rows)
        {
            StatementResult result = await session.BehindGateAsync(
                transaction,
                () =>
                {
                    (session.Session.NextId, id) = (id, null);
                    return query.ExecuteAsync(row, running.Token);
                },
                running.Token).ConfigureAwait(false);
            await using (result.ConfigureAwait(false))
            {
                if (result is StatementResult.Rows answer)
                {
                    await DrainAsync(answer, running.Token).ConfigureAwait(false);
                    changed = changed < 0 || statement is not (Insert or Update or Delete or Merge) ? -1 : changed + RowsOf(answer.Tag);
                }
                else if (changed >= 0)
                {
                    changed += RowsOf(((StatementResult.Command)result).Tag);
                }
            }
        }

        return changed;
    }

    private static async Task DrainAsync(StatementResult.Rows rows, CancellationToken cancellation)
    {
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
        {
            batch.Release();
        }
    }

    /// <summary>The number at the end of a command tag: INSERT 0 3, UPDATE 3; 0 where there is none.</summary>
    private static long RowsOf(string tag) =>
        long.TryParse(tag.AsSpan(tag.LastIndexOf(' ') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long rows) ? rows : 0;

    /// <summary>Parses and prepares a text; a query that the session has seen before keeps its syntax and its plan.</summary>
    private static Task<(Statement Statement, PreparedQuery Query)> ResolveAsync(FlightSession session, FlightTransaction? transaction, string sql, CancellationToken cancellation) =>
        session.BehindGateAsync(
            transaction,
            async () =>
            {
                IReadOnlyList<Statement> statements = session.Session.Statements.Parse(sql, cancellation);
                Statement statement = statements.Count switch
                {
                    0 => throw FlightErrors.NoStatementText(),
                    1 => statements[0],
                    _ => throw FlightErrors.SeveralStatements(),
                };
                PreparedQuery prepared = statement is QueryStatement query
                    ? session.Session.Statements.Prepare(sql, query, [], cancellation)
                    : await session.Session.PrepareAsync(statement, [], PlaceholderCount.Of(sql), sql, cancellation).ConfigureAwait(false);
                return (statement, prepared);
            },
            cancellation);
}
