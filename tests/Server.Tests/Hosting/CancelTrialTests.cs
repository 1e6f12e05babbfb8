using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;
using SqlCluster.Testing.Cancellation;

namespace SqlCluster.Server.Tests.Hosting;

/// <summary>A statement ends whichever door it came through and whoever ends it, and nothing of it stays. `suites cancel` measures the time.</summary>
public sealed class CancelTrialTests
{
    private const string Endless = "SELECT sum(a.l_quantity), a.l_comment FROM lineitem a, lineitem b, lineitem c WHERE a.l_comment < b.l_comment AND b.l_comment < c.l_comment GROUP BY a.l_comment ORDER BY 1";

    private static readonly Dictionary<CancelWay, string> Expected = new()
    {
        [CancelWay.CancelRequest] = "57014",
        [CancelWay.ClosedSocket] = "57014",
        [CancelWay.StatementTimeout] = "57014",
        [CancelWay.StatusPage] = "57014",
        [CancelWay.Terminate] = "57P01",
        [CancelWay.FlightCall] = "57014",
        [CancelWay.Interrupt] = "57014",
    };

    [Fact]
    public async Task X1_NothingStaysOfCancelledStatements()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        bool isSlow = Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1";
        string spill = Directory.CreateTempSubdirectory("sqlcluster-trials").FullName;
        try
        {
            using var engine = new Engine(new EngineOptions(Slots: 2) { SessionDefaults = new Dictionary<string, string> { ["spill_folder"] = spill } });
            FolderTables.Attach(engine, Corpus.Path("tpch", "sf0.01"));
            await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { PgPort = 0, FlightPort = 0, UiPort = 0 }, TestContext.Current.CancellationToken);
            using var trials = new CancelTrials(engine, host);
            int seed = isSlow ? Environment.TickCount : 7;
            var random = new Random(seed);
            CancelWay[] ways = Enum.GetValues<CancelWay>();
            for (int i = 0; i < (isSlow ? 210 : 21); i++)
            {
                CancelWay way = ways[i % ways.Length];
                CancelTrial trial = await trials.RunAsync(way, Endless, TimeSpan.FromMilliseconds(random.Next(1, 150)));
                Assert.True(trial.Outcome == QueryOutcome.Cancelled && trial.SqlState == Expected[way], $"trial {i} of seed {seed}: {trial}");
            }

            Assert.Equal("", await trials.LeftBehindAsync(0, spill));
        }
        finally
        {
            Directory.Delete(spill, true);
        }
    }
}
