using System.Globalization;
using System.Net;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Server.Hosting;

namespace SqlCluster.Server.Cluster;

/// <summary>What a server's configuration says of its cluster, started: the driver's door, and the child processes of local-cluster.</summary>
internal sealed class ServerCluster : IAsyncDisposable
{
    private readonly DriverHost _driver;
    private readonly ExecutorProcesses? _processes;

    private ServerCluster(Engine engine, DriverHost driver, ExecutorProcesses? processes)
    {
        engine.Cluster = driver.Driver;
        _driver = driver;
        _processes = processes;
    }

    /// <summary>Starts what is configured; null: tasks run in the server.</summary>
    /// <exception cref="ConfigurationException">A master, address, port or secret that is none.</exception>
    /// <exception cref="IOException">The port is taken, or the executors do not start.</exception>
    public static async Task<ServerCluster?> StartAsync(Engine engine, ServerConfiguration configuration, ServerOptions options, CancellationToken cancellation)
    {
        MasterUrl master = MasterUrl.Parse(configuration["master"]) ?? throw new ConfigurationException("master: none of local, local-cluster[N,C,M] and standalone");
        if (master is MasterUrl.LocalCluster cluster)
        {
            ClusterSecret secret = ClusterSecret.Random(out string text);
            DriverHost driver = await DriverHost.StartAsync(secret, IPAddress.Loopback, 0, options.Logger, cancellation: cancellation).ConfigureAwait(false);
            try
            {
                return new ServerCluster(engine, driver, await ExecutorProcesses.StartAsync(cluster, driver, text, restarts: true, options.Logger, cancellation).ConfigureAwait(false));
            }
            catch
            {
                await driver.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }

        return master is MasterUrl.Local ? null : new ServerCluster(
            engine, await DriverHost.StartAsync(Secret(configuration), Address(configuration), Port(configuration), options.Logger, cancellation: cancellation).ConfigureAwait(false), null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_processes != null)
        {
            await _processes.DisposeAsync().ConfigureAwait(false);
        }

        await _driver.DisposeAsync().ConfigureAwait(false);
    }

    private static ClusterSecret Secret(ServerConfiguration configuration)
    {
        try
        {
            return ExecutorCommand.Secret(configuration["cluster_secret_file"] is { Length: > 0 } file ? new FileInfo(file) : null);
        }
        catch (Exception error) when (error is ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"cluster_secret_file: {error.Message}");
        }
    }

    private static IPAddress Address(ServerConfiguration configuration) =>
        IPAddress.TryParse(configuration["cluster_address"], out IPAddress? address) ? address : throw new ConfigurationException("cluster_address: not an IP address");

    private static int Port(ServerConfiguration configuration) =>
        int.TryParse(configuration["cluster_port"], NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= ushort.MaxValue ? port : throw new ConfigurationException("cluster_port: not a port");
}
