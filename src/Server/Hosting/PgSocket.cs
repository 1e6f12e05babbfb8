using System.Globalization;
using System.Net.Sockets;

namespace SqlCluster.Server.Hosting;

/// <summary>The Unix-domain socket of PostgreSQL's protocol: a file .s.PGSQL.PORT in a folder, which libpq's clients look for when their host is that folder.</summary>
/// <param name="Folder">Where the file is.</param>
/// <param name="Mode">Who may connect: writing is what counts.</param>
public sealed record PgSocket(string Folder, UnixFileMode Mode)
{
    /// <summary>PostgreSQL's: everybody on the machine, as with a loopback address.</summary>
    public const string DefaultMode = "0777";

    /// <summary>Most bytes of a path in sockaddr_un, the NUL at its end not counted.</summary>
    private const int MaxPathBytes = 107;

    /// <summary>The file for a port.</summary>
    public string Path(int port) => System.IO.Path.Combine(System.IO.Path.GetFullPath(Folder), ".s.PGSQL." + port.ToString(CultureInfo.InvariantCulture));

    /// <summary>Makes room for the file: a server that was killed leaves its own behind.</summary>
    /// <exception cref="IOException">There is no such folder, the path is too long, or a server listens there.</exception>
    internal static void Prepare(string path)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(path) > MaxPathBytes)
        {
            throw new IOException($"the path of the Unix-domain socket is longer than {MaxPathBytes} bytes: {path}");
        }

        if (!Directory.Exists(System.IO.Path.GetDirectoryName(path)))
        {
            throw new IOException($"there is no folder for the Unix-domain socket: {System.IO.Path.GetDirectoryName(path)}");
        }

        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException error)
        {
            throw new IOException($"the Unix-domain socket is not usable: {path}: {error.Message}", error);
        }

        throw new IOException($"a server listens on the Unix-domain socket already: {path}");
    }
}
