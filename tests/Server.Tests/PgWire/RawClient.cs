using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Speaks the protocol byte by byte, rightly or wrongly.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };
    private NetworkStream _stream = null!;

    /// <summary>Bytes a write; 0: all at once.</summary>
    public int PieceBytes { get; set; }

    public int ProcessId { get; private set; }

    public byte[] Key { get; private set; } = [];

    public Dictionary<string, string> Parameters { get; } = new(StringComparer.Ordinal);

    public static async Task<RawClient> ConnectAsync(int port)
    {
        var client = new RawClient();
        await client._client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        client._stream = client._client.GetStream();
        client._stream.ReadTimeout = 30_000;
        return client;
    }

    /// <summary>Connects and starts a session.</summary>
    public static async Task<RawClient> OpenAsync(int port, int pieceBytes = 0)
    {
        RawClient client = await ConnectAsync(port);
        client.PieceBytes = pieceBytes;
        await client.SendAsync(Startup(196_608, "user", "raw", "database", "sqlcluster"));
        string answer = await client.ReadUntilReadyAsync();
        Assert.EndsWith("Z:I", answer, StringComparison.Ordinal);
        return client;
    }

    public static byte[] Startup(int version, params string[] parameters)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(parameters.Select(static part => part + "\0")) + "\0");
        return [.. Number(text.Length + 8), .. Number(version), .. text];
    }

    /// <summary>A message from its type and its fields: strings (zero-terminated), ints (4 bytes), shorts (2 bytes), bytes and byte arrays.</summary>
    public static byte[] Message(char type, params object[] fields)
    {
        byte[] body = [.. fields.SelectMany(static field => field switch
        {
            string text => [.. Encoding.UTF8.GetBytes(text), 0],
            int number => Number(number),
            short number => [(byte)(number >> 8), (byte)number],
            byte single => [single],
            byte[] bytes => bytes,
            char letter => [(byte)letter],
            _ => throw new ArgumentException("not a field", nameof(fields)),
        })];
        return [(byte)type, .. Number(body.Length + 4), .. body];
    }

    public static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    public async Task SendAsync(params byte[][] messages)
    {
        byte[] bytes = [.. messages.SelectMany(static message => message)];
        int piece = PieceBytes == 0 ? bytes.Length : PieceBytes;
        for (int i = 0; i < bytes.Length; i += piece)
        {
            await _stream.WriteAsync(bytes.AsMemory(i, Math.Min(piece, bytes.Length - i)), TestContext.Current.CancellationToken);
            await _stream.FlushAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Sends a simple query and shows the answer.</summary>
    public async Task<string> QueryAsync(string sql)
    {
        await SendAsync(Message('Q', sql));
        return await ReadUntilReadyAsync();
    }

    /// <summary>Shows messages up to ReadyForQuery: "T:a,b D:1,null C:SELECT 1 Z:I". Parameter statuses are kept, not shown.</summary>
    public async Task<string> ReadUntilReadyAsync()
    {
        var shown = new List<string>();
        while (await ReadAsync() is var (type, body))
        {
            if (Show(type, body) is { } text)
            {
                shown.Add(text);
            }

            if (type == 'Z')
            {
                break;
            }
        }

        return string.Join(' ', shown);
    }

    /// <summary>The next message, or null when the server has closed the connection.</summary>
    public async Task<(char Type, byte[] Body)?> ReadAsync()
    {
        var head = new byte[5];
        if (await _stream.ReadAtLeastAsync(head, 5, false, TestContext.Current.CancellationToken) < 5)
        {
            return null;
        }

        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4];
        await _stream.ReadExactlyAsync(body, TestContext.Current.CancellationToken);
        return ((char)head[0], body);
    }

    /// <summary>Reads until the server closes the connection or nothing more comes.</summary>
    /// <returns>Bytes read.</returns>
    public async Task<long> ReadToEndAsync(TimeSpan patience)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(patience);
        var buffer = new byte[4096];
        long total = 0;
        try
        {
            while (await _stream.ReadAsync(buffer, timeout.Token) is var read and > 0)
            {
                total += read;
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            // The server waits for more, as it may.
        }

        return total;
    }

    public async Task<char> ReadByteAsync()
    {
        var one = new byte[1];
        await _stream.ReadExactlyAsync(one, TestContext.Current.CancellationToken);
        return (char)one[0];
    }

    public void Dispose() => _client.Dispose();

    private string? Show(char type, byte[] body)
    {
        switch (type)
        {
            case 'S':
                string[] pair = Encoding.UTF8.GetString(body).Split('\0');
                Parameters[pair[0]] = pair[1];
                return null;
            case 'K':
                ProcessId = BinaryPrimitives.ReadInt32BigEndian(body);
                Key = body[4..];
                return "K";
            case 'T': return "T:" + Columns(body);
            case 't': return "t:" + string.Join(',', Enumerable.Range(0, body.Length / 4).Select(i => BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(2 + (4 * i)))));
            case 'D': return "D:" + Row(body);
            case 'C' or 'Z': return $"{type}:{Encoding.UTF8.GetString(body).TrimEnd('\0')}";
            case 'E' or 'N': return $"{type}:{Encoding.UTF8.GetString(body).Split('\0').First(static field => field.StartsWith('C'))[1..]}";
            default: return type.ToString();
        }
    }

    private static string Columns(byte[] body)
    {
        var names = new List<string>();
        for (int position = 2; position < body.Length;)
        {
            int zero = Array.IndexOf(body, (byte)0, position);
            names.Add(Encoding.UTF8.GetString(body.AsSpan(position, zero - position)));
            position = zero + 19;
        }

        return string.Join(',', names);
    }

    private static string Row(byte[] body)
    {
        var values = new List<string>();
        for (int position = 2; position < body.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(position));
            position += 4;
            values.Add(length < 0 ? "null" : Encoding.UTF8.GetString(body.AsSpan(position, length)));
            position += Math.Max(length, 0);
        }

        return string.Join(',', values);
    }
}
