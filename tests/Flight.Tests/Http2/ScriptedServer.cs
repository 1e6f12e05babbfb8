using SqlCluster.Flight.Http2;

namespace SqlCluster.Flight.Tests.Http2;

/// <summary>What a server sends, prepared in advance, as the stream of a connection; and what its client wrote.</summary>
internal sealed class ScriptedServer(int mostBytesAtOnce = int.MaxValue) : Stream
{
    private readonly List<byte> _script = [];
    private byte[]? _bytes;
    private int _position;

    public List<byte> Written { get; } = [];

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get; set; }

    public byte[] Script => [.. _script];

    public ScriptedServer Raw(params byte[] bytes)
    {
        _script.AddRange(bytes);
        return this;
    }

    public ScriptedServer Frame(FrameType type, byte flags, uint stream, params byte[] payload)
    {
        FrameHeader.Write(_script, type, flags, stream, payload);
        return this;
    }

    public ScriptedServer Settings(params byte[] payload) => Frame(FrameType.Settings, 0, 0, payload);

    public ScriptedServer Headers(bool endsStream = false, uint stream = 1, params (string Name, string Value)[] fields)
    {
        return Frame(FrameType.Headers, (byte)(FrameHeader.EndHeaders | (endsStream ? FrameHeader.EndStream : 0)), stream, Block(fields));
    }

    public ScriptedServer Ok() => Headers(fields: [(":status", "200"), ("content-type", "application/grpc")]);

    public ScriptedServer Data(int length, bool endsStream = false, uint stream = 1, byte fill = 7)
    {
        byte[] payload = new byte[length];
        payload.AsSpan().Fill(fill);
        return Frame(FrameType.Data, endsStream ? FrameHeader.EndStream : (byte)0, stream, payload);
    }

    public static byte[] Block(params (string Name, string Value)[] fields)
    {
        var block = new List<byte>();
        new HpackEncoder(0).Encode(fields.Select(static field => new HeaderField(field.Name, field.Value)), block);
        return [.. block];
    }

    /// <summary>Plays the script to a bulk connection that makes one request and reads the answer to its end.</summary>
    public async Task<(BulkStream Stream, byte[] Body, BulkConnection Connection)> AnswerAsync(int requestBytes = 3)
    {
        var connection = new BulkConnection(this, null);
        var pool = new BulkConnectionPool(new BulkConnectionOptions("none", 1));
        await connection.GreetAsync(default);
        BulkStream stream = await connection.OpenAsync([new(":method", "POST"), new(":path", "/x")], new byte[requestBytes], pool, default);
        using var body = new MemoryStream();
        byte[] buffer = new byte[20_000];
        int count;
        while ((count = await stream.ReadAsync(buffer)) > 0)
        {
            body.Write(buffer, 0, count);
        }

        return (stream, body.ToArray(), connection);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _bytes ??= [.. _script];
        int count = Math.Min(Math.Min(buffer.Length, mostBytesAtOnce), _bytes.Length - _position);
        _bytes.AsSpan(_position, count).CopyTo(buffer.Span);
        _position += count;
        return new(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Written.AddRange(buffer.Span);
        return default;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}
