using System.Data;
using System.Data.Common;
using Npgsql;

namespace SqlCluster.Clients.Tests.Catalog;

/// <summary>Npgsql as it comes: types loaded from pg_type, schema collections, column schema, pooled connections.</summary>
[Collection(CatalogTests.Name)]
public sealed class NpgsqlCatalogTests(CatalogServer server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task B1_TypesAreLoadedAndReadInBinary()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        await using NpgsqlCommand command = source.CreateCommand("""
            SELECT 'pg_class'::regclass::oid, 'integer'::regtype, c.oid, c.relname, c.relkind, i.indkey, c.relacl, t.typarray, c.xmin, c.ctid, 'shop'::regnamespace::oid, array['int4', 'text']::regtype[], array['a', 'b']::name[]
            FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid JOIN pg_type t ON t.typname = 'int4' WHERE i.indexrelid = 'shop.employee_name'::regclass
            """);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
        Assert.True(await reader.ReadAsync(Cancellation));
        Assert.Equal(1259u, reader.GetFieldValue<uint>(0));
        Assert.Equal(23u, reader.GetFieldValue<uint>(1));
        Assert.Equal("employee", reader.GetString(3));
        Assert.Equal('r', reader.GetFieldValue<char>(4));
        Assert.Equal(new short[] { 3, 8 }, reader.GetFieldValue<short[]>(5));
        Assert.Equal(1007u, reader.GetFieldValue<uint>(7));
        Assert.Equal(new uint[] { 23, 25 }, reader.GetFieldValue<uint[]>(11));
        Assert.Equal(["a", "b"], reader.GetFieldValue<string[]>(12));
        Assert.Equal(["oid", "regtype", "oid", "name", "char", "int2vector"], Enumerable.Range(0, 6).Select(reader.GetDataTypeName).Select(static name => name.Replace("pg_catalog.", "", StringComparison.Ordinal).Trim('"')));
    }

    [Fact]
    public async Task B1_B4_EverySchemaCollectionCanBeRead()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancellation);
        DataTable collections = await connection.GetSchemaAsync(Cancellation);
        var counts = new Dictionary<string, int>();
        foreach (DataRow row in collections.Rows)
        {
            string name = (string)row["CollectionName"];
            counts[name] = (await connection.GetSchemaAsync(name, Cancellation)).Rows.Count;
        }

        DataTable columns = await connection.GetSchemaAsync("Columns", [null, "shop", "employee"], Cancellation);
        Assert.Equal(17, columns.Rows.Count);
        Assert.Equal("Full Name", columns.Rows.Cast<DataRow>().Single(static row => (int)row["ordinal_position"] == 3)["column_name"]);
        DataTable tables = await connection.GetSchemaAsync("Tables", [null, "shop"], Cancellation);
        Assert.Equal(["department", "employee"], tables.Rows.Cast<DataRow>().Select(static row => (string)row["table_name"]).Order());
        Assert.Equal(1, (await connection.GetSchemaAsync("Databases", Cancellation)).Rows.Count);
        Assert.True(counts.Count > 10 && counts["DataTypes"] > 20 && counts["Restrictions"] > 5 && counts["Views"] >= 1 && counts["Users"] >= 1 && counts["Indexes"] >= 1, string.Join(", ", counts));
    }

    /// <summary>Npgsql joins table oids and column numbers of the row description back to the catalog.</summary>
    [Fact]
    public async Task Q6_ColumnSchemaKnowsTablesKeysAndNullability()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString);
        await using NpgsqlCommand command = source.CreateCommand("""SELECT id AS number, "Full Name", salary * 2 AS twice FROM shop.employee""");
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly | CommandBehavior.KeyInfo, Cancellation);
        IReadOnlyList<DbColumn> columns = await reader.GetColumnSchemaAsync(Cancellation);
        Assert.Equal(("number", "id", "employee", "shop", false, true), (columns[0].ColumnName, columns[0].BaseColumnName, columns[0].BaseTableName, columns[0].BaseSchemaName, columns[0].AllowDBNull, columns[0].IsKey));
        Assert.Equal(("Full Name", false, false), (columns[1].BaseColumnName, columns[1].AllowDBNull, columns[1].IsKey));
        Assert.Null(columns[2].BaseTableName);
    }

    [Fact]
    public async Task X2_SessionsAreSeenAndCanBeEndedFromOutside()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false;Application Name=victim");
        await using NpgsqlConnection victim = await source.OpenConnectionAsync(Cancellation);
        await using NpgsqlConnection judge = await source.OpenConnectionAsync(Cancellation);
        await using var pid = new NpgsqlCommand("SELECT pg_backend_pid()", victim);
        Assert.Equal(victim.ProcessID, await pid.ExecuteScalarAsync(Cancellation));
        await using var seen = new NpgsqlCommand("SELECT application_name || ' ' || usename || ' ' || state || ' ' || query || ' ' || host(client_addr) FROM pg_stat_activity WHERE pid = $1", judge) { Parameters = { new() { Value = victim.ProcessID } } };
        seen.CommandText = seen.CommandText.Replace("host(client_addr)", "client_addr::text", StringComparison.Ordinal);
        Assert.Equal("victim me idle SELECT pg_backend_pid() 127.0.0.1", await seen.ExecuteScalarAsync(Cancellation));
        await using var end = new NpgsqlCommand("SELECT pg_terminate_backend($1)", judge) { Parameters = { new() { Value = victim.ProcessID } } };
        Assert.Equal(true, await end.ExecuteScalarAsync(Cancellation));
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await pid.ExecuteScalarAsync(Cancellation));
    }
}
