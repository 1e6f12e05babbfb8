using Microsoft.Extensions.Logging;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Execution.Cluster.Protos;
using SqlCluster.Flight.Grpc;

namespace SqlCluster.Execution.Cluster.Executor;

/// <summary>Keeps an executor known to its driver: registers, sends heartbeats, and ends the queries of a driver that is gone or has given the executor up.</summary>
/// <param name="service">The executor.</param>
/// <param name="driver">Where the driver listens.</param>
/// <param name="address">Where others reach the executor.</param>
/// <param name="isTied">Whether the executor ends with its driver; else it waits for the next one.</param>
/// <param name="logger">Told of what changes.</param>
public sealed class ExecutorRegistration(ExecutorService service, (string Host, int Port) driver, (string Host, int Port) address, bool isTied, ILogger logger)
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostDelay = TimeSpan.FromSeconds(2);

    /// <summary>Heartbeats that fail one after the other before the driver counts as gone; four times as many calls of one that was never there.</summary>
    private const int MostMissed = 5;

    private bool _wasKnown;
    private volatile bool _isLeaving;

    /// <summary>Runs until the executor is to stop.</summary>
    /// <returns>Completes on cancellation, and when the driver is gone that the executor is tied to.</returns>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var channel = new GrpcChannel(PeerClients.ChannelTo(driver.Host, driver.Port));
        TimeSpan delay = TimeSpan.FromMilliseconds(100);
        int failures = 0;
        while (!cancellation.IsCancellationRequested)
        {
            bool isRegistered = false;
            try
            {
                await RegisterAsync(channel, cancellation).ConfigureAwait(false);
                (delay, failures, isRegistered) = (TimeSpan.FromMilliseconds(100), 0, true);
                await BeatAsync(channel, cancellation).ConfigureAwait(false);
            }
            catch (GrpcStatusException error) when (!cancellation.IsCancellationRequested)
            {
                logger.LogWarning("driver {Host}:{Port}: {Error}", driver.Host, driver.Port, error.Message);
                failures = isRegistered ? MostMissed : failures + 1;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }

            await service.Queries.EndAllAsync().ConfigureAwait(false);
            if (isTied && failures >= (_wasKnown ? MostMissed : MostMissed * 4))
            {
                return;
            }

            delay = TimeSpan.FromMilliseconds(Math.Min(delay.TotalMilliseconds * 2, MostDelay.TotalMilliseconds));
            try
            {
                await Task.Delay(delay, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Takes no new work from now on, and tells the driver when what there is has ended, or patience has.</summary>
    public async Task LeaveAsync(TimeSpan patience)
    {
        _isLeaving = true;
        using var channel = new GrpcChannel(PeerClients.ChannelTo(driver.Host, driver.Port));
        long start = Environment.TickCount64;
        try
        {
            await channel.UnaryAsync(ClusterMethods.Heartbeat, Beat(), HeartbeatReply.Parser, Options(), CancellationToken.None).ConfigureAwait(false);
            while (service.QueryCount > 0 && Environment.TickCount64 - start < patience.TotalMilliseconds)
            {
                await Task.Delay(100).ConfigureAwait(false);
            }

            HeartbeatRequest last = Beat();
            last.HasLeft = true;
            await channel.UnaryAsync(ClusterMethods.Heartbeat, last, HeartbeatReply.Parser, Options(), CancellationToken.None).ConfigureAwait(false);
        }
        catch (GrpcStatusException)
        {
            // The driver is gone, too.
        }
    }

    private HeartbeatRequest Beat()
    {
        var beat = new HeartbeatRequest
        {
            Instance = service.Instance,
            BusySlots = service.BusySlots,
            UsedMemoryBytes = service.Memory.UsedBytes,
            RunningShares = service.RunningShares,
            IsLeaving = _isLeaving,
        };
        beat.Queries.AddRange(service.Queries.Names);
        return beat;
    }

    private async Task RegisterAsync(GrpcChannel channel, CancellationToken cancellation)
    {
        var request = new RegisterRequest
        {
            Version = ClusterMethods.Version,
            Address = new ExecutorAddress { Instance = service.Instance, Host = address.Host, Port = address.Port },
            Cores = service.Options.Cores,
            MemoryBytes = service.Options.MemoryBytes,
            ProcessId = Environment.ProcessId,
        };
        RegisterReply reply = await channel.UnaryAsync(ClusterMethods.Register, request, RegisterReply.Parser, Options(), cancellation).ConfigureAwait(false);
        if (!service.Options.Secret.IsProofTo(service.Instance, reply.Proof))
        {
            throw new GrpcStatusException(StatusCode.Unauthenticated, "the driver does not know the cluster secret");
        }

        _wasKnown = true;
        logger.LogInformation("registered with driver {Host}:{Port} as executor {Executor}", driver.Host, driver.Port, reply.Executor);
    }

    /// <summary>Sends heartbeats until the driver does not know the executor any more.</summary>
    /// <exception cref="GrpcStatusException">The driver does not answer.</exception>
    private async Task BeatAsync(GrpcChannel channel, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Driver.ClusterDriver.HeartbeatInterval);
        int missed = 0;
        while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
        {
            try
            {
                HeartbeatReply reply = await channel.UnaryAsync(ClusterMethods.Heartbeat, Beat(), HeartbeatReply.Parser, Options(), cancellation).ConfigureAwait(false);
                if (!reply.IsKnown)
                {
                    logger.LogWarning("the driver has given this executor up; it registers again");
                    return;
                }

                missed = 0;
                foreach (string query in reply.EndedQueries)
                {
                    await service.Queries.EndAsync(query).ConfigureAwait(false);
                }
            }
            catch (GrpcStatusException) when (++missed < MostMissed && !cancellation.IsCancellationRequested)
            {
                // One missed heartbeat is nothing yet.
            }
        }
    }

    private GrpcCallOptions Options() => new() { Headers = service.Options.Secret.HeadersFor(ClusterSecret.Driver), Timeout = CallTimeout };
}
