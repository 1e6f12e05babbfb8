using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>SHOW TABLES, VIEWS, SCHEMAS, COLUMNS, FUNCTIONS and the like.</summary>
internal static class ShowStatements
{
    public static StatementResult Show(ShowObjects show, Session session, CancellationToken cancellation)
    {
        (string[] names, IEnumerable<object?[]> rows) = show.Kind switch
        {
            ShowKind.Tables or ShowKind.AllTables => (["schema", "name", "type", "columns", "rows"], Relations(session).Select(Line)),
            ShowKind.Views => (["schema", "name", "type", "columns", "rows"], Relations(session).Where(static entry => entry.Relation is Relation.OfView).Select(Line)),
            ShowKind.Schemas => (new[] { "name" }, session.Catalog.Shared.Schemas.Select(static schema => new object?[] { schema })),
            ShowKind.Databases => (["name"], [[session.Engine.Database.Name]]),
            ShowKind.Functions => (["name", "signature", "kind", "description"], session.Engine.Functions.All
                .OrderBy(static function => function.Name, StringComparer.Ordinal).Select(static function => new object?[] { function.Name, function.ToString(), function.Kind.ToString().ToLowerInvariant(), function.Description })),
            ShowKind.Columns => (["name", "type", "nullable"], Columns(show, session)),
            ShowKind.CreateTable or ShowKind.CreateView => (["definition"], [[Definition(show, session)]]),
        };
        if (show.Like != null)
        {
            int name = Array.IndexOf(names, "name");
            var pattern = new NamePattern(show.Like);
            rows = rows.Where(row => pattern.Matches((string)row[name]!));
        }

        return session.Pipeline.RunValues([.. names.Select(static name => new ResultColumn(name, SqlType.Text))], rows, "SHOW", cancellation);
    }

    internal static IEnumerable<(string Schema, string Name, Relation Relation)> Relations(Session session) =>
        session.Catalog.Shared.Schemas
            .SelectMany(schema => session.Catalog.Shared.Relations(schema).Select(entry => (schema, entry.Key, entry.Value)))
            .Concat(session.Catalog.Temporary.Relations(SessionCatalog.TemporarySchema).Select(static entry => (SessionCatalog.TemporarySchema, entry.Key, entry.Value)));

    private static object?[] Line((string Schema, string Name, Relation Relation) entry) => entry.Relation switch
    {
        Relation.OfTable { Table: var table } =>
            [entry.Schema, entry.Name, table is MemoryTable ? "table" : "external table", $"{table.Columns.Count}", $"{(table.Statistics.IsExact ? "" : "~")}{table.Statistics.RowCount}"],
        _ => [entry.Schema, entry.Name, "view", null, null],
    };

    private static IEnumerable<object?[]> Columns(ShowObjects show, Session session) =>
        session.Pipeline.Check(new Query(new TableQuery(new NamedTable(show.From!))))
            .Select(static column => new object?[] { column.Name, column.Type.ToString(), column.IsNullable ? "YES" : "NO" });

    private static string Definition(ShowObjects show, Session session) => session.Catalog.Find([.. show.From!.Parts.Select(static part => part.Value)]) switch
    {
        Relation.OfView { View: var view } => $"CREATE VIEW {view.Name} AS {Parser.Printing.SqlPrinter.Print(view.Query)}",
        Relation.OfTable { Table: var table } =>
            $"CREATE TABLE {table.Name} (\n{string.Join(",\n", table.Columns.Select(static column => $"  {column.Name} {column.Type}{(column.IsNullable ? "" : " NOT NULL")}"))}\n)",
        _ => throw CatalogErrors.NoRelation("relation", show.From.ToString()),
    };
}
