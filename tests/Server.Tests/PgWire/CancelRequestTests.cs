using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.PgWire;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>No cancellation is lost, however its connection and the statement's overtake each other.</summary>
public sealed class CancelRequestTests : IDisposable
{
    private readonly Engine _engine = new(new EngineOptions(Slots: 2));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task C1_ARequestCountsWhenItsClientHasLeft()
    {
        using Session session = _engine.OpenSession();
        var keys = new CancelKeys();
        byte[] key = keys.Add(session, 0);
        RunningQuery query = session.BeginStatement("SELECT 1", null, Cancellation);

        // node-postgres and others close right after writing; on a busy machine the server sees both at once.
        var input = new Pipe();
        await input.Writer.WriteAsync((byte[])[.. RawClient.Number(16), .. RawClient.Number(80_877_102), .. RawClient.Number(session.Id), .. key], Cancellation);
        await input.Writer.CompleteAsync();
        var connection = new DefaultConnectionContext("left", new Pipes(input.Reader, new Pipe().Writer), new Pipes(new Pipe().Reader, new Pipe().Writer)) { ConnectionClosed = new CancellationToken(true) };
        await new PgConnection(_engine, keys, new Newcomers(10), new ServerOptions(), connection, CancellationToken.None).RunAsync();

        Assert.Equal(CancelReason.Requested, query.Reason);
        query.End(null);
    }

    [Fact]
    public async Task C1_ARequestBetweenTheTextAndTheStatementEndsTheStatement()
    {
        using Session session = _engine.OpenSession();
        session.BeginRequest();
        session.Cancel();
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(session, "SELECT 1", Cancellation));
        Assert.Equal("57014", error.SqlState);
        await ResultReader.ReadAsync(session, "SELECT 1", Cancellation);
    }

    [Fact]
    public async Task C1_ARequestForAnEndedStatementHarmsNoOther()
    {
        using Session session = _engine.OpenSession();
        session.BeginRequest();
        await ResultReader.ReadAsync(session, "SELECT 1", Cancellation);
        session.Cancel();
        session.BecomeIdle(SessionState.Idle);
        session.Cancel();
        session.BeginRequest();
        await ResultReader.ReadAsync(session, "SELECT 1", Cancellation);
    }

    [Fact]
    public async Task C1_AStatementThatIsSeenCanBeEndedThroughItsSession()
    {
        using Session session = _engine.OpenSession();
        for (int i = 0; i < 2000; i++)
        {
            Task<RunningQuery> seen = Task.Run(
                () =>
                {
                    IReadOnlyList<RunningQuery> queries;
                    while ((queries = _engine.Sessions.RunningQueries()).Count == 0)
                    {
                        Cancellation.ThrowIfCancellationRequested();
                    }

                    session.Cancel();
                    return queries[0];
                },
                Cancellation);
            RunningQuery query = session.BeginStatement("SELECT 1", null, Cancellation);
            Assert.Same(query, await seen);
            Assert.Equal(CancelReason.Requested, query.Reason);
            query.End(null);
        }
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
