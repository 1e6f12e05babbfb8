using System.Net.Security;
using System.Security.Authentication;

namespace SqlCluster.Server.Sessions;

/// <summary>What a connection is encrypted with, in the words of pg_stat_ssl.</summary>
/// <param name="Protocol">Version of TLS.</param>
/// <param name="CipherSuite">By its number at IANA.</param>
public sealed record TlsFacts(SslProtocols Protocol, TlsCipherSuite CipherSuite)
{
    /// <summary>As OpenSSL writes it: TLSv1.3.</summary>
    public string Version => Protocol switch
    {
        SslProtocols.Tls12 => "TLSv1.2",
        SslProtocols.Tls13 => "TLSv1.3",
        _ => Protocol.ToString(),
    };

    /// <summary>IANA's name, which for TLS 1.3 is OpenSSL's too.</summary>
    public string Cipher => CipherSuite.ToString();

    /// <summary>Bits of the cipher's key, which its name tells; null: it does not.</summary>
    public int? Bits => Cipher.Contains("_256_", StringComparison.Ordinal) || Cipher.Contains("CHACHA20", StringComparison.Ordinal) ? 256 : Cipher.Contains("_128_", StringComparison.Ordinal) ? 128 : null;
}
