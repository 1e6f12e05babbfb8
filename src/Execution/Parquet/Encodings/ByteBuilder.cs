using System.Buffers.Binary;
using System.Diagnostics;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Collects bytes in an array that grows by doubling and is kept for the next use.</summary>
internal sealed class ByteBuilder(int capacity = 1024)
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    /// <summary>Gets the written bytes to be changed in place.</summary>
    public Span<byte> WrittenForUpdate => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Drops what was written beyond <paramref name="length"/>.</summary>
    public void Truncate(int length)
    {
        Debug.Assert(length <= Length, "only cuts");
        Length = length;
    }

    public void Append(byte value)
    {
        if (Length == _bytes.Length)
            Grow(1);
        _bytes[Length++] = value;
    }

    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(AppendUninitialized(bytes.Length));

    public void AppendRepeated(byte value, int count) => AppendUninitialized(count).Fill(value);

    public void AppendInt32(int value) => BinaryPrimitives.WriteInt32LittleEndian(AppendUninitialized(4), value);

    /// <summary>Appends an unsigned integer in base 128, low digits first.</summary>
    public void AppendVarint(ulong value)
    {
        while (value >= 0x80)
        {
            Append((byte)(value | 0x80));
            value >>= 7;
        }

        Append((byte)value);
    }

    public void AppendZigZag(long value) => AppendVarint((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Appends <paramref name="count"/> bytes of unspecified content and returns them to be written.</summary>
    public Span<byte> AppendUninitialized(int count)
    {
        Span<byte> target = Room(count)[..count];
        Length += count;
        return target;
    }

    /// <summary>Returns the free memory behind the written bytes, at least <paramref name="minimum"/> bytes; <see cref="Advance"/> then says how many were written.</summary>
    public Span<byte> Room(int minimum)
    {
        if (_bytes.Length - Length < minimum)
            Grow(minimum);
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count)
    {
        Debug.Assert(count <= _bytes.Length - Length, "only what Room returned");
        Length += count;
    }

    private void Grow(int extra)
    {
        long needed = (long)Length + extra;
        if (needed > Array.MaxLength)
            throw new OutOfMemoryException($"one Parquet buffer cannot hold {needed} bytes");
        Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(needed, _bytes.Length * 2L)));
    }
}
