using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;

namespace SqlCluster.Server.Tests.FlightSql;

/// <summary>Statements from GetFlightInfo to DoGet, and their errors (docs/client-requirements.md, G1 to G5, G10, G16, G17).</summary>
public sealed class StatementTests
{
    [Fact]
    public async Task G3_OneEndpointWithoutLocationAndTheStreamsSchema()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        var command = new CommandStatementQuery { Query = "SELECT 1 AS a, 'x' AS b, 1.50 AS c" };
        FlightInfo info = await client.GetFlightInfoAsync(command);
        Assert.Equal((-1L, -1L, true), (info.TotalRecords, info.TotalBytes, info.Ordered));
        Assert.Equal(FlightTestClient.Describe(command), info.FlightDescriptor);
        Assert.NotEmpty(info.AppMetadata);
        Any ticket = Any.Parser.ParseFrom(Assert.Single(info.Endpoint).Ticket.Ticket_);
        Assert.Equal("type.googleapis.com/arrow.flight.protocol.sql.TicketStatementQuery", ticket.TypeUrl);
        Assert.Equal("a: Int32 not null, b: Utf8 not null, c: Decimal64(3, 2) not null", FlightTestClient.Print(await client.GetSchemaAsync(command)));
        FlightTable table = await client.ReadAsync(command);
        Assert.Equal([1, "x", (Int128)150], Assert.Single(table.Rows));

        // DoGet of the command itself works too.
        Assert.Equal(1, (await client.DoGetAsync(new Ticket { Ticket_ = FlightTestClient.Describe(new CommandStatementQuery { Query = "SELECT 1" }).Cmd })).Single);
    }

    /// <summary>The id in FlightInfo is the one under which the statement runs, of queries and of commands.</summary>
    [Fact]
    public async Task G17_AppMetadataIsTheQuerysId()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        FlightInfo query = await client.GetFlightInfoAsync(new CommandStatementQuery { Query = "SELECT query_id FROM pg_stat_activity WHERE state = 'active'" });
        string id = query.AppMetadata.ToStringUtf8();
        FlightTable rows = await client.DoGetAsync(query.Endpoint[0].Ticket);
        Assert.EndsWith($"-{rows.Single}", id, StringComparison.Ordinal);
        await client.DoGetAsync(query.Endpoint[0].Ticket);
        string command = (await client.GetFlightInfoAsync(new CommandStatementQuery { Query = "CREATE TEMP TABLE g17 (a int)" })).AppMetadata.ToStringUtf8();
        string[] ended = [.. server.Engine.History.Recent().Select(static ended => ended.Id.ToString())];
        Assert.Single(ended, id);
        Assert.Single(ended, command);
        Assert.Equal(ended.Length, ended.Distinct().Count());
    }

    [Fact]
    public async Task G4_NoRowsStillHaveASchema()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        FlightTable table = await client.QueryAsync("SELECT 1 AS a WHERE false");
        Assert.Empty(table.Rows);
        Assert.Equal("a: Int32 not null", FlightTestClient.Print(table.Schema));
    }

    [Fact]
    public async Task Q11_ARepeatedTextSeesWhatItsTableHasBecome()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        const string Text = "SELECT * FROM changing WHERE x = 1";
        await client.QueryAsync("CREATE TABLE changing AS SELECT 1 AS x");
        Assert.Equal([1], Assert.Single((await client.QueryAsync(Text)).Rows));
        await client.QueryAsync("INSERT INTO changing VALUES (1)");
        Assert.Equal(2, (await client.QueryAsync(Text)).Rows.Count);
        await client.QueryAsync("DROP TABLE changing");
        await Assert.ThrowsAsync<GrpcStatusException>(() => client.QueryAsync(Text));
        await client.QueryAsync("CREATE TABLE changing AS SELECT 1::bigint AS x, 'new' AS y");
        Assert.Equal([1L, "new"], Assert.Single((await client.QueryAsync(Text)).Rows));
    }

    [Fact]
    public async Task G5_ACommandRunsOnceThroughBothPhases()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        FlightTable created = await client.QueryAsync("CREATE TABLE t (x int)");
        Assert.Empty(created.Schema.Fields);
        FlightInfo info = await client.GetFlightInfoAsync(new CommandStatementQuery { Query = "INSERT INTO t VALUES (1)" });
        Assert.Equal(0, info.TotalRecords);
        await client.DoGetAsync(info.Endpoint[0].Ticket);
        await client.DoGetAsync(info.Endpoint[0].Ticket);
        Assert.Equal(1L, (await client.QueryAsync("SELECT count(*) FROM t")).Single);
    }

    [Fact]
    public async Task G5_ACommandRunsThoughDoGetNeverComes()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.GetFlightInfoAsync(new CommandStatementQuery { Query = "CREATE TABLE t (x int)" });
        await client.GetFlightInfoAsync(new CommandStatementQuery { Query = "INSERT INTO t VALUES (1), (2)" });
        Assert.Equal(2L, (await client.QueryAsync("SELECT count(*) FROM t")).Single);
    }

    [Fact]
    public async Task G5_GetSchemaRunsNothing()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE TABLE t (x int)");
        Assert.Empty((await client.GetSchemaAsync(new CommandStatementQuery { Query = "INSERT INTO t VALUES (1)" })).Fields);
        Assert.Empty((await client.GetSchemaAsync(new CommandStatementQuery { Query = "DROP TABLE t" })).Fields);
        Assert.Equal(0L, (await client.QueryAsync("SELECT count(*) FROM t")).Single);
    }

    [Fact]
    public async Task G5_AQueryMayBeReadAgainUntilItsLeaseIsOver()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        FlightInfo info = await client.GetFlightInfoAsync(new CommandStatementQuery { Query = "SELECT 5" });
        Ticket ticket = info.Endpoint[0].Ticket;
        Assert.Equal(server.Time.GetUtcNow() + TimeSpan.FromMinutes(10), info.Endpoint[0].ExpirationTime.ToDateTimeOffset());
        Assert.Equal(5, (await client.DoGetAsync(ticket)).Single);
        Assert.Equal(5, (await client.DoGetAsync(ticket)).Single);
        server.Time.Advance(TimeSpan.FromMinutes(9));
        List<ByteString> renewed = await client.ActAsync("RenewFlightEndpoint", new RenewFlightEndpointRequest { Endpoint = info.Endpoint[0] }, packed: false);
        Assert.Equal(server.Time.GetUtcNow() + TimeSpan.FromMinutes(10), FlightEndpoint.Parser.ParseFrom(Assert.Single(renewed)).ExpirationTime.ToDateTimeOffset());
        server.Time.Advance(TimeSpan.FromMinutes(9));
        await server.Service.SweepAsync();
        Assert.Equal(5, (await client.DoGetAsync(ticket)).Single);
        server.Time.Advance(TimeSpan.FromMinutes(11));
        await server.Service.SweepAsync();
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<GrpcStatusException>(() => client.DoGetAsync(ticket))).Code);
    }

    [Fact]
    public async Task G10_UpdatesCountTheirRows()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        Assert.Equal(0, await client.UpdateAsync("CREATE TABLE t (x int)"));
        Assert.Equal(3, await client.UpdateAsync("INSERT INTO t VALUES (1), (2), (3)"));
        Assert.Equal(2, await client.UpdateAsync("UPDATE t SET x = x + 10 WHERE x > 1"));
        Assert.Equal(1, await client.UpdateAsync("DELETE FROM t WHERE x = 1"));
        Assert.Equal(2, await client.UpdateAsync("CREATE TABLE u AS SELECT * FROM t"));
        Assert.Equal(-1, await client.UpdateAsync("SELECT * FROM t"));
    }

    [Theory]
    [InlineData("SELEC 1", StatusCode.InvalidArgument, "syntax error at or near \"SELEC\" [42601]", "42601", "1")]
    [InlineData("SELECT * FROM missing", StatusCode.NotFound, "relation \"missing\" does not exist [42P01]", "42P01", "15")]
    [InlineData("SELECT missing", StatusCode.NotFound, "column \"missing\" does not exist [42703]", "42703", "8")]
    [InlineData("SELECT 1 + true", StatusCode.NotFound, "operator does not exist: integer + boolean [42883]", "42883", "10")]
    [InlineData("SELECT 'x'::int", StatusCode.InvalidArgument, "invalid input syntax for type integer: \"x\" [22P02]", "22P02", null)]
    [InlineData("CREATE SCHEMA public", StatusCode.AlreadyExists, "schema \"public\" already exists [42P06]", "42P06", null)]
    [InlineData("SELECT 1; SELECT 2", StatusCode.InvalidArgument, "cannot run several statements at once over Flight SQL [42601]", "42601", null)]
    [InlineData(" -- nothing", StatusCode.InvalidArgument, "the statement is empty [42601]", "42601", null)]
    public async Task G16_ErrorsHaveCodeSqlStateAndPosition(string sql, StatusCode code, string message, string sqlState, string? position)
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => client.QueryAsync(sql));
        Assert.Equal((code, message), (error.Code, error.Message));
        Assert.Equal(sqlState, error.Trailers["sqlstate"]);
        if (position != null)
        {
            Assert.Equal(position, error.Trailers["position"]);
        }
    }

    [Fact]
    public async Task G16_HintsAndDetailsAreInTrailers()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE SCHEMA full_one");
        await client.UpdateAsync("CREATE TABLE full_one.t (x int)");
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => client.UpdateAsync("DROP SCHEMA full_one"));
        Assert.Equal(StatusCode.FailedPrecondition, error.Code);
        Assert.Equal("Use DROP ... CASCADE to drop the dependent objects too.", Encoding.UTF8.GetString(error.Trailers.Binary("hint-bin")!));
    }

    [Fact]
    public async Task G16_AnErrorInMidStreamEndsTheStreamWithItsStatus()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        FlightInfo info = await client.GetFlightInfoAsync(new CommandStatementQuery { Query = "SELECT 1 / (n - 300000) FROM generate_series(1, 400000) AS g(n)" });
        using GrpcResponse response = await client.Channel.ServerStreamingAsync(FlightTestClient.Service + "DoGet", info.Endpoint[0].Ticket, client.Options());
        int messages = 0;
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(async () =>
        {
            while (await response.ReadMessageAsync() != null)
            {
                messages++;
            }
        });
        Assert.True(messages > 1, $"{messages} messages came before the error");
        Assert.Equal((StatusCode.InvalidArgument, "division by zero [22012]"), (error.Code, error.Message));
        Assert.Equal("22012", error.Trailers["sqlstate"]);
        Assert.Equal(1, (await client.QueryAsync("SELECT 1")).Single);
    }

    [Fact]
    public async Task G2_WhatThereIsNotIsUnimplementedByName()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        async Task<string> Refused(Func<Task> call, StatusCode code = StatusCode.Unimplemented)
        {
            GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(call);
            Assert.Equal(code, error.Code);
            return error.Message;
        }

        Assert.Equal("not supported: Substrait plans; send SQL", await Refused(() => client.GetFlightInfoAsync(new CommandStatementSubstraitPlan())));
        Assert.Equal("not supported: action Dance", await Refused(() => client.ActAsync("Dance")));
        Assert.StartsWith("unknown transaction", await Refused(
            () => client.GetFlightInfoAsync(new CommandStatementQuery { Query = "SELECT 1", TransactionId = ByteString.CopyFromUtf8("x") }), StatusCode.InvalidArgument), StringComparison.Ordinal);
        Assert.Contains("CommandStatementUpdate is sent with DoPut", await Refused(() => client.GetFlightInfoAsync(new CommandStatementUpdate()), StatusCode.InvalidArgument), StringComparison.Ordinal);
        Assert.Contains("CommandStatementQuery is not sent with DoPut", await Refused(() => client.PutAsync(new CommandStatementQuery()), StatusCode.InvalidArgument), StringComparison.Ordinal);
        Assert.Contains("google.protobuf.Any", await Refused(
            () => client.Channel.UnaryAsync(FlightTestClient.Service + "GetFlightInfo", new FlightDescriptor { Type = FlightDescriptor.Types.DescriptorType.Cmd, Cmd = ByteString.CopyFrom(1, 2, 3) }, FlightInfo.Parser, client.Options()),
            StatusCode.InvalidArgument), StringComparison.Ordinal);
        Assert.Equal("not supported: DoExchange", await Refused(async () =>
        {
            using GrpcDuplexCall call = client.Channel.Duplex(FlightTestClient.Service + "DoExchange", client.Options());
            await call.CompleteAsync();
            using GrpcResponse response = await call.ResponseAsync();
            await response.ReadMessageAsync();
        }));
    }

    [Fact]
    public async Task G17_ListActionsListsThemAllAndListFlightsNothing()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        using GrpcResponse actions = await client.Channel.ServerStreamingAsync(FlightTestClient.Service + "ListActions", new Flight.Protos.Empty(), client.Options());
        var names = new List<string>();
        while (await actions.ReadAsync(ActionType.Parser) is { } action)
        {
            names.Add(action.Type);
            Assert.NotEmpty(action.Description);
        }

        Assert.Equal(["CreatePreparedStatement", "ClosePreparedStatement", "CancelFlightInfo", "CancelQuery", "RenewFlightEndpoint", "SetSessionOptions", "GetSessionOptions", "CloseSession",
            "BeginTransaction", "EndTransaction", "BeginSavepoint", "EndSavepoint"], names);
        using GrpcResponse flights = await client.Channel.ServerStreamingAsync(FlightTestClient.Service + "ListFlights", new Criteria(), client.Options());
        Assert.Null(await flights.ReadAsync(FlightInfo.Parser));
    }

    [Fact]
    public async Task W1_TypesGoOutAsEveryDriverReadsThem()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("SET TimeZone = 'Europe/Berlin'");
        FlightTable table = await client.QueryAsync("""
            SELECT true AS b, 1::smallint AS i2, 1 AS i4, 1::bigint AS i8, 1.5::real AS f4, 1.5::double precision AS f8, 1.5::numeric(30,2) AS n, 'x'::varchar(3) AS v,
                   'ab'::bytea AS y, date '2024-02-29' AS d, time '12:00' AS t, timestamp '2024-02-29 12:00' AS ts, timestamptz '2024-02-29 12:00+00' AS tz,
                   interval '1 month 2 days 3 seconds' AS iv, '5f0c7c4e-9c6b-4f5b-8a53-0a5d1f3f6a11'::uuid AS u, '{"a":1}'::jsonb AS j, ARRAY[1,2] AS a, NULL AS nothing
            """);
        Assert.Equal(
            "b: Boolean not null, i2: Int16 not null, i4: Int32 not null, i8: Int64 not null, f4: Float32 not null, f8: Float64 not null, n: Decimal128(30, 2) not null, v: Utf8 not null, "
            + "y: Binary not null, d: Date32 not null, t: Time64 not null, ts: Timestamp not null, tz: Timestamp(Europe/Berlin) not null, iv: Interval not null, u: Utf8 not null, j: Utf8 not null, "
            + "a: List<item: Int32> not null, nothing: Utf8",
            FlightTestClient.Print(table.Schema));
        Assert.Equal("5f0c7c4e-9c6b-4f5b-8a53-0a5d1f3f6a11", table["u"][0]);
        Assert.Equal(1709208000000000L, table["tz"][0]);
    }
}
