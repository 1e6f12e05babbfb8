using System.Buffers;
using System.Globalization;
using Google.Protobuf;

namespace SqlCluster.Flight.Grpc;

/// <summary>The answer to a client call: headers, messages, and at the end the status, which is thrown unless it is OK.</summary>
/// <remarks>One reader at a time. Disposing before the end cancels the call.</remarks>
public sealed class GrpcResponse : IDisposable
{
    private readonly ResponseSource _source;
    private readonly CallLifetime _lifetime;
    private readonly int _limitBytes;
    private readonly string? _encoding;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);
    private int _start;
    private int _end;
    private bool _disposed;

    internal GrpcResponse(ResponseSource source, CallLifetime lifetime, int limitBytes)
    {
        _source = source;
        _lifetime = lifetime;
        _limitBytes = limitBytes;
        _encoding = source.Headers["grpc-encoding"];
    }

    public Metadata Headers => _source.Headers;

    /// <summary>There after the last message.</summary>
    public Metadata Trailers => _source.Trailers;

    /// <summary>The encoding of compressed messages, null: none.</summary>
    public string? Encoding => _encoding;

    /// <summary>Messages with their prefixes, for readers that take them apart themselves; at its end comes <see cref="ThrowIfFailed"/>. Failures go through <see cref="Explain"/>.</summary>
    public Stream Body => _source.Body;

    /// <summary>Fires when the caller or the deadline ends the call.</summary>
    public CancellationToken CancellationToken => _lifetime.Token;

    /// <summary>The next message, decompressed; null after the last. Valid until the next read.</summary>
    /// <exception cref="GrpcStatusException">The call failed.</exception>
    /// <exception cref="OperationCanceledException">The caller ended it.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadMessageAsync(CancellationToken cancellationToken = default)
    {
        using CancellationTokenRegistration registration = _lifetime.EndOn(cancellationToken);
        try
        {
            if (!await FillAsync(MessageEncoding.PrefixBytes).ConfigureAwait(false))
            {
                ThrowIfFailed();
                return _end == _start ? null : throw GrpcErrors.Truncated();
            }

            (byte flag, long length) = MessageEncoding.ReadPrefix(_buffer.AsSpan(_start));
            bool compressed = MessageEncoding.IsCompressed(flag, _encoding);
            if (length > _limitBytes)
            {
                throw GrpcErrors.MessageTooLarge(length, _limitBytes);
            }

            if (!await FillAsync(MessageEncoding.PrefixBytes + (int)length).ConfigureAwait(false))
            {
                ThrowIfFailed();
                throw GrpcErrors.Truncated();
            }

            var message = new ReadOnlyMemory<byte>(_buffer, _start + MessageEncoding.PrefixBytes, (int)length);
            _start += MessageEncoding.PrefixBytes + (int)length;
            return compressed ? MessageEncoding.Decompress(new ReadOnlySequence<byte>(message), _limitBytes) : message;
        }
        catch (Exception error)
        {
            throw Translate(error, cancellationToken);
        }
    }

    /// <summary>The next message, null after the last.</summary>
    /// <exception cref="GrpcStatusException">The call failed, or the message is no <typeparamref name="T"/>.</exception>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken = default)
        where T : class, IMessage<T>
    {
        if (await ReadMessageAsync(cancellationToken).ConfigureAwait(false) is not { } message)
        {
            return null;
        }

        try
        {
            return parser.ParseFrom(message.Span);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw GrpcErrors.NotAMessage(typeof(T).Name, error.Message);
        }
    }

    /// <summary>The only message.</summary>
    /// <exception cref="GrpcStatusException">The call failed, the message is no <typeparamref name="T"/>, or there is none, or more than one.</exception>
    public async ValueTask<T> ReadSingleAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken = default)
        where T : class, IMessage<T>
    {
        T message = await ReadAsync(parser, cancellationToken).ConfigureAwait(false) ?? throw GrpcErrors.NoMessage();
        return await ReadMessageAsync(cancellationToken).ConfigureAwait(false) == null ? message : throw GrpcErrors.ManyMessages();
    }

    /// <summary>All messages that are left.</summary>
    public async IAsyncEnumerable<T> ReadAllAsync<T>(
        MessageParser<T> parser, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        where T : class, IMessage<T>
    {
        while (await ReadAsync(parser, cancellationToken).ConfigureAwait(false) is { } message)
        {
            yield return message;
        }
    }

    /// <summary>Throws the call's status unless it is OK; only after the last message.</summary>
    public void ThrowIfFailed()
    {
        Metadata status = Headers["grpc-status"] == null ? Trailers : Headers;
        string text = status["grpc-status"] ?? throw GrpcErrors.NoStatus();
        StatusCode code = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= (int)StatusCode.Unauthenticated
            ? (StatusCode)number
            : StatusCode.Unknown;
        if (code != StatusCode.Ok)
        {
            throw new GrpcStatusException(code, GrpcMessageText.Decode(status["grpc-message"] ?? "")) { Trailers = status };
        }
    }

    /// <summary>Ends the call when <paramref name="other"/>, the token of one operation, fires; until the result is disposed.</summary>
    public CancellationTokenRegistration EndOn(CancellationToken other) => _lifetime.EndOn(other);

    /// <summary>What the caller is to see of a failure while reading <see cref="Body"/>: the call's status where it ended early, else what <see cref="Translate"/> says.</summary>
    public Exception Explain(Exception error, CancellationToken operation)
    {
        if (error is GrpcStatusException && (Headers["grpc-status"] ?? Trailers["grpc-status"]) is not (null or "0"))
        {
            try
            {
                ThrowIfFailed();
            }
            catch (GrpcStatusException status)
            {
                return status;
            }
        }

        return Translate(error, operation);
    }

    /// <summary>What the caller is to see of a failure of the transport.</summary>
    public Exception Translate(Exception error, CancellationToken operation = default) => _lifetime.Translate(error, operation);

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _source.Dispose();
            _lifetime.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    /// <summary>Makes <paramref name="count"/> bytes available; false at the end of the body.</summary>
    private async ValueTask<bool> FillAsync(int count)
    {
        if (_end - _start >= count)
        {
            return true;
        }

        if (_buffer.Length < count)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(count);
            _buffer.AsSpan(_start, _end - _start).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        }

        _end -= _start;
        _start = 0;
        while (_end < count)
        {
            int received = await Body.ReadAsync(_buffer.AsMemory(_end), _lifetime.Token).ConfigureAwait(false);
            if (received == 0)
            {
                return false;
            }

            _end += received;
        }

        return true;
    }
}
