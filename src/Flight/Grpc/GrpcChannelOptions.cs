using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace SqlCluster.Flight.Grpc;

/// <summary>Where a channel connects to, and how.</summary>
public sealed record GrpcChannelOptions
{
    /// <param name="address">http://HOST:PORT is HTTP/2 without TLS and without negotiation, https://HOST:PORT is TLS.</param>
    public GrpcChannelOptions(Uri address)
    {
        ArgumentException.ThrowIfNullOrEmpty(address.Host, nameof(address));
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Which certificates of the server are accepted.</summary>
    public ServerTrust Trust { get; init; } = ServerTrust.System;

    /// <summary>Decides about the server's certificate in place of <see cref="Trust"/>.</summary>
    public RemoteCertificateValidationCallback? ValidateServerCertificate { get; init; }

    /// <summary>The name that the server's certificate must carry and that SNI and :authority announce, where it is not the address's host.</summary>
    public string? TargetHost { get; init; }

    /// <summary>Shown to a server that asks for one.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>What stands between the client's certificate and the authority that the server knows.</summary>
    public X509Certificate2Collection? ClientCertificateChain { get; init; }

    /// <summary>Largest message accepted, decompressed too.</summary>
    public int MaxReceiveBytes { get; init; } = 64 << 20;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Attempts to connect before a call fails with UNAVAILABLE. Nothing but connecting is ever tried again.</summary>
    public int ConnectAttempts { get; init; } = 3;

    /// <summary>Quiet time after which a connection is probed by a ping, and the time the ping may take.</summary>
    public TimeSpan KeepAlivePingDelay { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Sent as user-agent.</summary>
    public string UserAgent { get; init; } = "sqlcluster-flight/" + typeof(GrpcChannelOptions).Assembly.GetName().Version?.ToString(3);

    internal bool IsEncrypted => Address.Scheme is "https" or "grpcs";

    internal SslClientAuthenticationOptions TlsOptions()
    {
        string host = TargetHost ?? Address.DnsSafeHost;
        return new SslClientAuthenticationOptions
        {
            TargetHost = host,
            RemoteCertificateValidationCallback = ValidateServerCertificate ?? Trust.For(host),
            CertificateChainPolicy = Trust.Policy(),
            ClientCertificateContext = ClientCertificate == null ? null : SslStreamCertificateContext.Create(ClientCertificate, ClientCertificateChain, true),
            ApplicationProtocols = [SslApplicationProtocol.Http2],
        };
    }
}
