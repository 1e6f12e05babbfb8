using SqlCluster.Arrow.Schema;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos.Sql;
using Options = SqlCluster.Flight.Protos.Sql.CommandStatementIngest.Types.TableDefinitionOptions;

namespace SqlCluster.Server.Tests.FlightSql;

/// <summary>CommandStatementIngest in its modes (docs/client-requirements.md, G11).</summary>
public sealed class IngestTests
{
    private static readonly ArrowSchema Schema = new(
    [
        new("id", ArrowType.Int32, false), new("small", ArrowType.Int8), new("big", ArrowType.UInt64), new("name", ArrowType.Utf8), new("price", ArrowType.Decimal128(20, 2)),
        new("day", ArrowType.Date32), new("tags", ArrowType.List(ArrowType.UInt16)),
    ]);

    private static readonly object?[][] Rows =
    [
        [1, (sbyte)-5, ulong.MaxValue, "one", (Int128)12345, 19782, new object?[] { (ushort)65535, null }],
        [2, null, null, null, null, null, null],
    ];

    [Fact]
    public async Task G11_CreateAppendReplaceAndFail()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        Assert.Equal(2, await Ingest(client, Options.Types.TableNotExistOption.Create, Options.Types.TableExistsOption.Fail));
        Assert.Equal(
            ["1", "-5", "18446744073709551615", "one", "123.45", "2024-02-29", "{65535,NULL}"],
            (await client.QueryAsync("SELECT id::text, small::text, big::text, name, price::text, day::text, tags::text FROM t ORDER BY id")).Rows[0]);
        Assert.Equal("42P07", (await Assert.ThrowsAsync<GrpcStatusException>(() => Ingest(client, Options.Types.TableNotExistOption.Create, Options.Types.TableExistsOption.Fail))).Trailers["sqlstate"]);
        Assert.Equal(2, await Ingest(client, Options.Types.TableNotExistOption.Fail, Options.Types.TableExistsOption.Append));
        Assert.Equal(4L, (await client.QueryAsync("SELECT count(*) FROM t")).Single);
        Assert.Equal(2, await Ingest(client, Options.Types.TableNotExistOption.Create, Options.Types.TableExistsOption.Replace));
        Assert.Equal(2L, (await client.QueryAsync("SELECT count(*) FROM t")).Single);
        Assert.Equal("42P01", (await Assert.ThrowsAsync<GrpcStatusException>(() => Ingest(client, Options.Types.TableNotExistOption.Fail, Options.Types.TableExistsOption.Append, "missing"))).Trailers["sqlstate"]);
    }

    [Fact]
    public async Task G11_AppendingConvertsByNameAndIsAllOrNothing()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE TABLE t (name text, id bigint NOT NULL, more int)");
        var schema = new ArrowSchema([new("id", ArrowType.Int32), new("name", ArrowType.Utf8)]);
        var command = new CommandStatementIngest { Table = "t", TableDefinitionOptions = new Options { IfExists = Options.Types.TableExistsOption.Append } };
        Assert.Equal(2, await client.UpdateAsync(command, schema, [[1, "a"], [2, "b"]]));
        Assert.Equal("23502", (await Assert.ThrowsAsync<GrpcStatusException>(() => client.UpdateAsync(command, schema, [[3, "c"], [null, "d"]]))).Trailers["sqlstate"]);
        Assert.Equal(["a1", "b2"], (await client.QueryAsync("SELECT name || id AS both FROM t WHERE more IS NULL ORDER BY id"))["both"]);
        Assert.Equal(["public"], (await client.ReadAsync(new CommandGetDbSchemas()))["db_schema_name"]);
    }

    [Fact]
    public async Task G11_SchemasAndTemporaryTables()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect(), other = server.Connect();
        await client.UpdateAsync("CREATE SCHEMA s");
        var create = new Options { IfNotExist = Options.Types.TableNotExistOption.Create };
        await client.UpdateAsync(new CommandStatementIngest { Table = "In Schema", Schema = "s", Catalog = "sqlcluster", TableDefinitionOptions = create }, Schema, Rows);
        Assert.Equal(2L, (await client.QueryAsync("SELECT count(*) FROM s.\"In Schema\"")).Single);
        await client.UpdateAsync(new CommandStatementIngest { Table = "mine", Temporary = true, TableDefinitionOptions = create }, Schema, Rows);
        Assert.Equal(2L, (await client.QueryAsync("SELECT count(*) FROM mine")).Single);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<GrpcStatusException>(() => other.QueryAsync("SELECT count(*) FROM mine"))).Code);
    }

    private static Task<long> Ingest(FlightTestClient client, Options.Types.TableNotExistOption ifNotExists, Options.Types.TableExistsOption ifExists, string table = "t") =>
        client.UpdateAsync(new CommandStatementIngest { Table = table, TableDefinitionOptions = new Options { IfNotExist = ifNotExists, IfExists = ifExists } }, Schema, Rows);
}
