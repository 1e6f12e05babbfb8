using System.Globalization;
using SqlCluster.Parser;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Slt.Tests;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Statistics;

/// <summary>What ANALYZE finds, against what is known of the rows.</summary>
public sealed class AnalyzeTests : IDisposable
{
    /// <summary>Four standard errors of a sketch of 16,384 registers.</summary>
    private const double DistinctBound = 4 * 0.0081;

    /// <summary>Seven standard errors of a share near 0.145 in a random sample of 30,000 values: sqrt(0.145 * 0.855 / 30,000) each.</summary>
    private const double SampledShareBound = 7 * 0.00203;

    private readonly Engine _engine = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> DistinctCounts => [1, 100, 5_000, 31_000, 60_000, 90_000, 150_000];

    public void Dispose() => _engine.Dispose();

    /// <summary>Counts around the sizes at which HyperLogLog needs correction, of numbers and of texts; each value three times.</summary>
    [Theory]
    [MemberData(nameof(DistinctCounts))]
    public async Task DistinctCountsAreWithinTheirBound(int count)
    {
        using Session session = _engine.OpenSession();
        string?[] row = await RowAsync(session, $"SELECT (column_statistics(v)).distinct_count, (column_statistics('text ' || v)).distinct_count, approx_count_distinct(v) FROM (SELECT n % {count} AS v FROM generate_series(1, {3L * count}) AS s(n)) AS t");
        Assert.All(row[..2], text => Assert.InRange(double.Parse(text!, CultureInfo.InvariantCulture), count * (1 - DistinctBound), count * (1 + DistinctBound)));
        Assert.InRange(double.Parse(row[2]!, CultureInfo.InvariantCulture), count * (1 - (4 * 0.023)), count * (1 + (4 * 0.023)));
    }

    /// <summary>Sketches of many tasks are merged into the one that a single task makes: the same to the last value up to the size of a sample, and within its error beyond.</summary>
    [Fact]
    public async Task ManyTasksFindWhatOneFinds()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        using Session one = TestEngines.OpenSession(TestEngines.TpchFolder, SltConfiguration.Read("one-slot")), many = TestEngines.OpenSession(TestEngines.TpchFolder, SltConfiguration.Read("eight-slots"));
        const string Small = "SELECT column_statistics(o_orderkey), column_statistics(o_orderstatus), column_statistics(o_totalprice), column_statistics(o_orderdate), column_statistics(o_comment), column_statistics(o_shippriority) FROM orders";
        Assert.Equal(await RowAsync(one, Small), await RowAsync(many, Small));

        const string Large = "SELECT (s).row_count, (s).null_count, (s).average_bytes, (s).distinct_count, (s).common_values, (s).common_shares[1] FROM (SELECT column_statistics(l_shipmode) AS s FROM lineitem) AS t";
        string?[] left = await RowAsync(one, Large), right = await RowAsync(many, Large);
        Assert.Equal(left[..4], right[..4]);
        Assert.Equal(left[4]!.Trim('{', '}').Split(',').Order(), right[4]!.Trim('{', '}').Split(',').Order());
        string?[] truth = await RowAsync(one, "SELECT max(c)::double precision / sum(c) FROM (SELECT count(*) AS c FROM lineitem GROUP BY l_shipmode) AS t");
        Assert.All([left[5], right[5]], share => Assert.Equal(double.Parse(truth[0]!, CultureInfo.InvariantCulture), double.Parse(share!, CultureInfo.InvariantCulture), SampledShareBound));
    }

    [Fact]
    public async Task EveryTypeIsAnalyzed()
    {
        using Session session = _engine.OpenSession();
        (string Type, string Value)[] types =
        [
            ("boolean", "n % 2 = 0"), ("smallint", "(n % 7)::smallint"), ("integer", "n % 7"), ("bigint", "(n % 7)::bigint"), ("real", "(n % 7)::real"), ("double precision", "(n % 7)::double precision"),
            ("numeric(10,2)", "(n % 7)::numeric(10,2)"), ("numeric(30,4)", "(n % 7)::numeric(30,4) * 10000000000000000"), ("text", "'value ' || (n % 7)"), ("varchar(20)", "('value ' || (n % 7))::varchar(20)"),
            ("char(4)", "('v' || (n % 7))::char(4)"), ("bytea", "('b' || (n % 7))::bytea"), ("date", "date '2024-02-27' + (n % 7)::integer"), ("time", "time '10:00' + (n % 7) * interval '1 minute'"),
            ("timestamp", "timestamp '2024-02-27 10:00' + (n % 7) * interval '1 day'"), ("timestamptz", "timestamptz '2024-02-27 10:00+00' + (n % 7) * interval '1 day'"), ("interval", "(n % 7) * interval '1 hour'"),
            ("uuid", "('00000000-0000-0000-0000-00000000000' || (n % 7))::uuid"), ("json", "('{\"a\":' || (n % 7) || '}')::json"), ("jsonb", "('{\"a\":' || (n % 7) || '}')::jsonb"), ("integer[]", "ARRAY[(n % 7)::integer, 1]"),
        ];
        string columns = string.Join(", ", types.Select(static (type, index) => $"c{index:00} {type.Type}")), values = string.Join(", ", types.Select(static type => $"CASE WHEN n % 4 > 0 THEN {type.Value} END"));
        await ResultReader.ReadAsync(session, $"CREATE TABLE every ({columns}, never text); INSERT INTO every SELECT {values}, NULL FROM generate_series(1, 2800) AS s(n); ANALYZE every", Cancellation);
        (_, List<string?[]> rows) = await ResultReader.ReadAsync(session, "SELECT attname, null_frac, n_distinct, avg_width > 0, array_length(most_common_vals, 1) FROM pg_stats WHERE tablename = 'every' ORDER BY 1", Cancellation);
        Assert.Equal(types.Length + 1, rows.Count);
        for (int i = 0; i < types.Length; i++)
        {
            bool isOrdered = types[i].Type is not ("json" or "jsonb" or "integer[]");
            string distinct = types[i].Type == "boolean" ? "2" : "7";
            Assert.Equal(new string?[] { $"c{i:00}", "0.25", distinct, "t", isOrdered ? distinct : null }.AsEnumerable(), rows[i]);
        }

        Assert.Equal(new string?[] { "never", "1", "0", "f", null }.AsEnumerable(), rows[^1]);

        // Every one of them can be compared with: the estimate of a common value is its share.
        foreach (int i in Enumerable.Range(0, types.Length).Where(i => types[i].Type is not ("json" or "jsonb" or "integer[]" or "boolean")))
        {
            string literal = (await RowAsync(session, $"SELECT most_common_vals[1] FROM pg_stats WHERE tablename = 'every' AND attname = 'c{i:00}'"))[0]!;
            Assert.Equal(300, await EstimateAsync(session, $"SELECT * FROM every WHERE c{i:00} = '{literal}'"), 1.0);
        }
    }

    [Fact]
    public async Task SkewIsEstimatedWhereFootersSeeNone()
    {
        using Session session = _engine.OpenSession();
        await ResultReader.ReadAsync(
            session,
            """
            CREATE TABLE visits (page integer, price double precision, path text);
            INSERT INTO visits SELECT CASE WHEN n % 10 < 8 THEN 1 ELSE n % 5000 END, exp(n % 100 / 10.0), CASE WHEN n % 3 = 0 THEN '/help/' ELSE '/shop/item/' END || n FROM generate_series(1, 60000) AS s(n);
            """,
            Cancellation);
        string[] conditions =
        [
            "page = 1", "page = 19", "page > 4000", "page BETWEEN 1 AND 100", "price < 2", "price BETWEEN 100 AND 1000", "path LIKE '/help/%'", "path LIKE '%item%'", "path >= '/shop/item/5' AND path < '/shop/item/6'",
            "page IN (1, 8, 9)", "page <> 1", "path NOT LIKE '/shop/%'",
        ];
        var before = new List<double>();
        foreach (string condition in conditions)
        {
            before.Add(await ErrorAsync(session, condition));
        }

        await ResultReader.ReadAsync(session, "ANALYZE visits", Cancellation);
        for (int i = 0; i < conditions.Length; i++)
        {
            double after = await ErrorAsync(session, conditions[i]);
            Assert.True(after < 1.5, $"{conditions[i]}: {after} (before: {before[i]})");
        }

        Assert.True(before.Max() > 10, "vacuous: the guesses were as good");

        // Both sides have the same common key: a product that distinct counts alone do not see.
        double truth = double.Parse((await RowAsync(session, "SELECT sum(c * c) FROM (SELECT count(*) AS c FROM visits GROUP BY page) AS t"))[0]!, CultureInfo.InvariantCulture);
        double estimate = await EstimateAsync(session, "SELECT a.page FROM visits a JOIN visits b ON a.page = b.page");
        Assert.InRange(estimate, truth / 1.5, truth * 1.5);

        async Task<double> ErrorAsync(Session session, string condition)
        {
            double truth = double.Parse((await RowAsync(session, $"SELECT count(*) FROM visits WHERE {condition}"))[0]!, CultureInfo.InvariantCulture);
            double estimate = Math.Max(1, await EstimateAsync(session, $"SELECT * FROM visits WHERE {condition}"));
            return Math.Max(estimate / truth, truth / estimate);
        }
    }

    [Fact]
    public async Task PlansThatWereKeptAreMadeAgain()
    {
        using Session session = _engine.OpenSession();
        await ResultReader.ReadAsync(session, "CREATE TABLE t AS SELECT CASE WHEN n % 10 = 0 THEN n ELSE 0 END AS v FROM generate_series(1, 5000) AS s(n)", Cancellation);
        PreparedQuery query = await session.PrepareAsync(SqlParser.ParseStatement("SELECT * FROM t WHERE v = 0"), [], cancellation: Cancellation);
        double before = await EstimateOfRunAsync();
        Assert.Equal(before, await EstimateOfRunAsync());
        await ResultReader.ReadAsync(session, "ANALYZE t", Cancellation);
        double after = await EstimateOfRunAsync();
        Assert.True(before < 1000, $"{before}");
        Assert.Equal(4500, after, 1.0);

        async Task<double> EstimateOfRunAsync()
        {
            await using StatementResult result = await query.ExecuteAsync([], Cancellation);
            return session.LastExecution!.Plan.Stages[^1].Plan.EstimatedRows;
        }
    }

    [Fact]
    public async Task FilesThatChangedAreScaled()
    {
        string path = Path.Combine(Path.GetTempPath(), $"analyze-{Guid.NewGuid():N}.csv");
        try
        {
            using Session session = _engine.OpenSession();
            await File.WriteAllLinesAsync(path, ["v,w", .. Enumerable.Range(0, 40_000).Select(static i => $"{(i % 4 == 0 ? 1 : i)},{(i < 20_000 ? "x" : "a longer text in the second half of the file")}")], Cancellation);
            await ResultReader.ReadAsync(session, $"CREATE EXTERNAL TABLE f STORED AS CSV LOCATION '{path}'; ANALYZE f", Cancellation);
            Assert.Equal(40_000, await EstimateAsync(session, "SELECT * FROM f"), 0.5);
            Assert.Equal(10_000, await EstimateAsync(session, "SELECT * FROM f WHERE v = 1"), 1000.0);
            Assert.Equal("40000", (await RowAsync(session, "SELECT reltuples FROM pg_class WHERE relname = 'f'"))[0]);

            // No bound of the old file holds for the new one.
            await File.AppendAllLinesAsync(path, Enumerable.Range(0, 20_000).Select(static _ => "5000000,y"), Cancellation);
            await ResultReader.ReadAsync(session, $"DROP TABLE f; CREATE EXTERNAL TABLE f STORED AS CSV LOCATION '{path}'", Cancellation);
            Assert.Null((await RowAsync(session, "SELECT max(last_analyze) FROM pg_stat_user_tables WHERE relname = 'f'"))[0]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task MemoryIsChargedAndTheStatementEndsWhenItIsCancelled()
    {
        using Session session = _engine.OpenSession();
        await ResultReader.ReadAsync(session, "CREATE TABLE wide AS SELECT repeat('x', 900) || n AS v FROM generate_series(1, 40000) AS s(n); SET memory_limit = '8MB'", Cancellation);
        QueryException error = await TestEngines.ErrorOfAsync(session, "ANALYZE wide", Cancellation);
        Assert.Equal("53200", error.SqlState);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => ResultReader.ReadAsync(session, "ANALYZE wide", cancelled.Token));
        Assert.Null((await RowAsync(session, "SELECT max(last_analyze) FROM pg_stat_user_tables"))[0]);
    }

    private static async Task<string?[]> RowAsync(Session session, string sql) => Assert.Single((await ResultReader.ReadAsync(session, sql, Cancellation)).Rows);

    /// <summary>Rows that EXPLAIN expects at the top.</summary>
    private static async Task<double> EstimateAsync(Session session, string sql)
    {
        string line = (await ResultReader.ReadAsync(session, $"EXPLAIN (ANALYZED, COSTS) {sql}", Cancellation)).Rows.First(static row => row[0]!.Contains("(rows=", StringComparison.Ordinal))[0]!;
        return double.Parse(line[(line.IndexOf("(rows=", StringComparison.Ordinal) + 6)..^1], CultureInfo.InvariantCulture);
    }
}
