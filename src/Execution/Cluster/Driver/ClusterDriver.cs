using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Execution.Cluster.Protos;
using SqlCluster.Flight.Grpc;

namespace SqlCluster.Execution.Cluster.Driver;

/// <summary>The driver's side of a cluster: executors register here, are watched, and are given up when they fall silent. Thread-safe.</summary>
public sealed class ClusterDriver : IAsyncDisposable
{
    /// <summary>Time between two heartbeats of an executor.</summary>
    internal static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(1);

    /// <summary>Lost executors that the status page still shows.</summary>
    private const int MostRemembered = 20;

    private readonly ClusterSecret _secret;
    private readonly ILogger _logger;
    private readonly TimeSpan _mostSilence;
    private readonly ConcurrentDictionary<string, byte> _queries = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _watch;
    private readonly Lock _lock = new();
    private ImmutableArray<ExecutorHandle> _live = [];
    private ImmutableArray<ExecutorHandle> _lost = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _lastId;
    private long _lostCount;

    /// <param name="secret">Shared with the executors.</param>
    /// <param name="logger">Told of executors that come and go.</param>
    /// <param name="mostSilence">After so long without a heartbeat an executor counts as lost; null: 10 s.</param>
    public ClusterDriver(ClusterSecret secret, ILogger? logger = null, TimeSpan? mostSilence = null)
    {
        _secret = secret;
        _logger = logger ?? NullLogger.Instance;
        _mostSilence = mostSilence ?? TimeSpan.FromSeconds(10);
        Server = new GrpcServer(new GrpcServerOptions { Authenticate = call => secret.Authenticate(call, ClusterSecret.Driver), Logger = _logger });
        Server.MapUnary(ClusterMethods.Register, RegisterRequest.Parser, Register);
        Server.MapUnary(ClusterMethods.Heartbeat, HeartbeatRequest.Parser, Beat);
        _watch = Task.Run(WatchAsync);
    }

    /// <summary>The calls that executors make.</summary>
    public GrpcServer Server { get; }

    /// <summary>Executors that take work, and the slots of all of them.</summary>
    public (int Executors, int Slots) Size => Usable is var usable ? (usable.Count, usable.Sum(static executor => executor.Cores)) : default;

    /// <summary>Executors that take work.</summary>
    public int ExecutorCount => _live.Count(static executor => executor.IsUsable);

    /// <summary>Executors, those lost last behind those that are alive.</summary>
    public IReadOnlyList<ExecutorState> States => [.. _live.Concat(_lost.Reverse()).Select(static executor => executor.State)];

    /// <summary>Executors lost since the start.</summary>
    public long LostCount => Interlocked.Read(ref _lostCount);

    /// <summary>The executor that was lost last, and why; null: none was.</summary>
    internal string? LastLoss => _lost.LastOrDefault() is { } executor ? $"Executor {executor.Name}: {executor.LossCause}" : null;

    /// <summary>Executors that take work, in the order in which they came.</summary>
    internal IReadOnlyList<ExecutorHandle> Usable => [.. _live.Where(static executor => executor.IsUsable)];

    /// <summary>Completes when so many executors are there.</summary>
    /// <exception cref="OperationCanceledException">They did not come in time.</exception>
    public async Task WaitForExecutorsAsync(int count, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_live.Length >= count)
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Gives an executor up.</summary>
    internal void Lose(ExecutorHandle executor, string cause)
    {
        if (!Remove(executor, cause))
        {
            return;
        }

        Interlocked.Increment(ref _lostCount);
        _logger.LogWarning("executor {Executor} is lost: {Cause}", executor.Name, cause);
    }

    private bool Remove(ExecutorHandle executor, string cause)
    {
        if (!executor.Lose(cause))
        {
            return false;
        }

        lock (_lock)
        {
            _live = _live.Remove(executor);
            _lost = _lost.Add(executor);
            while (_lost.Length > MostRemembered)
            {
                _lost[0].Dispose();
                _lost = _lost.RemoveAt(0);
            }

            Announce();
        }

        return true;
    }

    /// <summary>Gives an executor up that is not there any more. One that is only late stays as long as it was heard of lately: it may be busy.</summary>
    internal async Task CheckAsync(ExecutorHandle executor, string cause)
    {
        ExecutorAnswer answer = await executor.PingAsync().ConfigureAwait(false);
        if (answer == ExecutorAnswer.Gone || (answer == ExecutorAnswer.Late && executor.Silence > _mostSilence))
        {
            Lose(executor, cause);
        }
    }

    /// <inheritdoc cref="CheckAsync(ExecutorHandle, string)"/>
    internal Task CheckAsync(string instance) =>
        _live.FirstOrDefault(executor => executor.Address.Instance == instance) is { } executor ? CheckAsync(executor, "it does not answer") : Task.CompletedTask;

    /// <summary>Counts a query as running: executors that hold one that is not are told to let it go.</summary>
    internal void Begin(string query) => _queries.TryAdd(query, 0);

    internal void End(string query) => _queries.TryRemove(query, out _);

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync().ConfigureAwait(false);
        await _watch.ConfigureAwait(false);
        foreach (ExecutorHandle executor in _live.Concat(_lost))
        {
            executor.Lose("the server has stopped");
            executor.Dispose();
        }

        _stopped.Dispose();
    }

    private ValueTask<RegisterReply> Register(GrpcCall call, RegisterRequest request)
    {
        if (request.Version != ClusterMethods.Version)
        {
            throw new GrpcStatusException(StatusCode.FailedPrecondition, $"executor of version {request.Version}, driver of version {ClusterMethods.Version}");
        }

        if (request.Cores is < 1 or > 4096 || request.Address is not { Instance.Length: > 0, Host.Length: > 0, Port: > 0 and <= ushort.MaxValue })
        {
            throw new GrpcStatusException(StatusCode.InvalidArgument, "an executor has cores, a name, a host and a port");
        }

        if (_live.FirstOrDefault(executor => executor.Address.Instance == request.Address.Instance) is { } before)
        {
            Lose(before, "it has registered again");
        }

        ExecutorHandle registered;
        lock (_lock)
        {
            registered = new ExecutorHandle(++_lastId, request, _secret);
            _live = _live.Add(registered);
            Announce();
        }

        _logger.LogInformation("executor {Executor} has registered: {Cores} cores, {Bytes} bytes", registered.Name, registered.Cores, request.MemoryBytes);
        return ValueTask.FromResult(new RegisterReply { Proof = _secret.ProofTo(request.Address.Instance), Executor = registered.Id });
    }

    private ValueTask<HeartbeatReply> Beat(GrpcCall call, HeartbeatRequest beat)
    {
        var reply = new HeartbeatReply();
        if (_live.FirstOrDefault(executor => executor.Address.Instance == beat.Instance) is { } executor)
        {
            executor.Beat(beat);
            reply.IsKnown = true;
            if (beat.HasLeft)
            {
                Remove(executor, "it has left");
                _logger.LogInformation("executor {Executor} has left", executor.Name);
            }

            reply.EndedQueries.AddRange(beat.Queries.Where(query => !_queries.ContainsKey(query)));
        }

        return ValueTask.FromResult(reply);
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(HeartbeatInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopped.Token).ConfigureAwait(false))
            {
                // On a busy machine heartbeats may be late, or this process may have slept: silence alone is no loss.
                await Task.WhenAll(_live.Where(executor => executor.Silence > _mostSilence)
                    .Select(executor => CheckAsync(executor, $"no heartbeat for {_mostSilence.TotalSeconds:0} s, and no answer"))).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private void Announce()
    {
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }
}
