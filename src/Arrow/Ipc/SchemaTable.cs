using SqlCluster.Arrow.Schema;

namespace SqlCluster.Arrow.Ipc;

/// <summary>The table Schema of Schema.fbs, in messages and in files' footers.</summary>
internal static class SchemaTable
{
    /// <summary>What a pair of metadata costs at least, besides its text.</summary>
    private const int BytesOfPair = 16;

    public static int Write(FlatWriter writer, IpcSchema schema)
    {
        int[] fields = Array.ConvertAll(schema.Fields, field => WriteField(writer, field));
        int vector = writer.Tables(fields), metadata = WriteMetadata(writer, schema.Schema.Metadata);
        writer.StartTable();
        writer.Reference(1, vector);
        writer.Reference(2, metadata);
        return writer.EndTable();
    }

    /// <param name="table">The table.</param>
    /// <param name="metadataBytes">Bytes of the buffer that it is in: fields and texts may refer to each other, but not unfold to more than that many bytes allow.</param>
    /// <param name="limits">How deep types may nest.</param>
    public static IpcSchema Read(FlatTable table, int metadataBytes, IpcLimits limits)
    {
        if (table.Int16(0) != 0)
        {
            throw new IpcException("big-endian data is not supported");
        }

        var budget = new Budget { Fields = metadataBytes / 8, TextBytes = (16L * metadataBytes) + 4096 };
        var fields = new IpcField[table.TableCount(1)];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = ReadField(table.TableAt(1, i), limits.MaxDepth, ref budget);
        }

        return new IpcSchema(new ArrowSchema([.. fields.Select(static field => field.Engine)], ReadMetadata(table, 2, ref budget)), fields);
    }

    private static int WriteField(FlatWriter writer, IpcField field)
    {
        int[] children = Array.ConvertAll(field.Children, child => WriteField(writer, child));
        int metadata = WriteMetadata(writer, field.Engine.Metadata);
        int childVector = writer.Tables(children);        // always there: some readers expect it of every field
        int name = writer.String(field.Engine.Name);
        int dictionary = field.Dictionary is { } encoding ? WriteDictionary(writer, encoding) : 0;
        int type = WriteType(writer, field.Type);
        writer.StartTable();
        writer.Reference(0, name);
        writer.Reference(3, type);
        writer.Reference(4, dictionary);
        writer.Reference(5, childVector);
        writer.Reference(6, metadata);
        writer.Field(1, field.Engine.Nullable);
        writer.Field(2, (byte)field.Type.Id);
        return writer.EndTable();
    }

    private static int WriteDictionary(FlatWriter writer, IpcDictionary encoding)
    {
        int index = WriteType(writer, encoding.Index);
        writer.StartTable();
        writer.Field(0, encoding.Id);
        writer.Reference(1, index);
        return writer.EndTable();
    }

    private static int WriteType(FlatWriter writer, IpcType type)
    {
        int zone = type.Zone == null ? 0 : writer.String(type.Zone);
        int typeIds = type.TypeIds == null ? 0 : writer.Int32s(type.TypeIds);
        writer.StartTable();
        switch (type.Id)
        {
            case IpcTypeId.Int:
                writer.Field(0, type.Width);
                writer.Field(1, type.IsSigned);
                break;
            case IpcTypeId.FloatingPoint:
                writer.Field(0, (short)type.Width);
                break;
            case IpcTypeId.Decimal:
                writer.Field(0, type.Precision);
                writer.Field(1, type.Scale);
                writer.Field(2, type.Width);
                break;
            case IpcTypeId.Date or IpcTypeId.Interval or IpcTypeId.Duration:
                writer.Field(0, (short)type.Unit);
                break;
            case IpcTypeId.Time:
                writer.Field(1, type.Width);
                writer.Field(0, (short)type.Unit);
                break;
            case IpcTypeId.Timestamp:
                writer.Reference(1, zone);
                writer.Field(0, (short)type.Unit);
                break;
            case IpcTypeId.Union:
                writer.Reference(1, typeIds);
                writer.Field(0, (short)type.Unit);
                break;
            case IpcTypeId.FixedSizeBinary or IpcTypeId.FixedSizeList:
                writer.Field(0, type.Width);
                break;
        }

        return writer.EndTable();
    }

    private static int WriteMetadata(FlatWriter writer, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata == null || metadata.Count == 0)
        {
            return 0;
        }

        var pairs = new List<int>();
        foreach ((string key, string value) in metadata)
        {
            int keyText = writer.String(key), valueText = writer.String(value);
            writer.StartTable();
            writer.Reference(0, keyText);
            writer.Reference(1, valueText);
            pairs.Add(writer.EndTable());
        }

        return writer.Tables(pairs.ToArray());
    }

    private static IpcField ReadField(FlatTable table, int depth, ref Budget budget)
    {
        if (depth == 0 || --budget.Fields < 0)
        {
            throw new IpcException(depth == 0 ? "types are nested too deeply" : "the schema unfolds to more fields than it has bytes for");
        }

        var children = new IpcField[table.TableCount(5)];
        for (int i = 0; i < children.Length; i++)
        {
            children[i] = ReadField(table.TableAt(5, i), depth - 1, ref budget);
        }

        IpcType type = ReadType((IpcTypeId)table.Byte(2), table.Table(3), ref budget);
        IpcDictionary? dictionary = table.Has(4) ? ReadDictionary(table.Table(4), ref budget) : null;
        string name = budget.Text(table, 0) ?? "";
        ArrowType engine = EngineTypes.Of(type, children);
        return new IpcField(type, children, dictionary, new ArrowField(name, engine, table.Boolean(1), ReadMetadata(table, 6, ref budget)));
    }

    private static IpcDictionary ReadDictionary(FlatTable table, ref Budget budget)
    {
        IpcType index = table.Has(1) ? ReadType(IpcTypeId.Int, table.Table(1), ref budget) : new IpcType(IpcTypeId.Int, 32, true);
        EngineTypes.Of(index, []);
        return new IpcDictionary(table.Int64(0), index);
    }

    private static IpcType ReadType(IpcTypeId id, FlatTable table, ref Budget budget) => id switch
    {
        IpcTypeId.Int => new(id, table.Int32(0), table.Boolean(1)),
        IpcTypeId.FloatingPoint => new(id, table.Int16(0)),
        IpcTypeId.Decimal => new(id, table.Int32(2, 128), Precision: table.Int32(0), Scale: table.Int32(1)),
        IpcTypeId.Date or IpcTypeId.Duration => new(id, Unit: table.Int16(0, 1)),
        IpcTypeId.Interval => new(id, Unit: table.Int16(0)),
        IpcTypeId.Time => new(id, table.Int32(1, 32), Unit: table.Int16(0, 1)),
        IpcTypeId.Timestamp => new(id, Unit: table.Int16(0), Zone: budget.Text(table, 1)),
        IpcTypeId.Union => new(id, Unit: table.Int16(0), TypeIds: budget.Numbers(table, 1)),
        IpcTypeId.FixedSizeBinary or IpcTypeId.FixedSizeList => new(id, table.Int32(0)),
        _ => new(id),
    };

    private static Dictionary<string, string>? ReadMetadata(FlatTable table, int slot, ref Budget budget)
    {
        int count = table.TableCount(slot);
        if (count == 0)
        {
            return null;
        }

        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            FlatTable pair = table.TableAt(slot, i);
            budget.TextBytes -= BytesOfPair;
            metadata[budget.Text(pair, 0) ?? ""] = budget.Text(pair, 1) ?? "";
        }

        return metadata;
    }

    /// <summary>What a schema may still unfold to.</summary>
    private struct Budget
    {
        public int Fields;
        public long TextBytes;

        public int[]? Numbers(FlatTable table, int slot) =>
            !table.Has(slot) ? null
            : (TextBytes -= 4L * table.Int32Count(slot)) >= 0 ? table.Int32s(slot)
            : throw new IpcException("the schema unfolds to more numbers than it has bytes for");

        public string? Text(FlatTable table, int slot) =>
            (TextBytes -= table.StringBytes(slot)) >= 0 ? table.String(slot) : throw new IpcException("the schema unfolds to more text than it has bytes for");
    }
}
