using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace SqlCluster.Flight.Http2;

/// <summary>Client side of an HTTP/2 connection (RFC 9113) that carries one stream at a time, so that a body goes from the socket into its reader's memory.</summary>
/// <remarks>Nothing runs in the background: whoever reads the response also answers SETTINGS and PING. After any failure it is closed. Not thread-safe.</remarks>
internal sealed class BulkConnection(Stream stream, Socket? socket) : IDisposable
{
    private const int MaxFrameBytes = 1 << 20;
    private const int MaxHeaderBytes = 256 * 1024;      // also of every other frame but DATA
    private const int HeaderTableBytes = 4096;         // what both sides begin with (RFC 9113, 6.5.2)
    private const int MostIdleFrames = 10_000;          // without a byte of content between them

    private readonly Http2Input _input = new(stream);
    private readonly HpackDecoder _decoder = new(HeaderTableBytes, MaxHeaderBytes);
    private readonly HpackEncoder _encoder = new(HeaderTableBytes);
    private readonly SendLimits _sending = new();
    private readonly ReceiveWindow _window = new();
    private ResponseHeaders _response = new();
    private uint _streamId;
    private bool _greeted;                              // the server's first SETTINGS came
    private bool _goingAway;
    private bool _broken;
    private bool _responseEnded;
    private int _idleFrames;
    private int _dataLeft;                              // of the current DATA frame, without padding
    private int _paddingLeft;

    /// <summary>Trailers of the stream that ended last.</summary>
    public IReadOnlyList<HeaderField> Trailers => _response.Trailers;

    /// <summary>Whether another stream may follow the one that has ended.</summary>
    public bool CanServeAgain => _responseEnded && !_goingAway && !_broken && _streamId < int.MaxValue - 2;

    /// <summary>Whether the server has not closed it meanwhile.</summary>
    public bool IsOpen => !_broken && (socket == null || !(socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0 && _input.IsEmpty));

    /// <summary>Sends the preface; the server's is read with its first response.</summary>
    public async Task GreetAsync(CancellationToken cancellationToken)
    {
        var settings = new List<byte>();
        foreach ((SettingId id, uint value) in ((SettingId, uint)[])
            [(SettingId.EnablePush, 0), (SettingId.InitialWindowSize, ReceiveWindow.Bytes), (SettingId.MaxFrameSize, MaxFrameBytes), (SettingId.MaxHeaderListSize, MaxHeaderBytes)])
        {
            settings.AddRange([(byte)((ushort)id >> 8), (byte)id, .. FrameHeader.BigEndian(value)]);
        }

        var output = new List<byte>();
        output.AddRange("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        FrameHeader.Write(output, FrameType.Settings, 0, 0, settings.ToArray());
        FrameHeader.Write(output, FrameType.WindowUpdate, 0, 0, FrameHeader.BigEndian(ReceiveWindow.Bytes - 65535));
        await stream.WriteAsync(output.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a request and reads until the response's headers are there.</summary>
    public async Task<BulkStream> OpenAsync(
        IReadOnlyList<HeaderField> headers, ReadOnlyMemory<byte> body, BulkConnectionPool pool, CancellationToken cancellationToken)
    {
        _streamId = _streamId == 0 ? 1 : _streamId + 2;
        _sending.BeginStream();
        _window.BeginStream();
        _responseEnded = false;
        _response = new ResponseHeaders();
        try
        {
            await SendRequestAsync(headers, body, cancellationToken).ConfigureAwait(false);
            while (_response.Headers == null)
            {
                await ReadFrameAsync(cancellationToken).ConfigureAwait(false);
            }

            return new BulkStream(this, pool, _response.HttpStatus, _response.Headers);
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

            int count = await _input.ReadAsync(target[..Math.Min(target.Length, _dataLeft)], cancellationToken).ConfigureAwait(false);
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
        stream.Dispose();
    }

    /// <summary>HEADERS, CONTINUATION as needed, then DATA as far as the windows allow; waits for credit when the body is larger.</summary>
    private async Task SendRequestAsync(IReadOnlyList<HeaderField> headers, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var encoded = new List<byte>();
        _encoder.Encode(headers, encoded);
        byte[] block = [.. encoded];
        var output = new List<byte>(block.Length + 1024);
        for (int at = 0; at < block.Length || at == 0;)
        {
            int count = Math.Min(_sending.FrameBytes, block.Length - at);
            byte flags = at + count == block.Length ? FrameHeader.EndHeaders : (byte)0;
            FrameHeader.Write(output, at == 0 ? FrameType.Headers : FrameType.Continuation, flags, _streamId, block.AsSpan(at, count));
            at += count;
        }

        do
        {
            int count = Math.Min(_sending.Available, body.Length);
            if (count > 0 || body.IsEmpty)
            {
                FrameHeader.Write(output, FrameType.Data, count == body.Length ? FrameHeader.EndStream : (byte)0, _streamId, body.Span[..count]);
                _sending.Sent(count);
                body = body[count..];
            }

            await stream.WriteAsync(output.ToArray(), cancellationToken).ConfigureAwait(false);
            output.Clear();
            while (!body.IsEmpty && _sending.Available == 0)
            {
                await ReadFrameAsync(cancellationToken).ConfigureAwait(false);
                if (_response.Headers != null)
                {
                    _goingAway = true;   // answered before it was asked in full: read the answer, then drop the connection
                    return;
                }
            }
        }
        while (!body.IsEmpty);
    }

    /// <summary>Reads one frame and acts on it; of a DATA frame only the beginning, of its padding the whole.</summary>
    private async ValueTask ReadFrameAsync(CancellationToken cancellationToken)
    {
        if (_paddingLeft > 0)
        {
            int padding = _paddingLeft;
            await _input.SkipAsync(padding, cancellationToken).ConfigureAwait(false);
            _paddingLeft = 0;
            await CreditAsync(padding, cancellationToken).ConfigureAwait(false);
            return;
        }

        FrameHeader frame = await _input.ReadFrameHeaderAsync(cancellationToken).ConfigureAwait(false);
        int limit = frame.Type == FrameType.Data ? MaxFrameBytes : MaxHeaderBytes;
        if (frame.Length > limit)
        {
            throw Http2Errors.FrameTooLarge(frame.Length, limit);
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
        }
        else
        {
            byte[] payload = await _input.ReadPayloadAsync(frame.Length, cancellationToken).ConfigureAwait(false);
            await OnFrameAsync(frame, payload, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask OnFrameAsync(FrameHeader frame, byte[] payload, CancellationToken cancellationToken)
    {
        switch (frame.Type)
        {
            case FrameType.Headers:
                await OnHeadersAsync(frame, payload, cancellationToken).ConfigureAwait(false);
                break;
            case FrameType.Settings:
                bool acknowledges = frame.Has(FrameHeader.Acknowledge);
                frame.Require(acknowledges ? payload.Length == 0 : payload.Length % 6 == 0, frame.Stream == 0);
                _greeted = true;
                if (!acknowledges)
                {
                    _sending.Apply(payload);
                    _encoder.Limit(_sending.HeaderTableBytes);
                    await SendAsync(FrameType.Settings, FrameHeader.Acknowledge, [], cancellationToken).ConfigureAwait(false);
                }

                break;
            case FrameType.Ping:
                frame.Require(payload.Length == 8, frame.Stream == 0);
                if (!frame.Has(FrameHeader.Acknowledge))
                {
                    await SendAsync(FrameType.Ping, FrameHeader.Acknowledge, payload, cancellationToken).ConfigureAwait(false);
                }

                break;
            case FrameType.WindowUpdate:
                frame.Require(payload.Length == 4, true);
                _sending.Extend(frame.Stream, _streamId, BinaryPrimitives.ReadUInt32BigEndian(payload) & 0x7FFFFFFF);
                break;
            case FrameType.ResetStream:
                frame.Require(payload.Length == 4, frame.Stream != 0);
                if (frame.Stream == _streamId && !_responseEnded)
                {
                    throw Http2Errors.Reset((Http2ErrorCode)BinaryPrimitives.ReadUInt32BigEndian(payload));
                }

                break;
            case FrameType.GoAway:
                OnGoAway(frame, payload);
                break;
            case FrameType.Priority:
                frame.Require(payload.Length == 5, frame.Stream != 0);
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
        if (frame.Stream != _streamId || _response.Headers == null || _responseEnded)
        {
            throw Http2Errors.UnexpectedFrame(frame.Type, frame.Stream);
        }

        _window.Charge(frame.Length);
        bool padded = frame.Has(FrameHeader.Padded);
        int length = frame.Length, padding = 0;
        if (padded)
        {
            frame.Require(length > 0, true);
            padding = await _input.ReadByteAsync(cancellationToken).ConfigureAwait(false);
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
        if (padded)
        {
            await CreditAsync(1, cancellationToken).ConfigureAwait(false);   // the byte that counts the padding
        }
    }

    private async ValueTask OnHeadersAsync(FrameHeader frame, byte[] payload, CancellationToken cancellationToken)
    {
        int at = 0, end = payload.Length;
        if (frame.Has(FrameHeader.Padded))
        {
            frame.Require(payload.Length > 0, true);
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
            FrameHeader next = await _input.ReadFrameHeaderAsync(cancellationToken).ConfigureAwait(false);
            if (next.Type != FrameType.Continuation || next.Stream != frame.Stream)
            {
                throw Http2Errors.UnexpectedFrame(next.Type, next.Stream);
            }

            if (block.Length + next.Length > MaxHeaderBytes)
            {
                throw Http2Errors.HeadersTooLarge(MaxHeaderBytes);
            }

            if (++_idleFrames > MostIdleFrames)
            {
                throw Http2Errors.Flood();
            }

            block = [.. block, .. await _input.ReadPayloadAsync(next.Length, cancellationToken).ConfigureAwait(false)];
            ended = next.Has(FrameHeader.EndHeaders);
        }

        List<HeaderField> fields = _decoder.Decode(block);
        if (frame.Stream != _streamId || _responseEnded)
        {
            throw Http2Errors.UnexpectedFrame(frame.Type, frame.Stream);
        }

        _responseEnded = frame.Has(FrameHeader.EndStream);
        _response.Add(fields, _responseEnded);
    }

    private void OnGoAway(FrameHeader frame, byte[] payload)
    {
        frame.Require(payload.Length >= 8, frame.Stream == 0);
        _goingAway = true;
        uint last = BinaryPrimitives.ReadUInt32BigEndian(payload) & 0x7FFFFFFF;
        if (last < _streamId && !_responseEnded)
        {
            var code = (Http2ErrorCode)BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(4));
            throw Http2Errors.GoneAway(code, Encoding.ASCII.GetString(payload.AsSpan(8, Math.Min(200, payload.Length - 8))));
        }
    }

    private async ValueTask CreditAsync(int count, CancellationToken cancellationToken)
    {
        if (_window.Read(count, _streamId, _responseEnded) is { } frames)
        {
            await stream.WriteAsync(frames, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask SendAsync(FrameType type, byte flags, byte[] payload, CancellationToken cancellationToken)
    {
        var output = new List<byte>();
        FrameHeader.Write(output, type, flags, 0, payload);
        await stream.WriteAsync(output.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>After a failure the connection is of no more use; a server that broke the protocol is told why.</summary>
    private async ValueTask GiveUpAsync(Exception error)
    {
        if (error is Http2ProtocolException { ErrorCode: var code } && !_broken)
        {
            try
            {
                using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
                await SendAsync(FrameType.GoAway, 0, [0, 0, 0, 0, .. FrameHeader.BigEndian((uint)code)], soon.Token).ConfigureAwait(false);
            }
            catch (Exception told) when (told is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // It has hung up already.
            }
        }

        Dispose();
    }
}
