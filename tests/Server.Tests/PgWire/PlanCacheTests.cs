using System.Text;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Plans are used again as long as nothing they were made from has changed, and never longer.</summary>
public sealed class PlanCacheTests(PgTestServer server) : IClassFixture<PgTestServer>
{
    private static readonly byte[] Sync = RawClient.Message('S');

    [Fact]
    public async Task Q11_ChangedTablesAreSeenByPreparedStatements()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("CREATE TABLE planned (a int, b text); INSERT INTO planned VALUES (1, 'x')");
        await PrepareAsync(client, "all", "SELECT * FROM planned WHERE a = $1");
        await PrepareAsync(client, "one", "SELECT a FROM planned WHERE a = $1");
        Assert.Equal("2 D:1,x C:SELECT 1 Z:I", await RunAsync(client, "all", "1"));
        Assert.Equal("2 C:SELECT 0 Z:I", await RunAsync(client, "all", "2"));
        await client.QueryAsync("INSERT INTO planned VALUES (2, 'y')");
        Assert.Equal("2 D:2,y C:SELECT 1 Z:I", await RunAsync(client, "all", "2"));

        // Another connection replaces the table: one statement still means the same, the other does not.
        using RawClient other = await RawClient.OpenAsync(server.Port);
        await other.QueryAsync("DROP TABLE planned; CREATE TABLE planned (a int, b text, c bool); INSERT INTO planned VALUES (7, 'z', true)");
        Assert.Equal("2 D:7 C:SELECT 1 Z:I", await RunAsync(client, "one", "7"));
        Assert.Equal("2 E:0A000 Z:I", await RunAsync(client, "all", "7"));
        Assert.Equal("2 E:0A000 Z:I", await RunAsync(client, "all", "7"));
        await PrepareAsync(client, "again", "SELECT * FROM planned WHERE a = $1");
        Assert.Equal("2 D:7,z,t C:SELECT 1 Z:I", await RunAsync(client, "again", "7"));
        await other.QueryAsync("DROP TABLE planned");
        Assert.Equal("2 E:42P01 Z:I", await RunAsync(client, "again", "7"));
    }

    [Fact]
    public async Task KeysOfTablesInMemoryAreLookedUpByTheScan()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("CREATE TEMP TABLE keyed (id int PRIMARY KEY, name text)");
        Assert.Equal(
            "T:QUERY PLAN D:ScanExec keyed [name] where id = 17 C:EXPLAIN Z:I", await client.QueryAsync("EXPLAIN (PHYSICAL, COSTS OFF) SELECT name FROM keyed WHERE id = 17"));
        Assert.Equal(
            "T:QUERY PLAN D:FilterExec id < 17 D:  ScanExec keyed [id] C:EXPLAIN Z:I", await client.QueryAsync("EXPLAIN (PHYSICAL, COSTS OFF) SELECT id FROM keyed WHERE id < 17"));
    }

    [Fact]
    public async Task Q11_TheSearchPathAndTemporaryTablesCountAtEachExecution()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("CREATE SCHEMA first; CREATE SCHEMA second; CREATE TABLE first.spot AS SELECT 'one' AS v; CREATE TABLE second.spot AS SELECT 'two' AS v");
        await client.QueryAsync("SET search_path = first, second");
        await PrepareAsync(client, "s", "SELECT v FROM spot");
        Assert.Equal("2 D:one C:SELECT 1 Z:I", await RunAsync(client, "s"));
        await client.QueryAsync("SET search_path = second");
        Assert.Equal("2 D:two C:SELECT 1 Z:I", await RunAsync(client, "s"));
        await client.QueryAsync("CREATE TEMP TABLE spot AS SELECT 'mine' AS v");
        Assert.Equal("2 D:mine C:SELECT 1 Z:I", await RunAsync(client, "s"));
        Assert.Equal("T:v D:mine C:SELECT 1 Z:I", await client.QueryAsync("SELECT v FROM spot"));
        await client.QueryAsync("DISCARD TEMP");
        Assert.Equal("T:v D:two C:SELECT 1 Z:I", await client.QueryAsync("SELECT v FROM spot"));
        await client.QueryAsync("CREATE TEMP TABLE spot AS SELECT 3 AS v");
        Assert.Equal("2 E:0A000 Z:I", await RunAsync(client, "s"));

        // A simple query has promised no columns to anybody.
        Assert.Equal("T:v D:3 C:SELECT 1 Z:I", await client.QueryAsync("SELECT v FROM spot"));
    }

    [Fact]
    public async Task RepeatedTextsSeeSettingsViewsAndTime()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        const string Zoned = "SELECT timestamptz '2024-07-01 12:00' AS t";
        Assert.Equal("T:t D:2024-07-01 12:00:00+00 C:SELECT 1 Z:I", await client.QueryAsync(Zoned));
        await client.QueryAsync("SET TimeZone = 'Europe/Berlin'");
        Assert.Equal("T:t D:2024-07-01 12:00:00+02 C:SELECT 1 Z:I", await client.QueryAsync(Zoned));

        await client.QueryAsync("CREATE VIEW seen AS SELECT 1 AS v");
        Assert.Equal("T:v D:1 C:SELECT 1 Z:I", await client.QueryAsync("SELECT * FROM seen"));
        await client.QueryAsync("CREATE OR REPLACE VIEW seen AS SELECT 2 AS v");
        Assert.Equal("T:v D:2 C:SELECT 1 Z:I", await client.QueryAsync("SELECT * FROM seen"));

        foreach (string now in (string[])["SELECT now()::text AS t", "SELECT 'now'::timestamp::text AS t", "SELECT (('n' || 'ow')::timestamp)::text AS t", "SELECT clock_timestamp()::text AS t"])
        {
            string before = await client.QueryAsync(now);
            await Task.Delay(2, TestContext.Current.CancellationToken);
            Assert.NotEqual(before, await client.QueryAsync(now));
        }
    }

    [Fact]
    public async Task ValuesOfEveryPrecisionAndNullGoThroughOnePlan()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await PrepareAsync(client, "n", "SELECT $1::numeric + 1 AS n");
        foreach ((string value, string sum) in ((string, string)[])[("1", "2"), ("1.5", "2.5"), ("100.25", "101.25"), ("0.001", "1.001"), ("12345678901.5", "12345678902.5"), ("7", "8"), ("1.5", "2.5")])
        {
            Assert.Equal($"2 D:{sum} C:SELECT 1 Z:I", await RunAsync(client, "n", value));
        }

        await client.SendAsync(RawClient.Message('B', "", "n", (short)0, (short)1, -1, (short)0), RawClient.Message('E', "", 0), Sync);
        Assert.Equal("2 D:null C:SELECT 1 Z:I", await client.ReadUntilReadyAsync());
    }

    /// <summary>A table of 100,000 rows is large: its queries are planned with their values, and each gets its own rows.</summary>
    [Fact]
    public async Task LargeTablesAreReadWithTheValuesAtHand()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await PrepareAsync(client, "s", "SELECT count(*), min(n) FROM numbers WHERE n >= $1 AND n < $2 AND n IN (SELECT n FROM numbers WHERE n % 2 = $3)");
        Assert.Equal("2 D:5,10 C:SELECT 1 Z:I", await RunAsync(client, "s", "10", "20", "0"));
        Assert.Equal("2 D:5,11 C:SELECT 1 Z:I", await RunAsync(client, "s", "10", "20", "1"));
        Assert.Equal("2 D:50000,1 C:SELECT 1 Z:I", await RunAsync(client, "s", "0", "100000", "1"));
        Assert.Equal("2 D:0,null C:SELECT 1 Z:I", await RunAsync(client, "s", "20", "10", "1"));
    }

    [Fact]
    public async Task ManyTextsDoNotPushEachOtherIntoErrors()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < 150; i++)
            {
                Assert.Equal($"T:v D:{i} C:SELECT 1 Z:I", await client.QueryAsync($"SELECT {i} AS v"));
            }
        }
    }

    private static async Task PrepareAsync(RawClient client, string name, string sql)
    {
        await client.SendAsync(RawClient.Message('P', name, sql, (short)0), Sync);
        Assert.Equal("1 Z:I", await client.ReadUntilReadyAsync());
    }

    private static async Task<string> RunAsync(RawClient client, string statement, params string[] values)
    {
        object[] fields = ["", statement, (short)0, (short)values.Length, .. values.SelectMany(static value => (object[])[Encoding.UTF8.GetByteCount(value), Encoding.UTF8.GetBytes(value)]), (short)0];
        await client.SendAsync(RawClient.Message('B', fields), RawClient.Message('E', "", 0), Sync);
        return await client.ReadUntilReadyAsync();
    }
}
