using SqlCluster.Arrow.Schema;

namespace SqlCluster.Arrow.Ipc;

/// <summary>How the engine's types are written: the one switch from them to Arrow's on the wire.</summary>
internal static class WireTypes
{
    public static IpcSchema Of(ArrowSchema schema, IpcOptions options)
    {
        long nextDictionary = 0;
        return new IpcSchema(schema, [.. schema.Fields.Select(field => Of(field, options, true, ref nextDictionary))]);
    }

    private static IpcField Of(ArrowField field, IpcOptions options, bool isColumn, ref long nextDictionary)
    {
        ArrowField[] children = field.Type.Children ?? [];
        var wireChildren = new IpcField[children.Length];
        for (int i = 0; i < children.Length; i++)
        {
            wireChildren[i] = Of(children[i], options, false, ref nextDictionary);
        }

        IpcDictionary? dictionary = isColumn && options.KeepDictionaries && field.Type.IsView ? new IpcDictionary(nextDictionary++, Int(32)) : null;
        return new IpcField(Of(field.Type, options, dictionary != null), wireChildren, dictionary, field);
    }

    private static IpcType Of(ArrowType type, IpcOptions options, bool isDictionary) => type.Id switch
    {
        ArrowTypeId.Null => new(IpcTypeId.Null),
        ArrowTypeId.Boolean => new(IpcTypeId.Bool),
        ArrowTypeId.Int8 => Int(8),
        ArrowTypeId.Int16 => Int(16),
        ArrowTypeId.Int32 => Int(32),
        ArrowTypeId.Int64 => Int(64),
        ArrowTypeId.UInt8 => Int(8, false),
        ArrowTypeId.UInt16 => Int(16, false),
        ArrowTypeId.UInt32 => Int(32, false),
        ArrowTypeId.UInt64 => Int(64, false),
        ArrowTypeId.Float32 => new(IpcTypeId.FloatingPoint, 1),
        ArrowTypeId.Float64 => new(IpcTypeId.FloatingPoint, 2),
        ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 => new(IpcTypeId.Decimal, 128, Precision: type.Precision, Scale: type.Scale),
        ArrowTypeId.Date32 => new(IpcTypeId.Date),
        ArrowTypeId.Time64 => new(IpcTypeId.Time, 64, Unit: (int)IpcTimeUnit.Microsecond),
        ArrowTypeId.Timestamp => new(IpcTypeId.Timestamp, Unit: (int)options.TimestampUnit, Zone: type.Zone),
        ArrowTypeId.Interval => new(IpcTypeId.Interval, Unit: 2),
        ArrowTypeId.Utf8 => new(options.ViewsAsUtf8 || isDictionary ? IpcTypeId.Utf8 : IpcTypeId.Utf8View),
        ArrowTypeId.Binary => new(options.ViewsAsUtf8 || isDictionary ? IpcTypeId.Binary : IpcTypeId.BinaryView),
        ArrowTypeId.FixedSizeBinary when type.ByteWidth == 16 && options.UuidAsUtf8 => new(IpcTypeId.Utf8),
        ArrowTypeId.FixedSizeBinary => new(IpcTypeId.FixedSizeBinary, type.ByteWidth),
        ArrowTypeId.List => new(IpcTypeId.List),
        ArrowTypeId.Struct => new(IpcTypeId.Struct),
        ArrowTypeId.Map => new(IpcTypeId.Map),
        ArrowTypeId.DenseUnion => new(IpcTypeId.Union, Unit: 1, TypeIds: [.. Enumerable.Range(0, type.Children!.Length)]),
    };

    private static IpcType Int(int bits, bool isSigned = true) => new(IpcTypeId.Int, bits, isSigned);
}
