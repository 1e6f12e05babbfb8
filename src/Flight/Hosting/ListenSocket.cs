using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace SqlCluster.Flight.Hosting;

/// <summary>Listening sockets whose connections are asked for a sign of life (keep-alive), so that clients who vanish without a word do not stay.</summary>
/// <remarks>
/// A machine that loses its power or its network says nothing. Connections inherit these settings from the socket that accepts them (tcp(7)): after <see cref="IdleSeconds"/> of silence
/// the other side's kernel is asked, and after two minutes of silence altogether the connection is over. A client that reads nothing, but is there, answers. There is no
/// TCP_USER_TIMEOUT: it ends clients that are there and do not read.
/// </remarks>
public static class ListenSocket
{
    /// <summary>Seconds of silence before the first question.</summary>
    public const int IdleSeconds = 60;

    private const int SecondsBetween = 10;
    private const int Questions = 6;

    /// <summary>Binds a socket of any kind that Kestrel can listen on.</summary>
    public static Socket Bind(EndPoint endPoint)
    {
        Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        if (socket.ProtocolType == ProtocolType.Tcp)
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, IdleSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, SecondsBetween);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Questions);
        }

        return socket;
    }
}
