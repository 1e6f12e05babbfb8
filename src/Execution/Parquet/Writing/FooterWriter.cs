using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>A row group that has been written.</summary>
internal sealed record WrittenRowGroup(int RowCount, WrittenChunk[] Chunks);

/// <summary>Writes parquet.thrift's FileMetaData.</summary>
internal static class FooterWriter
{
    private const int FormatVersion = 2;

    public static void Write(
        WriteSchema schema, IReadOnlyList<WrittenRowGroup> rowGroups, IReadOnlyList<KeyValuePair<string, string>> keyValues, ThriftWriter writer)
    {
        writer.BeginStruct();
        writer.Int32(1, FormatVersion);
        writer.BeginList(2, ThriftType.Struct, schema.Elements.Count);
        for (int i = 0; i < schema.Elements.Count; i++)
            SchemaWriter.Write(schema.Elements[i], isRoot: i == 0, writer);
        writer.Int64(3, rowGroups.Sum(static group => (long)group.RowCount));
        writer.BeginList(4, ThriftType.Struct, rowGroups.Count);
        for (int i = 0; i < rowGroups.Count; i++)
            Write(rowGroups[i], i, writer);
        if (keyValues.Count > 0)
            Write(keyValues, writer);
        writer.Text(6, $"SqlCluster version {typeof(FooterWriter).Assembly.GetName().Version?.ToString(3)}");
        writer.BeginList(7, ThriftType.Struct, schema.Columns.Count);
        for (int i = 0; i < schema.Columns.Count; i++)
        {
            writer.BeginStruct();
            writer.EmptyStruct((int)ColumnOrder.TypeDefined);
            writer.EndStruct();
        }

        writer.EndStruct();
    }

    private static void Write(WrittenRowGroup group, int ordinal, ThriftWriter writer)
    {
        writer.BeginStruct();
        writer.BeginList(1, ThriftType.Struct, group.Chunks.Length);
        foreach (WrittenChunk chunk in group.Chunks)
            chunk.WriteMetadata(writer);
        writer.Int64(2, group.Chunks.Sum(static chunk => chunk.UncompressedBytes));
        writer.Int64(3, group.RowCount);
        writer.Int64(5, group.Chunks[0].Offset);
        writer.Int64(6, group.Chunks.Sum(static chunk => chunk.CompressedBytes));
        if (ordinal <= short.MaxValue)
            writer.Int16(7, (short)ordinal);
        writer.EndStruct();
    }

    private static void Write(IReadOnlyList<KeyValuePair<string, string>> keyValues, ThriftWriter writer)
    {
        writer.BeginList(5, ThriftType.Struct, keyValues.Count);
        foreach ((string key, string value) in keyValues)
        {
            writer.BeginStruct();
            writer.Text(1, key);
            writer.Text(2, value);
            writer.EndStruct();
        }
    }
}
