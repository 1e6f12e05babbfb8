using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.Sessions;

/// <summary>Whose statement runs when, and who waits.</summary>
public sealed class AdmissionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UsersTakeTurns()
    {
        using var engine = new Engine(new EngineOptions(Slots: 1) { MaxConcurrentQueries = 1 });
        RunningQuery first = Begin(engine, "anna");
        await engine.Admission.EnterAsync(first);
        var order = new List<string>();
        var waiting = new List<(RunningQuery Query, Task Turn)>();
        foreach (string user in new[] { "anna", "anna", "anna", "anna", "bob", "bob", "carl" })
        {
            RunningQuery query = Begin(engine, user);
            waiting.Add((query, engine.Admission.EnterAsync(query).AsTask()));
        }

        Assert.Equal((1, 7), (engine.Admission.Running, engine.Admission.Queued));
        Assert.True(waiting[0].Query.IsQueued);
        Assert.Equal(SessionWait.Queue, waiting[0].Query.Session.Activity.Wait);
        RunningQuery running = first;
        while (waiting.Count > 0)
        {
            engine.Admission.Leave(running);
            await Task.WhenAny(waiting.Select(static pair => pair.Turn)).WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
            (RunningQuery Query, Task Turn) next = Assert.Single(waiting, static pair => pair.Turn.IsCompleted);
            await next.Turn;
            waiting.Remove(next);
            order.Add(next.Query.User);
            running = next.Query;
            Assert.False(running.IsQueued);
        }

        Assert.Equal(["anna", "bob", "carl", "anna", "bob", "anna", "anna"], order);
        engine.Admission.Leave(running);
        Assert.Equal((0, 0), (engine.Admission.Running, engine.Admission.Queued));
    }

    [Fact]
    public async Task ASessionDoesNotWaitForItself()
    {
        using var engine = new Engine(new EngineOptions(Slots: 1) { MaxConcurrentQueries = 1 });
        using Session session = engine.OpenSession();
        await using (StatementResult open = await session.ExecuteAsync(Parse("SELECT 1"), Cancellation))
        {
            await ResultReader.ReadAsync(session, "SELECT 2 FROM generate_series(1, 1)", Cancellation);
            Assert.Equal(1, engine.Admission.Running);
        }

        Assert.Equal(0, engine.Admission.Running);
        await ResultReader.ReadAsync(session, "SELECT 3 FROM generate_series(1, 1)", Cancellation);
    }

    /// <summary>What reads the catalogs, or nothing, is answered at once; what reads tables or makes rows waits, whatever it is called.</summary>
    [Theory]
    [InlineData("SELECT 1", true)]
    [InlineData("SELECT count(*) FROM pg_class", true)]
    [InlineData("WITH n AS (SELECT oid FROM pg_catalog.pg_namespace) SELECT * FROM n, information_schema.tables", true)]
    [InlineData("SELECT i.indrelid, g FROM pg_index i, generate_series(1, 2) AS g", true)]
    [InlineData("SELECT count(*) FROM t", false)]
    [InlineData("SELECT 1 FROM pg_class WHERE oid IN (SELECT a FROM t)", false)]
    [InlineData("SELECT count(*) FROM generate_series(1, 10)", false)]
    [InlineData("SELECT count(*) FROM pg_class_of_mine", false)]
    public async Task B7_CatalogQueriesDoNotWaitBehindLongOnes(string sql, bool isAnswered)
    {
        using var engine = new Engine(new EngineOptions(Slots: 1) { MaxConcurrentQueries = 1, QueueTimeout = TimeSpan.FromMilliseconds(isAnswered ? 60_000 : 200) });
        using Session busy = engine.OpenSession("anna"), other = engine.OpenSession("bob");
        await ResultReader.ReadAsync(busy, "CREATE TABLE t (a int)", Cancellation);
        await ResultReader.ReadAsync(busy, "CREATE VIEW pg_class_of_mine AS SELECT * FROM t", Cancellation);
        await using StatementResult open = await busy.ExecuteAsync(Parse("SELECT a FROM t"), Cancellation);
        if (isAnswered)
        {
            await ResultReader.ReadAsync(other, sql, Cancellation);
        }
        else
        {
            Assert.Equal("57014", (await Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(other, sql, Cancellation))).SqlState);
        }

        Assert.Equal((1, 0), (engine.Admission.Running, engine.Admission.Queued));
    }

    [Fact]
    public async Task TooManyOrTooLongIsAnError()
    {
        using var engine = new Engine(new EngineOptions(Slots: 1) { MaxConcurrentQueries = 1, QueueLength = 1, QueueTimeout = TimeSpan.FromMilliseconds(300) });
        using Session busy = engine.OpenSession("anna"), second = engine.OpenSession("bob"), third = engine.OpenSession("carl");
        await using StatementResult open = await busy.ExecuteAsync(Parse("SELECT 1"), Cancellation);
        Task<QueryException> waits = Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(second, "SELECT 2 FROM generate_series(1, 1)", Cancellation));
        await ResultReader.ReadAsync(third, "SET work_mem = '1MB'", Cancellation);
        Assert.Equal("53300", (await Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(third, "SELECT 3 FROM generate_series(1, 1)", Cancellation))).SqlState);
        Assert.Equal("57014", (await waits).SqlState);
        Assert.Equal(0, engine.Admission.Queued);
        FinishedQuery finished = engine.History.Recent().First(static query => query.User == "bob");
        Assert.True(finished.Queued >= TimeSpan.FromMilliseconds(250));
    }

    [Theory]
    [InlineData(false, "57014")]
    [InlineData(true, "57014")]
    public async Task WhoWaitsCanBeCancelledAndTimesOut(bool byTimeout, string sqlState)
    {
        using var engine = new Engine(new EngineOptions(Slots: 1) { MaxConcurrentQueries = 1 });
        using Session busy = engine.OpenSession("anna"), waiting = engine.OpenSession("bob");
        await using (StatementResult open = await busy.ExecuteAsync(Parse("SELECT 1"), Cancellation))
        {
            waiting.Settings.Set("statement_timeout", byTimeout ? "50ms" : "0");
            Task<QueryException> failing = Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(waiting, "SELECT 2 FROM generate_series(1, 1)", Cancellation));
            Assert.Equal(1, engine.Admission.Queued);
            if (!byTimeout)
            {
                waiting.Cancel();
            }

            Assert.Equal(sqlState, (await failing).SqlState);
            Assert.Equal(0, engine.Admission.Queued);
        }

        waiting.Settings.Set("statement_timeout", "0");
        await ResultReader.ReadAsync(waiting, "SELECT 3 FROM generate_series(1, 1)", Cancellation);
    }

    [Fact]
    public async Task AllQueriesTogetherHoldNoMoreThanTheirMemory()
    {
        using var engine = new Engine(new EngineOptions(Slots: 1) { TotalMemoryBytes = 8 << 20 });
        using Session session = engine.OpenSession();
        session.Settings.Set("spill_threshold", "1");
        const string Large = "SELECT cardinality(array_agg(i)) FROM generate_series(1, 3000000) g(i)";      // one value, which no disk can hold
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(session, Large, Cancellation));
        Assert.Equal("53200", error.SqlState);
        Assert.Contains("all queries", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, engine.Memory.UsedBytes);
        await ResultReader.ReadAsync(session, "SELECT 1", Cancellation);
        Assert.Equal(0, engine.Memory.UsedBytes);
    }

    private static Statement Parse(string sql) => Parser.SqlParser.ParseStatements(sql)[0];

    private static RunningQuery Begin(Engine engine, string user) => engine.OpenSession(user).BeginStatement("SELECT 1", null, Cancellation);
}
