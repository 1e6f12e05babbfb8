namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Statements that wait, or never end, hold up nobody else's, however many there are: threads of sockets are not theirs to keep.</summary>
public sealed class SlowNeighboursTests(PgTestServer server) : IClassFixture<PgTestServer>
{
    /// <summary>More connections of each kind than the pool begins with, or gets by itself while a test runs.</summary>
    private static readonly int Connections = (8 * Environment.ProcessorCount) + 16;

    [Theory]
    [InlineData("SELECT pg_sleep(600)")]
    [InlineData("SELECT count(*) FROM numbers a, numbers b, numbers c WHERE a.n + b.n + c.n = -1")]
    public Task BriefStatementsAreAnsweredMeanwhile(string slow) => BriefStatementsAreAnsweredAsync(static _ => Task.CompletedTask, neighbour => neighbour.SendAsync(RawClient.Message('Q', slow)));

    /// <summary>A statement that was brief at first may be long the next time.</summary>
    [Theory]
    [InlineData("SELECT pg_sleep($1)", "0", "600")]
    [InlineData("SELECT count(*) FROM generate_series(1, $1::bigint) AS t(n) WHERE n % 3 = 5", "1", "1000000000000000")]
    public Task BriefStatementsAreAnsweredBesidePreparedOnes(string slow, string first, string second) => BriefStatementsAreAnsweredAsync(
        async neighbour =>
        {
            await neighbour.SendAsync(RawClient.Message('P', "slow", slow, (short)0), Bind(first), RawClient.Message('E', "", 0), RawClient.Message('S'));
            Assert.EndsWith("C:SELECT 1 Z:I", await neighbour.ReadUntilReadyAsync(), StringComparison.Ordinal);
        },
        neighbour => neighbour.SendAsync(Bind(second), RawClient.Message('E', "", 0), RawClient.Message('S')));

    /// <summary>Thousands of statements in one piece leave room for others, and are answered one by one.</summary>
    [Fact]
    public async Task LongPipelinesAreAnsweredWhole()
    {
        const int Statements = 5000;
        using RawClient client = await RawClient.OpenAsync(server.Port);
        await client.SendAsync(RawClient.Message('P', "slow", "SELECT $1 + 1", (short)1, 23), RawClient.Message('S'));
        Assert.Equal("1 Z:I", await client.ReadUntilReadyAsync());
        byte[][] messages = [.. Enumerable.Range(0, Statements).SelectMany(static i => new[] { Bind(i.ToString(System.Globalization.CultureInfo.InvariantCulture)), RawClient.Message('E', "", 0), RawClient.Message('S') })];
        Task sending = client.SendAsync(messages);
        for (int i = 0; i < Statements; i++)
        {
            Assert.Equal($"2 D:{i + 1} C:SELECT 1 Z:I", await client.ReadUntilReadyAsync());
        }

        await sending;
    }

    private static byte[] Bind(string value) => RawClient.Message('B', "", "slow", (short)0, (short)1, value.Length, System.Text.Encoding.UTF8.GetBytes(value), (short)0);

    private async Task BriefStatementsAreAnsweredAsync(Func<RawClient, Task> prepare, Func<RawClient, Task> begin)
    {
        var neighbours = new List<RawClient>();
        try
        {
            for (int i = 0; i < Connections; i++)
            {
                neighbours.Add(await RawClient.OpenAsync(server.Port));
                await prepare(neighbours[i]);
            }

            foreach (RawClient neighbour in neighbours)
            {
                await begin(neighbour);
            }

            Task<(char Type, byte[] Body)?>[] answers = [.. neighbours.Select(static neighbour => neighbour.ReadAsync())];
            using RawClient client = await RawClient.OpenAsync(server.Port);
            await client.QueryAsync("CREATE TEMP TABLE keys AS SELECT n, n * 2 AS twice FROM (VALUES (1), (2), (3)) AS t(n)");
            for (int i = 0; i < 50; i++)
            {
                Assert.Equal("T:?column? D:1 C:SELECT 1 Z:I", await client.QueryAsync("SELECT 1"));
                Assert.Equal("T:twice D:4 C:SELECT 1 Z:I", await client.QueryAsync("SELECT twice FROM keys WHERE n = 2"));
            }

            Assert.DoesNotContain(answers, static answer => answer.IsCompleted);
        }
        finally
        {
            neighbours.ForEach(static neighbour => neighbour.Dispose());
        }

        // Those whose clients have left end.
        while (server.Engine.Sessions.RunningQueries().Count > 0)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
