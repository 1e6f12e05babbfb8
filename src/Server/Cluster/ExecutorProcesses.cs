using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using SqlCluster.Execution.Cluster.Driver;

namespace SqlCluster.Server.Cluster;

/// <summary>The executors of local-cluster[N,C,M]: child processes, begun again when they end, and gone with the server.</summary>
public sealed class ExecutorProcesses : IAsyncDisposable
{
    /// <summary>The variable in which a child finds the secret: command lines are for everybody to read.</summary>
    internal const string SecretVariable = "SQLCLUSTER_CLUSTER_SECRET";

    /// <summary>Time before a child that has ended is begun again.</summary>
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);

    private readonly MasterUrl.LocalCluster _cluster;
    private readonly IPEndPoint _driver;
    private readonly string _secret;
    private readonly bool _restarts;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Process?[] _processes;
    private readonly Task[] _keepers;
    private readonly Lock _lock = new();

    private ExecutorProcesses(MasterUrl.LocalCluster cluster, IPEndPoint driver, string secret, bool restarts, ILogger logger)
    {
        _cluster = cluster;
        _driver = driver;
        _secret = secret;
        _restarts = restarts;
        _logger = logger;
        _processes = new Process?[cluster.Executors];
        _keepers = [.. Enumerable.Range(0, cluster.Executors).Select(index => Task.Run(() => KeepAsync(index)))];
    }

    /// <summary>Ids of the processes that run.</summary>
    public IReadOnlyList<int> ProcessIds
    {
        get
        {
            lock (_lock)
            {
                return [.. _processes.Where(static process => process is { HasExited: false }).Select(static process => process!.Id)];
            }
        }
    }

    /// <summary>Starts the children and waits until all have registered.</summary>
    /// <param name="cluster">How many, and what each gets.</param>
    /// <param name="driver">Where they register.</param>
    /// <param name="secret">Shared with the driver.</param>
    /// <param name="restarts">Whether a child that ends is begun again.</param>
    /// <param name="logger">Told of what changes.</param>
    /// <param name="cancellation">Ends the start.</param>
    /// <exception cref="IOException">They do not come.</exception>
    public static async Task<ExecutorProcesses> StartAsync(
        MasterUrl.LocalCluster cluster, DriverHost driver, string secret, bool restarts, ILogger logger, CancellationToken cancellation = default)
    {
        var processes = new ExecutorProcesses(cluster, driver.Address, secret, restarts, logger);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            await driver.Driver.WaitForExecutorsAsync(cluster.Executors, patience.Token).ConfigureAwait(false);
            return processes;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            await processes.DisposeAsync().ConfigureAwait(false);
            throw new IOException($"the {cluster.Executors} executors of local-cluster did not start");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_keepers).ConfigureAwait(false);
        _stopped.Dispose();
    }

    private async Task KeepAsync(int index)
    {
        try
        {
            do
            {
                using Process process = Start();
                lock (_lock)
                {
                    _processes[index] = process;
                }

                try
                {
                    await process.WaitForExitAsync(_stopped.Token).ConfigureAwait(false);
                    _logger.LogWarning("executor process {Process} has ended with exit code {ExitCode}", process.Id, process.ExitCode);
                }
                finally
                {
                    lock (_lock)
                    {
                        _processes[index] = null;
                    }

                    if (!process.HasExited)
                    {
                        process.Kill();
                        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
                    }
                }

                await Task.Delay(RestartDelay, _stopped.Token).ConfigureAwait(false);
            }
            while (_restarts);
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private Process Start()
    {
        string assembly = typeof(ExecutorProcesses).Assembly.Location, program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program).Equals("sqlcluster", StringComparison.OrdinalIgnoreCase);
        var start = new ProcessStartInfo(isHost ? program : "dotnet") { RedirectStandardInput = true };
        foreach (string argument in (string[])
        [
            .. isHost ? Array.Empty<string>() : [assembly],
            "executor", "--driver", _driver.ToString(), "--cores", _cluster.Cores.ToString(CultureInfo.InvariantCulture),
            "--memory", _cluster.MemoryBytes.ToString(CultureInfo.InvariantCulture), "--tied",
        ])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[SecretVariable] = _secret;
        return Process.Start(start)!;
    }
}
