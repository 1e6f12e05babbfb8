using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SqlCluster.Server.Security;

/// <summary>The server's certificate with its private key and chain, from PEM files, read again when they have changed. Thread-safe.</summary>
/// <remarks>Files that cannot be read while they are being replaced leave the certificate last read in place.</remarks>
public sealed class ServerCertificate
{
    private readonly WatchedFiles<SslStreamCertificateContext> _files;
    private readonly SslProtocols _protocols;

    private ServerCertificate(string certificateFile, string keyFile, bool isTls13Only)
    {
        _files = new WatchedFiles<SslStreamCertificateContext>(() => Load(certificateFile, keyFile), certificateFile, keyFile);
        _protocols = isTls13Only ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13;
    }

    /// <summary>The certificate itself, without its chain.</summary>
    public X509Certificate2 Current => _files.Value.TargetCertificate;

    /// <summary>Opens PEM files.</summary>
    /// <param name="certificateFile">Certificate, followed by intermediate ones.</param>
    /// <param name="keyFile">Private key; null: it is in the certificate's file.</param>
    /// <param name="isTls13Only">Whether clients that know TLS 1.2 only are turned away; older ones always are.</param>
    /// <exception cref="IOException">A file is not there.</exception>
    /// <exception cref="CryptographicException">Not a certificate, not a key, or they do not belong together.</exception>
    public static ServerCertificate Open(string certificateFile, string? keyFile = null, bool isTls13Only = false) => new(certificateFile, keyFile ?? certificateFile, isTls13Only);

    /// <summary>How to answer a TLS handshake now.</summary>
    /// <param name="protocols">ALPN names to choose from; none: the extension is not answered.</param>
    public SslServerAuthenticationOptions ForHandshake(params SslApplicationProtocol[] protocols) => new()
    {
        ServerCertificateContext = _files.Value,
        EnabledSslProtocols = _protocols,
        ApplicationProtocols = protocols.Length == 0 ? null : [.. protocols],
        AllowRenegotiation = false,
    };

    private static SslStreamCertificateContext Load(string certificateFile, string keyFile)
    {
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificateFile);
        if (chain.Count == 0)
        {
            throw new CryptographicException($"there is no certificate in {certificateFile}");
        }

        try
        {
            using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);

            // Windows' TLS needs a key that lives in a key store: through PKCS #12 it does.
            X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
            return SslStreamCertificateContext.Create(certificate, chain, true);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            throw new CryptographicException($"the private key of {certificateFile} is not in {keyFile}, is encrypted, or belongs to another certificate: {error.Message}", error);
        }
    }
}
