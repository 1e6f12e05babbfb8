using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing.Cancellation;

namespace SqlCluster.EngineTests.Running;

/// <summary>Statements that work long at one place end soon after they are cancelled, wherever they are: parsing, planning, one value of megabytes, a file. `suites ending --hard` measures the time.</summary>
public sealed class HardEndingTests
{
    /// <summary>The aim is 100 ms; busy machines take longer to give a thread its turn.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task X1_EveryPlaceHearsACancellation()
    {
        bool isSlow = Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1";
        double share = isSlow ? 1 : 0.02;
        string folder = Directory.CreateTempSubdirectory("sqlcluster-hard").FullName;
        try
        {
            using var engine = new Engine(new EngineOptions(Slots: 2));
            using Session session = engine.OpenSession();
            IReadOnlyList<HardStatement> statements = HardStatements.All(folder, share);
            await HardStatements.PrepareAsync(folder, share, async sql => Assert.Null((await StatementEnding.RunAsync(session, sql, null)).SqlState));

            int seed = isSlow ? Environment.TickCount : 1, cancelled = 0;
            var random = new Random(seed);
            foreach (HardStatement statement in statements)
            {
                IReadOnlyList<StatementEnding> endings = await StatementEnding.CancelAsync(session, statement.Sql, Patience, () => TimeSpan.FromMilliseconds(random.Next(0, isSlow ? 1000 : 40)));
                Assert.All(endings, ending => Assert.True(ending.SqlState is null or "57014" or "54000" or "54001", $"{statement}, seed {seed}: {ending.SqlState}"));
                Assert.All(endings, ending => Assert.True(ending.IsClean, $"{statement}, seed {seed}: memory or files are left"));
                Assert.False(endings[^1].Latency > Patience, $"{statement}, seed {seed}: {endings[^1].Latency}");
                cancelled += endings.Count(static ending => ending.Latency != null);
            }

            Assert.True(cancelled > statements.Count / 4, $"vacuous: {cancelled} of {statements.Count} were cancelled, seed {seed}");
            // Backtracking goes on aside, so the query need not wait for the match's own limit.
            Assert.Equal("57014", (await StatementEnding.RunAsync(session, "SELECT count(*) FROM generate_series(1, 10000) g(i) WHERE repeat('a', 28 + i % 3) || '!' ~ '^(a|a?)+(?=x)\\1'", TimeSpan.FromMilliseconds(200))).SqlState);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
