using System.Buffers.Binary;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace SqlCluster.Flight.Http2;

/// <summary>Client side of an HTTP/2 connection (RFC 9113) that carries one stream at a time, so that a body goes from the socket into its reader's memory.</summary>
/// <remarks>
/// Nothing runs in the background: whoever reads the response also answers SETTINGS and PING. Windows are so large that the server never waits
/// for credit; what bounds memory is that bytes stay in the socket until they are asked for. Not thread-safe.
/// </remarks>
internal sealed class BulkConnection : IDisposable
{
    private const int Window = 1 << 30;
    private const int WindowStep = 1 << 26;             // bytes read before the server gets new credit
    private const int MaxFrameBytes = 1 << 20;
    private const int MaxHeaderBytes = 256 * 1024;
    private const int HeaderTableBytes = 4096;
    private const int DefaultWindow = 65535;
    private const int MostIdleFrames = 10_000;          // without a byte of content between them
    private const int BufferBytes = 64 * 1024;
    private const int DirectBytes = 8 * 1024;           // from this size on a read goes past the buffer

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly HpackDecoder _hpack = new(HeaderTableBytes, MaxHeaderBytes);
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private int _start;
    private int _end;

    // What the server allows us.
    private int _peerMaxFrame = 16384;
    private int _peerInitialWindow = DefaultWindow;
    private long _connectionSendWindow = DefaultWindow;
    private long _streamSendWindow;

    // What we allow the server.
    private long _connectionWindow = Window;
    private long _streamWindow;
    private long _unreported;                           // bytes read, not yet given back as credit

    private uint _streamId;
    private bool _greeted;                              // the server's first SETTINGS came
    private bool _goingAway;
    private bool _broken;
    private bool _responseEnded;
    private int _idleFrames;
    private int _dataLeft;                              // of the current DATA frame, without padding
    private int _paddingLeft;
    private List<HeaderField>? _headers;
    private int _httpStatus;

    private BulkConnection(Socket socket, Stream stream)
    {
        _socket = socket;
        _stream = stream;
    }

    /// <summary>Trailers of the stream that ended last.</summary>
    public IReadOnlyList<HeaderField> Trailers { get; private set; } = [];

    /// <summary>Whether another stream may follow the one that has ended.</summary>
    public bool CanServeAgain => _responseEnded && !_goingAway && !_broken && _streamId < int.MaxValue - 2;

    /// <summary>Whether the server has not closed it meanwhile.</summary>
    public bool IsOpen => !_broken && !(_socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0 && _end == _start);

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
                var tls = new SslStream(stream);
                stream = tls;
                await tls.AuthenticateAsClientAsync(options.Tls(), limited.Token).ConfigureAwait(false);
                if (tls.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
                {
                    throw Http2Errors.NoHttp2(tls.NegotiatedApplicationProtocol);
                }
            }

            var connection = new BulkConnection(socket, stream);
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

    /// <summary>Sends a request and reads until the response's headers are there.</summary>
    public async Task<BulkStream> OpenAsync(
        IReadOnlyList<HeaderField> headers, ReadOnlyMemory<byte> body, BulkConnectionPool pool, CancellationToken cancellationToken)
    {
        _streamId = _streamId == 0 ? 1 : _streamId + 2;
        _streamWindow = Window;
        _streamSendWindow = _peerInitialWindow;
        _responseEnded = false;
        _headers = null;
        Trailers = [];
        try
        {
            await SendRequestAsync(headers, body, cancellationToken).ConfigureAwait(false);
            while (_headers == null)
            {
                await ReadFrameAsync(cancellationToken).ConfigureAwait(false);
            }

            return new BulkStream(this, pool, _httpStatus, _headers);
        }
        catch (Exception error)
        {
            await GiveUpAsync(error).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Receives up to <paramref name="target"/>.Length bytes of the response's body; 0 at its end.</summary>
    public async ValueTask<int> ReadDataAsync(Memory<byte> target, CancellationToken cancellationToken)
    {
        try
        {
            while (_dataLeft == 0)
            {
                if (_responseEnded && _paddingLeft == 0)
                {
                    return 0;
                }

                await ReadFrameAsync(cancellationToken).ConfigureAwait(false);
            }

            int count = Math.Min(target.Length, _dataLeft);
            if (_end == _start && count >= DirectBytes)
            {
                count = await _stream.ReadAsync(target[..count], cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    throw Http2Errors.Closed();
                }
            }
            else
            {
                if (_end == _start)
                {
                    await FillAsync(1, cancellationToken).ConfigureAwait(false);
                }

                count = Math.Min(count, _end - _start);
                _buffer.AsSpan(_start, count).CopyTo(target.Span);
                _start += count;
            }

            _dataLeft -= count;
            await CreditAsync(count, cancellationToken).ConfigureAwait(false);
            return count;
        }
        catch (Exception error)
        {
            await GiveUpAsync(error).ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose()
    {
        _broken = true;
        _stream.Dispose();
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        var output = new List<byte>();
        output.AddRange("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        var settings = new List<byte>();
        foreach ((SettingId id, uint value) in ((SettingId, uint)[])
            [(SettingId.EnablePush, 0), (SettingId.InitialWindowSize, Window), (SettingId.MaxFrameSize, MaxFrameBytes), (SettingId.MaxHeaderListSize, MaxHeaderBytes)])
        {
            settings.AddRange([(byte)((ushort)id >> 8), (byte)id]);
            FrameHeader.WriteUInt32(settings, value);
        }

        FrameHeader.Write(output, FrameType.Settings, 0, 0, settings.ToArray());
        FrameHeader.Write(output, FrameType.WindowUpdate, 0, 0, BigEndian(Window - DefaultWindow));
        await _stream.WriteAsync(output.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>HEADERS, CONTINUATION as needed, then DATA as far as the windows allow; waits for credit when the body is larger.</summary>
    private async Task SendRequestAsync(IReadOnlyList<HeaderField> headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var encoded = new List<byte>();
        HpackEncoder.Encode(headers, encoded);
        byte[] block = [.. encoded];
        var output = new List<byte>(block.Length + body.Length + 64);
        for (int at = 0; at < block.Length || at == 0;)
        {
            int count = Math.Min(_peerMaxFrame, block.Length - at);
            byte flags = at + count == block.Length ? FrameHeader.EndHeaders : (byte)0;
            FrameHeader.Write(output, at == 0 ? FrameType.Headers : FrameType.Continuation, flags, _streamId, block.AsSpan(at, count));
            at += count;
        }

        while (true)
        {
            int count = (int)Math.Min(Math.Min(_peerMaxFrame, body.Length), Math.Min(_connectionSendWindow, _streamSendWindow));
            if (count > 0 || body.IsEmpty)
            {
                FrameHeader.Write(output, FrameType.Data, count == body.Length ? FrameHeader.EndStream : (byte)0, _streamId, body.Span[..count]);
                _connectionSendWindow -= count;
                _streamSendWindow -= count;
                body = body[count..];
                if (body.IsEmpty)
                {
                    await _stream.WriteAsync(output.ToArray(), cancellationToken).ConfigureAwait(false);
                    return;
                }

                continue;
            }

            await _stream.WriteAsync(output.ToArray(), cancellationToken).ConfigureAwait(false);
            output.Clear();
            while (Math.Min(_connectionSendWindow, _streamSendWindow) <= 0)
            {
                await ReadFrameAsync(cancellationToken).ConfigureAwait(false);
                if (_headers != null)
                {
                    _broken = true;   // answered before it was asked in full: read the answer, then drop the connection
                    return;
                }
            }
        }
    }

    /// <summary>Reads one frame and acts on it; of a DATA frame only the beginning.</summary>
    private async ValueTask ReadFrameAsync(CancellationToken cancellationToken)
    {
        if (_paddingLeft > 0)
        {
            await SkipPaddingAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        await FillAsync(FrameHeader.SizeBytes, cancellationToken).ConfigureAwait(false);
        FrameHeader frame = FrameHeader.Read(_buffer.AsSpan(_start));
        _start += FrameHeader.SizeBytes;
        if (frame.Length > MaxFrameBytes)
        {
            throw Http2Errors.FrameTooLarge(frame.Length, MaxFrameBytes);
        }

        if (!_greeted && (frame.Type != FrameType.Settings || frame.Has(FrameHeader.Acknowledge)))
        {
            throw Http2Errors.UnexpectedFrame(frame.Type, frame.Stream);
        }

        if (++_idleFrames > MostIdleFrames)
        {
            throw Http2Errors.Flood();
        }

        if (frame.Type == FrameType.Data)
        {
            await BeginDataAsync(frame, cancellationToken).ConfigureAwait(false);
            return;
        }

        byte[] payload = await ReadPayloadAsync(frame.Length, cancellationToken).ConfigureAwait(false);
        switch (frame.Type)
        {
            case FrameType.Headers:
                await OnHeadersAsync(frame, payload, cancellationToken).ConfigureAwait(false);
                break;
            case FrameType.Settings:
                await OnSettingsAsync(frame, payload, cancellationToken).ConfigureAwait(false);
                break;
            case FrameType.Ping:
                await OnPingAsync(frame, payload, cancellationToken).ConfigureAwait(false);
                break;
            case FrameType.WindowUpdate:
                OnWindowUpdate(frame, payload);
                break;
            case FrameType.ResetStream:
                OnReset(frame, payload);
                break;
            case FrameType.GoAway:
                OnGoAway(frame, payload);
                break;
            case FrameType.Priority:
                Check(frame, payload.Length == 5, frame.Stream != 0);
                break;
            case FrameType.PushPromise or FrameType.Continuation:
                throw Http2Errors.UnexpectedFrame(frame.Type, frame.Stream);
            case FrameType.Data:
            default:
                break;   // unknown types are ignored (RFC 9113, 4.1)
        }
    }

    private async ValueTask BeginDataAsync(FrameHeader frame, CancellationToken cancellationToken)
    {
        if (frame.Stream != _streamId || _headers == null || _responseEnded)
        {
            throw Http2Errors.UnexpectedFrame(frame.Type, frame.Stream);
        }

        _connectionWindow -= frame.Length;
        _streamWindow -= frame.Length;
        if (_connectionWindow < 0 || _streamWindow < 0)
        {
            throw Http2Errors.TooMuchData(_streamWindow < 0 ? "stream" : "connection");
        }

        int length = frame.Length, padding = 0;
        if (frame.Has(FrameHeader.Padded))
        {
            Check(frame, length > 0, true);
            await FillAsync(1, cancellationToken).ConfigureAwait(false);
            padding = _buffer[_start++];
            length--;
            if (padding > length)
            {
                throw Http2Errors.BadFrame(FrameType.Data, "more padding than payload");
            }
        }

        _dataLeft = length - padding;
        _paddingLeft = padding;
        _responseEnded = frame.Has(FrameHeader.EndStream);
        _idleFrames = _dataLeft > 0 ? 0 : _idleFrames;
        if (frame.Has(FrameHeader.Padded))
        {
            await CreditAsync(1, cancellationToken).ConfigureAwait(false);   // the byte that counts the padding
        }
    }

    private async ValueTask SkipPaddingAsync(CancellationToken cancellationToken)
    {
        int padding = _paddingLeft;
        await FillAsync(padding, cancellationToken).ConfigureAwait(false);
        _start += padding;
        _paddingLeft = 0;
        await CreditAsync(padding, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask OnHeadersAsync(FrameHeader frame, byte[] payload, CancellationToken cancellationToken)
    {
        int at = 0, end = payload.Length;
        if (frame.Has(FrameHeader.Padded))
        {
            Check(frame, payload.Length > 0, true);
            at = 1;
            end -= payload[0];
        }

        at += frame.Has(FrameHeader.HasPriority) ? 5 : 0;
        if (at > end)
        {
            throw Http2Errors.BadFrame(FrameType.Headers, "more padding than payload");
        }

        byte[] block = payload[at..end];
        for (bool ended = frame.Has(FrameHeader.EndHeaders); !ended;)
        {
            await FillAsync(FrameHeader.SizeBytes, cancellationToken).ConfigureAwait(false);
            FrameHeader next = FrameHeader.Read(_buffer.AsSpan(_start));
            _start += FrameHeader.SizeBytes;
            if (next.Type != FrameType.Continuation || next.Stream != frame.Stream)
            {
                throw Http2Errors.UnexpectedFrame(next.Type, next.Stream);
            }

            if (block.Length + next.Length > MaxHeaderBytes || next.Length > MaxFrameBytes)
            {
                throw Http2Errors.HeadersTooLarge(MaxHeaderBytes);
            }

            if (++_idleFrames > MostIdleFrames)
            {
                throw Http2Errors.Flood();
            }

            block = [.. block, .. await ReadPayloadAsync(next.Length, cancellationToken).ConfigureAwait(false)];
            ended = next.Has(FrameHeader.EndHeaders);
        }

        List<HeaderField> fields = _hpack.Decode(block);
        if (frame.Stream != _streamId || _responseEnded)
        {
            throw Http2Errors.UnexpectedFrame(frame.Type, frame.Stream);
        }

        if (_headers != null)
        {
            if (!frame.Has(FrameHeader.EndStream) || fields.Exists(static field => field.Name.StartsWith(':')))
            {
                throw Http2Errors.BadResponse("trailers that do not end the stream, or with pseudo-headers");
            }

            Trailers = fields;
            _responseEnded = true;
        }
        else
        {
            OnResponse(fields, frame.Has(FrameHeader.EndStream));
        }
    }

    private void OnResponse(List<HeaderField> fields, bool endsStream)
    {
        string? status = fields is [{ Name: ":status" } first, ..] ? first.Value : null;
        if (status is not { Length: 3 } || !int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 100
            || fields.FindLastIndex(static field => field.Name.StartsWith(':')) != 0)
        {
            throw Http2Errors.BadResponse("no :status before the headers");
        }

        if (number < 200)
        {
            if (endsStream)
            {
                throw Http2Errors.BadResponse("an interim response ends the stream");
            }

            return;
        }

        _httpStatus = number;
        _headers = fields[1..];
        _responseEnded = endsStream;
        _idleFrames = 0;
    }

    private async ValueTask OnSettingsAsync(FrameHeader frame, byte[] payload, CancellationToken cancellationToken)
    {
        bool acknowledges = frame.Has(FrameHeader.Acknowledge);
        Check(frame, acknowledges ? payload.Length == 0 : payload.Length % 6 == 0, frame.Stream == 0);
        _greeted = true;
        if (acknowledges)
        {
            return;
        }

        for (int at = 0; at < payload.Length; at += 6)
        {
            uint value = BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(at + 2));
            switch ((SettingId)BinaryPrimitives.ReadUInt16BigEndian(payload.AsSpan(at)))
            {
                case SettingId.EnablePush when value != 0:
                    throw Http2Errors.BadFrame(FrameType.Settings, "a server cannot enable push");
                case SettingId.InitialWindowSize:
                    if (value > int.MaxValue)
                    {
                        throw Http2Errors.BadWindow("settings");
                    }

                    _streamSendWindow += (int)value - (long)_peerInitialWindow;
                    _peerInitialWindow = (int)value;
                    break;
                case SettingId.MaxFrameSize:
                    _peerMaxFrame = value is >= 16384 and <= 16777215 ? (int)Math.Min(value, MaxFrameBytes) : throw Http2Errors.BadFrame(FrameType.Settings, $"frame size {value}");
                    break;
                default:
                    break;
            }
        }

        await SendAsync(FrameType.Settings, FrameHeader.Acknowledge, 0, ReadOnlyMemory<byte>.Empty, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask OnPingAsync(FrameHeader frame, byte[] payload, CancellationToken cancellationToken)
    {
        Check(frame, payload.Length == 8, frame.Stream == 0);
        if (!frame.Has(FrameHeader.Acknowledge))
        {
            await SendAsync(FrameType.Ping, FrameHeader.Acknowledge, 0, payload, cancellationToken).ConfigureAwait(false);
        }
    }

    private void OnWindowUpdate(FrameHeader frame, byte[] payload)
    {
        Check(frame, payload.Length == 4, true);
        uint increment = BinaryPrimitives.ReadUInt32BigEndian(payload) & 0x7FFFFFFF;
        if (increment == 0)
        {
            throw Http2Errors.BadFrame(FrameType.WindowUpdate, "increment 0");
        }

        if (frame.Stream == 0)
        {
            _connectionSendWindow += increment;
        }
        else if (frame.Stream == _streamId)
        {
            _streamSendWindow += increment;
        }

        if (_connectionSendWindow > int.MaxValue || _streamSendWindow > int.MaxValue)
        {
            throw Http2Errors.BadWindow(frame.Stream == 0 ? "connection" : "stream");
        }
    }

    private void OnReset(FrameHeader frame, byte[] payload)
    {
        Check(frame, payload.Length == 4, frame.Stream != 0);
        if (frame.Stream == _streamId && !_responseEnded)
        {
            throw Http2Errors.Reset((Http2ErrorCode)BinaryPrimitives.ReadUInt32BigEndian(payload));
        }
    }

    private void OnGoAway(FrameHeader frame, byte[] payload)
    {
        Check(frame, payload.Length >= 8, frame.Stream == 0);
        _goingAway = true;
        uint last = BinaryPrimitives.ReadUInt32BigEndian(payload) & 0x7FFFFFFF;
        if (last < _streamId && !_responseEnded)
        {
            var code = (Http2ErrorCode)BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(4));
            throw Http2Errors.GoneAway(code, Encoding.ASCII.GetString(payload.AsSpan(8, Math.Min(200, payload.Length - 8))));
        }
    }

    private static void Check(FrameHeader frame, bool sizeIsRight, bool streamIsRight)
    {
        if (!sizeIsRight)
        {
            throw Http2Errors.BadFrameSize(frame.Type, frame.Length);
        }

        if (!streamIsRight)
        {
            throw Http2Errors.UnexpectedFrame(frame.Type, frame.Stream);
        }
    }

    /// <summary>Gives the server credit for bytes that were read, in large steps.</summary>
    private async ValueTask CreditAsync(int count, CancellationToken cancellationToken)
    {
        _unreported += count;
        if (_unreported < WindowStep)
        {
            return;
        }

        byte[] increment = BigEndian((int)_unreported);
        var output = new List<byte>();
        FrameHeader.Write(output, FrameType.WindowUpdate, 0, 0, increment);
        _connectionWindow += _unreported;
        if (!_responseEnded)
        {
            FrameHeader.Write(output, FrameType.WindowUpdate, 0, _streamId, BigEndian((int)(Window - _streamWindow - _dataLeft - _paddingLeft)));
            _streamWindow = Window - _dataLeft - _paddingLeft;
        }

        _unreported = 0;
        await _stream.WriteAsync(output.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask SendAsync(FrameType type, byte flags, uint stream, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var output = new List<byte>();
        FrameHeader.Write(output, type, flags, stream, payload.Span);
        await _stream.WriteAsync(output.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<byte[]> ReadPayloadAsync(int length, CancellationToken cancellationToken)
    {
        if (length > MaxHeaderBytes)
        {
            throw Http2Errors.FrameTooLarge(length, MaxHeaderBytes);   // only DATA has a reason to be larger
        }

        byte[] payload = new byte[length];
        int count = Math.Min(length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(payload);
        _start += count;
        await _stream.ReadExactlyAsync(payload.AsMemory(count), cancellationToken).ConfigureAwait(false);
        return payload;
    }

    /// <summary>Makes <paramref name="count"/> bytes available in the buffer.</summary>
    private async ValueTask FillAsync(int count, CancellationToken cancellationToken)
    {
        if (_end - _start >= count)
        {
            return;
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        while (_end < count)
        {
            int received = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (received == 0)
            {
                throw Http2Errors.Closed();
            }

            _end += received;
        }
    }

    /// <summary>After a failure the connection is of no more use; a server that broke the protocol is told why.</summary>
    private async ValueTask GiveUpAsync(Exception error)
    {
        if (error is Http2ProtocolException { ErrorCode: var code } && !_broken)
        {
            try
            {
                using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
                byte[] payload = [0, 0, 0, 0, .. BigEndian((int)code)];
                await SendAsync(FrameType.GoAway, 0, 0, payload, soon.Token).ConfigureAwait(false);
            }
            catch (Exception told) when (told is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // It has hung up already.
            }
        }

        Dispose();
    }

    private static byte[] BigEndian(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
