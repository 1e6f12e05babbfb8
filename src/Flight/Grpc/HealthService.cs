using System.Collections.Concurrent;
using SqlCluster.Flight.Protos.Health;
using ServingStatus = SqlCluster.Flight.Protos.Health.HealthCheckResponse.Types.ServingStatus;

namespace SqlCluster.Flight.Grpc;

/// <summary>gRPC's health checking service: Check, Watch and List, without logging in.</summary>
/// <remarks>The empty name is the whole server. From the moment the server drains everything is NOT_SERVING and watches end.</remarks>
public sealed class HealthService
{
    /// <summary>Watches that may run at once.</summary>
    public const int MaxWatches = 256;

    private const string Prefix = "/grpc.health.v1.Health/";
    private readonly ConcurrentDictionary<string, ServingStatus> _statuses = new(StringComparer.Ordinal) { [""] = ServingStatus.Serving };
    private readonly GrpcServer _server;
    private TaskCompletionSource _changed = New();
    private int _watches;

    private HealthService(GrpcServer server) => _server = server;

    /// <summary>Adds the service's methods to a server.</summary>
    public static HealthService MapTo(GrpcServer server)
    {
        var health = new HealthService(server);
        server.MapUnary<HealthCheckRequest, HealthCheckResponse>(Prefix + "Check", HealthCheckRequest.Parser, health.CheckAsync, isAnonymous: true);
        server.MapUnary<HealthListRequest, HealthListResponse>(Prefix + "List", HealthListRequest.Parser, health.ListAsync, isAnonymous: true);
        server.MapServerStreaming(Prefix + "Watch", HealthCheckRequest.Parser, health.WatchAsync, isAnonymous: true);
        return health;
    }

    /// <summary>Says whether a service is being served; watches hear of it.</summary>
    public void Set(string service, bool isServing)
    {
        _statuses[service] = isServing ? ServingStatus.Serving : ServingStatus.NotServing;
        Interlocked.Exchange(ref _changed, New()).SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServingStatus? StatusOf(string service) =>
        !_statuses.TryGetValue(service, out ServingStatus status) ? null : _server.Draining.IsCancellationRequested ? ServingStatus.NotServing : status;

    private ValueTask<HealthCheckResponse> CheckAsync(GrpcCall call, HealthCheckRequest request) =>
        new(new HealthCheckResponse { Status = StatusOf(request.Service) ?? throw GrpcErrors.UnknownService(request.Service) });

    private ValueTask<HealthListResponse> ListAsync(GrpcCall call, HealthListRequest request)
    {
        var list = new HealthListResponse();
        foreach (string service in _statuses.Keys)
        {
            list.Statuses[service] = new HealthCheckResponse { Status = StatusOf(service) ?? ServingStatus.Unknown };
        }

        return new(list);
    }

    private async Task WatchAsync(GrpcCall call, HealthCheckRequest request)
    {
        if (Interlocked.Increment(ref _watches) > MaxWatches)
        {
            Interlocked.Decrement(ref _watches);
            throw GrpcErrors.TooManyWatches(MaxWatches);
        }

        try
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, _server.Draining);
            ServingStatus? last = null;
            while (true)
            {
                Task changed = Volatile.Read(ref _changed).Task;
                ServingStatus status = StatusOf(request.Service) ?? ServingStatus.ServiceUnknown;
                if (status != last)
                {
                    await call.WriteAsync(new HealthCheckResponse { Status = status }).ConfigureAwait(false);
                    last = status;
                }

                if (_server.Draining.IsCancellationRequested)
                {
                    throw GrpcErrors.ShuttingDown();
                }

                await changed.WaitAsync(ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                call.CancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _watches);
        }
    }
}
