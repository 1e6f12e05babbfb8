using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SqlCluster.Bench.Suites.Postgres;

/// <summary>A server of PostgreSQL's protocol in a process of its own, on a free port of the loopback address, for as long as a suite runs.</summary>
internal abstract class DatabaseProcess : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(1);

    private Process? _process;

    /// <summary>Name in the suite's output.</summary>
    public abstract string Name { get; }

    public abstract string Database { get; }

    public abstract string User { get; }

    public int Port { get; private set; }

    /// <summary>Bytes that the process and its children hold in memory, shared pages counted in part (Linux's Pss).</summary>
    public long MemoryBytes => Family(_process!.Id).Sum(static id => PssBytes(id));

    /// <summary>Of the process that was started.</summary>
    protected int ProcessId => _process!.Id;

    /// <summary>What pgbench and psql are told to reach the server.</summary>
    public IEnumerable<string> ClientArguments => ["-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", User];

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username={User};Database={Database};SSL Mode=Disable;GSS Encryption Mode=Disable;Server Compatibility Mode=NoTypeLoading;Command Timeout=600";

    public static string FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Runs statements, each on its own.</summary>
    /// <exception cref="InvalidOperationException">One of them failed.</exception>
    public void Run(params string[] statements) =>
        RunProgram("psql", [.. ClientArguments, "-d", Database, "-q", "-v", "ON_ERROR_STOP=1", .. statements.SelectMany(static statement => (string[])["-c", statement])]);

    /// <returns>What the program wrote.</returns>
    public static string RunProgram(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PGPASSWORD"] = "unused";
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} failed: {output}{errors.GetAwaiter().GetResult()}");
    }

    public virtual void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process?.Dispose();
    }

    /// <summary>Starts the server and waits until it answers.</summary>
    protected void Start(string port, string program, params string[] arguments)
    {
        Port = int.Parse(port, CultureInfo.InvariantCulture);
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        long begin = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                Run("SELECT 1");
                return;
            }
            catch (InvalidOperationException) when (!_process.HasExited && Stopwatch.GetElapsedTime(begin) < StartTimeout)
            {
                Thread.Sleep(100);
            }
        }
    }

    private static IEnumerable<int> Family(int id) => File.Exists($"/proc/{id}/task/{id}/children")
        ? File.ReadAllText($"/proc/{id}/task/{id}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(static child => Family(int.Parse(child, CultureInfo.InvariantCulture))).Prepend(id)
        : [];

    private static long PssBytes(int id)
    {
        string? line = File.ReadLines($"/proc/{id}/smaps_rollup").FirstOrDefault(static line => line.StartsWith("Pss:", StringComparison.Ordinal));
        return line == null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}

/// <summary>sqlcluster serve.</summary>
internal sealed class OwnServer : DatabaseProcess
{
    public OwnServer()
    {
        string port = FreePort();
        Start(port, "dotnet", Path.Combine(AppContext.BaseDirectory, "sqlcluster.dll"), "serve", "--pg-port", port, "--flight-port", "off", "--ui-port", "off", "--max-connections", "100000");
    }

    public override string Name => "SqlCluster";

    public override string Database => "sqlcluster";

    public override string User => "bench";
}

/// <summary>A private PostgreSQL in a temporary folder, as installed, with trust on the loopback address.</summary>
internal sealed class PostgresServer : DatabaseProcess
{
    private const string Binaries = "/usr/lib/postgresql/15/bin";
    private readonly string _folder = Directory.CreateTempSubdirectory("bench-postgres").FullName;

    public PostgresServer()
    {
        string port = FreePort();
        string data = Path.Combine(_folder, "data");

        // PostgreSQL refuses to run as root.
        string[] prefix = Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--"] : ["env"];
        if (Environment.IsPrivilegedProcess)
        {
            RunProgram("chown", ["postgres", _folder]);
        }

        RunProgram(prefix[0], [.. prefix[1..], $"{Binaries}/initdb", "-D", data, "-U", User, "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        Start(port, prefix[0], [.. prefix[1..], $"{Binaries}/postgres", "-D", data, "-p", port, "-k", _folder, "-c", "listen_addresses=127.0.0.1", "-c", "statement_timeout=10min", "-c", "max_connections=100"]);
    }

    public static bool IsInstalled => File.Exists($"{Binaries}/postgres");

    public override string Name => "PostgreSQL 15";

    public override string Database => "postgres";

    public override string User => "bench";

    public override void Dispose()
    {
        base.Dispose();
        Directory.Delete(_folder, true);
    }
}
