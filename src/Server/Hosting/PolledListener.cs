using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using SqlCluster.Flight.Hosting;

namespace SqlCluster.Server.Hosting;

/// <summary>Accepts connections for the <see cref="SocketPoller"/>s.</summary>
internal sealed class PolledListener : IConnectionListener
{
    private readonly Socket _socket;

    public PolledListener(EndPoint endPoint)
    {
        _socket = ListenSocket.Bind(endPoint);
        EndPoint = _socket.LocalEndPoint!;
        _socket.Listen(Backlog);
    }

    /// <summary>Connections that wait to be accepted, as Kestrel has it.</summary>
    private const int Backlog = 512;

    /// <summary>How long it waits when the process or the machine has no more file handles.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    public EndPoint EndPoint { get; }

    /// <returns>The next connection; null when there will be none any more.</returns>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            try
            {
                Socket accepted = await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    if (accepted.ProtocolType == ProtocolType.Tcp)
                    {
                        accepted.NoDelay = true;
                    }

                    return PolledConnection.Start(accepted);
                }
                catch (Exception error) when (error is SocketException or IOException)
                {
                    accepted.Dispose();         // it has left already
                }
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.OperationAborted)
            {
                return null;
            }
            catch (SocketException error) when (error.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                // Nothing can be accepted before something is closed, and nobody tells when that is.
                await Task.Delay(Patience, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // It left while it waited.
            }
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _socket.Dispose();
        return default;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
