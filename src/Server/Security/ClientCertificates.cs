using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SqlCluster.Server.Security;

/// <summary>Which name in a certificate is the user's.</summary>
public enum CertificateUserName
{
    /// <summary>The subject's common name.</summary>
    Cn,

    /// <summary>Any DNS name, e-mail address or URI among the alternative names.</summary>
    San,
}

/// <summary>What is asked of clients' certificates: who has signed them, which user they name, whether there must be one. The authorities' file is read again when it has changed. Thread-safe.</summary>
/// <remarks>
/// Handshakes succeed with any certificate, and with none: what is wrong with it is said afterwards, in the words of the protocol that is spoken inside. Nothing is served before
/// <see cref="ClientIdentity"/> has been looked at. Certificates are not looked for on the net, neither intermediate ones nor lists of revoked ones: a user that is removed is revoked.
/// </remarks>
public sealed class ClientCertificates
{
    private const string ForClients = "1.3.6.1.5.5.7.3.2";
    private readonly WatchedFiles<X509Certificate2Collection> _authorities;
    private readonly CertificateUserName _userName;

    private ClientCertificates(string authoritiesFile, bool isRequired, CertificateUserName userName)
    {
        _authorities = new WatchedFiles<X509Certificate2Collection>(() => Load(authoritiesFile), authoritiesFile);
        _userName = userName;
        IsRequired = isRequired;
    }

    /// <summary>Whether nobody gets in without one.</summary>
    public bool IsRequired { get; }

    /// <summary>Opens the PEM file with the authorities' certificates, and intermediate ones that clients do not send.</summary>
    /// <exception cref="IOException">It is not there.</exception>
    /// <exception cref="CryptographicException">There is no certificate in it.</exception>
    public static ClientCertificates Open(string authoritiesFile, bool isRequired, CertificateUserName userName = CertificateUserName.Cn) => new(authoritiesFile, isRequired, userName);

    /// <summary>Has a handshake ask for a certificate.</summary>
    /// <param name="options">Of the handshake.</param>
    /// <param name="found">Gets what the certificate says; not called when the client shows none.</param>
    internal void AddTo(SslServerAuthenticationOptions options, Action<ClientIdentity> found)
    {
        options.ClientCertificateRequired = true;

        // A session that goes on with an old ticket would not show the certificate again, whose time or authority may be over.
        options.AllowTlsResume = false;
        options.CertificateChainPolicy = Policy();
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            if (certificate is X509Certificate2 shown)
            {
                found(Judge(shown, chain, errors));
            }

            return true;
        };
    }

    private ClientIdentity Judge(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        string? problem = errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? Problem(certificate, chain) : null;
        if (problem != null)
        {
            return new ClientIdentity([], problem);
        }

        IReadOnlyList<string> names = _userName == CertificateUserName.Cn ? CommonNames(certificate) : AlternativeNames(certificate);
        return new ClientIdentity(names, names.Count > 0 ? null : $"the client certificate has no {(_userName == CertificateUserName.Cn ? "common name" : "alternative name")} that could be a user");
    }

    private static string Problem(X509Certificate2 certificate, X509Chain? chain)
    {
        X509ChainStatusFlags status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, one) => all | one.Status) ?? X509ChainStatusFlags.PartialChain;
        return (status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid)) != 0 ? "the client certificate is signed by an authority that this server does not know"
            : status.HasFlag(X509ChainStatusFlags.NotTimeValid) ? DateTime.Now > certificate.NotAfter ? "the client certificate has expired" : "the client certificate, or its authority's, is not valid at this time"
            : status.HasFlag(X509ChainStatusFlags.NotValidForUsage) ? "the client certificate is not one for clients"
            : $"the client certificate is not valid: {status}";
    }

    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.ApplicationPolicy.Add(new Oid(ForClients));
        policy.CustomTrustStore.AddRange(_authorities.Value);
        policy.ExtraStore.AddRange(_authorities.Value);
        return policy;
    }

    /// <summary>Common names of the subject, most often one, as they are: the text form of a name would escape them.</summary>
    private static List<string> CommonNames(X509Certificate2 certificate) =>
        [.. certificate.SubjectName.EnumerateRelativeDistinguishedNames().Where(static part => !part.HasMultipleElements && part.GetSingleElementType().Value == "2.5.4.3").Select(static part => part.GetSingleElementValue()).OfType<string>()];

    /// <summary>rfc822Name [1], dNSName [2] and uniformResourceIdentifier [6] of subjectAltName (RFC 5280, section 4.2.1.6).</summary>
    private static List<string> AlternativeNames(X509Certificate2 certificate)
    {
        var names = new List<string>();
        foreach (X509Extension extension in certificate.Extensions.Where(static extension => extension.Oid?.Value == "2.5.29.17"))
        {
            try
            {
                AsnReader sequence = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
                while (sequence.HasData)
                {
                    Asn1Tag tag = sequence.PeekTag();
                    if (tag is { TagClass: TagClass.ContextSpecific, TagValue: 1 or 2 or 6 })
                    {
                        names.Add(sequence.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                    }
                    else
                    {
                        sequence.ReadEncodedValue();
                    }
                }
            }
            catch (AsnContentException)
            {
                // What cannot be read names nobody.
                return [];
            }
        }

        return names;
    }

    private static X509Certificate2Collection Load(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return certificates.Count > 0 ? certificates : throw new CryptographicException($"there is no certificate in {file}");
    }
}
