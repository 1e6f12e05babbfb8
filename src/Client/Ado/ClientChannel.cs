using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SqlCluster.Flight.Grpc;

namespace SqlCluster.Client.Ado;

/// <summary>How a connection string's server is reached: address, TLS, certificates from PEM files.</summary>
internal static class ClientChannel
{
    /// <exception cref="ArgumentException">The address is malformed.</exception>
    /// <exception cref="SqlClusterException">58030: a certificate or key cannot be read.</exception>
    public static GrpcChannelOptions Options(SqlClusterConnectionStringBuilder settings)
    {
        var options = new GrpcChannelOptions(settings.Address)
        {
            ConnectTimeout = TimeSpan.FromSeconds(Math.Max(1, settings.ConnectTimeout)),
            Trust = settings.TrustServerCertificate ? ServerTrust.Anything : settings.CaFile is { Length: > 0 } file ? ServerTrust.Only(Authorities(file)) : ServerTrust.System,
            TargetHost = settings.HostNameInCertificate,
            UserAgent = settings.ApplicationName is { Length: > 0 } name ? $"{name} (SqlCluster.Client)" : "SqlCluster.Client",
        };
        return settings.ClientCertificate is not { Length: > 0 } certificate ? options : options with
        {
            ClientCertificate = Read("Client Certificate", certificate, () => Identity(certificate, settings.ClientKey is { Length: > 0 } key ? key : certificate, settings.ClientKeyPassword)),
            ClientCertificateChain = Authorities(certificate),
        };
    }

    private static X509Certificate2Collection Authorities(string file) => Read("CA File", file, () =>
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates.Count > 0 ? certificates : throw new CryptographicException("there is no certificate in it");
    });

    private static X509Certificate2 Identity(string certificate, string key, string? password)
    {
        using X509Certificate2 pem = password == null ? X509Certificate2.CreateFromPemFile(certificate, key) : X509Certificate2.CreateFromEncryptedPemFile(certificate, password, key);

        // Windows' TLS needs a key that lives in a key store: through PKCS #12 it does.
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    private static T Read<T>(string key, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw ClientErrors.BadFile(key, file, error);
        }
    }
}
