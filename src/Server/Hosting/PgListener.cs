using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SqlCluster.Flight.Hosting;

namespace SqlCluster.Server.Hosting;

/// <summary>Where PostgreSQL's protocol is spoken: tells <see cref="PgListener"/>'s address from those of the other doors.</summary>
internal sealed class PgEndPoint(IPAddress address, int port) : IPEndPoint(address, port);

/// <summary>Sockets of the PostgreSQL door: a message is read, answered and sent by one thread, without a way through the thread pool's queue between the three.</summary>
/// <remarks>
/// A brief statement takes less time than handing it to another thread would. What takes longer leaves that thread of its own accord: statements run on the
/// executor's slots and are awaited, and what is parsed, planned or committed goes to the thread pool first (<see cref="PgWire.PgConnection"/>). On Linux the thread is a
/// <see cref="SocketPoller"/>'s, elsewhere one of the pool's.
/// </remarks>
internal sealed class PgListener(ILoggerFactory loggers) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(Options.Create(Settings()), loggers);

    public bool CanBind(EndPoint endpoint) => endpoint is PgEndPoint or UnixDomainSocketEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        SocketPoller.IsSupported ? ValueTask.FromResult<IConnectionListener>(new PolledListener(endpoint)) : _sockets.BindAsync(endpoint, cancellationToken);

    private static SocketTransportOptions Settings()
    {
        var options = new SocketTransportOptions { UnsafePreferInlineScheduling = true };
        KestrelSettings.Apply(options);
        return options;
    }
}
