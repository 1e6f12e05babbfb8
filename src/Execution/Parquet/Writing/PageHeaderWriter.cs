using SqlCluster.Execution.Parquet.Compression;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Writes parquet.thrift's PageHeader.</summary>
internal static class PageHeaderWriter
{
    public static void WriteDictionary(int uncompressedBytes, ReadOnlySpan<byte> body, int valueCount, bool withChecksum, ByteBuilder output)
    {
        var writer = new ThriftWriter(output);
        Begin(writer, PageType.Dictionary, uncompressedBytes, body, withChecksum);
        writer.BeginStruct(7);
        writer.Int32(1, valueCount);
        writer.Int32(2, (int)Metadata.Encoding.Plain);
        writer.EndStruct();
        writer.EndStruct();
    }

    public static void WriteVersion1(
        int uncompressedBytes, ReadOnlySpan<byte> body, int entryCount, Metadata.Encoding encoding, bool withChecksum, ByteBuilder output)
    {
        var writer = new ThriftWriter(output);
        Begin(writer, PageType.DataV1, uncompressedBytes, body, withChecksum);
        writer.BeginStruct(5);
        writer.Int32(1, entryCount);
        writer.Int32(2, (int)encoding);
        writer.Int32(3, (int)Metadata.Encoding.Rle);
        writer.Int32(4, (int)Metadata.Encoding.Rle);
        writer.EndStruct();
        writer.EndStruct();
    }

    public static void WriteVersion2(
        int uncompressedBytes,
        ReadOnlySpan<byte> body,
        PageSpan page,
        int repetitionBytes,
        int definitionBytes,
        bool isCompressed,
        Metadata.Encoding encoding,
        bool withChecksum,
        ByteBuilder output)
    {
        var writer = new ThriftWriter(output);
        Begin(writer, PageType.DataV2, uncompressedBytes, body, withChecksum);
        writer.BeginStruct(8);
        writer.Int32(1, page.EntryCount);
        writer.Int32(2, page.EntryCount - page.ValueCount);
        writer.Int32(3, page.RowCount);
        writer.Int32(4, (int)encoding);
        writer.Int32(5, definitionBytes);
        writer.Int32(6, repetitionBytes);
        writer.Bool(7, isCompressed);
        writer.EndStruct();
        writer.EndStruct();
    }

    private static void Begin(ThriftWriter writer, PageType type, int uncompressedBytes, ReadOnlySpan<byte> body, bool withChecksum)
    {
        writer.BeginStruct();
        writer.Int32(1, (int)type);
        writer.Int32(2, uncompressedBytes);
        writer.Int32(3, body.Length);
        if (withChecksum)
            writer.Int32(4, (int)Crc32.Compute(body));
    }
}
