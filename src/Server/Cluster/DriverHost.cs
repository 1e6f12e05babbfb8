using System.Net;
using Microsoft.Extensions.Logging;
using SqlCluster.Execution.Cluster.Driver;
using SqlCluster.Execution.Cluster.Protocol;

namespace SqlCluster.Server.Cluster;

/// <summary>A driver behind its port. Engines that are given the driver send plans that read files to its executors as long as there are some.</summary>
public sealed class DriverHost : IAsyncDisposable
{
    private readonly ClusterDoor _door;

    private DriverHost(ClusterDriver driver, ClusterDoor door)
    {
        _door = door;
        Driver = driver;
    }

    public ClusterDriver Driver { get; }

    /// <summary>Where executors register.</summary>
    public IPEndPoint Address => _door.Address;

    /// <summary>Opens the door for executors.</summary>
    /// <param name="secret">Shared with the executors.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="port">0: any that is free.</param>
    /// <param name="logger">Told of executors that come and go.</param>
    /// <param name="mostSilence">After so long without a heartbeat an executor counts as lost; null: 10 s.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<DriverHost> StartAsync(ClusterSecret secret, IPAddress address, int port, ILogger logger, TimeSpan? mostSilence = null, CancellationToken cancellation = default)
    {
        var driver = new ClusterDriver(secret, logger, mostSilence);
        try
        {
            return new DriverHost(driver, await ClusterDoor.OpenAsync(driver.Server, address, port, cancellation).ConfigureAwait(false));
        }
        catch
        {
            await driver.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _door.DisposeAsync().ConfigureAwait(false);
        await Driver.DisposeAsync().ConfigureAwait(false);
    }
}
