using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SqlCluster.Flight.Hosting;

namespace SqlCluster.Server.Hosting;

/// <summary>Where PostgreSQL's protocol is spoken: tells its address from those of the other doors.</summary>
internal sealed class PgEndPoint(IPAddress address, int port) : IPEndPoint(address, port);

/// <summary>Where the status page is: who looks after the server gets in when clients no longer do.</summary>
internal sealed class UiEndPoint(IPAddress address, int port) : IPEndPoint(address, port);

/// <summary>Sockets of all doors. Of the PostgreSQL door: a message is read, answered and sent by one thread, without a way through the thread pool's queue between the three.</summary>
/// <remarks>
/// A brief statement takes less time than handing it to another thread would. What takes longer leaves that thread of its own accord: statements run on the
/// executor's slots and are awaited, and what is parsed, planned or committed goes to the thread pool first (<see cref="PgWire.PgConnection"/>). On Linux the thread is a
/// <see cref="SocketPoller"/>'s, elsewhere one of the pool's.
/// </remarks>
/// <param name="http">Settings of the other doors' sockets.</param>
/// <param name="room">Whether there is room for one more connection.</param>
/// <param name="loggers">For the framework.</param>
internal sealed class DoorListeners(IOptions<SocketTransportOptions> http, ConnectionRoom room, ILoggerFactory loggers) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _pg = new(Options.Create(PgSettings()), loggers);
    private readonly SocketTransportFactory _http = new(http, loggers);

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint or UnixDomainSocketEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        bool isPg = endpoint is PgEndPoint or UnixDomainSocketEndPoint;
        IConnectionListener listener = isPg && SocketPoller.IsSupported ? new PolledListener(endpoint) : await (isPg ? _pg : _http).BindAsync(endpoint, cancellationToken).ConfigureAwait(false);
        return new RoomyListener(listener, room, isForOperators: endpoint is UiEndPoint);
    }

    private static SocketTransportOptions PgSettings()
    {
        var options = new SocketTransportOptions { UnsafePreferInlineScheduling = true };
        KestrelSettings.Apply(options);
        return options;
    }
}
