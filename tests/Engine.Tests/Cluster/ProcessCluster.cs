using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using SqlCluster.Execution.Cluster.Driver;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Server.Cluster;
using SqlCluster.Server.Hosting;
using SqlCluster.Testing.Clusters;

namespace SqlCluster.EngineTests.Cluster;

/// <summary>An engine whose executors are child processes, over a folder's Parquet files.</summary>
internal sealed class ProcessCluster : IAsyncDisposable
{
    private readonly DriverHost _driver;
    private readonly ExecutorProcesses _processes;

    private ProcessCluster(DriverHost driver, ExecutorProcesses processes, Engine engine)
    {
        _driver = driver;
        _processes = processes;
        Engine = engine;
    }

    public Engine Engine { get; }

    public ClusterDriver Driver => _driver.Driver;

    public IReadOnlyList<int> ProcessIds => _processes.ProcessIds;

    public static async Task<ProcessCluster> StartAsync(string folder, int executors, int cores, CancellationToken cancellation, bool restarts = false, TimeSpan? mostSilence = null)
    {
        ClusterSecret secret = ClusterSecret.Random(out string text);
        DriverHost driver = await DriverHost.StartAsync(secret, IPAddress.Loopback, 0, NullLogger.Instance, mostSilence ?? SocketCluster.Patience, cancellation);
        ExecutorProcesses processes = await ExecutorProcesses.StartAsync(new MasterUrl.LocalCluster(executors, cores, 1L << 30), driver, text, restarts, NullLogger.Instance, cancellation);
        return new ProcessCluster(driver, processes, TestEngines.New(folder, driver.Driver));
    }

    /// <summary>Stops a process in its tracks, or has it go on.</summary>
    /// <param name="process">Which.</param>
    /// <param name="signal">STOP or CONT.</param>
    public static async Task SignalAsync(int process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", process.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>Ends a process at once, as kill -9 does.</summary>
    public static void Kill(int process)
    {
        using Process victim = Process.GetProcessById(process);
        victim.Kill();
        victim.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        Engine.Dispose();
        await _processes.DisposeAsync();
        await _driver.DisposeAsync();
    }
}
