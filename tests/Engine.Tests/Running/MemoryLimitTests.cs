using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Running;

/// <summary>A query that wants more than memory_limit ends; its session and process go on.</summary>
public sealed class MemoryLimitTests : IDisposable
{
    private readonly Engine _engine = new();

    public static TheoryData<string> Queries =>
    [
        // A build side, groups, a sort, rows that wait in an exchange, a list, a window's partition.
        "SELECT count(*) FROM lineitem a JOIN lineitem b ON a.l_comment = b.l_comment AND a.l_orderkey <> b.l_orderkey",
        "SELECT count(*) FROM (SELECT l_comment, l_orderkey, l_linenumber, sum(l_tax) FROM lineitem GROUP BY 1, 2, 3) AS groups",
        "SELECT max(l_comment) FROM (SELECT l_comment, row_number() OVER (ORDER BY l_comment, l_orderkey) AS place FROM lineitem) AS places WHERE place > 5",
        "SELECT l_orderkey, l_comment, l_shipinstruct FROM lineitem ORDER BY l_comment DESC, l_orderkey",
        "SELECT count(DISTINCT l_comment), count(DISTINCT l_orderkey) FROM lineitem",
        "SELECT length(string_agg(l_comment, ',')) FROM lineitem",
    ];

    public void Dispose() => _engine.Dispose();

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task QueriesEndAtTheirLimit(string sql)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        _engine.Attach("lineitem", Path.Combine(TestEngines.TpchFolder, "lineitem.parquet"));
        using Session session = _engine.OpenSession();
        session.Settings.Set("memory_limit", "1MB");
        QueryException error = await TestEngines.ErrorOfAsync(session, sql, TestContext.Current.CancellationToken);
        Assert.Equal(("53200", ErrorKind.Resources), (error.SqlState, error.Kind));
        Assert.Equal(0, session.LastExecution!.Context.Account.UsedBytes);
        session.Settings.Set("memory_limit", "0");
        Assert.NotEmpty((await ResultReader.ReadAsync(session, sql, TestContext.Current.CancellationToken)).Rows);
    }
}
