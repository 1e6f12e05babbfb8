using System.Net;
using Microsoft.AspNetCore.Connections;

namespace SqlCluster.Server.Hosting;

/// <summary>Passes on the connections for which there is room: what a listener accepts beyond that is closed before it accepts the next one.</summary>
/// <remarks>While as many as possible are being told why there is no room, the next ones wait a moment in the system's queue.</remarks>
internal sealed class RoomyListener(IConnectionListener listener, ConnectionRoom room, bool isForOperators) : IConnectionListener
{
    public EndPoint EndPoint => listener.EndPoint;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await listener.AcceptAsync(cancellationToken).ConfigureAwait(false) is { } connection)
        {
            if (room.IsThere(connection, isForOperators) || (!isForOperators && await room.TakeForAnAnswerAsync(connection, cancellationToken).ConfigureAwait(false)))
            {
                return connection;
            }

            connection.Abort(new ConnectionAbortedException("there is no file handle for it"));
            await connection.DisposeAsync().ConfigureAwait(false);
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => listener.UnbindAsync(cancellationToken);

    public ValueTask DisposeAsync() => listener.DisposeAsync();
}
