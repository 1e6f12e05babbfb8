using Microsoft.AspNetCore.Connections;

namespace SqlCluster.Server.Hosting;

/// <summary>A connection of the Flight or the status door while its client has not said who it is; a feature of the connection.</summary>
/// <remarks>As with <see cref="Newcomers"/> of the PostgreSQL door: who came first and still has not makes room, in the middle of whatever it was about.</remarks>
internal sealed class HttpNewcomer
{
    private readonly Newcomers _all;
    private readonly LinkedListNode<CancellationTokenSource> _entered;
    private volatile bool _hasLeft;

    private HttpNewcomer(Newcomers all, CancellationTokenSource ends)
    {
        _all = all;
        _entered = all.Enter(ends);
    }

    /// <summary>Serves a connection, as a newcomer until <see cref="Leave"/>.</summary>
    public static async Task RunAsync(Newcomers all, ConnectionDelegate next, ConnectionContext connection)
    {
        using var ends = new CancellationTokenSource();
        CancellationTokenRegistration abort = ends.Token.UnsafeRegister(
            static connection => ((ConnectionContext)connection!).Abort(new ConnectionAbortedException("it made room for others")), connection);
        await using (abort.ConfigureAwait(false))
        {
            var newcomer = new HttpNewcomer(all, ends);
            connection.Features.Set(newcomer);
            try
            {
                await next(connection).ConfigureAwait(false);
            }
            finally
            {
                newcomer.Leave();
            }
        }
    }

    /// <summary>Says that the client is known, or gone.</summary>
    public void Leave()
    {
        if (!_hasLeft)
        {
            _hasLeft = true;
            _all.Leave(_entered);
        }
    }
}
