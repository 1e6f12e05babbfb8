namespace SqlCluster.Flight.Grpc;

/// <summary>Which side sends how many messages.</summary>
public enum GrpcMethodKind
{
    Unary,
    ServerStreaming,
    ClientStreaming,
    Duplex,
}

/// <summary>Serves one call: reads its messages, writes its answers. Returning ends the call with OK, throwing with an error.</summary>
public delegate Task GrpcHandler(GrpcCall call);

/// <summary>One entry of a server's method table.</summary>
/// <param name="Path">As in the request: /package.Service/Method.</param>
/// <param name="Kind">Which side streams.</param>
/// <param name="IsAnonymous">Whether the call is served without an identity: logging in and health checks only.</param>
/// <param name="Handler">Serves a call.</param>
public sealed record GrpcMethod(string Path, GrpcMethodKind Kind, bool IsAnonymous, GrpcHandler Handler);
