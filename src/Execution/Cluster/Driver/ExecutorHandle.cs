using Google.Protobuf;
using SqlCluster.Arrow.Memory;
using SqlCluster.Execution.Cluster.Executor;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Execution.Cluster.Protos;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Execution.Cluster.Driver;

/// <summary>An executor as the status page shows it.</summary>
/// <param name="Id">Number that the driver gave it.</param>
/// <param name="Address">Host and port.</param>
/// <param name="Cores">Slots.</param>
/// <param name="BusySlots">Slots that worked at the last heartbeat.</param>
/// <param name="MemoryBytes">What its queries may hold.</param>
/// <param name="UsedMemoryBytes">What they held at the last heartbeat.</param>
/// <param name="RunningShares">Shares of stages that ran at the last heartbeat.</param>
/// <param name="EndedShares">Shares that it has ended for this driver.</param>
/// <param name="ProcessId">On its machine.</param>
/// <param name="Registered">When it came.</param>
/// <param name="IsLeaving">Whether it ends what it has and takes nothing new.</param>
/// <param name="LossCause">Why it counts as lost; null: it is alive.</param>
public sealed record ExecutorState(
    int Id, string Address, int Cores, int BusySlots, long MemoryBytes, long UsedMemoryBytes, int RunningShares, long EndedShares, int ProcessId, DateTimeOffset Registered, bool IsLeaving, string? LossCause);

/// <summary>What an executor says when it is asked whether it is there.</summary>
internal enum ExecutorAnswer
{
    There,

    /// <summary>Nothing, in time: it may be busy.</summary>
    Late,

    /// <summary>Nobody listens, or somebody else.</summary>
    Gone,
}

/// <summary>An executor as the driver sees it: how to call it, and whether it is alive. Thread-safe.</summary>
internal sealed class ExecutorHandle : IDisposable
{
    private static readonly TimeSpan ShortCall = TimeSpan.FromSeconds(5);

    private readonly ClusterSecret _secret;
    private readonly RegisterRequest _registration;
    private readonly GrpcChannel _channel;
    private readonly FlightClient _flight;
    private readonly CancellationTokenSource _lost = new();
    private readonly DateTimeOffset _registered = TimeProvider.System.GetUtcNow();
    private HeartbeatRequest _lastBeat = new();
    private long _lastContact = Environment.TickCount64;
    private long _endedShares;
    private int _runningShares;
    private string? _lossCause;

    public ExecutorHandle(int id, RegisterRequest registration, ClusterSecret secret)
    {
        Id = id;
        _registration = registration;
        _secret = secret;
        _channel = new GrpcChannel(PeerClients.ChannelTo(registration.Address.Host, registration.Address.Port));
        _flight = PeerClients.Connect(registration.Address, secret);
        Lost = _lost.Token;
    }

    public int Id { get; }

    public ExecutorAddress Address => _registration.Address;

    public int Cores => _registration.Cores;

    public string Name => $"{Id} ({Address.Host}:{Address.Port})";

    public bool IsAlive => !Lost.IsCancellationRequested;

    /// <summary>Ends every call to the executor when it counts as lost.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Whether it takes new shares.</summary>
    public bool IsUsable => IsAlive && !_lastBeat.IsLeaving;

    public string LossCause => Volatile.Read(ref _lossCause) ?? "";

    /// <summary>Shares that the driver waits for.</summary>
    public int RunningShares => Volatile.Read(ref _runningShares);

    public TimeSpan Silence => TimeSpan.FromMilliseconds(Environment.TickCount64 - Interlocked.Read(ref _lastContact));

    public ExecutorState State => new(
        Id, $"{Address.Host}:{Address.Port}", Cores, IsAlive ? _lastBeat.BusySlots : 0, _registration.MemoryBytes, IsAlive ? _lastBeat.UsedMemoryBytes : 0, IsAlive ? RunningShares : 0,
        Interlocked.Read(ref _endedShares), _registration.ProcessId, _registered, _lastBeat.IsLeaving, Volatile.Read(ref _lossCause));

    public void Beat(HeartbeatRequest beat)
    {
        _lastBeat = beat;
        Interlocked.Exchange(ref _lastContact, Environment.TickCount64);
    }

    /// <summary>Marks the executor as lost; its calls end.</summary>
    /// <returns>Whether it was alive before.</returns>
    public bool Lose(string cause)
    {
        if (Interlocked.CompareExchange(ref _lossCause, cause, null) != null)
        {
            return false;
        }

        _lost.Cancel();
        return true;
    }

    /// <summary>Has a share run to its end.</summary>
    public async Task<ShareEnd> RunAsync(ShareRequest request, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, Lost);
        Interlocked.Increment(ref _runningShares);
        try
        {
            return await _channel.UnaryAsync(ClusterMethods.RunShare, request, ShareEnd.Parser, Options(null), ended.Token).ConfigureAwait(false);
        }
        finally
        {
            EndShare();
        }
    }

    /// <summary>Opens the rows of a share of the last stage.</summary>
    /// <param name="request">The share.</param>
    /// <param name="account">Pays for the rows.</param>
    /// <param name="cancellation">Ends the share; the caller ends it with <see cref="Lost"/> too.</param>
    public Task<FlightStream> StreamAsync(ShareRequest request, MemoryAccount account, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _runningShares);
        return _flight.DoGetAsync(new Ticket { Ticket_ = new StreamTicket { Result = request }.ToByteString() }, account, cancellation);
    }

    /// <summary>Counts the end of a share whose rows were streamed.</summary>
    public void EndShare()
    {
        Interlocked.Decrement(ref _runningShares);
        Interlocked.Increment(ref _endedShares);
    }

    /// <summary>Ends a query there. A failure is the executor's loss: its heartbeats tell.</summary>
    public async Task EndQueryAsync(string query)
    {
        try
        {
            await _channel.UnaryAsync(ClusterMethods.EndQuery, new EndQueryRequest { Query = query }, EndQueryReply.Parser, Options(ShortCall), Lost).ConfigureAwait(false);
        }
        catch (Exception error) when (error is GrpcStatusException or OperationCanceledException)
        {
            // Its next heartbeat names the query, and is told that it has ended.
        }
    }

    /// <summary>Asks whether the process is there.</summary>
    public async Task<ExecutorAnswer> PingAsync()
    {
        try
        {
            PingReply reply = await _channel.UnaryAsync(ClusterMethods.Ping, new PingRequest(), PingReply.Parser, Options(ShortCall), Lost).ConfigureAwait(false);
            return reply.Instance == Address.Instance ? ExecutorAnswer.There : ExecutorAnswer.Gone;
        }
        catch (Exception error) when (error is GrpcStatusException or OperationCanceledException)
        {
            return error is GrpcStatusException { Code: StatusCode.DeadlineExceeded } ? ExecutorAnswer.Late : ExecutorAnswer.Gone;
        }
    }

    public void Dispose()
    {
        _channel.Dispose();
        _flight.Dispose();
    }

    private GrpcCallOptions Options(TimeSpan? timeout) => new() { Headers = _secret.HeadersFor(Address.Instance), Timeout = timeout };
}
