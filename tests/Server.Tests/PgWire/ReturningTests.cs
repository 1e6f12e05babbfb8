using Npgsql;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Changes that answer with rows, over PostgreSQL's protocol: described before they run, run once, counted in their tag.</summary>
public sealed class ReturningTests(PgTestServer server) : IClassFixture<PgTestServer>
{
    private static readonly byte[] Sync = RawClient.Message('S');

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Q8_AChangeIsDescribedBeforeItRuns()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("CREATE TABLE described (id serial, name text, n numeric(6,2))");
        await client.SendAsync(RawClient.Message('P', "", "INSERT INTO described (name, n) VALUES ($1, $2) RETURNING id, n AS price, name || $3 AS both", (short)0), RawClient.Message('D', 'S', ""), Sync);
        Assert.Equal("1 t:25,1700,25 T:id,price,both Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("T:count D:0 C:SELECT 1 Z:I", await client.QueryAsync("SELECT count(*) FROM described"));
        await client.SendAsync(RawClient.Message('B', "", "", (short)0, (short)3, 1, "a"u8.ToArray(), 4, "1.50"u8.ToArray(), 1, "!"u8.ToArray(), (short)0), RawClient.Message('E', "", 0), Sync);
        Assert.Equal("2 D:1,1.50,a! C:INSERT 0 1 Z:I", await client.ReadUntilReadyAsync());
        await client.SendAsync(RawClient.Message('P', "", "DELETE FROM described WHERE id = $1 RETURNING *", (short)0), RawClient.Message('D', 'S', ""), Sync);
        Assert.Equal("1 t:23 T:id,name,n Z:I", await client.ReadUntilReadyAsync());
    }

    [Fact]
    public async Task Q8_AQueryWithAChangeInWithIsDescribedBeforeItRunsAndRunsOnce()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("CREATE TABLE in_with (id int, name text)");
        await client.SendAsync(
            RawClient.Message('P', "w", "WITH i AS (INSERT INTO in_with VALUES ($1, $2) RETURNING id, name) SELECT id + $3 AS sum, name FROM i", (short)0), RawClient.Message('D', 'S', "w"), Sync);
        Assert.Equal("1 t:23,25,23 T:sum,name Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("T:count D:0 C:SELECT 1 Z:I", await client.QueryAsync("SELECT count(*) FROM in_with"));
        await client.SendAsync(
            RawClient.Message('B', "", "w", (short)0, (short)3, 1, "5"u8.ToArray(), 1, "a"u8.ToArray(), 1, "2"u8.ToArray(), (short)0), RawClient.Message('D', 'P', ""), RawClient.Message('E', "", 0), Sync);
        Assert.Equal("2 T:sum,name D:7,a C:SELECT 1 Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("T:count D:1 C:SELECT 1 Z:I", await client.QueryAsync("SELECT count(*) FROM in_with"));
    }

    [Fact]
    public async Task Q8_RowsFetchedInPartsAreOneChange()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("CREATE TABLE parts (id int)");
        await client.SendAsync(
            RawClient.Message('P', "", "INSERT INTO parts SELECT generate_series(1, 5) RETURNING id", (short)0), RawClient.Message('B', "", "", (short)0, (short)0, (short)0),
            RawClient.Message('E', "", 2), RawClient.Message('E', "", 2), RawClient.Message('E', "", 2), Sync);
        Assert.Equal("1 2 D:1 D:2 s D:3 D:4 s D:5 C:INSERT 0 5 Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("T:count D:5 C:SELECT 1 Z:I", await client.QueryAsync("SELECT count(*) FROM parts"));

        // A client that takes no more than some of the rows has made the whole change.
        await client.SendAsync(
            RawClient.Message('P', "", "UPDATE parts SET id = id + 10 RETURNING id", (short)0), RawClient.Message('B', "", "", (short)0, (short)0, (short)0), RawClient.Message('E', "", 1), Sync);
        Assert.Equal("1 2 D:11 s Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("T:min D:11 C:SELECT 1 Z:I", await client.QueryAsync("SELECT min(id) FROM parts"));
    }

    [Fact]
    public async Task Q8_StatementsOfOneTextAreOneTransaction()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("CREATE TABLE several (id int)");
        Assert.Equal(
            "T:id D:1 C:INSERT 0 1 T:id D:2 C:UPDATE 1 Z:I", await client.QueryAsync("INSERT INTO several VALUES (1) RETURNING id; UPDATE several SET id = 2 RETURNING id"));
        Assert.Equal("T:id D:3 C:INSERT 0 1 E:42703 Z:I", await client.QueryAsync("INSERT INTO several VALUES (3) RETURNING id; SELECT nosuch"));
        Assert.Equal("T:id D:2 C:SELECT 1 Z:I", await client.QueryAsync("SELECT id FROM several"));
        Assert.Equal("E:22012 Z:I", await client.QueryAsync("INSERT INTO several VALUES (4) RETURNING 1 / (id - 4)"));
        Assert.Equal("T:count D:1 C:SELECT 1 Z:I", await client.QueryAsync("SELECT count(*) FROM several"));
    }

    [Fact]
    public async Task Q8_NpgsqlReadsKeysAsEntityFrameworkAsksForThem()
    {
        await using NpgsqlConnection connection = new($"Host=127.0.0.1;Port={server.Port};Username=tester;Database=sqlcluster;SSL Mode=Disable");
        await connection.OpenAsync(Cancellation);
        await using (var create = new NpgsqlCommand("CREATE TABLE blogs (id integer GENERATED BY DEFAULT AS IDENTITY, url text, CONSTRAINT pk_blogs PRIMARY KEY (id))", connection))
        {
            await create.ExecuteNonQueryAsync(Cancellation);
        }

        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("INSERT INTO blogs (url) VALUES ($1) RETURNING id") { Parameters = { new NpgsqlParameter<string> { TypedValue = "a" } } },
                new NpgsqlBatchCommand("INSERT INTO blogs (url) VALUES ($1) RETURNING id") { Parameters = { new NpgsqlParameter<string> { TypedValue = "b" } } },
                new NpgsqlBatchCommand("UPDATE blogs SET url = $1 WHERE id = $2") { Parameters = { new NpgsqlParameter<string> { TypedValue = "c" }, new NpgsqlParameter<int> { TypedValue = 1 } } },
            },
        };
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(Cancellation);
        Assert.True(await reader.ReadAsync(Cancellation));
        Assert.Equal(1, reader.GetInt32(0));
        Assert.True(await reader.NextResultAsync(Cancellation));
        Assert.True(await reader.ReadAsync(Cancellation));
        Assert.Equal(2, reader.GetInt32(0));
        Assert.False(await reader.NextResultAsync(Cancellation));
        Assert.Equal(3, reader.RecordsAffected);
    }
}
