using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Servers with a user (anna, password "pencil") and a certificate for localhost: one that wants SCRAM, one that wants cleartext passwords.</summary>
public sealed class SecurePgServer : IAsyncLifetime
{
    public const string Password = "pencil";

    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-tls").FullName;
    private readonly List<ServerHost> _hosts = [];

    public Engine Engine { get; } = new(new EngineOptions(Slots: 1));

    public int Port => _hosts[0].PgAddress!.Port;

    public int CleartextPort => _hosts[1].PgAddress!.Port;

    public string CertificateFile => Path.Combine(_folder, "server.crt");

    public async ValueTask InitializeAsync()
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        await File.WriteAllTextAsync(CertificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
        UserStore users = UserStore.OpenOrCreate(Path.Combine(_folder, "users"));
        users.Put("anna", ScramVerifier.Create(Password));
        var options = new ServerOptions { PgPort = 0, Users = users, Certificate = ServerCertificate.Open(CertificateFile, Path.Combine(_folder, "server.key")) };
        _hosts.Add(await ServerHost.StartAsync(Engine, options));
        _hosts.Add(await ServerHost.StartAsync(Engine, options with { PgPasswords = PgPasswords.Cleartext }));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServerHost host in _hosts)
        {
            await host.DisposeAsync();
        }

        Engine.Dispose();
        Directory.Delete(_folder, true);
    }
}
