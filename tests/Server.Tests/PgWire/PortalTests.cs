namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Portals, cursors and local settings against savepoints and the end of transactions; the answers are those that PostgreSQL 15 gave to the same bytes.</summary>
public sealed class PortalTests(PgTestServer server) : IClassFixture<PgTestServer>
{
    private static readonly byte[] Sync = RawClient.Message('S');

    [Fact]
    public async Task PortalsAndCursorsEndWithTheirSavepoint()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("BEGIN");
        await client.SendAsync(Parse("a", "SELECT generate_series(1, 5) AS g"), Bind("old", "a"), Execute("old", 2), Sync);
        Assert.Equal("1 2 D:1 D:2 s Z:T", await client.ReadUntilReadyAsync());
        await client.QueryAsync("SAVEPOINT s");
        await client.SendAsync(Bind("young", "a"), Execute("young", 2), Sync);
        Assert.Equal("2 D:1 D:2 s Z:T", await client.ReadUntilReadyAsync());
        await client.QueryAsync("DECLARE c CURSOR FOR SELECT 1");
        Assert.Equal("C:ROLLBACK Z:T", await client.QueryAsync("ROLLBACK TO s"));
        await client.SendAsync(Execute("old", 1), Sync);
        Assert.Equal("D:3 s Z:T", await client.ReadUntilReadyAsync());
        Assert.Equal("T:count D:0 C:SELECT 1 Z:T", await client.QueryAsync("SELECT count(*) FROM pg_cursors WHERE name = 'c'"));
        await client.SendAsync(Execute("young", 2), Sync);
        Assert.Equal("E:34000 Z:E", await client.ReadUntilReadyAsync());
    }

    [Fact]
    public async Task HeldCursorsOutliveTheRollbackOfALaterTransaction()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("DECLARE h CURSOR WITH HOLD FOR SELECT generate_series(1, 5) AS g");
        await client.QueryAsync("BEGIN");
        Assert.Equal("T:g D:1 C:FETCH 1 Z:T", await client.QueryAsync("FETCH h"));
        await client.QueryAsync("ROLLBACK");
        Assert.Equal("T:g D:2 C:FETCH 1 Z:I", await client.QueryAsync("FETCH h"));
    }

    [Fact]
    public async Task CursorsAnswerTheProtocolsMessages()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("BEGIN");
        await client.QueryAsync("DECLARE cur CURSOR FOR SELECT generate_series(1, 5) AS g");
        await client.SendAsync(RawClient.Message('D', 'P', "cur"), Execute("cur", 2), Execute("cur", 2), Sync);
        Assert.Equal("T:g D:1 D:2 s D:3 D:4 s Z:T", await client.ReadUntilReadyAsync());
        Assert.Equal("T:g D:5 C:FETCH 1 Z:T", await client.QueryAsync("FETCH cur"));
        await client.SendAsync(RawClient.Message('C', 'P', "cur"), Sync);
        Assert.Equal("3 Z:T", await client.ReadUntilReadyAsync());
        Assert.Equal("E:34000 Z:E", await client.QueryAsync("FETCH cur"));
    }

    [Fact]
    public async Task SetConfigMayBeLocal()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.QueryAsync("SELECT set_config('application_name', 'once', true)");
        Assert.Equal("T:application_name D: C:SHOW Z:I", await client.QueryAsync("SHOW application_name"));
        await client.QueryAsync("BEGIN");
        await client.QueryAsync("SELECT set_config('application_name', 'inside', true)");
        Assert.Equal("T:application_name D:inside C:SHOW Z:T", await client.QueryAsync("SHOW application_name"));
        await client.QueryAsync("COMMIT");
        Assert.Equal("T:application_name D: C:SHOW Z:I", await client.QueryAsync("SHOW application_name"));
        Assert.Equal("E:22004 Z:I", (await client.QueryAsync("SELECT set_config(NULL, 'x', false)"))[^11..]);
    }

    [Fact]
    public async Task FunctionCallsAreRefusedAndTheClientMayGoOn()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.SendAsync(RawClient.Message('F', 1299, (short)0, (short)0, (short)0));
        Assert.Equal("E:0A000 Z:I", await client.ReadUntilReadyAsync());
    }

    [Fact]
    public async Task StatementsWithoutRowsTakeAnyFormats()
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.SendAsync(Parse("", "SET application_name = 'x'"), RawClient.Message('B', "", "", (short)0, (short)0, (short)2, (short)1, (short)1), Execute("", 0), Sync);
        Assert.Equal("1 2 C:SET Z:I", await client.ReadUntilReadyAsync());
        Assert.Equal("E:25P01 Z:I", await client.QueryAsync("COMMIT AND CHAIN"));
    }

    [Theory]
    [InlineData("time", "000000000014F46B0400000000", "22P03")]
    [InlineData("time", "00000014F46B0400", "22008")]
    [InlineData("time", "FFFFFFFFFFFFFFFF", "22008")]
    [InlineData("timestamp", "C000000000000000", "22008")]
    [InlineData("timestamptz", "C000000000000000", "22008")]
    [InlineData("integer[]", "000000000000000200000017", "22P03")]
    [InlineData("integer[]", "000000070000000000000017", "54000")]
    [InlineData("integer[]", "FFFFFFFF0000000000000017", "22P03")]
    [InlineData("integer[]", "00000001000000000000001900000001000000010000000430303030", "42804")]
    public async Task BinaryParametersOutOfTheirRangeAreRefused(string type, string bytes, string sqlState)
    {
        using RawClient client = await RawClient.OpenAsync(server.Port);
        byte[] value = Convert.FromHexString(bytes);
        await client.SendAsync(Parse("", $"SELECT $1::{type}"), RawClient.Message('B', "", "", (short)1, (short)1, (short)1, value.Length, value, (short)0), Execute("", 0), Sync);
        Assert.Equal($"1 E:{sqlState} Z:I", await client.ReadUntilReadyAsync());
    }

    private static byte[] Parse(string name, string sql) => RawClient.Message('P', name, sql, (short)0);

    private static byte[] Bind(string portal, string statement) => RawClient.Message('B', portal, statement, (short)0, (short)0, (short)0);

    private static byte[] Execute(string portal, int maxRows) => RawClient.Message('E', portal, maxRows);
}
