using Microsoft.AspNetCore.Connections;

namespace SqlCluster.Server.Hosting;

/// <summary>A feature of connections that are served only to be told that there is no room for them. There are only so many at once, and not for long.</summary>
internal sealed class Unwelcome
{
    /// <summary>How long a client may take to ask, and to hear it.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _ends = new(Longest);
    private readonly SemaphoreSlim _places;

    private Unwelcome(SemaphoreSlim places) => _places = places;

    /// <summary>Marks a connection.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="places">Has a place taken for it, which is free again when the connection has ended.</param>
    public static void Mark(ConnectionContext connection, SemaphoreSlim places)
    {
        var mark = new Unwelcome(places);
        connection.Features.Set(mark);
        mark._ends.Token.UnsafeRegister(static state => ((ConnectionContext)state!).Abort(new ConnectionAbortedException("it was told that there is no room")), connection);
        connection.ConnectionClosed.UnsafeRegister(static state => ((Unwelcome)state!).Leave(), mark);
    }

    private void Leave()
    {
        _ends.Dispose();
        _places.Release();
    }
}
