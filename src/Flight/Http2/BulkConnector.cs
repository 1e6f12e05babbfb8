using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace SqlCluster.Flight.Http2;

/// <summary>Opens bulk connections: TCP, TLS with ALPN h2 where asked, and the client's half of HTTP/2's preface.</summary>
internal static class BulkConnector
{
    /// <exception cref="Http2ConnectException">Nobody listens, TLS fails, or the server does not speak HTTP/2.</exception>
    public static async Task<BulkConnection> ConnectAsync(BulkConnectionOptions options, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(options.ConnectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(options.Host.Trim('[', ']'), options.Port, limited.Token).ConfigureAwait(false);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            if (options.Tls != null)
            {
                stream = await EncryptAsync(stream, options.Tls(), limited.Token).ConfigureAwait(false);
            }

            var connection = new BulkConnection(stream, socket);
            await connection.GreetAsync(limited.Token).ConfigureAwait(false);
            return connection;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw Http2Errors.ConnectTimeout(options.Host, options.Port, options.ConnectTimeout);
        }
        catch (Exception error) when (error is SocketException or AuthenticationException or IOException and not Http2ConnectException)
        {
            socket.Dispose();
            throw Http2Errors.CannotConnect(options.Host, options.Port, error, error is SocketException { SocketErrorCode: SocketError.ConnectionRefused });
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> EncryptAsync(Stream stream, SslClientAuthenticationOptions options, CancellationToken cancellationToken)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
        return tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2 ? tls : throw Http2Errors.NoHttp2(tls.NegotiatedApplicationProtocol);
    }
}
