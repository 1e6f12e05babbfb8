using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.PgWire.Messages;

/// <summary>Collects backend messages and passes them to the connection in large pieces.</summary>
/// <remarks>
/// A message is a type byte, a length that <see cref="End"/> fills in, and fields in network order. The buffer comes from the shared pool with the first
/// byte written and goes back with every flush: idle connections hold none.
/// </remarks>
internal sealed class PgWriter(PipeWriter pipe)
{
    /// <summary>Bytes at which rows are passed on.</summary>
    public const int FlushBytes = 64 * 1024;

    /// <summary>Bytes copied to the connection at a time: a message of many is not copied whole before the client gets its first.</summary>
    private const int StretchBytes = 1 << 20;

    private static readonly UTF8Encoding Utf8 = new(false, false);
    private byte[] _buffer = [];
    private int _length;
    private int _start = -1;

    /// <summary>Bytes not yet passed on.</summary>
    public int Buffered => _length;

    public PgWriter Begin(char type)
    {
        Debug.Assert(_start < 0, "message within a message");
        _start = _length;
        Byte((byte)type);
        return Int32(0);
    }

    public void End()
    {
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_start + 1), _length - _start - 1);
        _start = -1;
    }

    /// <summary>Takes back the message that was begun and not ended, if there is one.</summary>
    public void Abandon()
    {
        if (_start >= 0)
        {
            _length = _start;
            _start = -1;
        }
    }

    public PgWriter Byte(byte value)
    {
        GetSpan(1)[0] = value;
        _length++;
        return this;
    }

    public PgWriter Int16(int value)
    {
        BinaryPrimitives.WriteInt16BigEndian(GetSpan(2), unchecked((short)value));
        _length += 2;
        return this;
    }

    public PgWriter Int32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(GetSpan(4), value);
        _length += 4;
        return this;
    }

    public PgWriter Int64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(GetSpan(8), value);
        _length += 8;
        return this;
    }

    public PgWriter Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(GetSpan(value.Length));
        _length += value.Length;
        return this;
    }

    /// <summary>Length and bytes of a value in a row.</summary>
    public PgWriter Value(ReadOnlySpan<byte> value)
    {
        Span<byte> target = GetSpan(4 + value.Length);
        BinaryPrimitives.WriteInt32BigEndian(target, value.Length);
        value.CopyTo(target[4..]);
        _length += 4 + value.Length;
        return this;
    }

    /// <summary>Length and UTF-8 bytes of a value in a row.</summary>
    public PgWriter Value(string value)
    {
        int mark = BeginValue();
        Text(value);
        EndValue(mark);
        return this;
    }

    public PgWriter Text(string value)
    {
        _length += Utf8.GetBytes(value, GetSpan(Utf8.GetMaxByteCount(value.Length)));
        return this;
    }

    /// <summary>A part of a text that is written in parts.</summary>
    /// <param name="part">The part.</param>
    /// <param name="encoder">Of UTF-8, the same for all parts: characters of two units may lie across two of them.</param>
    /// <param name="isLast">No part follows.</param>
    public PgWriter Text(ReadOnlySpan<char> part, Encoder encoder, bool isLast = false)
    {
        _length += encoder.GetBytes(part, GetSpan(Utf8.GetMaxByteCount(part.Length)), isLast);
        return this;
    }

    /// <summary>Text and a zero byte; a zero byte within the text ends it early, as the protocol cannot say it.</summary>
    public PgWriter CString(string value)
    {
        int zero = value.IndexOf('\0', StringComparison.Ordinal);
        return Text(zero < 0 ? value : value[..zero]).Byte(0);
    }

    /// <summary>Begins a value whose length is not known yet.</summary>
    /// <returns>What <see cref="EndValue"/> takes.</returns>
    public int BeginValue()
    {
        Int32(0);
        return _length;
    }

    public void EndValue(int mark) => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(mark - 4), _length - mark);

    /// <summary>Puts another number where an Int32 was written.</summary>
    public void Patch(int position, int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(position), value);

    /// <summary>Where the next byte goes, for <see cref="Patch"/>; valid until the next flush.</summary>
    public int Position => _length;

    /// <summary>What was written since a position, which is valid until the next flush.</summary>
    public byte[] Written(int start) => _buffer.AsSpan(start, _length - start).ToArray();

    /// <summary>Room for at least so many bytes; <see cref="Advance"/> says how many were written.</summary>
    public Span<byte> GetSpan(int size)
    {
        if (_buffer.Length - _length < size)
        {
            Grow(size);
        }

        return _buffer.AsSpan(_length);
    }

    public void Advance(int count) => _length += count;

    /// <summary>Passes everything on; waits while the client reads too slowly.</summary>
    /// <exception cref="IOException">The client is gone.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellation)
    {
        if (_length == 0)
        {
            return;
        }

        // Nothing may leave twice, whatever happens.
        (byte[] buffer, int length) = (_buffer, _length);
        (_buffer, _length, _start) = ([], 0, -1);
        try
        {
            for (int passed = 0; passed < length;)
            {
                int count = Math.Min(StretchBytes, length - passed);
                FlushResult result = await pipe.WriteAsync(buffer.AsMemory(passed, count), cancellation).ConfigureAwait(false);
                if (result.IsCompleted || result.IsCanceled)
                {
                    throw new IOException("the client has closed the connection");
                }

                passed += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Forgets what was not passed on.</summary>
    public void Release()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = [];
        _length = 0;
        _start = -1;
    }

    private void Grow(int size)
    {
        long needed = (long)_length + size;
        if (needed > Array.MaxLength)
        {
            throw new QueryException("54000", ErrorKind.Resources, "a row does not fit in a protocol message");
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(needed, Math.Max(2L * _buffer.Length, FlushBytes + 4096))));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = larger;
    }
}
