using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace SqlCluster.Flight.Hosting;

/// <summary>The Kestrel settings under which gRPC streams run fast and hold bounded memory. They suit other protocols of the same server.</summary>
public static class KestrelSettings
{
    /// <summary>Bytes of a block in the server's memory pool: half the processor time of the usual 4 KiB for an uploaded gigabyte, a third less for one over TLS.</summary>
    public const int PoolBlockBytes = 64 * 1024;

    /// <summary>Bytes of a response that may wait for a client that does not read, on each side of the HTTP/2 connection.</summary>
    public const int ResponseBufferBytes = 1 << 20;

    /// <summary>Bytes of request bodies that a connection, and a stream in it, may send ahead of their readers.</summary>
    public const int RequestWindowBytes = 8 << 20;

    /// <summary>Bytes of a frame that we receive, and of one that we send to a peer that allows so many: Kestrel keeps a buffer as long for every connection, whoever is at its other end. Larger ones were not faster.</summary>
    public const int MaxFrameBytes = 64 * 1024;

    /// <summary>Bytes of one request header: each connection keeps three buffers as long as the longest that it has had.</summary>
    public const int MaxHeaderFieldBytes = 64 * 1024;

    /// <summary>Replaces the memory pool by one of <see cref="PoolBlockBytes"/> blocks.</summary>
    public static IServiceCollection AddLargeBlocks(this IServiceCollection services) =>
        services.AddSingleton<IMemoryPoolFactory<byte>>(new BlockPoolFactory(PoolBlockBytes));

    /// <summary>Leaves the blocks of the pool that nobody has to the garbage collector: for a server that rests.</summary>
    /// <returns>Their bytes.</returns>
    public static long ReleaseFreeBlocks(IServiceProvider services) => services.GetService<IMemoryPoolFactory<byte>>() is BlockPoolFactory blocks ? blocks.Trim() : 0;

    public static void Apply(SocketTransportOptions sockets)
    {
        sockets.MaxWriteBufferSize = ResponseBufferBytes;
        sockets.CreateBoundListenSocket = ListenSocket.Bind;
    }

    /// <summary>Sets what streams need; an endpoint of its own still says <see cref="HttpProtocols.Http2"/>.</summary>
    public static void Apply(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;

        // What gRPC answers with is short, and a table of it for every connection is not.
        kestrel.AllowResponseHeaderCompression = false;
        KestrelServerLimits limits = kestrel.Limits;

        // A query may think for minutes before its first row, and a client between two batches.
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxRequestBodySize = null;
        limits.MaxResponseBufferSize = ResponseBufferBytes;

        // Drivers forward unknown URL properties as headers (CLIENTS.md F1).
        limits.MaxRequestHeadersTotalSize = 128 * 1024;
        limits.MaxRequestHeaderCount = 512;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(30);

        Http2Limits http2 = limits.Http2;
        http2.MaxFrameSize = MaxFrameBytes;
        http2.MaxRequestHeaderFieldSize = MaxHeaderFieldBytes;
        http2.InitialConnectionWindowSize = RequestWindowBytes;
        http2.InitialStreamWindowSize = RequestWindowBytes / 2;
        http2.MaxStreamsPerConnection = 1000;
        http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }
}
