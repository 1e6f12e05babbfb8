using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Schema;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.FlightSql.Types;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.FlightSql.Metadata;

/// <summary>A table or view that metadata commands show.</summary>
/// <param name="Schema">Schema it is in.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">One of <see cref="ListedTables.Types"/>.</param>
/// <param name="Relation">What it is.</param>
internal sealed record ListedTable(string Schema, string Name, string Type, Relation Relation)
{
    /// <summary>The encapsulated Arrow schema; that of a view whose query no longer works has no fields.</summary>
    public byte[] ArrowSchema(Session session)
    {
        var origin = new FieldOrigin(session.Engine.Database.Name, Schema, Name);
        string zone = session.Settings.Get("TimeZone");
        ArrowField[] fields = Relation switch
        {
            Relation.OfTable { Table: var table } => [.. table.Columns.Select(column => ResultFields.Of(column.Name, column.Type, column.IsNullable, zone, origin with { Remarks = RemarksOf(column.Name, session) }))],
            Relation.OfView { View: var view } => ViewFields(view, session, zone, origin),
            _ => [],
        };
        return IpcMessage.Encapsulate(SchemaMessage.Write(new ArrowSchema(fields)));
    }

    private string? RemarksOf(string column, Session session) =>
        session.Catalog.Shared.FindEntry(Schema, Name)?.Facts.ColumnComments.FirstOrDefault(comment => comment.Key == column).Value;

    private static ArrowField[] ViewFields(ViewDefinition view, Session session, string zone, FieldOrigin origin)
    {
        try
        {
            return
            [
                .. session.Pipeline.Check(view.Query).Select((column, index) =>
                    ResultFields.Of(view.ColumnNames is { } names && index < names.Count ? names[index] : column.Name, column.Type, column.IsNullable, zone, origin)),
            ];
        }
        catch (QueryException)
        {
            return [];
        }
    }
}

/// <summary>The schemas and tables that a session sees, for metadata commands. Reads the catalog alone: no file is opened and nothing is executed.</summary>
internal static class ListedTables
{
    public const string Table = "TABLE", View = "VIEW";

    public static readonly string[] Types = [Table, View];

    /// <summary>Schema names; that of temporary tables only when there are some.</summary>
    public static IEnumerable<string> Schemas(Session session) =>
        session.Catalog.Temporary.Relations(SessionCatalog.TemporarySchema).Count == 0
            ? session.Catalog.Shared.Schemas
            : session.Catalog.Shared.Schemas.Append(SessionCatalog.TemporarySchema);

    public static IEnumerable<ListedTable> In(Session session, string schema)
    {
        SessionDatabase database = schema == SessionCatalog.TemporarySchema ? session.Catalog.Temporary : session.Catalog.Shared;
        return database.Relations(schema).Where(static entry => entry.Value is not Relation.OfTable { Table: Sequence }).Select(entry => new ListedTable(schema, entry.Key, entry.Value is Relation.OfView ? View : Table, entry.Value));
    }
}
