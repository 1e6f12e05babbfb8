using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace SqlCluster.Server.Hosting;

/// <summary>Closes connections of a TLS port that do not begin as TLS does, so that a client which forgot it learns so at once and not after the handshake's time is over.</summary>
internal static class PlaintextGuard
{
    /// <summary>First byte of a TLS handshake (RFC 8446, section 5.1).</summary>
    private const byte Handshake = 0x16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(ConnectionDelegate next, ConnectionContext connection)
    {
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed))
        {
            patience.CancelAfter(Patience);
            try
            {
                ReadResult result = await connection.Transport.Input.ReadAsync(patience.Token).ConfigureAwait(false);
                if (result.Buffer.IsEmpty || result.Buffer.FirstSpan[0] != Handshake)
                {
                    connection.Transport.Input.AdvanceTo(result.Buffer.End);
                    return;
                }

                connection.Transport.Input.AdvanceTo(result.Buffer.Start, result.Buffer.Start);
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or ConnectionResetException)
            {
                // The client left, or says nothing.
                return;
            }
        }

        await next(connection).ConfigureAwait(false);
    }
}
