using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SqlCluster.Bench.Suites.Postgres;

namespace SqlCluster.Bench.Suites.Load;

/// <summary>sqlcluster serve with all its doors, seen from outside: what it holds, as Linux and its own metrics say.</summary>
internal sealed class LoadServer : DatabaseProcess
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bench-load").FullName;
    private readonly HttpClient _http;
    private readonly Uri _metrics;

    /// <param name="data">Folder of tables, or null.</param>
    /// <param name="isEncrypted">Whether it has a certificate: then Flight speaks TLS alone.</param>
    public LoadServer(DirectoryInfo? data = null, bool isEncrypted = false)
    {
        IsEncrypted = isEncrypted;
        string pg = FreePort(), flight = FreePort(), ui = FreePort();
        string scheme = isEncrypted ? "https" : "http";
        FlightAddress = new Uri($"{scheme}://127.0.0.1:{flight}");
        _metrics = new Uri($"{scheme}://127.0.0.1:{ui}/metrics");
        _http = new HttpClient(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true } });
        Start(
            pg, "dotnet",
            [
                Path.Combine(AppContext.BaseDirectory, "sqlcluster.dll"), "serve", "--pg-port", pg, "--flight-port", flight, "--ui-port", ui, "--max-connections", "100000",
                .. data == null ? [] : (string[])["--data", data.FullName], .. isEncrypted ? Certificate() : [],
            ]);
    }

    public override string Name => "SqlCluster";

    public override string Database => "sqlcluster";

    public override string User => "bench";

    public Uri FlightAddress { get; }

    public bool IsEncrypted { get; }

    /// <summary>Waits until the server has come to rest and given back what it does not need (docs/operations.md): until its memory has not moved for a while.</summary>
    /// <returns><see cref="DatabaseProcess.MemoryBytes"/>.</returns>
    public async Task<long> RestingBytesAsync()
    {
        const long Still = 256 << 10;
        long bytes = MemoryBytes;
        for (int seconds = 0, still = 0; seconds < 60 && still < 10; seconds++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
            long now = MemoryBytes;
            still = Math.Abs(now - bytes) < Still ? still + 1 : 0;
            bytes = now;
        }

        return bytes;
    }

    /// <summary>Threads of the process.</summary>
    public int Threads => Directory.GetDirectories($"/proc/{ProcessId}/task").Length;

    /// <summary>Open files and sockets of the process.</summary>
    public int Handles => Directory.GetFileSystemEntries($"/proc/{ProcessId}/fd").Length;

    /// <summary>The sum of a metric's samples.</summary>
    public async Task<double> MetricAsync(string name)
    {
        string page = await _http.GetStringAsync(_metrics).ConfigureAwait(false);
        return page.Split('\n').Where(line => line.StartsWith(name + " ", StringComparison.Ordinal) || line.StartsWith(name + "{", StringComparison.Ordinal))
            .Sum(static line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>A bare connection to PostgreSQL's port.</summary>
    public async Task<Socket> ConnectPgAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("127.0.0.1", Port).ConfigureAwait(false);
        return socket;
    }

    public override void Dispose()
    {
        base.Dispose();
        _http.Dispose();
        Directory.Delete(_folder, true);
    }

    private string[] Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        string file = Path.Combine(_folder, "server.pem");
        File.WriteAllText(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        return ["--tls-certificate", file];
    }
}
