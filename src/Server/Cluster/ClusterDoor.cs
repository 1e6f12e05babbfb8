using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using SqlCluster.Execution.Storage;
using SqlCluster.Flight.Grpc;
using SqlCluster.Server.Hosting;

namespace SqlCluster.Server.Cluster;

/// <summary>The port on which a driver, or an executor, answers the other processes of its cluster: gRPC over HTTP/2, every call with a token of the shared secret.</summary>
internal sealed class ClusterDoor : IAsyncDisposable
{
    /// <summary>Connections at once: every executor may have several with every other.</summary>
    private const int MostConnections = 10_000;

    private readonly WebApplication _kestrel;
    private readonly GrpcServer _server;
    private ListenOptions? _listen;

    private ClusterDoor(GrpcServer server, IPAddress address, int port)
    {
        _server = server;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        // What executors fetch from each other is part of statements: it shares the handles of their files.
        KestrelSetup.Apply(builder.WebHost, MostConnections, new ConnectionRoom(NullLogger.Instance, TimeProvider.System, FileHandles.MostFiles));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, port, listen =>
        {
            _listen = listen;
            listen.Protocols = HttpProtocols.Http2;
        }));
        _kestrel = builder.Build();
        _kestrel.Run(server.InvokeAsync);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => _listen!.IPEndPoint!;

    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<ClusterDoor> OpenAsync(GrpcServer server, IPAddress address, int port, CancellationToken cancellation)
    {
        var door = new ClusterDoor(server, address, port);
        try
        {
            await door._kestrel.StartAsync(cancellation).ConfigureAwait(false);
            return door;
        }
        catch
        {
            await door._kestrel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Refuses new calls and waits for the running ones, as long as its caller has patience.</summary>
    public Task DrainAsync(CancellationToken patience) => _server.DrainAsync(patience);

    public async ValueTask DisposeAsync()
    {
        using var closing = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.DrainAsync(closing.Token).ConfigureAwait(false);
        await _kestrel.StopAsync(closing.Token).ConfigureAwait(false);
        await _kestrel.DisposeAsync().ConfigureAwait(false);
    }
}
