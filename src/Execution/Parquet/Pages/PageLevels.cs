using System.Buffers.Binary;
using System.Numerics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Pages;

/// <summary>Finds the repetition levels, definition levels and values of a page.</summary>
/// <remarks>
/// <code>
/// version 1, compressed together:  [length: u32] [repetition levels]  [length: u32] [definition levels]  values
/// version 2:                       repetition levels, definition levels (lengths in the header, never compressed), values
/// </code>
/// Levels whose maximum is 0 are left out. The deprecated BIT_PACKED levels of version 1 have no length.
/// </remarks>
internal readonly ref struct PageLevels
{
    private PageLevels(ReadOnlySpan<byte> repetition, ReadOnlySpan<byte> definition, NativeBuffer values, int valueOffset, int valueLength)
    {
        Repetition = repetition;
        Definition = definition;
        ValueBuffer = values;
        ValueOffset = valueOffset;
        ValueLength = valueLength;
    }

    public ReadOnlySpan<byte> Repetition { get; }

    public ReadOnlySpan<byte> Definition { get; }

    public NativeBuffer ValueBuffer { get; }

    public int ValueOffset { get; }

    public int ValueLength { get; }

    /// <summary>Computes the bits that a level takes.</summary>
    public static int BitWidth(int maxLevel) => 32 - BitOperations.LeadingZeroCount((uint)maxLevel);

    /// <exception cref="ParquetException">The levels reach beyond the page.</exception>
    public static PageLevels Find(in PageHeader header, in PageBody body, ColumnDescriptor column)
    {
        if (header.Type == PageType.DataV2)
        {
            return new PageLevels(
                body.LevelBuffer.Span<byte>(body.LevelOffset, header.RepetitionLengthBytes),
                body.LevelBuffer.Span<byte>(body.LevelOffset + header.RepetitionLengthBytes, header.DefinitionLengthBytes),
                body.ValueBuffer,
                body.ValueOffset,
                body.ValueLength);
        }

        int offset = body.ValueOffset, end = body.ValueOffset + body.ValueLength;
        ReadOnlySpan<byte> repetition = Take(body.ValueBuffer, ref offset, end, header.RepetitionEncoding, column.MaxRepetitionLevel, header.ValueCount);
        ReadOnlySpan<byte> definition = Take(body.ValueBuffer, ref offset, end, header.DefinitionEncoding, column.MaxDefinitionLevel, header.ValueCount);
        return new PageLevels(repetition, definition, body.ValueBuffer, offset, end - offset);
    }

    /// <summary>Decodes levels to a byte each, and checks them against their maximum.</summary>
    /// <param name="source">The levels, as <see cref="Find"/> returned them.</param>
    /// <param name="encoding">RLE or BIT_PACKED.</param>
    /// <param name="maxLevel">Up to 127.</param>
    /// <param name="target">Followed by 64 writable bytes.</param>
    /// <exception cref="ParquetException">The levels are damaged.</exception>
    public static void Decode(ReadOnlySpan<byte> source, Encoding encoding, int maxLevel, Span<byte> target)
    {
        if (maxLevel == 0)
        {
            target.Clear();
            return;
        }

        int bitWidth = BitWidth(maxLevel);
        if (encoding == Encoding.BitPacked)
            BitPackedLevels.Decode(source, bitWidth, target);
        else
            RleBitPacked.Decode(source, bitWidth, target);
        if (maxLevel != (1 << bitWidth) - 1)
            CodeBounds.Check<byte>(target, maxLevel + 1, "level");
    }

    private static ReadOnlySpan<byte> Take(NativeBuffer buffer, scoped ref int offset, int end, Encoding encoding, int maxLevel, int count)
    {
        if (maxLevel == 0)
            return default;
        long length;
        if (encoding == Encoding.BitPacked)
        {
            length = RleBitPacked.PackedBytes(count, BitWidth(maxLevel));
        }
        else if (encoding == Encoding.Rle)
        {
            if (end - offset < sizeof(uint))
                ParquetException.ThrowCorrupted("page ends within its levels");
            length = BinaryPrimitives.ReadUInt32LittleEndian(buffer.Span<byte>(offset, sizeof(uint)));
            offset += sizeof(uint);
        }
        else
        {
            throw new ParquetException($"levels with encoding {encoding}", ParquetException.Unsupported);
        }

        if (length > end - offset)
            ParquetException.ThrowCorrupted($"levels of {length} bytes reach beyond their page");
        Span<byte> levels = buffer.Span<byte>(offset, (int)length);
        offset += (int)length;
        return levels;
    }
}
