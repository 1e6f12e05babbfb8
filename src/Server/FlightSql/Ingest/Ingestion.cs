using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Storage;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.FlightSql.Sessions;
using SqlCluster.Server.FlightSql.Streams;
using SqlCluster.Server.FlightSql.Types;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements.Changes;
using Exists = SqlCluster.Flight.Protos.Sql.CommandStatementIngest.Types.TableDefinitionOptions.Types.TableExistsOption;
using NotExists = SqlCluster.Flight.Protos.Sql.CommandStatementIngest.Types.TableDefinitionOptions.Types.TableNotExistOption;

namespace SqlCluster.Server.FlightSql.Ingest;

/// <summary>CommandStatementIngest: rows of a client into a table in memory, all of them or none.</summary>
/// <remarks>
/// The rows are first collected in a table of their own. It becomes the new table, or takes the old one's place, or is inserted into the old one by
/// an INSERT, whose casts and constraints apply then: columns are matched by name.
/// </remarks>
internal static class Ingestion
{
    /// <returns>Rows taken.</returns>
    public static async Task<long> RunAsync((FlightSession Session, FlightTransaction? Transaction) at, PutStream stream, CommandStatementIngest request, CancellationToken cancellation)
    {
        (FlightSession flight, FlightTransaction? transaction) = at;
        Session session = flight.Session;
        Batch? batch = await stream.ReadAsync().ConfigureAwait(false);
        MemoryTable staged = Stage(request.Table, stream.Schema ?? throw FlightErrors.NoIngestData());
        bool isKept = false;
        try
        {
            using (MemoryTable.Writer writer = staged.OpenWriter())
            {
                for (; batch != null; batch = await stream.ReadAsync().ConfigureAwait(false))
                {
                    IngestColumns.Append(batch, writer);
                }

                writer.Fill();
            }

            long rows = staged.RowCount;
            flight.Touch();
            isKept = await flight.BehindGateAsync(transaction, () => PublishAsync(session, staged, request, cancellation), cancellation).ConfigureAwait(false);
            return rows;
        }
        finally
        {
            if (!isKept)
            {
                staged.Drop();
            }
        }
    }

    /// <returns>Whether the staged table is the table now.</returns>
    private static async Task<bool> PublishAsync(Session session, MemoryTable staged, CommandStatementIngest request, CancellationToken cancellation)
    {
        // The statement says what is locked: appending keeps nobody else from appending.
        (SessionDatabase database, string schema, string name) = Target(session, request);
        bool isAppend = request.TableDefinitionOptions?.IfExists == Exists.Append && database.Find(schema, name) != null;
        string alias = $"ingest {Guid.NewGuid():N}";
        Insert insert = InsertOf(staged, alias, schema, name);
        Statement statement = isAppend ? insert : new CreateTable(insert.Table.Name, []) { Persistence = request.Temporary ? TablePersistence.Temporary : TablePersistence.Permanent };
        bool isKept = false;
        await using StatementResult result = await session.RunAsync(
            statement,
            null,
            async query =>
            {
                isKept = await PutAsync(session, staged, request, insert, alias, query.Token).ConfigureAwait(false);
                return new StatementResult.Command($"INSERT 0 {staged.RowCount}");
            },
            cancellation).ConfigureAwait(false);
        return isKept;
    }

    private static async Task<bool> PutAsync(Session session, MemoryTable staged, CommandStatementIngest request, Insert insert, string alias, CancellationToken cancellation)
    {
        (SessionDatabase database, string schema, string name) = Target(session, request);
        Exists ifExists = request.TableDefinitionOptions?.IfExists ?? Exists.Unspecified;
        NotExists ifNotExists = request.TableDefinitionOptions?.IfNotExist ?? NotExists.Unspecified;
        switch (database.Find(schema, name), ifExists, ifNotExists)
        {
            case (null, _, NotExists.Create):
                database.Put(schema, name, new Relation.OfTable(staged), false);
                return true;
            case (null, _, NotExists.Fail):
                throw FlightErrors.NoTable(name);
            case (null, _, _):
                throw FlightErrors.NoIngestChoice("does not exist");
            case (_, Exists.Replace, _):
                database.Put(schema, name, new Relation.OfTable(staged), true);
                return true;
            case (_, Exists.Append, _):
                await InsertAsync(session, staged, insert, alias, cancellation).ConfigureAwait(false);
                return false;
            case (_, Exists.Fail, _):
                throw FlightErrors.TableExists(name);
            default:
                throw FlightErrors.NoIngestChoice("exists");
        }
    }

    private static (SessionDatabase Database, string Schema, string Name) Target(Session session, CommandStatementIngest request)
    {
        if (request.HasCatalog && request.Catalog.Length > 0 && request.Catalog != session.Engine.Database.Name)
        {
            throw FlightErrors.OtherCatalog(request.Catalog);
        }

        Identifier table = new(request.Table, true);
        var name = new QualifiedName(request.HasSchema && request.Schema.Length > 0 ? [new Identifier(request.Schema, true), table] : [table]);
        return request.Temporary ? session.Catalog.Target(name, true) : session.Catalog.Locate(name) ?? session.Catalog.Target(name, false);
    }

    private static Insert InsertOf(MemoryTable staged, string alias, string schema, string name)
    {
        string columns = string.Join(", ", staged.Columns.Select(static column => Quote(column.Name)));
        return (Insert)SqlParser.ParseStatements($"INSERT INTO {Quote(schema)}.{Quote(name)} ({columns}) SELECT {columns} FROM {SessionCatalog.TemporarySchema}.{Quote(alias)}")[0];
    }

    private static async Task InsertAsync(Session session, MemoryTable staged, Insert insert, string alias, CancellationToken cancellation)
    {
        session.Catalog.Temporary.Put(SessionCatalog.TemporarySchema, alias, new Relation.OfTable(staged), false);
        try
        {
            await ChangeStatements.RunAsync(insert, session, cancellation).ConfigureAwait(false);
        }
        finally
        {
            session.Catalog.Temporary.Remove(SessionCatalog.TemporarySchema, alias);
        }
    }

    private static MemoryTable Stage(string name, ArrowSchema schema) =>
        new(name, [.. schema.Fields.Select(static field => new TableColumn(field.Name, ArrowValues.ColumnTypeOf(field.Type), field.Nullable))]);

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
