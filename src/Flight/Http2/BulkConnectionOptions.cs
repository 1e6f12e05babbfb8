using System.Net.Security;

namespace SqlCluster.Flight.Http2;

/// <summary>Where bulk connections go.</summary>
internal sealed record BulkConnectionOptions(string Host, int Port)
{
    /// <summary>Makes the settings of one TLS connection; null: no TLS.</summary>
    public Func<SslClientAuthenticationOptions>? Tls { get; init; }

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(20);
}
