using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.Sessions;

/// <summary>What others see of sessions and statements, and how they end them.</summary>
public sealed class ActivityTests : IDisposable
{
    private const string Endless = "WITH d(i) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) SELECT a.i FROM d a, d b, d c, d, d e, d f, d g, d h, d i, d j";

    private readonly Engine _engine = new(new EngineOptions(Slots: 2) { HistoryLength = 3 });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task AStatementIsSeenWhileItRunsAndAfterwards()
    {
        using Session session = _engine.OpenSession("anna");
        Assert.Equal((SessionState.Idle, null), (session.Activity.State, session.Activity.Query));
        await using (StatementResult result = await FirstAsync(session, "SELECT n FROM (VALUES (1), (2)) t(n)"))
        {
            SessionActivity activity = session.Activity;
            Assert.Equal((SessionState.Active, "SELECT n FROM (VALUES (1), (2)) t(n)"), (activity.State, activity.Query));
            Assert.Equal(activity.QueryId, session.Running!.Id);
            Assert.Empty(_engine.History.Recent());
            (await ((StatementResult.Rows)result).ReadAsync(Cancellation))!.Release();
        }

        Assert.Equal((SessionState.Idle, "SELECT n FROM (VALUES (1), (2)) t(n)"), (session.Activity.State, session.Activity.Query));
        Assert.Null(session.Running);
        FinishedQuery query = Assert.Single(_engine.History.Recent());
        Assert.Equal(("anna", 2L, QueryOutcome.Succeeded, null), (query.User, query.Rows, query.Outcome, query.SqlState));
        Assert.Equal(query, _engine.History.Find(QueryId.Parse(query.Id.ToString())!.Value));
        Assert.True(query.PeakMemoryBytes >= 0 && query.Duration > TimeSpan.Zero);
    }

    [Fact]
    public async Task TheHistoryKeepsTheLastOnes()
    {
        using Session session = _engine.OpenSession();
        await Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(session, "SELECT 1; SELECT 1 / 0 AS x; SELECT 2", Cancellation));
        await ResultReader.ReadAsync(session, "CREATE TABLE t (a integer)", Cancellation);
        await ResultReader.ReadAsync(session, "INSERT INTO t VALUES (1), (2), (3)", Cancellation);
        IReadOnlyList<FinishedQuery> recent = _engine.History.Recent();
        Assert.Equal([(null, 3L), (null, 0), ("22012", 0)], recent.Select(static query => (query.SqlState, query.Rows)));
        Assert.Equal(QueryOutcome.Failed, recent[2].Outcome);
        Assert.Single(_engine.History.Recent(1));
    }

    [Theory]
    [InlineData(CancelReason.Requested, "57014")]
    [InlineData(CancelReason.ShuttingDown, "57P01")]
    public async Task ACancelledStatementSaysWhy(CancelReason reason, string sqlState)
    {
        using Session session = _engine.OpenSession();
        Task<QueryException> failing = Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(session, Endless, Cancellation));
        while (session.Running == null)
        {
            await Task.Yield();
        }

        session.Cancel(reason);
        Assert.Equal(sqlState, (await failing).SqlState);
        Assert.Equal(QueryOutcome.Cancelled, _engine.History.Recent()[0].Outcome);
        await ResultReader.ReadAsync(session, "SELECT 1", Cancellation);
    }

    [Fact]
    public async Task TerminateEndsTheStatementAndTheSession()
    {
        using Session session = _engine.OpenSession();
        await using StatementResult result = await FirstAsync(session, Endless);
        session.Terminate();
        Assert.True(session.Ended.IsCancellationRequested);
        Assert.Equal("57P01", session.EndError!.SqlState);
        await Assert.ThrowsAsync<QueryException>(async () =>
        {
            while (await ((StatementResult.Rows)result).ReadAsync(Cancellation) is { } batch)
            {
                batch.Release();
            }
        });
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(session, Endless, Cancellation));
        Assert.Equal("57P01", error.SqlState);
    }

    [Fact]
    public async Task StatementTimeoutIsOnlyForTheStatement()
    {
        using Session session = _engine.OpenSession();
        session.Settings.Set("statement_timeout", "50ms");
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(session, Endless, Cancellation));
        Assert.Equal(("57014", "canceling statement due to statement timeout"), (error.SqlState, error.Message));
    }

    [Theory]
    [InlineData(SessionState.Idle, "idle_session_timeout", "57P05")]
    [InlineData(SessionState.IdleInTransaction, "idle_in_transaction_session_timeout", "25P03")]
    [InlineData(SessionState.IdleInFailedTransaction, "idle_in_transaction_session_timeout", "25P03")]
    public async Task C9_IdleSessionsEnd(SessionState state, string setting, string sqlState)
    {
        using Session session = _engine.OpenSession();
        session.Settings.Set(setting, "10ms");
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.Ended.Register(() => ended.TrySetResult());
        session.BecomeIdle(state);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        Assert.Equal(sqlState, session.EndError!.SqlState);
    }

    [Fact]
    public async Task C9_AStatementStopsTheIdleClock()
    {
        using Session session = _engine.OpenSession();
        session.Settings.Set("idle_session_timeout", "200ms");
        session.BecomeIdle(SessionState.Idle);
        await using StatementResult result = await FirstAsync(session, Endless);
        await Task.Delay(400, Cancellation);
        Assert.False(session.Ended.IsCancellationRequested);
    }

    [Fact]
    public void C9_NoMoreSessionsThanMayBe()
    {
        using var engine = new Engine(new EngineOptions(Slots: 1) { MaxSessions = 2 });
        using Session first = engine.OpenSession("a", new SessionClient(Door.PostgreSql));
        using (engine.OpenSession("a", new SessionClient(Door.PostgreSql)))
        {
            Assert.Equal("53300", Assert.Throws<QueryException>(() => engine.OpenSession("a", new SessionClient(Door.FlightSql))).SqlState);
            Assert.Equal(2, engine.Sessions.Count);
        }

        using Session again = engine.OpenSession("a", new SessionClient(Door.PostgreSql));
        Assert.Same(again, engine.Sessions.Find(again.Id));
        Assert.Equal([first.Id, again.Id], engine.Sessions.Select(static session => session.Id).Order());
    }

    private static async Task<StatementResult> FirstAsync(Session session, string sql)
    {
        await foreach (StatementResult result in session.ExecuteAsync(sql, Cancellation))
        {
            return result;
        }

        throw new InvalidOperationException("no statement");
    }
}
