using System.Buffers;
using Google.Protobuf;
using SqlCluster.Arrow.Memory;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;

namespace SqlCluster.Flight.FlightData;

/// <summary>Takes FlightData messages off a stream of gRPC messages: small fields into arrays, the body straight into off-heap memory.</summary>
/// <remarks>Not thread-safe. Field order is free, as protobuf allows; of a field that comes twice the last one counts.</remarks>
public sealed class FlightDataReader : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Bytes of a field for which memory is taken before they are there; more is taken as they come.</summary>
    private const int TrustedBytes = 4 << 20;

    private readonly Stream _input;
    private readonly string? _encoding;
    private readonly long _limitBytes;
    private readonly MemoryAccount _account;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private FlightDataMessage? _current;
    private int _start;
    private int _end;
    private long _left;       // of the current message
    private bool _disposed;

    /// <param name="input">Messages with their prefixes.</param>
    /// <param name="encoding">The call's grpc-encoding, null: none.</param>
    /// <param name="limitBytes">Largest message accepted, decompressed too.</param>
    /// <param name="account">Charged with the bodies.</param>
    public FlightDataReader(Stream input, string? encoding, long limitBytes, MemoryAccount account)
    {
        _input = input;
        _encoding = encoding;
        _limitBytes = limitBytes;
        _account = account;
    }

    /// <summary>Reads what a client uploads.</summary>
    public static FlightDataReader ForRequest(GrpcCall call, MemoryAccount account) => new(call.RequestBody, call.RequestEncoding, call.MaxReceiveBytes, account);

    /// <summary>The next message, null after the last.</summary>
    /// <exception cref="GrpcStatusException">Malformed, too large or cut short.</exception>
    /// <exception cref="MemoryLimitException">The account's limit would be exceeded.</exception>
    public async ValueTask<FlightDataMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        ReleaseCurrent();
        if (!await FillAsync(MessageEncoding.PrefixBytes, cancellationToken).ConfigureAwait(false))
        {
            return _end == _start ? null : throw GrpcErrors.Truncated();
        }

        (byte flag, _left) = MessageEncoding.ReadPrefix(_buffer.AsSpan(_start));
        _start += MessageEncoding.PrefixBytes;
        if (_left > _limitBytes)
        {
            throw GrpcErrors.MessageTooLarge(_left, _limitBytes);
        }

        var message = new FlightDataMessage();
        _current = message;
        if (MessageEncoding.IsCompressed(flag, _encoding))
        {
            await ReadCompressedAsync(message, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            while (_left > 0)
            {
                await ReadFieldAsync(message, cancellationToken).ConfigureAwait(false);
            }
        }

        return message;
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            ReleaseCurrent();
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }

    private void ReleaseCurrent()
    {
        _current?.Body?.Release();
        _current = null;
    }

    private async ValueTask ReadFieldAsync(FlightDataMessage message, CancellationToken cancellationToken)
    {
        await NeedAsync((int)Math.Min(_left, FlightDataFields.MostPrefixBytes), cancellationToken).ConfigureAwait(false);
        ulong tag = ReadVarint();
        int field = (int)(tag >> 3);
        switch (tag & 7)
        {
            case 0:
                ReadVarint();
                return;
            case 1:
                await ReadBytesAsync(8, cancellationToken).ConfigureAwait(false);
                return;
            case 5:
                await ReadBytesAsync(4, cancellationToken).ConfigureAwait(false);
                return;
            case 2:
                break;
            default:
                throw Malformed($"wire type {tag & 7}");
        }

        ulong length = ReadVarint();
        if (length > (ulong)_left)
        {
            throw Malformed("a field is longer than its message");
        }

        switch (field)
        {
            case FlightDataFields.Body:
                await ReadBodyAsync(message, (long)length, cancellationToken).ConfigureAwait(false);
                break;
            case FlightDataFields.Header:
                message.Header = await ReadBytesAsync((long)length, cancellationToken).ConfigureAwait(false);
                break;
            case FlightDataFields.AppMetadata:
                message.AppMetadata = await ReadBytesAsync((long)length, cancellationToken).ConfigureAwait(false);
                break;
            case FlightDataFields.Descriptor:
                message.Descriptor = ParseDescriptor(await ReadBytesAsync((long)length, cancellationToken).ConfigureAwait(false));
                break;
            default:
                await ReadBytesAsync((long)length, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    private async ValueTask ReadBodyAsync(FlightDataMessage message, long length, CancellationToken cancellationToken)
    {
        message.Body?.Release();
        message.Body = NativeBuffer.Allocate(Math.Min(length, TrustedBytes), _account);
        message.BodyLength = length;
        for (long done = 0; done < length;)
        {
            if (done == message.Body.SizeBytes)
            {
                Grow(message, done, Math.Min(length, done * 4));
            }

            int part = (int)Math.Min(Math.Min(length, message.Body.SizeBytes) - done, 1 << 30);
            await ReadIntoAsync(message.Body.AsMemory(done, part), cancellationToken).ConfigureAwait(false);
            done += part;
        }
    }

    private void Grow(FlightDataMessage message, long done, long sizeBytes)
    {
        NativeBuffer larger = NativeBuffer.Allocate(sizeBytes, _account);
        message.Body!.Span<byte>(0, (int)done).CopyTo(larger.Span<byte>());
        message.Body.Release();
        message.Body = larger;
    }

    private async ValueTask<byte[]> ReadBytesAsync(long length, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[Math.Min(length, TrustedBytes)];
        await ReadIntoAsync(bytes, cancellationToken).ConfigureAwait(false);
        while (bytes.Length < length)
        {
            int have = bytes.Length;
            Array.Resize(ref bytes, (int)Math.Min(length, have * 2L));
            await ReadIntoAsync(bytes.AsMemory(have), cancellationToken).ConfigureAwait(false);
        }

        return bytes;
    }

    private async ValueTask ReadIntoAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        _left -= target.Length;
        if (_left < 0)
        {
            throw Malformed("a field is longer than its message");
        }

        int buffered = Math.Min(_end - _start, target.Length);
        _buffer.AsSpan(_start, buffered).CopyTo(target.Span);
        _start += buffered;
        target = target[buffered..];
        while (!target.IsEmpty)
        {
            int received = await _input.ReadAsync(target, cancellationToken).ConfigureAwait(false);
            target = received > 0 ? target[received..] : throw GrpcErrors.Truncated();
        }
    }

    private async ValueTask ReadCompressedAsync(FlightDataMessage message, CancellationToken cancellationToken)
    {
        byte[] compressed = await ReadBytesAsync(_left, cancellationToken).ConfigureAwait(false);
        byte[] plain = MessageEncoding.Decompress(new ReadOnlySequence<byte>(compressed), _limitBytes);
        var framed = new ArrayBufferWriter<byte>(plain.Length + MessageEncoding.PrefixBytes);
        MessageEncoding.WritePrefix(framed, 0, plain.Length);
        framed.Write(plain);
        using var inner = new FlightDataReader(new MemoryStream(framed.WrittenSpan.ToArray()), null, _limitBytes, _account);
        FlightDataMessage read = (await inner.ReadAsync(cancellationToken).ConfigureAwait(false))!;
        message.Descriptor = read.Descriptor;
        message.Header = read.Header;
        message.AppMetadata = read.AppMetadata;
        message.Body = read.Body?.Retain();
        message.BodyLength = read.BodyLength;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (_left == 0 || _start == _end)
            {
                throw Malformed("a number is cut short");
            }

            byte next = _buffer[_start++];
            _left--;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Malformed("a number is too long");
    }

    private async ValueTask NeedAsync(int count, CancellationToken cancellationToken)
    {
        if (!await FillAsync(count, cancellationToken).ConfigureAwait(false))
        {
            throw GrpcErrors.Truncated();
        }
    }

    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        if (_end - _start >= count)
        {
            return true;
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        while (_end < count)
        {
            int received = await _input.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (received == 0)
            {
                return false;
            }

            _end += received;
        }

        return true;
    }

    private static FlightDescriptor ParseDescriptor(byte[] bytes)
    {
        try
        {
            return FlightDescriptor.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw Malformed(error.Message);
        }
    }

    private static GrpcStatusException Malformed(string what) => GrpcErrors.NotAMessage("FlightData", what);
}
