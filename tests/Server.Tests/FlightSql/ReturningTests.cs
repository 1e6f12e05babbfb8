using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Flight.Protos.Sql;

namespace SqlCluster.Server.Tests.FlightSql;

/// <summary>Changes that answer with rows, over Flight SQL: rows from DoGet, once, and counts from DoPut.</summary>
public sealed class ReturningTests
{
    [Fact]
    public async Task G8_RowsOfAChangeComeFromDoGetAndItsCountFromDoPut()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE TABLE t (id serial, name text)");
        FlightTable inserted = await client.QueryAsync("INSERT INTO t (name) VALUES ('a'), ('b') RETURNING id, upper(name) AS name");
        Assert.Equal([1, 2], inserted["id"].Cast<int>());
        Assert.Equal(["A", "B"], inserted["name"]);
        Assert.Equal(2, await client.UpdateAsync("UPDATE t SET name = 'c' RETURNING id"));
        Assert.Equal(1, await client.UpdateAsync("DELETE FROM t WHERE id = 1"));
        Assert.Equal(1L, (await client.QueryAsync("SELECT count(*) FROM t")).Single);
    }

    [Fact]
    public async Task G8_AChangeIsDescribedBeforeItRunsAndRunsOnce()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE TABLE t (id int, n numeric(6,2))");
        var insert = new CommandStatementQuery { Query = "INSERT INTO t VALUES (1, 2.5) RETURNING n, id" };
        ActionCreatePreparedStatementResult prepared = await client.PrepareAsync("INSERT INTO t VALUES ($1, $2) RETURNING id");
        Assert.Equal("id: Int32", FlightTestClient.Print(FlightTestClient.ReadSchema(prepared.DatasetSchema)));
        FlightInfo info = await client.GetFlightInfoAsync(insert);
        Assert.Equal(0L, (await client.QueryAsync("SELECT count(*) FROM t")).Single);
        Assert.Equal(2, (await client.DoGetAsync(info.Endpoint[0].Ticket)).Schema.Fields.Count);
        await Assert.ThrowsAsync<GrpcStatusException>(() => client.DoGetAsync(info.Endpoint[0].Ticket));
        Assert.Equal(1L, (await client.QueryAsync("SELECT count(*) FROM t")).Single);
    }

    [Fact]
    public async Task G8_AQueryWithAChangeInWithRunsOnce()
    {
        await using FlightTestServer server = await FlightTestServer.StartAsync();
        using FlightTestClient client = server.Connect();
        await client.UpdateAsync("CREATE TABLE t (id int)");
        const string Sql = "WITH i AS (INSERT INTO t VALUES (1), (2) RETURNING id) SELECT sum(id) AS s FROM i";
        ActionCreatePreparedStatementResult prepared = await client.PrepareAsync("WITH i AS (INSERT INTO t VALUES ($1) RETURNING id) SELECT id + 1 AS next FROM i");
        Assert.Equal("next: Int32", FlightTestClient.Print(FlightTestClient.ReadSchema(prepared.DatasetSchema)));
        FlightInfo info = await client.GetFlightInfoAsync(new CommandStatementQuery { Query = Sql });
        Assert.Equal(0L, (await client.QueryAsync("SELECT count(*) FROM t")).Single);
        Assert.Equal(3L, (await client.DoGetAsync(info.Endpoint[0].Ticket)).Single);
        await Assert.ThrowsAsync<GrpcStatusException>(() => client.DoGetAsync(info.Endpoint[0].Ticket));
        Assert.Equal(2L, (await client.QueryAsync("SELECT count(*) FROM t")).Single);
        Assert.Equal(2, await client.UpdateAsync("WITH d AS (DELETE FROM t RETURNING id) INSERT INTO t SELECT id + 10 FROM d"));
        Assert.Equal(23L, (await client.QueryAsync("SELECT sum(id) FROM t")).Single);
    }
}
