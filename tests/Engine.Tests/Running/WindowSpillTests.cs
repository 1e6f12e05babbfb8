using SqlCluster.Execution.Executors;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Running;

/// <summary>Window partitions larger than memory: every kind of call and frame gives the rows of the run without a limit, which tests/slt has checked against PostgreSQL.</summary>
public sealed class WindowSpillTests : IDisposable
{
    /// <summary>Some MB; with small batches, so that little memory holds as many of them as much memory does of full ones.</summary>
    private const string Table = """
        CREATE TABLE t AS SELECT i AS id, (i * 7919 % 50021)::int AS k, (i * 31 % 97)::int AS peers, CASE WHEN i % 5 = 0 THEN NULL ELSE i * 17 % 1009 END AS n, (i % 4001)::numeric / 8 AS d,
            (i * 13 % 30011)::double precision / 4 AS f, timestamp '2026-01-01' + make_interval(mins => (i * 11 % 40009)::int) AS at, CASE WHEN i % 3 = 0 THEN NULL ELSE 'text number ' || (i * 37 % 7001) || repeat('.', 90) END AS s
        FROM generate_series(1, 16000) AS g(i)
        """;

    private readonly Engine _engine = new(new EngineOptions(Slots: 2));

    public static TheoryData<string> Calls =>
    [
        "row_number() OVER (ORDER BY k, id), rank() OVER (ORDER BY peers), dense_rank() OVER (ORDER BY peers), percent_rank() OVER (ORDER BY k), cume_dist() OVER (ORDER BY peers), ntile(7) OVER (ORDER BY k, id)",
        "count(*) OVER (), sum(n) OVER (), avg(d) OVER (), min(s) OVER (), max(at) OVER ()",
        "sum(n) OVER (ORDER BY k, id), count(n) OVER (ORDER BY peers), min(s) OVER (ORDER BY k, id), max(s) OVER (ORDER BY peers), avg(d) OVER (ORDER BY k, id)",
        "lag(s) OVER (ORDER BY k, id), lead(s, 5000, 'none') OVER (ORDER BY k, id), lag(n, id % 100, -1) OVER (ORDER BY k, id)",
        "lag(s) IGNORE NULLS OVER (ORDER BY k, id), last_value(n) IGNORE NULLS OVER (ORDER BY k, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)",
        "first_value(s) OVER (ORDER BY k, id ROWS 10 PRECEDING), last_value(s) OVER (ORDER BY k, id ROWS BETWEEN CURRENT ROW AND 9000 FOLLOWING), nth_value(n, 3) OVER (ORDER BY peers)",
        "sum(n) OVER (ORDER BY k, id ROWS BETWEEN 2500 PRECEDING AND 2500 FOLLOWING), avg(f) OVER (ORDER BY k, id ROWS BETWEEN 100 PRECEDING AND 100 FOLLOWING EXCLUDE CURRENT ROW)",
        "count(*) OVER (ORDER BY f RANGE BETWEEN 50 PRECEDING AND 12.5 FOLLOWING), max(s) OVER (ORDER BY at RANGE BETWEEN '3 hours' PRECEDING AND CURRENT ROW), sum(n) OVER (ORDER BY n DESC NULLS LAST RANGE 10 PRECEDING)",
        "sum(n) OVER (ORDER BY peers GROUPS BETWEEN 2 PRECEDING AND 1 FOLLOWING EXCLUDE TIES), count(*) OVER (ORDER BY peers GROUPS BETWEEN 1 PRECEDING AND 1 PRECEDING)",
        "sum(n) FILTER (WHERE id % 3 = 0) OVER (ORDER BY k, id ROWS 400 PRECEDING), count(s) FILTER (WHERE n > 500) OVER (ORDER BY k, id)",
        "string_agg(left(s, 14), ',') OVER (ORDER BY k, id ROWS 3 PRECEDING), array_agg(id) OVER (ORDER BY k, id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)",
        "rank() OVER (PARTITION BY id % 2 ORDER BY k), sum(n) OVER (PARTITION BY id % 2 ORDER BY k, id ROWS BETWEEN 50 PRECEDING AND 700 FOLLOWING), max(s) OVER (PARTITION BY id % 2)",
    ];

    public void Dispose() => _engine.Dispose();

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task APartitionLargerThanMemory(string calls)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using Session session = _engine.OpenSession();
        await ResultReader.ReadAsync(session, Table, cancellation);
        string sql = $"SELECT id, left(s, 20) AS text, md5(s) AS hash, f, {calls} FROM t ORDER BY id";
        List<string?[]> expected = (await ResultReader.ReadAsync(session, sql, cancellation)).Rows;
        session.Settings.Set("batch_size", "256");
        foreach ((string limit, string threshold, bool mayFail) in new (string, string, bool)[] { ("3MB", "0.6", false), ("512kB", "0.8", true) })
        {
            session.Settings.Set("memory_limit", limit);
            session.Settings.Set("spill_threshold", threshold);
            try
            {
                List<string?[]> rows = (await ResultReader.ReadAsync(session, sql, cancellation)).Rows;
                Assert.Equal(expected.Count, rows.Count);
                for (int i = 0; i < rows.Count; i++)
                {
                    Assert.Equal(expected[i], rows[i]);
                }

                Assert.True(session.LastExecution!.Context.Spill.BytesWritten > 0, "vacuous: nothing was spilled");
            }
            catch (QueryException error) when (mayFail && error.SqlState == "53200")
            {
                // So little memory may not be enough; what counts is that nothing else happens.
            }

            QueryContext context = session.LastExecution!.Context;
            Assert.Equal((0L, 0), (context.Account.UsedBytes, context.Spill.OpenFiles));
        }
    }
}
