using System.Buffers;
using SqlCluster.Arrow.Memory;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Decodes DELTA_LENGTH_BYTE_ARRAY: all lengths as delta-packed integers, then all strings one behind the other.</summary>
internal static class DeltaLengthByteArray
{
    /// <summary>Makes views into the source and returns how many bytes it took; memory and padding as <see cref="ByteArrayViews"/> demands.</summary>
    /// <exception cref="ParquetException">The source is damaged.</exception>
    public static int Read(ReadOnlySpan<byte> source, Span<StringView> target)
    {
        using RentedLengths lengths = new(target.Length);
        int lengthBytes = DeltaBinaryPacked.Decode(source, lengths.Span);
        return lengthBytes + ByteArrayViews.FromLengths(source[lengthBytes..], lengths.Span, target);
    }
}

/// <summary>Decodes DELTA_BYTE_ARRAY: each string is a prefix of the one before and a suffix of its own.</summary>
/// <remarks>
/// The strings must be put together in memory of their own, whose size is known only after the lengths are: construct, allocate
/// <see cref="TotalBytes"/> and padding, <see cref="Write"/>, dispose.
/// </remarks>
internal readonly ref struct DeltaByteArray : IDisposable
{
    /// <summary>Bytes above which the strings of one page are taken for an attack rather than data.</summary>
    public const int MaxTotalBytes = 256 << 20;

    private readonly RentedLengths _prefixes;
    private readonly RentedLengths _suffixes;
    private readonly ReadOnlySpan<byte> _suffixBytes;

    /// <exception cref="ParquetException">The source is damaged or its strings exceed <see cref="MaxTotalBytes"/>.</exception>
    public DeltaByteArray(ReadOnlySpan<byte> source, int count)
    {
        _prefixes = new RentedLengths(count);
        _suffixes = new RentedLengths(count);
        try
        {
            int prefixBytes = DeltaBinaryPacked.Decode(source, _prefixes.Span);
            int suffixBytes = DeltaBinaryPacked.Decode(source[prefixBytes..], _suffixes.Span);
            _suffixBytes = source[(prefixBytes + suffixBytes)..];
            TotalBytes = CheckLengths();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gets the bytes of all strings put together.</summary>
    public int TotalBytes { get; }

    private int CheckLengths()
    {
        Span<int> prefixes = _prefixes.Span, suffixes = _suffixes.Span;
        long total = 0, suffixTotal = 0, previous = 0;
        for (int i = 0; i < prefixes.Length; i++)
        {
            long prefix = prefixes[i], suffix = suffixes[i];
            suffixTotal += suffix;
            if (prefix < 0 || suffix < 0 || prefix > previous || suffixTotal > _suffixBytes.Length)
                ParquetException.ThrowCorrupted($"byte array {i} has prefix {prefix} and suffix {suffix} beyond its page or the string before");
            previous = prefix + suffix;
            total += previous;
            if (total > MaxTotalBytes)
                throw new ParquetException($"strings of one page exceed {MaxTotalBytes} bytes", ParquetException.Unsupported);
        }

        return (int)total;
    }

    /// <summary>Writes the strings one behind the other and makes views of them.</summary>
    /// <param name="buffer">Off-heap, <see cref="TotalBytes"/> long and followed by 64 readable bytes.</param>
    /// <param name="target">One view per string.</param>
    public void Write(Span<byte> buffer, Span<StringView> target)
    {
        Span<int> prefixes = _prefixes.Span, suffixes = _suffixes.Span;
        ReadOnlySpan<byte> suffixBytes = _suffixBytes;
        int position = 0, previous = 0;
        for (int i = 0; i < prefixes.Length; i++)
        {
            int prefix = prefixes[i], suffix = suffixes[i];
            buffer.Slice(previous, prefix).CopyTo(buffer[position..]);
            suffixBytes[..suffix].CopyTo(buffer[(position + prefix)..]);
            suffixBytes = suffixBytes[suffix..];
            target[i] = ByteArrayViews.Make(buffer, position, prefix + suffix);
            previous = position;
            position += prefix + suffix;
        }
    }

    public void Dispose()
    {
        _prefixes.Dispose();
        _suffixes.Dispose();
    }
}

/// <summary>Holds a pooled array of lengths with the padding that <see cref="DeltaBinaryPacked"/> needs.</summary>
internal readonly struct RentedLengths(int count) : IDisposable
{
    private readonly int[] _array = ArrayPool<int>.Shared.Rent(count + (BitUnpacker.PaddingBytes / sizeof(int)));

    public Span<int> Span => _array.AsSpan(0, count);

    public void Dispose() => ArrayPool<int>.Shared.Return(_array);
}
