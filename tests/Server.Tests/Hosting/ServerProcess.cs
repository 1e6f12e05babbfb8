using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace SqlCluster.Server.Tests.Hosting;

/// <summary>The program sqlcluster in a process of its own.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private ServerProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
            {
                _log.AppendLine(line.Data);
            }
        };
        process.BeginErrorReadLine();
    }

    public int PgPort { get; private set; }

    public int FlightPort { get; private set; }

    public int UiPort { get; private set; }

    public int ExitCode => _process.ExitCode;

    public bool HasExited => _process.HasExited;

    /// <summary>What the server has used of processors.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Standard error so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(string input, params string[] arguments)
    {
        using Process process = Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Starts a server on free ports and waits until it listens.</summary>
    public static Task<ServerProcess> ServeAsync(params string[] arguments) => WaitAsync(new ServerProcess(Start(Doors(arguments))));

    /// <summary>The same with a limit of file handles.</summary>
    public static Task<ServerProcess> ServeWithHandlesAsync(int handles, params string[] arguments) => WaitAsync(new ServerProcess(StartWithHandles(handles, Doors(arguments))));

    /// <summary>Runs a server that is not to come up, with a limit of file handles.</summary>
    public static async Task<(int ExitCode, string Error)> RefuseWithHandlesAsync(int handles, params string[] command)
    {
        using Process process = StartWithHandles(handles, command.Length == 0 ? Doors([]) : command);
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, error);
    }

    private static string[] Doors(string[] arguments) => ["serve", "--pg-port", "0", "--flight-port", "0", "--ui-port", "0", .. arguments];

    private static async Task<ServerProcess> WaitAsync(ServerProcess server)
    {
        string line = await server._process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("the server did not start: " + server.Log);
        Match ports = PortsPattern().Match(line);
        server.PgPort = int.Parse(ports.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        server.FlightPort = int.Parse(ports.Groups[2].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        server.UiPort = int.Parse(ports.Groups[3].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        return server;
    }

    /// <summary>Sends a signal such as TERM.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task WaitForExitAsync() => await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static Process Start(string[] arguments)
    {
        string[] command = ["dotnet", typeof(Server.Hosting.Engine).Assembly.Location, .. arguments];
        if (OperatingSystem.IsLinux())
        {
            // A shell starts what it runs in the background with SIGINT ignored, and children inherit that.
            command = ["env", "--default-signal=INT", .. command];
        }

        return StartCommand(command);
    }

    private static Process StartWithHandles(int handles, string[] arguments) =>
        StartCommand(["sh", "-c", FormattableString.Invariant($"ulimit -n {handles}; exec \"$@\""), "sh", "dotnet", typeof(Server.Hosting.Engine).Assembly.Location, .. arguments]);

    private static Process StartCommand(string[] command) => Process.Start(new ProcessStartInfo(command[0], command[1..])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    [GeneratedRegex(@"PostgreSQL protocol on 127\.0\.0\.1:(\d+); Flight SQL on 127\.0\.0\.1:(\d+); status page on http://127\.0\.0\.1:(\d+)")]
    private static partial Regex PortsPattern();
}
