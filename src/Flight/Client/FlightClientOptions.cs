using SqlCluster.Flight.Grpc;

namespace SqlCluster.Flight.Client;

/// <summary>Whom a <see cref="FlightClient"/> talks to, and as whom.</summary>
public sealed record FlightClientOptions(GrpcChannelOptions Channel)
{
    public FlightClientOptions(Uri address)
        : this(new GrpcChannelOptions(address))
    {
    }

    /// <summary>With a password: logged in before the first call, and again when the server forgets the token.</summary>
    public string? User { get; init; }

    public string? Password { get; init; }

    /// <summary>A token that is there already; sent as Bearer.</summary>
    public string? Token { get; init; }

    /// <summary>Logs in without a password too, where servers let anybody in: the token ties the calls to one session.</summary>
    public bool LogsInAlways { get; init; }

    /// <summary>Called when the session that the calls belonged to is gone (the server was started anew, say) and a new one has taken its place, before a call is made in it.</summary>
    public Func<CancellationToken, Task>? OnNewSession { get; init; }

    /// <summary>For each call; null: none. Streams count from their opening to their end.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Sent with every call.</summary>
    public Metadata? Headers { get; init; }

    /// <summary>Makes calls of one request on connections that each carry one call at a time, received straight into the batches' memory; otherwise through the framework's HTTP client, as uploads and the handshake always are.</summary>
    public bool UseBulkReader { get; init; } = true;
}
