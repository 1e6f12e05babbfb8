using Google.Protobuf;
using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;

namespace SqlCluster.Server.Tests.FlightSql;

/// <summary>Prepared statements and their parameters (docs/client-requirements.md, G8 to G10).</summary>
public sealed class PreparedTests
{
    [Fact]
    public async Task G8_PreparingTellsColumnsAndParameters()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE TABLE t (id int, at timestamp)");
        ActionCreatePreparedStatementResult query = await client.PrepareAsync("SELECT id FROM t WHERE id = $1 AND at < $2");
        Assert.Equal("id: Int32", FlightTestClient.Print(FlightTestClient.ReadSchema(query.DatasetSchema)));
        Assert.Equal("$1: Int32, $2: Timestamp", FlightTestClient.Print(FlightTestClient.ReadSchema(query.ParameterSchema)));
        Assert.False(query.IsUpdate);
        ActionCreatePreparedStatementResult update = await client.PrepareAsync("INSERT INTO t VALUES (?, ?)");
        Assert.Empty(update.DatasetSchema);
        Assert.Equal(2, FlightTestClient.ReadSchema(update.ParameterSchema).Fields.Count);
        Assert.True(update.IsUpdate);
    }

    [Fact]
    public async Task G8_HandlesRunAgainAndAtOnceUntilTheyAreClosed()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        ByteString handle = (await client.PrepareAsync("SELECT sum(n) FROM generate_series(1, 1000) AS g(n)")).PreparedStatementHandle;
        var command = new CommandPreparedStatementQuery { PreparedStatementHandle = handle };
        FlightTable[] tables = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.ReadAsync(command)));
        Assert.All(tables, static table => Assert.Equal("500500", table.Single!.ToString()));
        Assert.Equal("500500", (await client.DoGetAsync(new Ticket { Ticket_ = FlightTestClient.Describe(command).Cmd })).Single!.ToString());
        await client.ActAsync("ClosePreparedStatement", new ActionClosePreparedStatementRequest { PreparedStatementHandle = handle });
        await client.ActAsync("ClosePreparedStatement", new ActionClosePreparedStatementRequest { PreparedStatementHandle = handle });
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<GrpcStatusException>(() => client.ReadAsync(command))).Code);
    }

    [Fact]
    public async Task G8_HandlesSurviveTheConnectionAndNeedTheirUser()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        ByteString handle;
        using (FlightTestClient client = server.Connect(keepsCookies: false))
        {
            handle = (await client.PrepareAsync("SELECT $1::int + 1")).PreparedStatementHandle;
        }

        using FlightTestClient later = server.Connect(keepsCookies: false);
        await Bind(later, handle, ArrowType.Int32, 41);
        Assert.Equal(42, (await later.ReadAsync(new CommandPreparedStatementQuery { PreparedStatementHandle = handle })).Single);
        using FlightTestClient other = server.Connect();
        other.UseBasic("somebody", "");
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<GrpcStatusException>(() => other.ReadAsync(new CommandPreparedStatementQuery { PreparedStatementHandle = handle }))).Code);
    }

    public static TheoryData<string, string, object?, string?> Coercions => new()
    {
        { "SELECT $1::int", "Int8", (sbyte)-3, "-3" },
        { "SELECT $1::int", "UInt64", 7UL, "7" },
        { "SELECT $1::int", "Int64", 7L, "7" },
        { "SELECT $1::int", "Utf8", "12", "12" },
        { "SELECT $1::int", "Float64", 2.6, "3" },
        { "SELECT $1::int", "Int64", null, null },
        { "SELECT $1::bigint", "UInt32", uint.MaxValue, "4294967295" },
        { "SELECT $1::double precision", "Int32", 3, "3" },
        { "SELECT $1::double precision", "Float32", 0.5f, "0.5" },
        { "SELECT $1::text", "Utf8", "é\U0001F600", "é\U0001F600" },
        { "SELECT $1::text", "Int32", 5, "5" },
        { "SELECT $1::boolean", "Boolean", true, "True" },
        { "SELECT $1::boolean", "Utf8", "yes", "True" },
        { "SELECT ($1::numeric(38,4))::text", "Decimal128(38,4)", (Int128)123456789012345678, "12345678901234.5678" },
        { "SELECT ($1::numeric)::text", "Int64", 12L, "12" },
        { "SELECT ($1::date)::text", "Date32", 19782, "2024-02-29" },
        { "SELECT ($1::date)::text", "Timestamp", 1709208000000000L, "2024-02-29" },
        { "SELECT ($1::timestamp)::text", "Date32", 19782, "2024-02-29 00:00:00" },
        { "SELECT ($1::timestamp)::text", "Timestamp", 1709208000123456L, "2024-02-29 12:00:00.123456" },
        { "SELECT ($1::timestamptz)::text", "Timestamp(UTC)", 1709208000123456L, "2024-02-29 12:00:00.123456+00" },
        { "SELECT ($1::time)::text", "Time64", 43200000001L, "12:00:00.000001" },
        { "SELECT ($1::bytea)::text", "Binary", new byte[] { 1, 255 }, "\\x01ff" },
        { "SELECT ($1::uuid)::text", "Utf8", "5f0c7c4e-9c6b-4f5b-8a53-0a5d1f3f6a11", "5f0c7c4e-9c6b-4f5b-8a53-0a5d1f3f6a11" },
        { "SELECT ($1::int[])::text", "List(Int32)", new object?[] { 1, null, 3 }, "{1,NULL,3}" },
        { "SELECT ($1::interval)::text", "Interval", new Interval(14, 3, 4_000_000), "1 year 2 mons 3 days 00:00:04" },
    };

    [Theory]
    [MemberData(nameof(Coercions))]
    public async Task G9_AnyTypeThatCanBeCastIsTaken(string sql, string type, object? value, string? expected)
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync(slots: 1);
        using FlightTestClient client = server.Connect();
        ByteString handle = (await client.PrepareAsync(sql)).PreparedStatementHandle;
        await Bind(client, handle, TypeOf(type), value);
        object? answer = (await client.ReadAsync(new CommandPreparedStatementQuery { PreparedStatementHandle = handle })).Single;
        Assert.Equal(expected, answer is IFormattable number ? number.ToString(null, System.Globalization.CultureInfo.InvariantCulture) : answer?.ToString());
    }

    [Theory]
    [InlineData("Int64", 3000000000L, "22003")]
    [InlineData("Utf8", "x", "22P02")]
    public async Task G9_ValuesThatDoNotConvertAreRefused(string type, object value, string sqlState)
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync(slots: 1);
        using FlightTestClient client = server.Connect();
        ByteString handle = (await client.PrepareAsync("SELECT $1::int")).PreparedStatementHandle;
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => Bind(client, handle, TypeOf(type), value));
        Assert.Equal((StatusCode.InvalidArgument, sqlState), (error.Code, error.Trailers["sqlstate"]));
    }

    [Fact]
    public async Task G9_WrongNumbersOfValuesAreRefused()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        ByteString handle = (await client.PrepareAsync("SELECT $1::int + $2::int")).PreparedStatementHandle;
        Assert.Equal("bind supplies 1 parameters, but the prepared statement requires 2 [08P01]", (await Assert.ThrowsAsync<GrpcStatusException>(() => Bind(client, handle, ArrowType.Int32, 1))).Message);
        Assert.Equal("the prepared statement has 2 parameters and no values are bound to them [08P01]",
            (await Assert.ThrowsAsync<GrpcStatusException>(() => client.ReadAsync(new CommandPreparedStatementQuery { PreparedStatementHandle = handle }))).Message);
    }

    [Fact]
    public async Task G9_TheJdbcDriversTimestampsAreMilliseconds()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient jdbc = server.Connect(userAgent: "JDBC Flight SQL Driver 18.0");
        ActionCreatePreparedStatementResult prepared = await jdbc.PrepareAsync("SELECT ($1::timestamp)::text");
        byte[] microseconds = SchemaMessage.Write(new ArrowSchema([new ArrowField("t", ArrowType.Timestamp)]));
        byte[] milliseconds = SchemaMessage.Write(new ArrowSchema([new ArrowField("t", ArrowType.Timestamp)]), IpcOptions.Default with { TimestampUnit = IpcTimeUnit.Millisecond });
        Assert.NotEqual(microseconds, milliseconds);
        await jdbc.PutAsync(
            new CommandPreparedStatementQuery { PreparedStatementHandle = prepared.PreparedStatementHandle }, new ArrowSchema([new ArrowField("1", ArrowType.Timestamp)]),
            [[1709208000123000L]], IpcOptions.Flight with { TimestampUnit = IpcTimeUnit.Millisecond });
        Assert.Equal("2024-02-29 12:00:00.123", (await jdbc.ReadAsync(new CommandPreparedStatementQuery { PreparedStatementHandle = prepared.PreparedStatementHandle })).Single);
        using FlightTestClient other = server.Connect();
        Assert.NotEqual(prepared.ParameterSchema, (await other.PrepareAsync("SELECT ($1::timestamp)::text")).ParameterSchema);
    }

    [Fact]
    public async Task G9_RowsOfValuesRunOneAfterTheOther()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        ByteString handle = (await client.PrepareAsync("SELECT n FROM generate_series(1, $1) AS g(n)")).PreparedStatementHandle;
        ByteString answer = await client.PutAsync(new CommandPreparedStatementQuery { PreparedStatementHandle = handle }, new ArrowSchema([new ArrowField("1", ArrowType.Int32)]), [[2], [0], [3]]);
        Assert.Equal(handle, DoPutPreparedStatementResult.Parser.ParseFrom(answer).PreparedStatementHandle);
        FlightTable table = await client.ReadAsync(new CommandPreparedStatementQuery { PreparedStatementHandle = handle });
        Assert.Equal<object?>(["1", "2", "1", "2", "3"], table.Rows.Select(static row => row[0]!.ToString()));
    }

    [Fact]
    public async Task G10_APreparedUpdateRunsForEachRow()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE TABLE t (id int, name text, price numeric(10,2), day date)");
        ByteString handle = (await client.PrepareAsync("INSERT INTO t VALUES (?, ?, ?, ?)")).PreparedStatementHandle;
        var schema = new ArrowSchema([new("1", ArrowType.Int64), new("2", ArrowType.Utf8), new("3", ArrowType.Float64), new("4", ArrowType.Date32)]);
        object?[][] rows = [.. Enumerable.Range(1, 50).Select(static i => new object?[] { (long)i, $"n{i}", i / 4.0, i % 2 == 0 ? null : 19782 })];
        Assert.Equal(50, await client.UpdateAsync(new CommandPreparedStatementUpdate { PreparedStatementHandle = handle }, schema, rows));
        Assert.Equal(["50", "50", "318.75", "25"], Assert.Single((await client.QueryAsync(
            "SELECT count(*)::text, max(id)::text, sum(price)::text, count(day)::text FROM t")).Rows));

        // Bound before, as some drivers do, then run without data.
        await client.PutAsync(new CommandPreparedStatementQuery { PreparedStatementHandle = handle }, schema, rows[..2]);
        Assert.Equal(2, await client.UpdateAsync(new CommandPreparedStatementUpdate { PreparedStatementHandle = handle }));
    }

    [Fact]
    public async Task G8_APreparedCommandRunsOnceInGetFlightInfo()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        ByteString handle = (await client.PrepareAsync("CREATE TABLE t AS SELECT 1 AS x")).PreparedStatementHandle;
        Assert.Empty((await client.ReadAsync(new CommandPreparedStatementQuery { PreparedStatementHandle = handle })).Rows);
        Assert.Equal(1L, (await client.QueryAsync("SELECT count(*) FROM t")).Single);
    }

    private static Task<ByteString> Bind(FlightTestClient client, ByteString handle, ArrowType type, object? value) =>
        client.PutAsync(new CommandPreparedStatementQuery { PreparedStatementHandle = handle }, new ArrowSchema([new ArrowField("1", type)]), [[value]]);

    private static ArrowType TypeOf(string name) => name switch
    {
        "Int8" => ArrowType.Int8,
        "Int32" => ArrowType.Int32,
        "Int64" => ArrowType.Int64,
        "UInt32" => ArrowType.UInt32,
        "UInt64" => ArrowType.UInt64,
        "Float32" => ArrowType.Float32,
        "Float64" => ArrowType.Float64,
        "Utf8" => ArrowType.Utf8,
        "Boolean" => ArrowType.Boolean,
        "Binary" => ArrowType.Binary,
        "Date32" => ArrowType.Date32,
        "Time64" => ArrowType.Time64,
        "Timestamp" => ArrowType.Timestamp,
        "Timestamp(UTC)" => ArrowType.TimestampUtc,
        "Interval" => ArrowType.Interval,
        "Decimal128(38,4)" => ArrowType.Decimal128(38, 4),
        "List(Int32)" => ArrowType.List(ArrowType.Int32),
        _ => throw new ArgumentException(name, nameof(name)),
    };
}
