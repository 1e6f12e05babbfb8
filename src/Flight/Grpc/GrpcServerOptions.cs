using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace SqlCluster.Flight.Grpc;

/// <summary>What a <see cref="GrpcServer"/> allows and whom it asks.</summary>
public sealed record GrpcServerOptions
{
    /// <summary>Says who makes a call (any object; it becomes <see cref="GrpcCall.Identity"/>), null: nobody known, which refuses the call. May throw a status of its own.</summary>
    /// <remarks>Asked before a byte of the call's messages is read. Without it every method that is not anonymous refuses.</remarks>
    public Func<GrpcCall, ValueTask<object?>> Authenticate { get; init; } = static _ => new(default(object));

    /// <summary>Turns a handler's exception into a status; null: not known, which is logged and answered as INTERNAL.</summary>
    public Func<Exception, GrpcStatusException?> Translate { get; init; } = static _ => null;

    /// <summary>Largest message a client may send, decompressed too. CLIENTS.md F1 asks for 64 MiB at least.</summary>
    public int MaxReceiveBytes { get; init; } = 64 << 20;

    /// <summary>Largest message of a call without an identity.</summary>
    public int MaxAnonymousBytes { get; init; } = 64 << 10;

    /// <summary>Bytes of incomplete messages that all calls together may hold.</summary>
    public long MaxBufferedBytes { get; init; } = 512L << 20;

    /// <summary>How long the one message of a unary or server-streaming call may take to arrive.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public ILogger Logger { get; init; } = NullLogger.Instance;
}
