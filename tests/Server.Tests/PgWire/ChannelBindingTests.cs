using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>SCRAM-SHA-256-PLUS with certificates of every signature algorithm (C6): psql and Npgsql, which hash the certificate themselves, are the judges.</summary>
public sealed class ChannelBindingTests : IDisposable
{
    private const string Password = "pencil";

    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-binding").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData("rsa", "SHA256", true)]
    [InlineData("rsa", "SHA384", true)]
    [InlineData("rsa", "SHA512", true)]
    [InlineData("pss", "SHA256", false)]
    [InlineData("pss", "SHA384", false)]
    [InlineData("pss", "SHA512", false)]
    [InlineData("ecdsa", "SHA256", true)]
    [InlineData("ecdsa", "SHA384", true)]
    [InlineData("ecdsa", "SHA512", true)]
    public async Task C6_ClientsThatRequireChannelBindingGetIn(string algorithm, string hash, bool isKnownToNpgsql)
    {
        Write(algorithm, new HashAlgorithmName(hash));
        await ServeAsync(async port =>
        {
            Assert.Equal(("anna\n", ""), await PsqlAsync(port, "require"));
            if (isKnownToNpgsql)
            {
                Assert.Equal("anna", await NpgsqlAsync(port, "Require"));
            }
        });
    }

    /// <summary>A signature without a hash of its own has no binding (RFC 5929): it is not offered, and clients that only prefer it get in.</summary>
    [Fact]
    public async Task C6_WithoutAHashInTheSignatureThereIsNoBinding()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/openssl"), "openssl is not installed");
        string ca = Path.Combine(_folder, "ca"), request = Path.Combine(_folder, "server.csr");
        await RunAsync("openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", ca + ".key", "-out", ca + ".crt", "-subj", "/CN=ca", "-days", "30");
        await RunAsync("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", Path.Combine(_folder, "server.key"), "-out", request, "-subj", "/CN=localhost");
        await RunAsync("openssl", "x509", "-req", "-in", request, "-CA", ca + ".crt", "-CAkey", ca + ".key", "-CAcreateserial", "-out", Path.Combine(_folder, "server.crt"), "-days", "30");
        await ServeAsync(async port =>
        {
            Assert.Equal(("anna\n", ""), await PsqlAsync(port, "prefer"));
            Assert.Contains("channel binding", (await PsqlAsync(port, "require")).Error, StringComparison.Ordinal);
        });
    }

    private async Task ServeAsync(Func<int, Task> use)
    {
        UserStore users = UserStore.OpenOrCreate(Path.Combine(_folder, "users"));
        users.Put("anna", ScramVerifier.Create(Password, 1));
        using var engine = new Engine(new EngineOptions(Slots: 1));
        await using ServerHost host = await ServerHost.StartAsync(
            engine, new ServerOptions { PgPort = 0, Users = users, Certificate = ServerCertificate.Open(Path.Combine(_folder, "server.crt"), Path.Combine(_folder, "server.key")), ShutdownTimeout = TimeSpan.FromSeconds(2) }, Cancellation);
        await use(host.PgAddress!.Port);
    }

    private void Write(string algorithm, HashAlgorithmName hash)
    {
        using RSA rsa = RSA.Create(2048);
        using ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        CertificateRequest request = algorithm switch
        {
            "rsa" => new CertificateRequest("CN=localhost", rsa, hash, RSASignaturePadding.Pkcs1),
            "pss" => new CertificateRequest("CN=localhost", rsa, hash, RSASignaturePadding.Pss),
            _ => new CertificateRequest("CN=localhost", ecdsa, hash),
        };
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(Path.Combine(_folder, "server.key"), algorithm == "ecdsa" ? ecdsa.ExportPkcs8PrivateKeyPem() : rsa.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(Path.Combine(_folder, "server.crt"), certificate.ExportCertificatePem());
    }

    private static async Task<string> NpgsqlAsync(int port, string binding)
    {
        await using var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={port.ToString(CultureInfo.InvariantCulture)};Username=anna;Password={Password};Database=sqlcluster;Server Compatibility Mode=NoTypeLoading;Pooling=false;GSS Encryption Mode=Disable;Timeout=60;SSL Mode=Require;Channel Binding={binding}");
        await connection.OpenAsync(Cancellation);
        return connection.PostgresParameters["session_authorization"];
    }

    private static Task<(string Output, string Error)> PsqlAsync(int port, string binding)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/psql"), "psql is not installed");
        return RunAsync("psql", $"host=127.0.0.1 port={port.ToString(CultureInfo.InvariantCulture)} user=anna password={Password} dbname=sqlcluster sslmode=require channel_binding={binding}", "-At", "-c", "SELECT session_user");
    }

    private static async Task<(string Output, string Error)> RunAsync(string program, params string[] args)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(Cancellation), errors = process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return (await output, await errors);
    }
}
