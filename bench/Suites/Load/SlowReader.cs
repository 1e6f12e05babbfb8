using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Bench.Suites.Load;

/// <summary>A client that asks for a large result and takes it from its socket at 1 KB a second.</summary>
internal sealed class SlowReader : IDisposable
{
    private const int BytesPerSecond = 1024;
    private readonly Stream _stream;
    private readonly CancellationTokenSource _ends = new();
    private readonly byte[] _next;
    private Task _reading = Task.CompletedTask;
    private long _received;

    /// <param name="stream">Where the answer comes.</param>
    /// <param name="next">Sent again for each <paramref name="next"/>'s worth of rows that has come; empty: all comes at once.</param>
    private SlowReader(Stream stream, byte[] next)
    {
        _stream = stream;
        _next = next;
    }

    /// <summary>Bytes taken so far.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>PostgreSQL's simple query: text.</summary>
    public static Task<SlowReader> PgTextAsync(LoadServer server, string sql) => PgAsync(server, [.. Message('Q', CString(sql))], []);

    /// <summary>PostgreSQL's extended query, all rows at once, in binary.</summary>
    public static Task<SlowReader> PgBinaryAsync(LoadServer server, string sql) =>
        PgAsync(server, [.. Parse(sql), .. Message('B', CString("p"), CString(""), [0, 0, 0, 0, 0, 1, 0, 1]), .. Execute(0), .. Message('S')], []);

    /// <summary>A portal in a transaction that is fetched 100 rows at a time, as drivers with a fetch size do.</summary>
    public static Task<SlowReader> PgPortalAsync(LoadServer server, string sql) =>
        PgAsync(server, [.. Message('Q', CString("BEGIN")), .. Parse(sql), .. Message('B', CString("p"), CString(""), [0, 0, 0, 0, 0, 0]), .. Execute(100), .. Message('S')], [.. Execute(100), .. Message('S')]);

    /// <summary>DoGet of a client that allows the server to send as much as it likes, and then does not take it.</summary>
    public static async Task<SlowReader> FlightAsync(LoadServer server, string sql)
    {
        var channel = new GrpcChannelOptions(server.FlightAddress) { ValidateServerCertificate = static (_, _, _, _) => true };
        using var client = new FlightClient(new FlightClientOptions(channel) { User = "bench", Password = "" });
        FlightInfo info = await new FlightSqlClient(client).ExecuteAsync(sql).ConfigureAwait(false);
        byte[] ticket = info.Endpoint[0].Ticket.ToByteArray();
        byte[] message = [0, .. Number(ticket.Length), .. ticket];
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.FlightAddress.Host, server.FlightAddress.Port).ConfigureAwait(false);
        Stream stream = new NetworkStream(socket, true);
        stream = server.IsEncrypted ? await EncryptAsync(stream, SslApplicationProtocol.Http2).ConfigureAwait(false) : stream;
        byte[] headers =
        [
            .. Field(":method", "POST"), .. Field(":scheme", server.FlightAddress.Scheme), .. Field(":path", "/arrow.flight.protocol.FlightService/DoGet"), .. Field(":authority", "bench"),
            .. Field("content-type", "application/grpc"), .. Field("te", "trailers"), .. Field("authorization", $"Bearer {client.Token}"),
        ];
        await stream.WriteAsync((byte[])
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(4, 0, 0, [0, 4, 0x7F, 0xFF, 0xFF, 0xFF]), .. Frame(8, 0, 0, [0x7F, 0xFF, 0, 0]), .. Frame(1, 4, 1, headers), .. Frame(0, 1, 1, message),
        ]).ConfigureAwait(false);
        await stream.FlushAsync().ConfigureAwait(false);
        return new SlowReader(stream, []).Begin();
    }

    public void Dispose()
    {
        _ends.Cancel();
        _stream.Dispose();
        _reading.ContinueWith(_ => _ends.Dispose(), TaskScheduler.Default);
    }

    private static async Task<SlowReader> PgAsync(LoadServer server, byte[] asks, byte[] next)
    {
        Stream stream = new NetworkStream(await server.ConnectPgAsync().ConfigureAwait(false), true);
        if (server.IsEncrypted)
        {
            await stream.WriteAsync((byte[])[.. Number(8), .. Number(80877103)]).ConfigureAwait(false);
            stream = stream.ReadByte() == 'S' ? await EncryptAsync(stream, new SslApplicationProtocol("postgresql")).ConfigureAwait(false) : throw new InvalidOperationException("no TLS");
        }

        byte[] parameters = [.. CString("user"), .. CString("bench"), .. CString("database"), .. CString("sqlcluster"), 0];
        await stream.WriteAsync((byte[])[.. Number(parameters.Length + 8), .. Number(196608), .. parameters, .. asks]).ConfigureAwait(false);
        return new SlowReader(stream, next).Begin();
    }

    private static async Task<Stream> EncryptAsync(Stream stream, SslApplicationProtocol protocol)
    {
        var tls = new SslStream(stream, false, static (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [protocol] }).ConfigureAwait(false);
        return tls;
    }

    private SlowReader Begin()
    {
        _reading = ReadAsync();
        return this;
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[BytesPerSecond];
        try
        {
            while (true)
            {
                int count = await _stream.ReadAsync(buffer, _ends.Token).ConfigureAwait(false);
                if (count == 0)
                {
                    return;
                }

                Interlocked.Add(ref _received, count);
                if (_next.Length > 0 && count < BytesPerSecond)
                {
                    await _stream.WriteAsync(_next, _ends.Token).ConfigureAwait(false);      // the rows of this round are all there
                }

                await Task.Delay(TimeSpan.FromSeconds(1), _ends.Token).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // It was ended.
        }
    }

    private static byte[] Parse(string sql) => Message('P', CString(""), CString(sql), [0, 0]);

    private static byte[] Execute(int rows) => Message('E', CString("p"), Number(rows));

    private static byte[] Message(char type, params byte[][] fields)
    {
        byte[] body = [.. fields.SelectMany(static field => field)];
        return [(byte)type, .. Number(body.Length + 4), .. body];
    }

    private static byte[] CString(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static byte[] Number(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    /// <summary>A frame of HTTP/2 (RFC 9113, section 4.1).</summary>
    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, .. Number(stream), .. payload];

    /// <summary>A header field without index and Huffman code (RFC 7541, section 6.2.2).</summary>
    private static byte[] Field(string name, string value) => [0, .. Text(name), .. Text(value)];

    private static byte[] Text(string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        byte[] length = bytes.Length < 127 ? [(byte)bytes.Length] : bytes.Length - 127 < 128 ? [127, (byte)(bytes.Length - 127)] : [127, (byte)(((bytes.Length - 127) & 127) | 128), (byte)((bytes.Length - 127) >> 7)];
        return [.. length, .. bytes];
    }
}
