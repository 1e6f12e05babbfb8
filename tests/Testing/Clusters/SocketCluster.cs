using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using SqlCluster.Execution.Cluster.Driver;
using SqlCluster.Execution.Cluster.Executor;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Server.Cluster;

namespace SqlCluster.Testing.Clusters;

/// <summary>A driver and executors in this process that talk to each other over sockets all the same.</summary>
public sealed class SocketCluster : IAsyncDisposable
{
    private const long MemoryBytes = 1L << 30;

    /// <summary>How long an executor of a test may be silent: machines that run tests may be busy with others.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly ConcurrentDictionary<int, Lazy<Task<SocketCluster>>> Shared = new();

    private readonly DriverHost _driver;

    private SocketCluster(DriverHost driver, IReadOnlyList<ExecutorHost> executors)
    {
        _driver = driver;
        Executors = executors;
    }

    public ClusterDriver Driver => _driver.Driver;

    public IPEndPoint DriverAddress => _driver.Address;

    public IReadOnlyList<ExecutorHost> Executors { get; }

    /// <summary>The driver of so many executors of one slot, shared by the tests of the process.</summary>
    public static async Task<ClusterDriver> SharedAsync(int executors) =>
        (await Shared.GetOrAdd(executors, static count => new Lazy<Task<SocketCluster>>(() => StartAsync(count, 1))).Value.ConfigureAwait(false)).Driver;

    public static async Task<SocketCluster> StartAsync(int executors, int cores, CancellationToken cancellation = default)
    {
        ClusterSecret secret = ClusterSecret.Random(out _);
        DriverHost driver = await DriverHost.StartAsync(secret, IPAddress.Loopback, 0, NullLogger.Instance, Patience, cancellation).ConfigureAwait(false);
        var hosts = new List<ExecutorHost>();
        for (int i = 0; i < executors; i++)
        {
            var options = new ExecutorOptions(cores, MemoryBytes, Path.GetTempPath(), secret);
            hosts.Add(await ExecutorHost.StartAsync(options, ("127.0.0.1", driver.Address.Port), IPAddress.Loopback, null, 0, isTied: false, NullLogger.Instance, cancellation).ConfigureAwait(false));
        }

        await driver.Driver.WaitForExecutorsAsync(executors, cancellation).ConfigureAwait(false);
        return new SocketCluster(driver, hosts);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ExecutorHost executor in Executors)
        {
            await executor.DisposeAsync().ConfigureAwait(false);
        }

        await _driver.DisposeAsync().ConfigureAwait(false);
    }
}
