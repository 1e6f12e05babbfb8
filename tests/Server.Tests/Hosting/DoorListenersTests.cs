using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using SqlCluster.Flight.Hosting;
using SqlCluster.Server.Hosting;

namespace SqlCluster.Server.Tests.Hosting;

/// <summary>The framework's sockets behind our listeners have our settings.</summary>
public sealed class DoorListenersTests
{
    [Fact]
    public async Task HttpConnectionsReadIntoLargeBlocks()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        var blocks = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        KestrelSetup.Apply(builder.WebHost, 10, new ConnectionRoom(NullLogger.Instance, TimeProvider.System, int.MaxValue / 2));
        ListenOptions? door = null;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            door = listen;
            listen.Use(_ => connection =>
            {
                blocks.TrySetResult(connection.Features.Get<IMemoryPoolFeature>()?.MemoryPool.MaxBufferSize ?? 0);
                return Task.CompletedTask;
            });
        }));
        await using WebApplication server = builder.Build();
        await server.StartAsync(cancellation);
        using var client = new TcpClient();
        await client.ConnectAsync(door!.IPEndPoint!, cancellation);
        Assert.Equal(KestrelSettings.PoolBlockBytes, await blocks.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellation));
        await server.StopAsync(cancellation);
    }
}
