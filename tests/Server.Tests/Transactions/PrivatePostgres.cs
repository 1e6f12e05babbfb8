using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace SqlCluster.Server.Tests.Transactions;

/// <summary>A PostgreSQL 15 of a test's own, in a temporary folder on a free port.</summary>
internal sealed class PrivatePostgres : IAsyncDisposable
{
    /// <summary>Npgsql without TLS and type loading.</summary>
    public const string Plain = "Server Compatibility Mode=NoTypeLoading;SSL Mode=Disable;GSS Encryption Mode=Disable;Timeout=60;Command Timeout=120";

    private const string Binaries = "/usr/lib/postgresql/15/bin";

    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-judge").FullName;
    private readonly int _port = FreePort();
    private Process? _process;
    private int _databases;

    private PrivatePostgres()
    {
    }

    public static bool IsInstalled => File.Exists($"{Binaries}/initdb");

    public static async Task<PrivatePostgres> StartAsync(CancellationToken cancellation)
    {
        var postgres = new PrivatePostgres();
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync(["chown", "postgres", postgres._folder], cancellation);
        }

        string data = Path.Combine(postgres._folder, "data");
        await RunAsync([.. AsPostgres, $"{Binaries}/initdb", "-D", data, "-U", "tester", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"], cancellation);
        postgres._process = Start(
            [.. AsPostgres, $"{Binaries}/postgres", "-D", data, "-p", postgres._port.ToString(CultureInfo.InvariantCulture), "-k", postgres._folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]);
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await using var connection = new NpgsqlConnection(postgres.ConnectionString("postgres"));
                await connection.OpenAsync(cancellation);
                return postgres;
            }
            catch (NpgsqlException) when (attempt < 300 && !postgres._process.HasExited)
            {
                await Task.Delay(100, cancellation);
            }
        }
    }

    /// <returns>Connection string of an empty database.</returns>
    public async Task<string> CreateDatabaseAsync(CancellationToken cancellation)
    {
        string name = $"judge{++_databases}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres"));
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync(cancellation);
        return ConnectionString(name);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static string[] AsPostgres => Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--"] : [];

    private string ConnectionString(string database) => $"Host=127.0.0.1;Port={_port};Username=tester;Database={database};{Plain};Pooling=false";

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static async Task RunAsync(string[] command, CancellationToken cancellation)
    {
        using Process process = Start(command);
        await process.WaitForExitAsync(cancellation);
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)} ended with {process.ExitCode}");
    }

    private static Process Start(string[] command)
    {
        Process process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/tmp" })!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
