using System.Net;
using Microsoft.Extensions.Logging;
using SqlCluster.Execution.Cluster.Executor;
using SqlCluster.Server.PgCatalog;

namespace SqlCluster.Server.Cluster;

/// <summary>An executor behind its port, known to its driver as long as this lives.</summary>
public sealed class ExecutorHost : IAsyncDisposable
{
    private readonly ClusterDoor _door;
    private readonly ExecutorRegistration _registration;
    private readonly CancellationTokenSource _stopped = new();

    private ExecutorHost(ExecutorService service, ClusterDoor door, ExecutorRegistration registration)
    {
        Service = service;
        _door = door;
        _registration = registration;
        Registration = registration.RunAsync(_stopped.Token);
    }

    public ExecutorService Service { get; }

    /// <summary>Completes when the executor is stopped, or has lost the driver that it is tied to.</summary>
    public Task Registration { get; }

    /// <summary>Starts an executor, which goes on trying until its driver knows it.</summary>
    /// <param name="options">What it brings along.</param>
    /// <param name="driver">Where the driver listens for executors.</param>
    /// <param name="address">Where it listens itself.</param>
    /// <param name="announced">The name under which others reach it; null: its address.</param>
    /// <param name="port">0: any that is free.</param>
    /// <param name="isTied">Whether it ends with its driver.</param>
    /// <param name="logger">Told of what changes.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<ExecutorHost> StartAsync(
        ExecutorOptions options, (string Host, int Port) driver, IPAddress address, string? announced, int port, bool isTied, ILogger logger, CancellationToken cancellation = default)
    {
        var service = new ExecutorService(options, SystemFunctions.Instance, logger);
        try
        {
            ClusterDoor door = await ClusterDoor.OpenAsync(service.Server, address, port, cancellation).ConfigureAwait(false);
            return new ExecutorHost(service, door, new ExecutorRegistration(service, driver, (announced ?? address.ToString(), door.Address.Port), isTied, logger));
        }
        catch
        {
            await service.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends what runs here, and what others still read from here, as long as there is patience; takes nothing new.</summary>
    public Task LeaveAsync(TimeSpan patience) => _registration.LeaveAsync(patience);

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync().ConfigureAwait(false);
        await Registration.ConfigureAwait(false);
        await _door.DisposeAsync().ConfigureAwait(false);
        await Service.DisposeAsync().ConfigureAwait(false);
        _stopped.Dispose();
    }
}
