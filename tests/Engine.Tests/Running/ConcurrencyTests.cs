using System.Diagnostics;
using SqlCluster.EngineTests.Tpch;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Running;

/// <summary>Sessions that work at the same time in one engine.</summary>
public sealed class ConcurrencyTests
{
    private const int Sessions = 8;
    private const int Rounds = 20;

    /// <summary>Each session goes round the queries from another start; every answer is checked.</summary>
    [Fact]
    public async Task SessionsDoNotDisturbEachOther()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string[] names = [.. TpchQueries.Names];
        await Task.WhenAll(Enumerable.Range(0, Sessions).Select(number => Task.Run(
            async () =>
            {
                using Session session = TestEngines.Over(TestEngines.TpchFolder).OpenSession();
                for (int round = 0; round < Rounds; round++)
                {
                    await TpchQueries.CheckAsync(session, "sf0.01", names[((number * 7) + round) % names.Length], cancellation);
                }
            },
            cancellation)));
    }

    /// <summary>Clients that do not read hold neither slots nor more than a few batches.</summary>
    [Fact]
    public async Task SlowReadersDoNotBlockOthers()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Engine engine = TestEngines.Over(TestEngines.TpchFolder, slots: 2);
        var slow = new List<(Session Session, StatementResult.Rows Rows)>();
        for (int i = 0; i < 4; i++)
        {
            Session session = engine.OpenSession();
            StatementResult result = await session.ExecuteAsync(Parser.SqlParser.ParseStatements("SELECT a.l_comment, b.l_comment FROM lineitem a, lineitem b").Single(), cancellation);
            var rows = Assert.IsType<StatementResult.Rows>(result);
            (await rows.ReadAsync(cancellation))!.Release();
            slow.Add((session, rows));
        }

        using (Session session = engine.OpenSession())
        {
            var watch = Stopwatch.StartNew();
            await TpchQueries.CheckAsync(session, "sf0.01", "q01", cancellation);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
        }

        foreach ((Session session, StatementResult.Rows rows) in slow)
        {
            Assert.True(session.LastExecution!.Context.Account.UsedBytes < 256 << 20, "a stalled result holds much memory");
            Assert.NotNull(await rows.ReadAsync(cancellation));
            await rows.DisposeAsync();
            Assert.Equal(0, session.LastExecution.Context.Account.UsedBytes);
            session.Dispose();
        }
    }
}
