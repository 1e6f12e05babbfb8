using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SqlCluster.Testing.Cancellation;

/// <summary>As much of PostgreSQL's protocol as it takes to send a statement, cancel it, or leave.</summary>
internal sealed class PgWireClient : IDisposable
{
    private readonly TcpClient _client = new() { NoDelay = true };
    private readonly IPEndPoint _server;
    private byte[] _key = [];

    private PgWireClient(IPEndPoint server) => _server = server;

    public static async Task<PgWireClient> OpenAsync(IPEndPoint server, string user, string options = "")
    {
        var client = new PgWireClient(server);
        await client._client.ConnectAsync(server).ConfigureAwait(false);
        byte[] parameters = Encoding.UTF8.GetBytes($"user\0{user}\0database\0sqlcluster\0options\0{options}\0\0");
        await client.WriteAsync([.. Number(parameters.Length + 8), .. Number(196_608), .. parameters]).ConfigureAwait(false);
        await client.ReadUntilReadyAsync().ConfigureAwait(false);
        return client;
    }

    public Task SendQueryAsync(string sql)
    {
        byte[] text = Encoding.UTF8.GetBytes(sql);
        return WriteAsync([(byte)'Q', .. Number(text.Length + 5), .. text, 0]);
    }

    /// <summary>Asks on another connection for the end of the statement.</summary>
    public async Task CancelAsync()
    {
        using var other = new TcpClient();
        await other.ConnectAsync(_server).ConfigureAwait(false);
        await other.GetStream().WriteAsync((byte[])[.. Number(_key.Length + 8), .. Number(80_877_102), .. _key]).ConfigureAwait(false);
    }

    /// <summary>Reads the answer.</summary>
    /// <returns>The SQLSTATE of its error; null when there was none.</returns>
    public async Task<string?> ReadUntilReadyAsync()
    {
        string? sqlState = null;
        var head = new byte[5];
        NetworkStream stream = _client.GetStream();
        while (await stream.ReadAtLeastAsync(head, 5, false).ConfigureAwait(false) == 5)
        {
            var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1)) - 4];
            await stream.ReadExactlyAsync(body).ConfigureAwait(false);
            switch ((char)head[0])
            {
                case 'K': _key = body; break;
                case 'E': sqlState = Encoding.UTF8.GetString(body).Split('\0').First(static field => field.StartsWith('C'))[1..]; break;
                case 'Z': return sqlState;
            }
        }

        return sqlState;
    }

    public void Dispose() => _client.Dispose();

    private async Task WriteAsync(byte[] bytes) => await _client.GetStream().WriteAsync(bytes).ConfigureAwait(false);

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
