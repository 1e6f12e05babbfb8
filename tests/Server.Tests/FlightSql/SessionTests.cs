using Google.Protobuf;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;
using SqlCluster.Server.FlightSql;

namespace SqlCluster.Server.Tests.FlightSql;

/// <summary>Session options, isolation of sessions, bounds (docs/client-requirements.md, G12, G15).</summary>
public sealed class SessionTests
{
    [Fact]
    public async Task G15_OptionsAreSetOneByOneAndReadBack()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE SCHEMA other");
        var request = new SetSessionOptionsRequest();
        request.SessionOptions["schema"] = new SessionOptionValue { StringValue = "other" };
        request.SessionOptions["catalog"] = new SessionOptionValue { StringValue = "sqlcluster" };
        request.SessionOptions["TimeZone"] = new SessionOptionValue { StringValue = "Europe/Berlin" };
        request.SessionOptions["batch_size"] = new SessionOptionValue { Int64Value = 100 };
        request.SessionOptions["optimizer"] = new SessionOptionValue { BoolValue = false };
        request.SessionOptions["no such"] = new SessionOptionValue { StringValue = "x" };
        request.SessionOptions["jit"] = new SessionOptionValue { StringValue = "perhaps" };
        SetSessionOptionsResult result = SetSessionOptionsResult.Parser.ParseFrom(Assert.Single(await client.ActAsync("SetSessionOptions", request, packed: false)));
        Assert.Equal(
            [("jit", SetSessionOptionsResult.Types.ErrorValue.InvalidValue), ("no such", SetSessionOptionsResult.Types.ErrorValue.InvalidName)],
            result.Errors.Select(static error => (error.Key, error.Value.Value)).Order());
        await client.UpdateAsync("CREATE TABLE t (x int)");
        Assert.Equal(["other"], (await client.ReadAsync(new CommandGetTables()))["db_schema_name"]);

        GetSessionOptionsResult options = GetSessionOptionsResult.Parser.ParseFrom(Assert.Single(await client.ActAsync("GetSessionOptions", new GetSessionOptionsRequest(), packed: false)));
        foreach ((string name, string value) in new[] { ("catalog", "sqlcluster"), ("schema", "other"), ("TimeZone", "Europe/Berlin"), ("batch_size", "100"), ("optimizer", "off") })
        {
            Assert.Equal(value, options.SessionOptions[name].StringValue);
        }

        // A value that is not there takes the option back; a wrong catalog is refused.
        request = new SetSessionOptionsRequest();
        request.SessionOptions["schema"] = new SessionOptionValue();
        request.SessionOptions["catalog"] = new SessionOptionValue { StringValue = "elsewhere" };
        result = SetSessionOptionsResult.Parser.ParseFrom(Assert.Single(await client.ActAsync("SetSessionOptions", request, packed: false)));
        Assert.Equal(SetSessionOptionsResult.Types.ErrorValue.InvalidValue, Assert.Single(result.Errors).Value.Value);
        Assert.Equal("\"$user\", public", (await client.QueryAsync("SHOW search_path")).Single);
    }

    [Fact]
    public async Task G15_TwoSessionsKeepApart()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient berlin = server.Connect(), tokyo = server.Connect();
        await berlin.UpdateAsync("SET TimeZone = 'Europe/Berlin'");
        await tokyo.UpdateAsync("SET TimeZone = 'Asia/Tokyo'");
        await berlin.UpdateAsync("CREATE TEMP TABLE mine (x int)");
        const string Noon = "SELECT (timestamptz '2024-01-01 12:00+00')::text";
        Assert.Equal("2024-01-01 13:00:00+01", (await berlin.QueryAsync(Noon)).Single);
        Assert.Equal("2024-01-01 21:00:00+09", (await tokyo.QueryAsync(Noon)).Single);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<GrpcStatusException>(() => tokyo.QueryAsync("SELECT * FROM mine"))).Code);
        Assert.Empty((await berlin.QueryAsync("SELECT * FROM mine")).Rows);
    }

    [Fact]
    public async Task G15_GetOpensNoSessionAndCloseEndsIt()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.ActAsync("GetSessionOptions");
        Assert.Equal(0, server.Service.SessionCount);
        CloseSessionResult none = CloseSessionResult.Parser.ParseFrom(Assert.Single(await client.ActAsync("CloseSession")));
        Assert.Equal(CloseSessionResult.Types.Status.NotCloseable, none.Status);

        await client.HandshakeAsync();
        ByteString handle = (await client.PrepareAsync("SELECT 1")).PreparedStatementHandle;
        CloseSessionResult closed = CloseSessionResult.Parser.ParseFrom(Assert.Single(await client.ActAsync("CloseSession", new CloseSessionRequest(), packed: false)));
        Assert.Equal(CloseSessionResult.Types.Status.Closed, closed.Status);
        Assert.Equal(0, server.Service.SessionCount);
        GrpcStatusException error = await Assert.ThrowsAsync<GrpcStatusException>(() => client.QueryAsync("SELECT 1"));
        Assert.Equal((StatusCode.Unauthenticated, "the session of this bearer token has ended: log in again"), (error.Code, error.Message));
        client.Authorization = null;
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<GrpcStatusException>(() => client.ReadAsync(new CommandPreparedStatementQuery { PreparedStatementHandle = handle }))).Code);
    }

    [Fact]
    public async Task HandlesAreBounded()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync(limits: FlightLimits.Default with { MaxPrepared = 3, MaxStatements = 3, MaxSessions = 2, MaxBoundRows = 5 });
        using FlightTestClient client = server.Connect();
        await client.HandshakeAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.PrepareAsync("SELECT 1");
        }

        Assert.Equal("53400", (await Assert.ThrowsAsync<GrpcStatusException>(() => client.PrepareAsync("SELECT 1"))).Trailers["sqlstate"]);
        var infos = new List<FlightInfo>();
        for (int i = 0; i < 5; i++)
        {
            server.Time.Advance(TimeSpan.FromSeconds(1));
            infos.Add(await client.GetFlightInfoAsync(new CommandStatementQuery { Query = $"SELECT {i}" }));
        }

        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<GrpcStatusException>(() => client.DoGetAsync(infos[0].Endpoint[0].Ticket))).Code);
        Assert.Equal(4, (await client.DoGetAsync(infos[4].Endpoint[0].Ticket)).Single);

        // What is read has a new lease: the next one to go is 3, not 2.
        Assert.Equal(2, (await client.DoGetAsync(infos[2].Endpoint[0].Ticket)).Single);
        await client.GetFlightInfoAsync(new CommandStatementQuery { Query = "SELECT 5" });
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<GrpcStatusException>(() => client.DoGetAsync(infos[3].Endpoint[0].Ticket))).Code);
        Assert.Equal(2, (await client.DoGetAsync(infos[2].Endpoint[0].Ticket)).Single);
        using FlightTestClient second = server.Connect(), third = server.Connect();
        await second.HandshakeAsync();
        await second.PrepareAsync("SELECT 1");
        GrpcStatusException full = await Assert.ThrowsAsync<GrpcStatusException>(third.HandshakeAsync);
        Assert.Equal((StatusCode.Unavailable, "53300"), (full.Code, full.Trailers["sqlstate"]));
    }

    /// <summary>Clients that log in and leave without a word keep nobody out, and those who come back find what they had: nothing but their name.</summary>
    [Fact]
    public async Task F5_SessionsThatHoldNothingMakeRoomAndWakeAgain()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync(limits: FlightLimits.Default with { MaxSessions = 3 });
        using FlightTestClient holder = server.Connect(keepsCookies: false), sleeper = server.Connect(keepsCookies: false);
        await holder.HandshakeAsync();
        await holder.UpdateAsync("SET application_name = 'kept'");
        await sleeper.HandshakeAsync();
        for (int i = 0; i < 10; i++)
        {
            server.Time.Advance(TimeSpan.FromSeconds(1));
            using FlightTestClient passing = server.Connect(keepsCookies: false);
            await passing.HandshakeAsync();
        }

        Assert.InRange(server.Service.SessionCount, 1, 3);
        Assert.Equal("kept", (await holder.QueryAsync("SHOW application_name")).Single);
        Assert.Equal(1, (await sleeper.QueryAsync("SELECT 1")).Single);
        server.Time.Advance(TimeSpan.FromMinutes(11));
        await server.Service.SweepAsync();
        Assert.Equal(1, server.Service.SessionCount);
        Assert.Equal("kept", (await holder.QueryAsync("SHOW application_name")).Single);
        Assert.Equal(2, (await sleeper.QueryAsync("SELECT 2")).Single);

        // An end is an end: nothing wakes a session that was closed.
        await sleeper.ActAsync("CloseSession");
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<GrpcStatusException>(() => sleeper.QueryAsync("SELECT 3"))).Code);
    }

    [Fact]
    public async Task StatementsOfOneSessionRunAtTheSameTime()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.HandshakeAsync();
        FlightTable[] tables = await Task.WhenAll(Enumerable.Range(1, 20).Select(n => client.QueryAsync($"SELECT count(*), {n} AS n FROM generate_series(1, {n * 1000}) g(x)")));
        Assert.Equal(Enumerable.Range(1, 20).Select(static n => (n * 1000L, n)), tables.Select(static table => ((long)table["count"][0]!, (int)table["n"][0]!)));
    }
}
