namespace SqlCluster.Flight.Grpc;

/// <summary>A call that ended, or is to end, with a status other than OK.</summary>
/// <remarks>Thrown by a handler it becomes the call's status; thrown by a client call it is what the server said or what happened on the way.</remarks>
public sealed class GrpcStatusException(StatusCode code, string message, Exception? inner = null) : Exception(message, inner)
{
    public StatusCode Code { get; } = code;

    /// <summary>Sent with the status; on the client: all trailers that came with it.</summary>
    public Metadata Trailers { get; init; } = [];
}
