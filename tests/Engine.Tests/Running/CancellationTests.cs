using System.Diagnostics;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Running;

/// <summary>Heavy queries end soon after they are asked to, and leave nothing behind.</summary>
public sealed class CancellationTests : IDisposable
{
    /// <summary>The aim is 100 ms; busy machines take longer to give a thread its turn.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Engine _engine = new();

    public static TheoryData<string, string> HeavyQueries => new()
    {
        { "join that grows", "SELECT count(*), max(a.l_comment) FROM lineitem a JOIN lineitem b ON a.l_suppkey = b.l_suppkey JOIN lineitem c ON b.l_partkey = c.l_partkey" },
        { "cross join", "SELECT count(*) FROM lineitem a, lineitem b WHERE a.l_extendedprice * b.l_discount > 100000" },
        { "large groups", "SELECT count(*) FROM (SELECT a.l_orderkey, b.l_orderkey, sum(a.l_tax) FROM lineitem a JOIN lineitem b ON a.l_suppkey = b.l_suppkey GROUP BY 1, 2) AS groups" },
        { "sort", "SELECT a.l_comment, b.l_comment FROM lineitem a JOIN lineitem b ON a.l_suppkey = b.l_suppkey ORDER BY a.l_comment || b.l_comment" },
        { "window", "SELECT max(place) FROM (SELECT row_number() OVER (ORDER BY a.l_comment, b.l_comment) AS place FROM lineitem a JOIN lineitem b ON a.l_suppkey = b.l_suppkey) AS places" },
        { "many rows to the client", "SELECT a.l_comment, b.l_comment FROM lineitem a, lineitem b" },
    };

    public void Dispose() => _engine.Dispose();

    [Theory]
    [MemberData(nameof(HeavyQueries))]
    public async Task QueriesEndAtOnce(string name, string sql)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        _engine.Attach("lineitem", Path.Combine(TestEngines.TpchFolder, "lineitem.parquet"));
        const int seed = 20250;
        var random = new Random(seed);
        for (int round = 0; round < 4; round++)
        {
            TimeSpan moment = TimeSpan.FromMilliseconds(random.Next(1, 600));
            bool byToken = round % 2 == 1;
            string what = $"{name}, seed {seed}, round {round}, after {moment.TotalMilliseconds} ms";
            using Session session = _engine.OpenSession();
            using var token = new CancellationTokenSource();
            Task<QueryException> ending = ErrorOfAsync(session, sql, byToken ? token.Token : CancellationToken.None);
            await Task.Delay(moment, TestContext.Current.CancellationToken);
            Assert.False(ending.IsCompleted, $"{what}: ended before it was cancelled");
            IQueryExecution? execution = session.LastExecution;
            var watch = Stopwatch.StartNew();
            if (byToken)
            {
                await token.CancelAsync();
            }
            else
            {
                session.Cancel();
            }

            QueryException error = await ending;
            TimeSpan waited = watch.Elapsed;
            Assert.Equal("57014", error.SqlState);
            Assert.True(waited < Patience, $"{what}: took {waited.TotalMilliseconds} ms to end");
            Assert.Equal(0, execution?.Context.Account.UsedBytes ?? 0);
            Assert.Equal("60175", Assert.Single((await ResultReader.ReadAsync(session, "SELECT count(*) FROM lineitem", TestContext.Current.CancellationToken)).Rows)[0]);
        }
    }

    [Fact]
    public async Task StatementTimeoutEndsQueries()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        _engine.Attach("lineitem", Path.Combine(TestEngines.TpchFolder, "lineitem.parquet"));
        using Session session = _engine.OpenSession();
        session.Settings.Set("statement_timeout", "150ms");
        var watch = Stopwatch.StartNew();
        QueryException error = await TestEngines.ErrorOfAsync(session, "SELECT count(*) FROM lineitem a, lineitem b WHERE a.l_extendedprice * b.l_discount > 100000");
        Assert.Equal("57014", error.SqlState);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(120), TimeSpan.FromMilliseconds(150) + Patience);
        session.Settings.Set("statement_timeout", "0");
        Assert.Single((await ResultReader.ReadAsync(session, "SELECT 1")).Rows);
    }

    /// <summary>Starts a query with a token and reads without one, so that the query's own error comes.</summary>
    private static async Task<QueryException> ErrorOfAsync(Session session, string sql, CancellationToken cancellation) => await Assert.ThrowsAnyAsync<QueryException>(async () =>
    {
        StatementResult result = await session.ExecuteAsync(Parser.SqlParser.ParseStatements(sql).Single(), cancellation);
        await using (result)
        {
            while (await ((StatementResult.Rows)result).ReadAsync(CancellationToken.None) is { } batch)
            {
                batch.Release();
            }
        }
    });
}
