using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;

namespace SqlCluster.Server.Tests.Security;

/// <summary>TLS of the status and the Flight port, and certificates that are replaced while the server runs.</summary>
public sealed class ServerCertificateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-tls").FullName;

    private string CertificateFile => Path.Combine(_folder, "server.crt");

    private string KeyFile => Path.Combine(_folder, "server.key");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public async Task F1_StatusAndFlightPortsSpeakTlsAlone()
    {
        string print = Replace();
        using var engine = new Engine(new EngineOptions(Slots: 1));
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { UiPort = 0, FlightPort = 0, Certificate = ServerCertificate.Open(CertificateFile, KeyFile) }, Cancellation);
        foreach ((IPEndPoint address, Version version) in new[] { (host.UiAddress!, HttpVersion.Version11), (host.UiAddress!, HttpVersion.Version20), (host.FlightAddress!, HttpVersion.Version20) })
        {
            (string shown, HttpStatusCode status, Version spoken) = await AskAsync(address, version);
            Assert.Equal((print, version), (shown, spoken));
            Assert.True(address.Port != host.UiAddress!.Port || status == HttpStatusCode.OK);
        }

        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync(new Uri($"http://{host.UiAddress}/health"), Cancellation));
    }

    [Fact]
    public async Task ReplacedFilesAreServedAndHalfOnesAreNot()
    {
        string first = Replace();
        using var engine = new Engine(new EngineOptions(Slots: 1));
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { UiPort = 0, Certificate = ServerCertificate.Open(CertificateFile, KeyFile) }, Cancellation);
        Assert.Equal(first, (await AskAsync(host.UiAddress!, HttpVersion.Version11)).Print);
        string whole = await File.ReadAllTextAsync(CertificateFile, Cancellation);
        await File.WriteAllTextAsync(CertificateFile, whole[..(whole.Length / 2)], Cancellation);
        await Task.Delay(1100, Cancellation);     // files are looked at once a second
        Assert.Equal(first, (await AskAsync(host.UiAddress!, HttpVersion.Version11)).Print);
        string second = Replace();
        Assert.NotEqual(first, second);
        string shown = first;
        for (int i = 0; i < 100 && shown == first; i++)
        {
            await Task.Delay(100, Cancellation);
            shown = (await AskAsync(host.UiAddress!, HttpVersion.Version11)).Print;
        }

        Assert.Equal(second, shown);
    }

    [Fact]
    public void AKeyThatDoesNotBelongIsRefused()
    {
        Replace();
        using RSA other = RSA.Create(2048);
        File.WriteAllText(KeyFile, other.ExportPkcs8PrivateKeyPem());
        Assert.ThrowsAny<Exception>(() => ServerCertificate.Open(CertificateFile, KeyFile));
        Assert.ThrowsAny<IOException>(() => ServerCertificate.Open(Path.Combine(_folder, "nosuch")));
    }

    private static async Task<(string Print, HttpStatusCode Status, Version Version)> AskAsync(IPEndPoint address, Version version)
    {
        string print = "";
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    print = certificate!.GetCertHashString();
                    return true;
                },
            },
        };
        using var client = new HttpClient(handler) { DefaultRequestVersion = version, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using HttpResponseMessage answer = await client.GetAsync(new Uri($"https://{address}/health"), Cancellation);
        return (print, answer.StatusCode, answer.Version);
    }

    /// <summary>Writes a new certificate and its key.</summary>
    /// <returns>Its fingerprint.</returns>
    private string Replace()
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        return certificate.GetCertHashString();
    }
}
