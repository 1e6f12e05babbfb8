using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SqlCluster.Server.PgWire.Authentication;

/// <summary>Channel binding tls-server-end-point (RFC 5929, section 4.1): the certificate's hash by the hash algorithm of its signature, SHA-256 in place of MD5 and SHA-1.</summary>
internal static class EndPointBinding
{
    private const string RsaPss = "1.2.840.113549.1.1.10";

    /// <returns>Null where the signature has no hash algorithm (Ed25519), or none that clients and we agree on: then there is no channel binding.</returns>
    public static byte[]? Of(X509Certificate certificate)
    {
        byte[] bytes = certificate.GetRawCertData();
        using X509Certificate2 parsed = X509CertificateLoader.LoadCertificate(bytes);
        string? algorithm = parsed.SignatureAlgorithm.Value;
        return (algorithm == RsaPss ? PssHash(bytes) : algorithm) switch
        {
            // MD5 and SHA-1 with RSA, SHA-1 with ECDSA; SHA-1, SHA-256; RSA and ECDSA with SHA-256.
            "1.2.840.113549.1.1.4" or "1.2.840.113549.1.1.5" or "1.2.840.10045.4.1" or "1.3.14.3.2.26" or "2.16.840.1.101.3.4.2.1" or "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => SHA256.HashData(bytes),
            "2.16.840.1.101.3.4.2.2" or "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => SHA384.HashData(bytes),
            "2.16.840.1.101.3.4.2.3" or "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => SHA512.HashData(bytes),
            _ => null,
        };
    }

    /// <summary>The hash among RSASSA-PSS's parameters (RFC 4055, section 3.1): SHA-1 where none is named.</summary>
    private static string? PssHash(byte[] certificate)
    {
        const string Sha1 = "1.3.14.3.2.26";
        try
        {
            AsnReader outer = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence();
            outer.ReadEncodedValue();       // what is signed
            AsnReader algorithm = outer.ReadSequence();
            algorithm.ReadObjectIdentifier();
            AsnReader parameters = algorithm.ReadSequence();
            var first = new Asn1Tag(TagClass.ContextSpecific, 0, true);
            return parameters.HasData && parameters.PeekTag() == first ? parameters.ReadSequence(first).ReadSequence().ReadObjectIdentifier() : Sha1;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
