using System.Net;

namespace SqlCluster.Server.Sessions;

/// <summary>How a client came in.</summary>
public enum Door
{
    /// <summary>The engine runs in the client's process.</summary>
    Embedded,
    PostgreSql,
    FlightSql,
    /// <summary>The status page and its API.</summary>
    Web,
}

/// <summary>Doors by the names that logs, metrics and the API use.</summary>
public static class DoorNames
{
    public static string Name(this Door door) => door switch
    {
        Door.Embedded => "embedded",
        Door.PostgreSql => "postgresql",
        Door.FlightSql => "flight",
        Door.Web => "web",
    };
}

/// <summary>Who is at the other end of a session.</summary>
/// <param name="Door">How the client came in.</param>
/// <param name="Address">Its address; null when embedded.</param>
/// <param name="Port">Its port; 0 when embedded.</param>
/// <param name="ApplicationName">What it calls itself; may be empty.</param>
public sealed record SessionClient(Door Door, IPAddress? Address = null, int Port = 0, string ApplicationName = "")
{
    /// <summary>The address and port of this server that the client connected to, as far as they are known: not through a Unix-domain socket, not when embedded.</summary>
    public IPEndPoint? Server { get; init; }

    /// <summary>What its connection is encrypted with; null in the clear.</summary>
    public TlsFacts? Tls { get; init; }

    public static readonly SessionClient Embedded = new(Door.Embedded);

    public static SessionClient From(Door door, EndPoint? remote, string applicationName = "") =>
        remote is IPEndPoint address ? new SessionClient(door, address.Address, address.Port, applicationName) : new SessionClient(door, null, 0, applicationName);
}
