using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SqlCluster.Server.Security;

namespace SqlCluster.Server.Hosting;

/// <summary>How PostgreSQL clients prove that they know their password.</summary>
public enum PgPasswords
{
    /// <summary>SCRAM-SHA-256, inside TLS also with channel binding.</summary>
    Scram,

    /// <summary>In the clear, inside TLS only: for clients that know nothing else.</summary>
    Cleartext,
}

/// <summary>Where and how a server listens. A port of 0 is any that is free; null: that door stays shut.</summary>
public sealed record ServerOptions
{
    public const int DefaultPgPort = 15432;
    public const int DefaultFlightPort = 31337;
    public const int DefaultUiPort = 4040;
    public const int DefaultClusterPort = 7077;

    /// <summary>Address of all doors; without users only a loopback address is accepted.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>PostgreSQL's protocol.</summary>
    public int? PgPort { get; init; }

    /// <summary>PostgreSQL's protocol on a Unix-domain socket too; its file is named for <see cref="PgPort"/>, or for <see cref="DefaultPgPort"/> where that is any or none. Null: no such socket.</summary>
    public PgSocket? PgSocket { get; init; }

    /// <summary>Arrow Flight SQL.</summary>
    public int? FlightPort { get; init; }

    /// <summary>Status page, API, metrics and health.</summary>
    public int? UiPort { get; init; }

    /// <summary>With it, PostgreSQL clients may ask for TLS and the other doors speak nothing else; null: no TLS.</summary>
    public ServerCertificate? Certificate { get; init; }

    /// <summary>Certificates that PostgreSQL and Flight clients are asked for; null: none. Needs <see cref="Certificate"/> and <see cref="Users"/>.</summary>
    public ClientCertificates? ClientCertificates { get; init; }

    /// <summary>Who may come in.</summary>
    public UserStore Users { get; init; } = UserStore.Empty;

    /// <summary>How PostgreSQL clients prove that they know their password.</summary>
    public PgPasswords PgPasswords { get; init; } = PgPasswords.Scram;

    /// <summary>How long a PostgreSQL client may take to say who it is, TLS handshake and password included.</summary>
    public TimeSpan AuthenticationTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>How long a shutdown waits for running statements before it ends them.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bounds of Flight SQL's sessions and handles.</summary>
    internal FlightSql.FlightLimits FlightLimits { get; init; } = FlightSql.FlightLimits.Default;

    /// <summary>The clock of Flight SQL's tokens and leases.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;
}
