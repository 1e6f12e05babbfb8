namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Statements that wait, or never end, hold up nobody else's, however many there are: threads of sockets are not theirs to keep.</summary>
public sealed class SlowNeighboursTests(PgTestServer server) : IClassFixture<PgTestServer>
{
    /// <summary>More connections of each kind than the pool begins with, or gets by itself while a test runs.</summary>
    private static readonly int Connections = (8 * Environment.ProcessorCount) + 16;

    [Theory]
    [InlineData("SELECT pg_sleep(600)")]
    [InlineData("SELECT count(*) FROM numbers a, numbers b, numbers c WHERE a.n + b.n + c.n = -1")]
    public async Task BriefStatementsAreAnsweredMeanwhile(string slow)
    {
        var neighbours = new List<RawClient>();
        try
        {
            for (int i = 0; i < Connections; i++)
            {
                neighbours.Add(await RawClient.OpenAsync(server.Port));
                await neighbours[i].SendAsync(RawClient.Message('Q', slow));
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
