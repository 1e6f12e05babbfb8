using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Running;

/// <summary>What wrong statements are told: SQLSTATE, position, hint.</summary>
public sealed class StatementErrorTests : IDisposable
{
    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

    /// <summary>The position is where the text after the mark ^ starts; without a mark there is none.</summary>
    [Theory]
    [InlineData("42P01", "SELECT * FROM ^lineitme", "lineitem")]
    [InlineData("42703", "SELECT ^l_orderkye FROM lineitem", "l_orderkey")]
    [InlineData("42703", "SELECT 1 FROM lineitem AS l WHERE ^l.l_shipdat > DATE '1995-01-01'", "l_shipdate")]
    [InlineData("42P01", "SELECT ^x.l_tax FROM lineitem", null)]
    [InlineData("42601", "SELECT 1 FORM ^lineitem WHERE 1", null)]
    [InlineData("42883", "SELECT ^nosuch(l_tax) FROM lineitem", null)]
    [InlineData("42883", "SELECT l_comment ^+ l_shipdate FROM lineitem", null)]
    [InlineData("42804", "SELECT 1 FROM lineitem WHERE ^l_quantity", null)]
    [InlineData("42803", "SELECT ^l_orderkey, count(*) FROM lineitem", null)]
    [InlineData("22P02", "SELECT l_tax FROM lineitem WHERE l_orderkey = ^'abc'", null)]
    [InlineData("22012", "SELECT count(*) FROM lineitem WHERE 1 / (l_linenumber - 1) > 0", null)]
    [InlineData("22012", "SELECT sum(l_orderkey % (l_linenumber - l_linenumber)) FROM lineitem", null)]
    [InlineData("22003", "SELECT max(l_orderkey * 9223372036854775807) FROM lineitem", null)]
    [InlineData("2201W", "SELECT l_tax FROM lineitem LIMIT -1", null)]
    [InlineData("2201X", "SELECT l_tax FROM lineitem OFFSET -1", null)]
    [InlineData("21000", "SELECT (SELECT l_orderkey FROM lineitem)", null)]
    [InlineData("58P01", "SELECT * FROM 'no such file.parquet'", null)]
    [InlineData("22023", "SET batch_size = 0", null)]
    [InlineData("42704", "SET no_such_setting = 1", null)]
    public async Task StatementsEndInErrors(string state, string marked, string? nearest)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        _engine.Attach("lineitem", Path.Combine(TestEngines.TpchFolder, "lineitem.parquet"));
        using Session session = _engine.OpenSession();
        QueryException error = await TestEngines.ErrorOfAsync(session, marked.Replace("^", "", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Assert.Equal(state, error.SqlState);
        Assert.NotEqual(ErrorKind.Internal, error.Kind);
        if (marked.IndexOf('^', StringComparison.Ordinal) is var mark and >= 0)
        {
            Assert.Equal(mark + 1, error.Position);
        }

        if (nearest != null)
        {
            Assert.Contains(nearest, error.Hint, StringComparison.Ordinal);
        }

        Assert.Single((await ResultReader.ReadAsync(session, "SELECT 1")).Rows);
    }
}
