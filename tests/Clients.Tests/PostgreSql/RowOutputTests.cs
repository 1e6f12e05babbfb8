using Npgsql;

namespace SqlCluster.Clients.Tests.PostgreSql;

/// <summary>The setting row_output: rows as records, or as jsonb with what PostgreSQL 15's to_jsonb makes of the same rows.</summary>
public sealed class RowOutputTests(PgServer server) : IClassFixture<PgServer>
{
    private const string Host = "127.0.0.1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task T4_Psql()
    {
        (_, string output) = await ClientProgram.RunAsync("psql", ["-X", "-q", "-h", Host, "-p", server.Port, "-U", "tester", "-d", "sqlcluster", "-At", "-f", "-"], input: """
            SHOW row_output;
            SELECT ROW(1, 'a b', NULL, date '2024-02-29');
            SET row_output = jsonb;
            SELECT ROW(1, 'a b', NULL, date '2024-02-29');
            SELECT ROW(1, 'a b') AS r, ARRAY[ROW(1, ROW(true, 2.50))] AS a, ARRAY[1] AS n \gdesc
            SELECT ARRAY[ROW(1, ROW(true, 2.50))], ROW(1)::text;
            COPY (SELECT ROW(1, 'x')) TO STDOUT;
            SET row_output = xml;
            BEGIN; SET LOCAL row_output = record; SELECT ROW(2); COMMIT; SELECT ROW(2);

            """);
        Assert.Equal("""
            record
            (1,"a b",,2024-02-29)
            {"f1": 1, "f2": "a b", "f3": null, "f4": "2024-02-29"}
            r|jsonb
            a|jsonb[]
            n|integer[]
            {"{\"f1\": 1, \"f2\": {\"f1\": true, \"f2\": 2.50}}"}|(1)
            {"f1": 1, "f2": "x"}
            psql:<stdin>:8: ERROR:  invalid value for parameter "row_output": "xml"
            HINT:  Available values: record, jsonb.
            (2)
            {"f1": 2}

            """, output);
    }

    /// <summary>In binary; a statement that was prepared before keeps what the driver was told.</summary>
    [Fact]
    public async Task T4_Npgsql()
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create($"Host={Host};Port={server.Port};Username=tester;Database=sqlcluster;SSL Mode=Disable;GSS Encryption Mode=Disable;Timeout=60;Command Timeout=120");
        await using NpgsqlConnection connection = await source.OpenConnectionAsync(Cancellation);
        await using var before = new NpgsqlCommand("SELECT ROW(1, 'x')", connection);
        await before.PrepareAsync(Cancellation);
        await using (var set = new NpgsqlCommand("SET row_output = 'jsonb'", connection))
        {
            await set.ExecuteNonQueryAsync(Cancellation);
        }

        Assert.Equal([1, "x"], Assert.IsType<object[]>(await before.ExecuteScalarAsync(Cancellation)));
        await using var command = new NpgsqlCommand("SELECT ROW(1, 'x', 0.1::real) AS r, ARRAY[ROW(1), NULL] AS a, NULL::int", connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(Cancellation);
        Assert.Equal(["jsonb", "jsonb[]"], [reader.GetDataTypeName(0), reader.GetDataTypeName(1)]);
        Assert.True(await reader.ReadAsync(Cancellation));
        Assert.Equal("{\"f1\": 1, \"f2\": \"x\", \"f3\": 0.1}", reader.GetString(0));
        Assert.Equal<IEnumerable<string?>>(["{\"f1\": 1}", null], reader.GetFieldValue<string?[]>(1));
    }

    [Fact]
    public async Task T4_NodePostgres()
    {
        (_, string output) = await ClientProgram.NodeAsync("pg/node-rows.mjs", Host, server.Port);
        Assert.Equal("\"(1,\\\"a b\\\",)\"\n3802,3807 {\"r\":{\"f1\":1,\"f2\":\"a b\",\"f3\":null},\"a\":[{\"f1\":true,\"f2\":1.5}]}\n\"(1,\\\"a b\\\",)\"\n", output);
    }
}
