namespace SqlCluster.Flight.Grpc;

/// <summary>What one call of a client wants beyond its messages.</summary>
public sealed record GrpcCallOptions
{
    public static readonly GrpcCallOptions Default = new();

    /// <summary>Request headers.</summary>
    public Metadata? Headers { get; init; }

    /// <summary>Time for the whole call, told to the server too; null: no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Compresses the request's messages with gzip.</summary>
    public bool Compress { get; init; }

    /// <summary>Hears the response headers as soon as they are there, also those of a call that failed.</summary>
    public Action<Metadata>? OnHeaders { get; init; }
}
