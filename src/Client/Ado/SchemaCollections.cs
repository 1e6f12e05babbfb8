using System.Data;
using System.Data.Common;
using System.Globalization;
using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Parser.Tokens;

namespace SqlCluster.Client.Ado;

/// <summary>GetSchema: what Flight SQL's metadata commands tell, as data tables. Restrictions are exact names: catalog, schema, table, then type or column.</summary>
internal sealed class SchemaCollections(SqlClusterConnection connection)
{
    private static readonly (string Name, int Restrictions, int Parts)[] Collections =
    [
        ("MetaDataCollections", 0, 0), ("DataSourceInformation", 0, 0), ("DataTypes", 0, 0), ("ReservedWords", 0, 0), ("Restrictions", 0, 0),
        ("Databases", 1, 1), ("Schemas", 2, 2), ("Tables", 4, 3), ("Views", 3, 3), ("Columns", 4, 4), ("PrimaryKeys", 3, 3), ("ForeignKeys", 3, 3),
    ];

    private static readonly string[] RestrictionNames = ["Catalog", "Schema", "Table", "Column"];

    private FlightSqlClient Sql => connection.Session.Sql;

    public async Task<DataTable> GetAsync(string collection, string?[] restrictions, CancellationToken cancellation)
    {
        try
        {
            return await LoadAsync(collection, restrictions, cancellation).ConfigureAwait(false);
        }
        catch (GrpcStatusException error)
        {
            throw ClientErrors.Of(error);
        }
    }

    private async Task<DataTable> LoadAsync(string collection, string?[] restrictions, CancellationToken cancellation)
    {
        string name = Array.Find(Collections, entry => entry.Name.Equals(collection, StringComparison.OrdinalIgnoreCase)).Name
            ?? throw new ArgumentException($"there is no schema collection \"{collection}\" (MetaDataCollections lists them)", nameof(collection));
        string? catalog = At(0), schema = At(1), table = At(2), last = At(3);
        switch (name)
        {
            case "MetaDataCollections":
                return Table(name, ["CollectionName", "NumberOfRestrictions", "NumberOfIdentifierParts"], Collections.Select(static entry => new object?[] { entry.Name, entry.Restrictions, entry.Parts }));
            case "Restrictions":
                return Table(
                    name,
                    ["CollectionName", "RestrictionName", "RestrictionNumber"],
                    Collections.SelectMany(static entry => Enumerable.Range(0, entry.Restrictions).Select(i => new object?[] { entry.Name, entry.Name == "Tables" && i == 3 ? "TableType" : RestrictionNames[i], i + 1 })));
            case "ReservedWords":
                return Table(name, ["ReservedWord"], Keywords.All.Where(static word => word.Class == KeywordClass.Reserved).Select(static word => new object?[] { word.Word.ToUpperInvariant() }));
            case "DataSourceInformation":
                return Table(
                    name,
                    [
                        DbMetaDataColumnNames.DataSourceProductName, DbMetaDataColumnNames.DataSourceProductVersion, DbMetaDataColumnNames.CompositeIdentifierSeparatorPattern,
                        DbMetaDataColumnNames.ParameterMarkerFormat, DbMetaDataColumnNames.ParameterMarkerPattern, DbMetaDataColumnNames.QuotedIdentifierPattern, DbMetaDataColumnNames.StatementSeparatorPattern,
                    ],
                    [["SqlCluster", connection.ServerVersion, "\\.", "@{0}", "@[A-Za-z0-9_]+|\\$[0-9]+|\\?", "\"(([^\"]|\"\")*)\"", ";"]]);
            case "DataTypes":
                return await RowsAsync(name, Sql.GetXdbcTypeInfoAsync(new CommandGetXdbcTypeInfo(), cancellation), static _ => true, cancellation).ConfigureAwait(false);
            case "Databases":
                return await RowsAsync(name, Sql.GetCatalogsAsync(cancellation), row => Is(row[0], catalog), cancellation).ConfigureAwait(false);
            case "Schemas":
                return await RowsAsync(name, Sql.GetDbSchemasAsync(new CommandGetDbSchemas(), cancellation), row => Is(row[0], catalog) && Is(row[1], schema), cancellation).ConfigureAwait(false);
            case "Tables":
                return await RowsAsync(
                    name, Sql.GetTablesAsync(new CommandGetTables(), cancellation), row => Is(row[0], catalog) && Is(row[1], schema) && Is(row[2], table) && Is(row[3], last), cancellation).ConfigureAwait(false);
            case "Views":
                return await RowsAsync(
                    name, Sql.GetTablesAsync(new CommandGetTables { TableTypes = { "VIEW" } }, cancellation), row => Is(row[0], catalog) && Is(row[1], schema) && Is(row[2], table), cancellation).ConfigureAwait(false);
            case "Columns":
                return await ColumnsAsync(catalog, schema, table, last, cancellation).ConfigureAwait(false);
            case "PrimaryKeys":
                return await KeysAsync(name, catalog, schema, table, at => Sql.GetPrimaryKeysAsync(new CommandGetPrimaryKeys { Catalog = at[0], DbSchema = at[1], Table = at[2] }, cancellation), cancellation).ConfigureAwait(false);
            default:
                return await KeysAsync(name, catalog, schema, table, at => Sql.GetImportedKeysAsync(new CommandGetImportedKeys { Catalog = at[0], DbSchema = at[1], Table = at[2] }, cancellation), cancellation).ConfigureAwait(false);
        }

        string? At(int index) => index < restrictions.Length ? restrictions[index] : null;
    }

    private async Task<DataTable> ColumnsAsync(string? catalog, string? schema, string? table, string? column, CancellationToken cancellation)
    {
        DataTable result = Table(
            "Columns",
            ["table_catalog", "table_schema", "table_name", "column_name", "ordinal_position", "is_nullable", "data_type", "numeric_precision", "numeric_scale"],
            []);
        DataTable tables = await RowsAsync(
            "Tables", Sql.GetTablesAsync(new CommandGetTables { IncludeSchema = true }, cancellation), row => Is(row[0], catalog) && Is(row[1], schema) && Is(row[2], table), cancellation).ConfigureAwait(false);
        foreach (DataRow row in tables.Rows)
        {
            ArrowSchema columns = SchemaMessage.Read((byte[])row["table_schema"]).Schema;
            for (int i = 0; i < columns.Fields.Count; i++)
            {
                ColumnType type = ColumnType.Of(columns.Fields[i]);
                if (Is(type.Field.Name, column))
                {
                    result.Rows.Add(row[0], row[1], row[2], type.Field.Name, i + 1, type.Field.Nullable ? "YES" : "NO", type.SqlName, type.Metadata("PRECISION"), type.Metadata("SCALE"));
                }
            }
        }

        return result;
    }

    /// <summary>Keys of one table, or of all that the restrictions leave.</summary>
    private async Task<DataTable> KeysAsync(string name, string? catalog, string? schema, string? table, Func<string[], Task<FlightInfo>> ask, CancellationToken cancellation)
    {
        DataTable tables = await RowsAsync(
            "Tables", Sql.GetTablesAsync(new CommandGetTables(), cancellation), row => Is(row[0], catalog) && Is(row[1], schema) && Is(row[2], table) && row[3] as string != "VIEW", cancellation).ConfigureAwait(false);
        DataTable? result = null;
        foreach (DataRow row in tables.Rows)
        {
            DataTable keys = await RowsAsync(name, ask([row[0] as string ?? "", row[1] as string ?? "", (string)row[2]]), static _ => true, cancellation).ConfigureAwait(false);
            if (result == null)
            {
                result = keys;
            }
            else
            {
                result.Merge(keys);
            }
        }

        return result ?? new DataTable(name) { Locale = CultureInfo.InvariantCulture };
    }

    private async Task<DataTable> RowsAsync(string name, Task<FlightInfo> command, Func<object?[], bool> isWanted, CancellationToken cancellation)
    {
        FlightInfo info = await command.ConfigureAwait(false);
        using var account = new MemoryAccount($"schema collection {name}");
        using FlightStream stream = await Sql.ReadAsync(info.Endpoint[0], account, cancellation).ConfigureAwait(false);
        ColumnType[] columns = [.. stream.Schema.Fields.Select(ColumnType.Of)];
        DataTable table = Table(name, columns.Select(static column => column.Field.Name), []);
        for (int i = 0; i < columns.Length; i++)
        {
            table.Columns[i].DataType = columns[i].Type == typeof(Array) ? typeof(object) : columns[i].Type;
        }

        await foreach (Batch batch in stream.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            for (int row = 0; row < batch.RowCount; row++)
            {
                object?[] values = [.. batch.Columns.Select((vector, i) => new ColumnCursor(vector, columns[i]) is var cursor && cursor.IsNull(row) ? null : cursor.Value(row))];
                if (isWanted(values))
                {
                    table.Rows.Add(values);
                }
            }
        }

        return table;
    }

    private static bool Is(object? value, string? wanted) => wanted == null || value is string text && text.Equals(wanted, StringComparison.Ordinal);

    private static DataTable Table(string name, IEnumerable<string> columns, IEnumerable<object?[]> rows)
    {
        var table = new DataTable(name) { Locale = CultureInfo.InvariantCulture };
        foreach (string column in columns)
        {
            table.Columns.Add(column, typeof(object));
        }

        foreach (object?[] row in rows)
        {
            table.Rows.Add(row);
        }

        return table;
    }
}
