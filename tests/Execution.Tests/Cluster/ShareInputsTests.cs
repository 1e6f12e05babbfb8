using System.Net;
using System.Net.Sockets;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Cluster.Executor;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Execution.Cluster.Protos;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Tests.Cluster;

/// <summary>What an executor makes of inputs that it cannot read.</summary>
public class ShareInputsTests
{
    /// <summary>Outputs that the share reads of an executor that is lost.</summary>
    private const int Outputs = 8;

    /// <summary>All fetches from a lost executor fail at once; whichever is heard of first, it is an output that cannot be read, and never an error of the query.</summary>
    [Fact]
    public async Task AnExecutorThatIsLostInTheMiddleOfManyFetchesIsAnUnreadableOutput()
    {
        for (int trial = 0; trial < 20; trial++)
        {
            using var lost = new TcpListener(IPAddress.Loopback, 0);
            lost.Start();
            Task breaking = ResetAllAsync(lost);
            using var query = new Fetching(((IPEndPoint)lost.LocalEndpoint).Port, "another");
            UnreadableOutputException error = await Assert.ThrowsAsync<UnreadableOutputException>(query.Inputs.ReadAsync);
            Assert.Equal(1, error.Output.Stage);
            await breaking;
        }
    }

    [Fact]
    public async Task AnOutputThatTheExecutorItselfHasForgottenEndsTheOtherFetchesFirst()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var query = new Fetching(((IPEndPoint)silent.LocalEndpoint).Port, "another");
        query.Request.Inputs[0].Outputs[^1].Executor.Instance = Fetching.Here;
        UnreadableOutputException error = await Assert.ThrowsAsync<UnreadableOutputException>(query.Inputs.ReadAsync).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(Outputs - 1, error.Output.Share);
    }

    [Fact]
    public async Task AQueryThatEndsMeanwhileIsCancelled()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var query = new Fetching(((IPEndPoint)silent.LocalEndpoint).Port, "another");
        Task reading = query.Inputs.ReadAsync();
        query.Scope.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    /// <summary>Takes connections until one has sent its request, then resets each, as the kernel does for a process that was killed.</summary>
    private static async Task ResetAllAsync(TcpListener listener)
    {
        var sockets = new List<Socket>();
        for (int i = 0; i < Outputs; i++)
        {
            Socket socket = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
            socket.LingerState = new LingerOption(true, 0);
            sockets.Add(socket);
        }

        foreach (Socket socket in sockets)
        {
            await socket.ReceiveAsync(new byte[1024], TestContext.Current.CancellationToken);
        }

        sockets.ForEach(static socket => socket.Dispose());
    }

    /// <summary>A share that reads all of an output whose shares are each on an executor of its own.</summary>
    private sealed class Fetching : IDisposable
    {
        public const string Here = "here";

        private readonly QueryContext _context = new("lost", ExecutionSettings.Default, CancellationToken.None);
        private readonly PeerClients _peers = new(ClusterSecret.Random(out _));

        public Fetching(int port, string instance)
        {
            var column = new ExecColumn("n", SqlType.Integer, true);
            var read = new ShuffleReadExec(new StageId(1), new Exchange(ExchangeKind.Broadcast, [], [], 1), [column]);
            var stage = new Stage(new StageId(2), StagePurpose.Result, read, null, null, 1, [new StageId(1)]);
            var input = new StageInput { Stage = 1, Tasks = Outputs, Partitions = 1 };
            for (int share = 0; share < Outputs; share++)
            {
                var executor = new ExecutorAddress { Host = "127.0.0.1", Port = port, Instance = $"{instance} {share}" };
                input.Outputs.Add(new ShareOutput { Executor = executor, Stage = 1, Share = share, Attempt = 1, FirstTask = share, EndTask = share + 1 });
            }

            Request = new ShareRequest { Query = "lost", Shares = 1, EndTask = 1, Inputs = { input } };
            Scope = new QueryContext(_context, new ScanShare(0, 1), CancellationToken.None);
            Inputs = new ShareInputs(new ExecutorQuery(_context), Scope, stage, Request, Here, _peers);
        }

        public ShareRequest Request { get; }

        public QueryContext Scope { get; }

        public ShareInputs Inputs { get; }

        public void Dispose()
        {
            Inputs.Dispose();
            Scope.Dispose();
            _context.Dispose();
            _peers.Dispose();
        }
    }
}
