using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace SqlCluster.Server.Hosting;

/// <summary>Kestrel's settings that measured best for large streams on few connections.</summary>
internal static class KestrelSetup
{
    /// <summary>Bytes that a connection or a response may have written before its writer waits.</summary>
    private const int WriteBufferBytes = 1 << 20;

    /// <summary>Bytes of an upload that may be under way.</summary>
    private const int WindowBytes = 16 << 20;

    /// <summary>Bytes of request headers: the Flight JDBC driver forwards every property of its URL.</summary>
    private const int HeaderBytes = 128 * 1024;

    public static void Apply(IWebHostBuilder web)
    {
        web.UseKestrelCore().UseKestrelHttpsConfiguration();
        web.ConfigureServices(static services => services.AddSingleton<IMemoryPoolFactory<byte>>(new LargeBlockPoolFactory()));
        web.UseSockets(static sockets => sockets.MaxWriteBufferSize = WriteBufferBytes);
        web.ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            KestrelServerLimits limits = kestrel.Limits;
            // A stream may rest for as long as its query runs, and an upload has no size.
            limits.MinRequestBodyDataRate = null;
            limits.MinResponseDataRate = null;
            limits.MaxRequestBodySize = null;
            limits.MaxResponseBufferSize = WriteBufferBytes;
            limits.MaxRequestHeadersTotalSize = HeaderBytes;
            limits.Http2.MaxRequestHeaderFieldSize = HeaderBytes;
            limits.Http2.MaxFrameSize = 1 << 20;
            limits.Http2.InitialConnectionWindowSize = WindowBytes;
            limits.Http2.InitialStreamWindowSize = WindowBytes;
            limits.Http2.MaxStreamsPerConnection = 1000;
        });
    }
}
