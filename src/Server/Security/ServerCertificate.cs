using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SqlCluster.Server.Security;

/// <summary>The server's certificate with its private key and chain, from PEM files, read again when they have changed. Thread-safe.</summary>
/// <remarks>Files that cannot be read while they are being replaced leave the certificate last read in place.</remarks>
public sealed class ServerCertificate
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);
    private readonly string _certificateFile;
    private readonly string _keyFile;
    private readonly Lock _lock = new();
    private Loaded _loaded;
    private long _checked;

    private ServerCertificate(string certificateFile, string keyFile)
    {
        _certificateFile = certificateFile;
        _keyFile = keyFile;
        _loaded = Load();
        _checked = TimeProvider.System.GetTimestamp();
    }

    /// <summary>The certificate itself, without its chain.</summary>
    public X509Certificate2 Current => Fresh().Context.TargetCertificate;

    /// <summary>Opens PEM files.</summary>
    /// <param name="certificateFile">Certificate, followed by intermediate ones.</param>
    /// <param name="keyFile">Private key; null: it is in the certificate's file.</param>
    /// <exception cref="IOException">A file is not there.</exception>
    /// <exception cref="CryptographicException">Not a certificate, not a key, or they do not belong together.</exception>
    public static ServerCertificate Open(string certificateFile, string? keyFile = null) => new(certificateFile, keyFile ?? certificateFile);

    /// <summary>How to answer a TLS handshake now: TLS 1.2 and 1.3.</summary>
    /// <param name="protocols">ALPN names to choose from; none: the extension is not answered.</param>
    public SslServerAuthenticationOptions ForHandshake(params SslApplicationProtocol[] protocols) => new()
    {
        ServerCertificateContext = Fresh().Context,
        EnabledSslProtocols = System.Security.Authentication.SslProtocols.Tls12 | System.Security.Authentication.SslProtocols.Tls13,
        ApplicationProtocols = protocols.Length == 0 ? null : [.. protocols],
        AllowRenegotiation = false,
    };

    private Loaded Fresh()
    {
        lock (_lock)
        {
            if (TimeProvider.System.GetElapsedTime(_checked) > CheckEvery)
            {
                _checked = TimeProvider.System.GetTimestamp();
                try
                {
                    if (Stamp() != _loaded.Stamp)
                    {
                        _loaded = Load();
                    }
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
                {
                    // Half replaced: the next check reads it whole.
                }
            }

            return _loaded;
        }
    }

    private Loaded Load()
    {
        (DateTime, DateTime) stamp = Stamp();
        using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(_certificateFile, _keyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_certificateFile);
        // Windows' TLS needs a key that lives in a key store: through PKCS #12 it does.
        X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
        return new Loaded(SslStreamCertificateContext.Create(certificate, chain, true), stamp);
    }

    private (DateTime, DateTime) Stamp() => (File.GetLastWriteTimeUtc(_certificateFile), File.GetLastWriteTimeUtc(_keyFile));

    private sealed record Loaded(SslStreamCertificateContext Context, (DateTime, DateTime) Stamp);
}
