using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace SqlCluster.Flight.Grpc;

/// <summary>Which certificates of servers a client accepts. A refusal is a <see cref="ServerCertificateException"/> that says what is wrong with the certificate.</summary>
public sealed class ServerTrust
{
    private readonly X509Certificate2Collection? _authorities;
    private readonly bool _isBlind;

    private ServerTrust(X509Certificate2Collection? authorities, bool isBlind)
    {
        _authorities = authorities;
        _isBlind = isBlind;
    }

    /// <summary>Certificates for the host's name, signed by an authority that this machine trusts.</summary>
    public static ServerTrust System { get; } = new(null, false);

    /// <summary>Any certificate: encrypted, but with whom is not known.</summary>
    public static ServerTrust Anything { get; } = new(null, true);

    /// <summary>Certificates for the host's name, signed by one of these authorities and by no other; a self-signed certificate is its own authority.</summary>
    public static ServerTrust Only(X509Certificate2Collection authorities) => new(authorities, false);

    /// <summary>How chains are built; null: as the system does.</summary>
    internal X509ChainPolicy? Policy()
    {
        if (_authorities == null)
        {
            return null;
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_authorities);
        return policy;
    }

    /// <summary>Judges the certificates that a host shows.</summary>
    internal RemoteCertificateValidationCallback For(string host) =>
        (_, certificate, chain, errors) => _isBlind || errors == SslPolicyErrors.None ? true : throw new ServerCertificateException(Problem(host, certificate as X509Certificate2, chain, errors));

    private static string Problem(string host, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate == null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "the server shows no certificate";
        }

        X509ChainStatusFlags status = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, static (all, one) => all | one.Status) ?? X509ChainStatusFlags.NoError;
        DateTime now = DateTime.Now;
        if (now > certificate.NotAfter || now < certificate.NotBefore)
        {
            return now > certificate.NotAfter ? $"the server's certificate has expired: it was valid until {Text(certificate.NotAfter)}" : $"the server's certificate is not valid yet, but from {Text(certificate.NotBefore)} on";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"the server's certificate is not for {host}, but for {Names(certificate)}";
        }

        if ((status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
        {
            return certificate.Issuer == certificate.Subject
                ? $"the server's certificate is self-signed and not trusted: {certificate.Subject}"
                : $"the server's certificate is signed by an authority that is not trusted: {certificate.Issuer}";
        }

        return $"the server's certificate is not valid: {string.Join(' ', chain?.ChainStatus.Select(static one => one.StatusInformation.Trim()) ?? [])}";
    }

    private static string Names(X509Certificate2 certificate)
    {
        string[] names = [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(static names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(static address => address.ToString())))];
        return names.Length > 0 ? string.Join(", ", names) : certificate.GetNameInfo(X509NameType.SimpleName, false);
    }

    private static string Text(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}

/// <summary>The server's certificate is refused; the message says why.</summary>
public sealed class ServerCertificateException(string message) : AuthenticationException(message);
