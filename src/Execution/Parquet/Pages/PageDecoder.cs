using System.Buffers.Binary;
using SqlCluster.Arrow.Memory;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Pages;

/// <summary>Turns the value bytes of a page into values that can be taken a batch at a time, by encoding.</summary>
/// <remarks>Reuses its buffers from page to page unless somebody holds a reference to them.</remarks>
/// <param name="column">The column.</param>
/// <param name="account">Charged for decoded values.</param>
internal sealed class PageDecoder(ColumnDescriptor column, MemoryAccount account) : IDisposable
{
    /// <summary>Values of one page above which the page is taken for damaged; the largest known writers stay at a few millions.</summary>
    public const int MaxValuesInPage = 1 << 26;

    private const int ViewBytes = 16;

    private NativeBuffer? _codes;
    private NativeBuffer? _decoded;
    private NativeBuffer? _strings;

    /// <summary>Prepares the values of a page.</summary>
    /// <param name="encoding">How they are encoded.</param>
    /// <param name="buffer">Holds the page.</param>
    /// <param name="offset">Where its values begin.</param>
    /// <param name="length">Their bytes.</param>
    /// <param name="count">Values that are not null.</param>
    /// <param name="dictionarySize">Entries of the chunk's dictionary; -1 when it has none.</param>
    /// <exception cref="ParquetException">The values are damaged, or their encoding does not suit the column.</exception>
    public PackedValues Decode(Encoding encoding, NativeBuffer buffer, int offset, int length, int count, int dictionarySize)
    {
        if (count > MaxValuesInPage)
            ParquetException.ThrowCorrupted($"page states {count} values");
        ReadOnlySpan<byte> source = buffer.Span<byte>(offset, length);
        return (encoding, column.Type) switch
        {
            (Encoding.Plain, PhysicalType.Boolean) => Booleans(buffer, offset, length, count),
            (Encoding.Plain, PhysicalType.ByteArray) => new PackedValues(PackedForm.PlainStrings, buffer, offset, 0, count, length, buffer),
            (Encoding.Plain, _) => Plain(buffer, offset, length, count),
            (Encoding.PlainDictionary or Encoding.RleDictionary, _) => Codes(source, count, dictionarySize),
            (Encoding.Rle, PhysicalType.Boolean) => RleBooleans(source, count),
            (Encoding.DeltaBinaryPacked, PhysicalType.Int32 or PhysicalType.Int64) => DeltaIntegers(source, count),
            (Encoding.DeltaLengthByteArray, PhysicalType.ByteArray) => DeltaLengths(source, count, buffer),
            (Encoding.DeltaByteArray, PhysicalType.ByteArray or PhysicalType.FixedLenByteArray) => DeltaStrings(source, count),
            (Encoding.ByteStreamSplit, PhysicalType.Int32 or PhysicalType.Int64 or PhysicalType.Float or PhysicalType.Double
                or PhysicalType.FixedLenByteArray) => Split(source, count),
            _ => throw new ParquetException($"encoding {encoding} of {column.Type} values", ParquetException.Unsupported),
        };
    }

    public void Dispose()
    {
        _codes?.Release();
        _decoded?.Release();
        _strings?.Release();
        _codes = _decoded = _strings = null;
    }

    private static void RequireBytes(long needed, int length)
    {
        if (needed > length)
            ParquetException.ThrowCorrupted($"page has {length} bytes of values, {needed} are needed");
    }

    private static PackedValues Booleans(NativeBuffer buffer, int offset, int length, int count)
    {
        RequireBytes(Bits.ByteCount(count), length);
        return new PackedValues(PackedForm.Bits, buffer, offset, 0, count);
    }

    private PackedValues Plain(NativeBuffer buffer, int offset, int length, int count)
    {
        RequireBytes((long)count * column.ValueSizeBytes, length);
        return new PackedValues(PackedForm.Fixed, buffer, offset, column.ValueSizeBytes, count);
    }

    private PackedValues Codes(ReadOnlySpan<byte> source, int count, int dictionarySize)
    {
        if (dictionarySize < 0)
            ParquetException.ThrowCorrupted("page has dictionary codes, its column chunk no dictionary");
        int bitWidth = source.IsEmpty ? 0 : source[0];
        if (bitWidth > 32 || (source.IsEmpty && count > 0))
            ParquetException.ThrowCorrupted($"dictionary codes of {bitWidth} bits");
        int width = bitWidth <= 8 ? 1 : bitWidth <= 16 ? 2 : 4;
        NativeBuffer codes = NativeBuffer.Reuse(ref _codes, (long)count * width, account);
        if (count > 0)
        {
            source = source[1..];
            switch (width)
            {
                case 1: DecodeCodes(source, bitWidth, codes.Span<byte>(0, count), dictionarySize); break;
                case 2: DecodeCodes(source, bitWidth, codes.Span<ushort>(0, count), dictionarySize); break;
                default: DecodeCodes(source, bitWidth, codes.Span<uint>(0, count), dictionarySize); break;
            }
        }

        return new PackedValues(PackedForm.Codes, codes, 0, width, count);
    }

    private static void DecodeCodes<T>(ReadOnlySpan<byte> source, int bitWidth, Span<T> target, int dictionarySize)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>, System.Numerics.IUnsignedNumber<T>
    {
        RleBitPacked.Decode(source, bitWidth, target);
        if (1L << bitWidth > dictionarySize)
            CodeBounds.Check<T>(target, dictionarySize, "dictionary code");
    }

    private PackedValues RleBooleans(ReadOnlySpan<byte> source, int count)
    {
        RequireBytes(sizeof(uint), source.Length);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(source);
        if (length > (uint)(source.Length - sizeof(uint)))
            ParquetException.ThrowCorrupted($"booleans of {length} bytes reach beyond their page");
        int bytes = Bits.ByteCount(count) + sizeof(ulong);
        NativeBuffer decoded = NativeBuffer.Reuse(ref _decoded, bytes, account);
        ValidityDecoder.Decode(source.Slice(sizeof(uint), (int)length), count, decoded.Span<byte>(0, bytes));
        return new PackedValues(PackedForm.Bits, decoded, 0, 0, count);
    }

    private PackedValues DeltaIntegers(ReadOnlySpan<byte> source, int count)
    {
        int width = column.ValueSizeBytes;
        NativeBuffer decoded = NativeBuffer.Reuse(ref _decoded, (long)count * width, account);
        if (count > 0 && column.Type == PhysicalType.Int32)
            DeltaBinaryPacked.Decode(source, decoded.Span<int>(0, count));
        else if (count > 0)
            DeltaBinaryPacked.Decode(source, decoded.Span<long>(0, count));
        return new PackedValues(PackedForm.Fixed, decoded, 0, width, count);
    }

    private PackedValues DeltaLengths(ReadOnlySpan<byte> source, int count, NativeBuffer page)
    {
        NativeBuffer decoded = NativeBuffer.Reuse(ref _decoded, (long)count * ViewBytes, account);
        if (count > 0)
            DeltaLengthByteArray.Read(source, decoded.Span<StringView>(0, count));
        return new PackedValues(PackedForm.Views, decoded, 0, ViewBytes, count, DataBuffer: page);
    }

    private PackedValues DeltaStrings(ReadOnlySpan<byte> source, int count)
    {
        NativeBuffer decoded = NativeBuffer.Reuse(ref _decoded, (long)count * ViewBytes, account);
        if (count == 0)
            return new PackedValues(PackedForm.Views, decoded, 0, ViewBytes, count, DataBuffer: decoded);
        using DeltaByteArray strings = new(source, count);
        NativeBuffer bytes = NativeBuffer.Reuse(ref _strings, strings.TotalBytes, account);
        Span<StringView> views = decoded.Span<StringView>(0, count);
        strings.Write(bytes.Span<byte>(0, strings.TotalBytes), views);
        if (column.Type == PhysicalType.ByteArray)
            return new PackedValues(PackedForm.Views, decoded, 0, ViewBytes, count, DataBuffer: bytes);
        foreach (ref readonly StringView view in views)
        {
            if (view.Length != column.TypeLength)
                ParquetException.ThrowCorrupted($"value of {view.Length} bytes in a column of {column.TypeLength}");
        }

        return new PackedValues(PackedForm.Fixed, bytes, 0, column.TypeLength, count);
    }

    private PackedValues Split(ReadOnlySpan<byte> source, int count)
    {
        int width = column.ValueSizeBytes;
        long length = (long)count * width;
        RequireBytes(length, source.Length);
        NativeBuffer decoded = NativeBuffer.Reuse(ref _decoded, length, account);
        ByteStreamSplit.Decode(source[..(int)length], width, decoded.Span<byte>(0, (int)length));
        return new PackedValues(PackedForm.Fixed, decoded, 0, width, count);
    }
}
