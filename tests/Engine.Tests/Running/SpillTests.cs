using System.Globalization;
using SqlCluster.Execution.Executors;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Running;

/// <summary>Queries over their memory limit give the same rows as without one, and leave neither memory nor files behind.</summary>
public sealed class SpillTests : IDisposable
{
    private readonly Engine _engine = new();
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"sqlcluster-spill-tests-{Guid.NewGuid():N}");

    /// <summary>One query for each thing that spills, over lineitem of SF 0.01 (8 MB); the counter that says it did stands before.</summary>
    public static TheoryData<string, string> Spilling => new()
    {
        { "spilled runs", "SELECT l_orderkey, l_comment, l_shipinstruct FROM lineitem ORDER BY l_comment DESC, l_orderkey, l_linenumber" },
        { "spilled groups", "SELECT l_comment, l_orderkey, l_linenumber, sum(l_tax), min(l_shipmode), avg(l_quantity) FROM lineitem GROUP BY 1, 2, 3" },
        { "spilled groups", "SELECT l_orderkey, count(DISTINCT l_comment), string_agg(l_shipmode, ',' ORDER BY l_linenumber), array_agg(l_comment ORDER BY l_linenumber) FROM lineitem GROUP BY 1" },
        { "spilled build sides", "SELECT count(*), max(a.l_shipinstruct), max(b.l_comment) FROM lineitem a JOIN lineitem b ON a.l_comment = b.l_comment AND a.l_orderkey <> b.l_orderkey" },
        { "spilled build sides", "SELECT a.l_orderkey, b.l_comment FROM lineitem a FULL JOIN (SELECT * FROM lineitem WHERE l_linenumber > 2) b ON a.l_orderkey = b.l_orderkey AND a.l_linenumber = b.l_linenumber" },
        { "spilled bytes", "SELECT l_comment, row_number() OVER (PARTITION BY l_suppkey ORDER BY l_comment, l_orderkey, l_linenumber) AS place FROM lineitem" },
        { "spilled bytes", "SELECT l_comment, l_orderkey FROM lineitem EXCEPT SELECT l_comment, l_orderkey FROM lineitem WHERE l_linenumber = 3" },
        { "spilled bytes", "WITH c AS MATERIALIZED (SELECT * FROM lineitem) SELECT a.l_comment, count(*) FROM c a JOIN c b ON a.l_orderkey = b.l_orderkey GROUP BY 1" },
        { "spilled build sides", "SELECT a.l_orderkey, a.l_linenumber, b.l_comment, b.l_shipinstruct FROM lineitem a ASOF LEFT JOIN lineitem b ON a.l_suppkey = b.l_suppkey AND a.l_orderkey * 10 + a.l_linenumber > b.l_orderkey * 10 + b.l_linenumber" },
        { "spilled build sides", "SELECT a.l_comment, b.l_comment FROM lineitem a ASOF JOIN (SELECT * FROM lineitem WHERE l_linenumber > 2) b ON a.l_orderkey * 10 + a.l_linenumber <= b.l_orderkey * 10 + b.l_linenumber" },
        { "spilled rows seen", "WITH RECURSIVE r(k, t) AS (SELECT l_orderkey, l_comment FROM lineitem UNION SELECT k + 20000, t FROM r WHERE k < 40000) SELECT k, t FROM r" },
    };

    public void Dispose()
    {
        _engine.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Spilling))]
    public async Task WhatDoesNotFitIsOnDisk(string counter, string sql)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using Session session = Open();
        string[] expected = await RowsAsync(session, sql, cancellation);
        session.Settings.Set("memory_limit", "12MB");
        session.Settings.Set("spill_threshold", "0.3");
        string[] spilled = await RowsAsync(session, sql, cancellation);
        QueryContext context = session.LastExecution!.Context;
        Assert.True(context.Spill.BytesWritten > 0 && context.Spill.BytesRead > 0, $"vacuous: {context.Spill.BytesWritten} bytes written");
        Assert.Equal(expected, spilled);
        AssertNothingIsLeft(context);

        // Which operator is the first to find memory short is a matter of time; with this threshold each of them is.
        session.Settings.Set("memory_limit", "0");
        session.Settings.Set("spill_threshold", "0");
        (_, List<string?[]> explained) = await ResultReader.ReadAsync(session, $"EXPLAIN ANALYZE {sql}", cancellation);
        string text = string.Join('\n', explained.Select(static row => row[0]));
        Assert.Contains($"{counter}: ", text, StringComparison.Ordinal);
        Assert.Contains("spill files: ", text, StringComparison.Ordinal);
    }

    /// <summary>Random queries over random rows: sorts, groups, joins of every kind, windows, set operations; limits of several sizes.</summary>
    [Fact]
    public async Task RandomQueriesGiveTheSameRowsUnderEveryLimit()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        int seed = Environment.TickCount, spilled = 0, rounds = Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1" ? 400 : 24;
        var random = new Random(seed);
        using Session session = Open(attach: false);
        await ResultReader.ReadAsync(session, RandomTables(random), cancellation);
        for (int round = 0; round < rounds; round++)
        {
            string sql = RandomQuery(random);
            session.Settings.Set("memory_limit", "0");
            session.Settings.Set("spill_threshold", "0.8");
            string[] expected = await RowsAsync(session, sql, cancellation);
            string limit = random.Next(4) switch { 0 => "0", 1 => "8MB", 2 => "16MB", _ => "12MB" };
            session.Settings.Set("memory_limit", limit);
            session.Settings.Set("spill_threshold", limit == "0" ? "0" : random.Next(2) == 0 ? "0.4" : "0.2");
            string what = $"seed {seed}, round {round}, memory_limit {limit}: {sql}";
            try
            {
                string[] rows = await RowsAsync(session, sql, cancellation);
                Assert.True(expected.SequenceEqual(rows), $"{what}: {expected.Length} rows expected, {rows.Length} came");
            }
            catch (QueryException error)
            {
                Assert.Fail($"{what}: {error.SqlState} {error.Message}");
            }

            AssertNothingIsLeft(session.LastExecution!.Context);
            spilled += session.LastExecution.Context.Spill.BytesWritten > 0 ? 1 : 0;
        }

        Assert.True(spilled > rounds / 4, $"vacuous: {spilled} of {rounds} queries spilled, seed {seed}");
    }

    [Fact]
    public async Task CancelledQueriesLeaveNoFiles()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        int seed = Environment.TickCount;
        var random = new Random(seed);
        using Session session = Open();
        session.Settings.Set("spill_threshold", "0");
        string[] queries = [.. Spilling.Select(static row => row.Data.Item2)];
        int cut = 0;
        for (int round = 0; round < 30; round++)
        {
            string sql = queries[random.Next(queries.Length)];
            StatementResult result = await session.ExecuteAsync(Parser.SqlParser.ParseStatements(sql).Single(), cancellation);
            QueryContext context = ((StatementResult.Rows)result).Execution.Context;
            Task<QueryException?> reading = DrainAsync((StatementResult.Rows)result);
            await Task.Delay(random.Next(0, 120), cancellation);
            session.Cancel();
            QueryException? error = await reading;
            await result.DisposeAsync();
            Assert.True(error is null or { SqlState: "57014" }, $"seed {seed}, round {round}: {error?.Message}");
            cut += error == null ? 0 : 1;
            AssertNothingIsLeft(context);
        }

        Assert.True(cut > 0, $"vacuous: every query ended before it was cancelled, seed {seed}");
    }

    [Fact]
    public async Task AnErrorLeavesNoFiles()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        using Session session = Open();
        session.Settings.Set("spill_threshold", "0");
        QueryException error = await TestEngines.ErrorOfAsync(
            session, "SELECT l_comment, sum(1 / (l_linenumber - 7 + l_orderkey * 0)) FROM lineitem GROUP BY l_comment ORDER BY 1", TestContext.Current.CancellationToken);
        Assert.Equal("22012", error.SqlState);
        AssertNothingIsLeft(session.LastExecution!.Context);
    }

    [Fact]
    public async Task AFolderThatIsNoneEndsTheQueryThatNeedsIt()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        using Session session = Open();
        session.Settings.Set("spill_folder", "/dev/null/none");
        session.Settings.Set("spill_threshold", "0");
        QueryException error = await TestEngines.ErrorOfAsync(session, "SELECT l_comment FROM lineitem ORDER BY 1", TestContext.Current.CancellationToken);
        Assert.Equal(("58030", ErrorKind.Resources), (error.SqlState, error.Kind));
        Assert.Contains("/dev/null/none", error.Message, StringComparison.Ordinal);
        AssertNothingIsLeft(session.LastExecution!.Context);
    }

    private static async Task<QueryException?> DrainAsync(StatementResult.Rows rows)
    {
        try
        {
            while (await rows.ReadAsync(CancellationToken.None) is { } batch)
            {
                batch.Release();
            }

            return null;
        }
        catch (QueryException error)
        {
            return error;
        }
    }

    private static string RandomTables(Random random) => string.Create(CultureInfo.InvariantCulture, $"""
        CREATE TABLE a AS SELECT i AS id, (i * {random.Next(1, 1000) * 2 + 1} % 5000)::int AS k, CASE WHEN i % 11 = 0 THEN NULL ELSE (i * 7 % {random.Next(50, 3000)})::int END AS n,
            'text of row ' || (i * 31 % {random.Next(500, 20000)}) AS t, (i % 1000)::numeric / 8 AS d, CASE WHEN i % 3 = 0 THEN 1 ELSE i % 60 END AS skewed FROM generate_series(1, 30000) AS s(i);
        CREATE TABLE b AS SELECT i AS id, (i * {random.Next(1, 1000) * 2 + 1} % 6000)::int AS k, CASE WHEN i % 13 = 0 THEN NULL ELSE (i * 3 % {random.Next(50, 3000)})::int END AS n,
            'text of row ' || (i * 17 % {random.Next(500, 20000)}) AS t, i % 7 = 0 AS f FROM generate_series(1, 12000) AS s(i)
        """);

    private static string RandomQuery(Random random)
    {
        string key = Pick("k", "n", "t"), other = Pick("id", "k", "n"), direction = Pick("", " DESC", " NULLS FIRST");
        string kind = Pick("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN");
        string residual = key == "n" ? " AND a.id % 40 = b.id % 40" : random.Next(3) == 0 ? " AND a.id < b.id" : "";
        return random.Next(14) switch
        {
            0 => $"SELECT * FROM a ORDER BY {key}{direction}, id",
            1 => $"SELECT id, t FROM a ORDER BY {key}{direction}, id LIMIT 12000 OFFSET {random.Next(5000)}",
            2 => $"SELECT {key}, count(*), sum(d), min(t), max(id), avg(n) FROM a GROUP BY {key}",
            3 => $"SELECT t, id, count(n), count(DISTINCT {other}), max(t) FROM a GROUP BY t, id",
            4 => $"SELECT {key}, count(DISTINCT t), array_agg(id ORDER BY id), string_agg(t, ';' ORDER BY t, id) FROM a GROUP BY {key}",
            5 => $"SELECT a.id, b.id, a.t, b.t FROM a {kind} b ON a.{key} = b.{key}{residual}",
            6 => $"SELECT a.id, a.t FROM a WHERE {Pick("", "NOT ")}EXISTS (SELECT 1 FROM b WHERE b.{key} = a.{key}{residual})",
            7 => $"SELECT id, t FROM a WHERE {key} {Pick("", "NOT ")}IN (SELECT {key} FROM b{Pick("", $" WHERE {key} IS NOT NULL")})",
            8 => $"SELECT id, k, {key} IN (SELECT {key} FROM b) AS m FROM a",
            9 => $"SELECT id, t, row_number() OVER (PARTITION BY {key} ORDER BY id), sum(n) OVER (PARTITION BY {key} ORDER BY id ROWS 3 PRECEDING), lag(t) OVER (PARTITION BY {key} ORDER BY id) FROM a",
            10 => $"SELECT {key}, t FROM a {Pick("EXCEPT", "INTERSECT", "EXCEPT ALL", "INTERSECT ALL", "UNION")} SELECT {key}, t FROM b",
            11 => $"SELECT count(*), min(x.t), max(b.t) FROM (SELECT * FROM a WHERE skewed = 1) x {kind} b ON x.skewed = CASE WHEN b.id < 300 THEN 1 ELSE b.id END",
            12 => $"SELECT DISTINCT t, {other} FROM a",
            _ => $"SELECT x.{key}, x.c, b.t FROM (SELECT {key}, count(*) AS c, max(t) AS m FROM a GROUP BY {key}) x {kind} b ON x.m = b.t ORDER BY 1, 2, 3",
        };

        string Pick(params string[] choices) => choices[random.Next(choices.Length)];
    }

    private Session Open(bool attach = true)
    {
        if (attach)
        {
            _engine.Attach("lineitem", Path.Combine(TestEngines.TpchFolder, "lineitem.parquet"));
        }

        Session session = _engine.OpenSession();
        session.Settings.Set("spill_folder", _folder);
        return session;
    }

    private void AssertNothingIsLeft(QueryContext context)
    {
        Assert.Equal((0L, 0), (context.Account.UsedBytes, context.Spill.OpenFiles));
        Assert.True(!Directory.Exists(_folder) || Directory.GetFileSystemEntries(_folder).Length == 0, "files are left");
    }

    /// <summary>Rows in an order of their own, so that only an ORDER BY's absence may differ.</summary>
    private static async Task<string[]> RowsAsync(Session session, string sql, CancellationToken cancellation)
    {
        (_, List<string?[]> rows) = await ResultReader.ReadAsync(session, sql, cancellation);
        string[] lines = [.. rows.Select(static row => string.Join('|', row.Select(static value => value ?? "NULL")))];
        if (!sql.Contains("FROM a ORDER BY", StringComparison.Ordinal) && !sql.Contains("FROM lineitem ORDER BY", StringComparison.Ordinal))
        {
            Array.Sort(lines, StringComparer.Ordinal);
        }

        return lines;
    }
}
