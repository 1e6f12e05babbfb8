using System.CommandLine;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;
using SqlCluster.Execution.Cluster.Executor;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Monitoring;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Cluster;

/// <summary>sqlcluster executor: runs tasks for a server that is its driver, until Ctrl-C or SIGTERM, which let it end what it has.</summary>
internal static class ExecutorCommand
{
    public const string Name = "executor";

    /// <summary>How long an executor that is told to stop stays for statements that need what it holds.</summary>
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(60);

    public static Command Create()
    {
        var command = new Command(Name, "Runs tasks for a server started with --master standalone; docs/cluster.md");
        var driver = new Option<string>("--driver") { Description = "Where the server's cluster_port is", HelpName = "HOST:PORT", Required = true };
        var cores = new Option<int>("--cores") { Description = "Tasks that run at once; 0: one a processor" };
        var memory = new Option<string>("--memory") { Description = "What all queries together may hold, such as 8GB; 0: three quarters of the machine's", HelpName = "SIZE", DefaultValueFactory = static _ => "0" };
        var folder = new Option<string?>("--data-dir") { Description = "Folder for rows that do not fit in memory [the system's for temporary files]", HelpName = "DIR" };
        var listen = new Option<string>("--listen-address") { Description = "IP address to listen on", HelpName = "VALUE", DefaultValueFactory = static _ => "127.0.0.1" };
        var announced = new Option<string?>("--host") { Description = "Name or address under which the server and other executors reach this one [the listen address]", HelpName = "HOST" };
        var port = new Option<int>("--port") { Description = "Port to listen on; 0: any that is free" };
        var secret = new Option<FileInfo?>("--secret-file") { Description = $"File with the secret shared with the server [{ExecutorProcesses.SecretVariable}]", HelpName = "PATH" };
        var tied = new Option<bool>("--tied") { Description = "Ends with the server in place of waiting for its return, and when standard input ends" };
        foreach (Option option in (Option[])[driver, cores, memory, folder, listen, announced, port, secret, tied])
        {
            command.Add(option);
        }

        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                var log = new JsonLineLogger(Console.OpenStandardError(), parsed.GetValue(tied) ? LogLevel.Error : LogLevel.Information);
                int slots = parsed.GetValue(cores) is > 0 and var given ? given : Environment.ProcessorCount;
                long bytes = SettingUnits.Parse(parsed.GetValue(memory)!, SettingUnits.Sizes) is { } size and >= 0 ? (long)size : throw new ArgumentException("--memory: not a size");
                var options = new ExecutorOptions(
                    slots, bytes > 0 ? bytes : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3, parsed.GetValue(folder) is { } data ? Path.GetFullPath(data) : Path.GetTempPath(), Secret(parsed.GetValue(secret)));
                IPAddress address = IPAddress.TryParse(parsed.GetValue(listen), out IPAddress? read) ? read : throw new ArgumentException("--listen-address: not an IP address");
                return await RunAsync(options, Driver(parsed.GetValue(driver)!), address, parsed.GetValue(announced), parsed.GetValue(port), parsed.GetValue(tied), log, cancellation).ConfigureAwait(false);
            }
            catch (ArgumentException error)
            {
                await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
                return 2;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
                return 1;
            }
        });
        return command;
    }

    /// <summary>The secret from a file, or from the environment.</summary>
    /// <exception cref="ArgumentException">There is none, or it is too short.</exception>
    public static ClusterSecret Secret(FileInfo? file) => new(
        file != null ? File.ReadAllText(file.FullName)
        : Environment.GetEnvironmentVariable(ExecutorProcesses.SecretVariable) ?? throw new ArgumentException($"a cluster needs a secret: --secret-file or {ExecutorProcesses.SecretVariable}"));

    private static async Task<int> RunAsync(
        ExecutorOptions options, (string Host, int Port) driver, IPAddress address, string? announced, int port, bool isTied, ILogger log, CancellationToken cancellation)
    {
        using var signals = new StopSignals(cancellation);
        await using ExecutorHost host = await ExecutorHost.StartAsync(options, driver, address, announced, port, isTied, log, cancellation).ConfigureAwait(false);
        ConnectionRoom.Prepare();
        Task parent = isTied ? Console.OpenStandardInput().CopyToAsync(Stream.Null, cancellation) : Task.Delay(Timeout.Infinite, cancellation);
        if (await Task.WhenAny(signals.Stopped, host.Registration, parent).ConfigureAwait(false) == signals.Stopped)
        {
            await host.LeaveAsync(LeavePatience).ConfigureAwait(false);
        }

        return 0;
    }

    private static (string Host, int Port) Driver(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= ushort.MaxValue
            ? (text[..colon].Trim('[', ']'), port)
            : throw new ArgumentException("--driver: not HOST:PORT");
    }
}
