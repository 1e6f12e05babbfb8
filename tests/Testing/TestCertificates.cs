using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SqlCluster.Testing;

/// <summary>An authority of its own in a temporary folder, and certificates that it signs, as PEM files.</summary>
public sealed class TestCertificates : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private int _serial;

    /// <param name="name">Common name of the authority.</param>
    public TestCertificates(string name = "Test Authority")
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
        File.WriteAllText(AuthorityFile, _authority.ExportCertificatePem());
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("sqlcluster-certificates-").FullName;

    /// <summary>The authority's certificate.</summary>
    public string AuthorityFile => Path.Combine(Folder, "authority.crt");

    /// <summary>Signs a certificate and writes NAME.crt and NAME.key.</summary>
    /// <param name="name">Common name, and name of the files.</param>
    /// <param name="hosts">DNS names, IP and e-mail addresses; none: the certificate has no alternative names.</param>
    /// <param name="days">Valid from yesterday for so many days; negative: until so many days ago.</param>
    /// <param name="isClient">Whether it is for clients and not for servers.</param>
    /// <param name="key">RSA or ECDsa; null: a new ECDSA key.</param>
    public (string Certificate, string Key) Sign(string name, string[]? hosts = null, int days = 30, bool isClient = false, AsymmetricAlgorithm? key = null)
    {
        using ECDsa own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        AsymmetricAlgorithm used = key ?? own;
        CertificateRequest request = used is RSA rsa ? new CertificateRequest($"CN={name}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : new CertificateRequest($"CN={name}", (ECDsa)used, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(isClient ? "1.3.6.1.5.5.7.3.2" : "1.3.6.1.5.5.7.3.1")], false));
        if (hosts is { Length: > 0 })
        {
            var names = new SubjectAlternativeNameBuilder();
            foreach (string host in hosts)
            {
                if (IPAddress.TryParse(host, out IPAddress? address))
                {
                    names.AddIpAddress(address);
                }
                else if (host.Contains('@', StringComparison.Ordinal))
                {
                    names.AddEmailAddress(host);
                }
                else
                {
                    names.AddDnsName(host);
                }
            }

            request.CertificateExtensions.Add(names.Build());
        }

        DateTimeOffset now = DateTimeOffset.UtcNow, from = days > 0 ? now.AddDays(-1) : now.AddDays(days - 30), to = now.AddDays(days);
        using X509Certificate2 signed = request.Create(_authority.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), from, to, BitConverter.GetBytes(++_serial));
        string certificate = Path.Combine(Folder, $"{name}.crt"), keyFile = Path.Combine(Folder, $"{name}.key");
        File.WriteAllText(keyFile, used.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);      // libpq wants it so
        }

        File.WriteAllText(certificate, signed.ExportCertificatePem());
        return (certificate, keyFile);
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        Directory.Delete(Folder, true);
    }
}
