using System.Data.Common;
using Npgsql;
using SqlCluster.Tests.Clients;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Types of files that PostgreSQL does not have become those it has; the file is DuckDB's.</summary>
public sealed class FileTypeTests(PgTestServer server) : IClassFixture<PgTestServer>
{
    /// <summary>What Npgsql calls types that it has not loaded.</summary>
    private const string UnknownToNpgsql = "-.-";

    /// <summary>A value in DuckDB, the type it has over the protocol, and its text.</summary>
    private static readonly (string Value, string Type, string Text)[] Cases =
    [
        ("'-128'::TINYINT", "smallint", "-128"),
        ("255::UTINYINT", "smallint", "255"),
        ("65535::USMALLINT", "integer", "65535"),
        ("4294967295::UINTEGER", "bigint", "4294967295"),
        ("18446744073709551615::UBIGINT", "numeric(20,0)", "18446744073709551615"),
        ("1.50::DECIMAL(9,2)", "numeric(9,2)", "1.50"),
        ("-12345678901234567890.123456789012345678::DECIMAL(38,18)", "numeric(38,18)", "-12345678901234567890.123456789012345678"),
        ("0.5::FLOAT", "real", "0.5"),
        ("0.1::DOUBLE", "double precision", "0.1"),
        ("'ä'::VARCHAR", "text", "ä"),
        ("'\\x00\\xFF'::BLOB", "bytea", "\\x00ff"),
        ("DATE '2024-02-29'", "date", "2024-02-29"),
        ("TIME '23:59:59.999999'", "time without time zone", "23:59:59.999999"),
        ("TIMESTAMP '2024-02-29 01:02:03.5'", "timestamp without time zone", "2024-02-29 01:02:03.5"),
        ("'2024-02-29 01:02:03.123456789'::TIMESTAMP_NS", "timestamp without time zone", "2024-02-29 01:02:03.123456"),
        ("'2024-02-29 01:02:03+00'::TIMESTAMPTZ", "timestamp with time zone", "2024-02-29 01:02:03+00"),
        ("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::UUID", "uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
        ("[1, NULL, 3]::INTEGER[]", "integer[]", "{1,NULL,3}"),
        ("[[1, 2], [3, 4]]::INTEGER[][]", "integer[]", "{{1,2},{3,4}}"),
        ("{'n': 1, 't': 'a b'}", UnknownToNpgsql, "(1,\"a b\")"),      // a record
        ("MAP {'b': 1, 'a': NULL}::MAP(VARCHAR, INTEGER)", "jsonb", "{\"a\": null, \"b\": 1}"),
        ("MAP {7: ['x']}::MAP(INTEGER, VARCHAR[])", "jsonb", "{\"7\": [\"x\"]}"),
        ("true", "boolean", "t"),
    ];

    [Fact]
    public async Task T4_TypesOfFilesBecomePostgreSqlTypes()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("sqlcluster-types").FullName, "types.parquet");
        try
        {
            string columns = string.Join(", ", Cases.Select(static (one, i) => $"{one.Value} AS c{i}"));
            await NodeClient.DuckDbAsync($"SET TimeZone = 'UTC'; COPY (SELECT {columns}) TO '{file}' (FORMAT parquet)", TestContext.Current.CancellationToken);
            await using NpgsqlConnection connection = await server.OpenAsync();
            await using var command = new NpgsqlCommand($"SELECT * FROM '{file}'", connection) { AllResultTypesAreUnknown = true };
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            IReadOnlyList<DbColumn> schema = await reader.GetColumnSchemaAsync(TestContext.Current.CancellationToken);
            Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
            Assert.Equal(Cases.Select(static one => (one.Type, one.Text)), schema.Select((column, i) => (TypeOf(column), reader.GetString(i))));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, true);
        }
    }

    /// <summary>In both formats and in COPY, also inside of arrays.</summary>
    [Fact]
    public async Task T4_MapsAreJsonb()
    {
        const string Query = "SELECT map {'b': 1, 'a': 2}, array[map {'a': 1}]";
        await using NpgsqlConnection connection = await server.OpenAsync();
        foreach (bool isText in (bool[])[false, true])
        {
            await using var command = new NpgsqlCommand(Query, connection) { AllResultTypesAreUnknown = isText };
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            Assert.Equal(["jsonb", "jsonb[]"], Enumerable.Range(0, reader.FieldCount).Select(reader.GetDataTypeName));
            Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
            Assert.Equal("{\"a\": 2, \"b\": 1}", reader.GetString(0));
            Assert.Equal(isText ? "{\"{\\\"a\\\": 1}\"}" : "{\"a\": 1}", isText ? reader.GetString(1) : Assert.Single(reader.GetFieldValue<string[]>(1)));
        }

        using TextReader copy = await connection.BeginTextExportAsync("COPY (SELECT map {'b': 1, 'a': NULL}, NULL::map(text, integer)) TO STDOUT", TestContext.Current.CancellationToken);
        Assert.Equal("{\"a\": null, \"b\": 1}\t\\N\n", await copy.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private static string TypeOf(DbColumn column) =>
        column.DataTypeName == "numeric" && column.NumericPrecision is { } digits ? $"numeric({digits},{column.NumericScale ?? 0})" : column.DataTypeName ?? "";
}
