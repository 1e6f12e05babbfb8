using SqlCluster.Arrow.Schema;

namespace SqlCluster.Arrow.Ipc;

/// <summary>What the engine makes of types on the wire, its own and foreign ones: the one switch from Arrow's types to the engine's.</summary>
internal static class EngineTypes
{
    private const int MostDigits = 38;

    /// <exception cref="IpcException">A type or parameter that the engine has nothing for.</exception>
    public static ArrowType Of(IpcType type, ReadOnlySpan<IpcField> children)
    {
        CheckChildren(type, children.Length);
        return type.Id switch
        {
            IpcTypeId.Null => ArrowType.Null,
            IpcTypeId.Bool => ArrowType.Boolean,
            IpcTypeId.Int => Int(type),
            IpcTypeId.FloatingPoint => type.Width switch { 0 or 1 => ArrowType.Float32, 2 => ArrowType.Float64, _ => throw Unknown("floating point precision", type.Width) },
            IpcTypeId.Decimal => Decimal(type),
            IpcTypeId.Date => type.Unit is 0 or 1 ? ArrowType.Date32 : throw Unknown("date unit", type.Unit),
            IpcTypeId.Time => (type.Width == 32 && type.Unit is 0 or 1) || (type.Width == 64 && type.Unit is 2 or 3) ? ArrowType.Time64 : throw Unknown("time unit", type.Unit),
            IpcTypeId.Timestamp => new ArrowType(ArrowTypeId.Timestamp, Zone: CheckedUnit(type).Zone is { Length: > 0 } zone ? zone : null),
            IpcTypeId.Duration => CheckedUnit(type) is not null ? ArrowType.Interval : null!,
            IpcTypeId.Interval => type.Unit is >= 0 and <= 2 ? ArrowType.Interval : throw Unknown("interval unit", type.Unit),
            IpcTypeId.Utf8 or IpcTypeId.LargeUtf8 or IpcTypeId.Utf8View => ArrowType.Utf8,
            IpcTypeId.Binary or IpcTypeId.LargeBinary or IpcTypeId.BinaryView => ArrowType.Binary,
            IpcTypeId.FixedSizeBinary => type.Width is > 0 and <= 1 << 20 ? new ArrowType(ArrowTypeId.FixedSizeBinary, ByteWidth: type.Width) : throw Unknown("fixed size of bytes", type.Width),
            IpcTypeId.FixedSizeList when type.Width < 0 => throw Unknown("fixed size of lists", type.Width),
            IpcTypeId.List or IpcTypeId.LargeList or IpcTypeId.FixedSizeList =>
                new ArrowType(ArrowTypeId.List, Children: [children[0].Engine]),
            IpcTypeId.Map => Map(children[0]),
            IpcTypeId.Struct => new ArrowType(ArrowTypeId.Struct, Children: [.. Engine(children)]),
            IpcTypeId.Union => Union(type, children),
            IpcTypeId.RunEndEncoded => children[0].Type is { Id: IpcTypeId.Int, IsSigned: true, Width: 16 or 32 or 64 } && children[0].Dictionary == null
                ? children[1].Engine.Type : throw new IpcException("run ends are not int16, int32 or int64"),
            _ => throw Unknown("type", (int)type.Id),
        };
    }

    private static ArrowField[] Engine(ReadOnlySpan<IpcField> children)
    {
        var fields = new ArrowField[children.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = children[i].Engine;
        }

        return fields;
    }

    private static void CheckChildren(IpcType type, int count)
    {
        bool isRight = type.Id switch
        {
            IpcTypeId.List or IpcTypeId.LargeList or IpcTypeId.FixedSizeList or IpcTypeId.Map => count == 1,
            IpcTypeId.RunEndEncoded => count == 2,
            IpcTypeId.Struct or IpcTypeId.Union => true,
            IpcTypeId.ListView or IpcTypeId.LargeListView => throw Unknown("type", (int)type.Id),
            _ => count == 0,
        };
        if (!isRight)
        {
            throw new IpcException($"a field of type {type.Id} has {count} children");
        }
    }

    private static ArrowType Int(IpcType type) => (type.Width, type.IsSigned) switch
    {
        (8, true) => ArrowType.Int8,
        (16, true) => ArrowType.Int16,
        (32, true) => ArrowType.Int32,
        (64, true) => ArrowType.Int64,
        (8, false) => ArrowType.UInt8,
        (16, false) => ArrowType.UInt16,
        (32, false) => ArrowType.UInt32,
        (64, false) => ArrowType.UInt64,
        _ => throw Unknown("integer width", type.Width),
    };

    private static ArrowType Decimal(IpcType type)
    {
        // 256 bits are read as far as their values fit 38 digits.
        int most = type.Width switch { 32 => 9, 64 => 18, 128 => MostDigits, 256 => 76, _ => throw Unknown("decimal width", type.Width) };
        int precision = Math.Min(type.Precision, MostDigits);
        return type.Precision >= 1 && type.Precision <= most && type.Scale >= 0 && type.Scale <= precision
            ? ArrowType.Decimal(precision, type.Scale)
            : throw new IpcException($"decimal({type.Precision}, {type.Scale}) of {type.Width} bits is not supported");
    }

    private static ArrowType Map(IpcField entries) =>
        entries is { Type.Id: IpcTypeId.Struct, Children.Length: 2, Dictionary: null }
            ? new ArrowType(ArrowTypeId.Map, Children: [entries.Engine])
            : throw new IpcException("a map's entries are not a struct of key and value");

    private static ArrowType Union(IpcType type, ReadOnlySpan<IpcField> children)
    {
        int[] ids = type.TypeIds ?? [.. Enumerable.Range(0, children.Length)];
        if (type.Unit is not (0 or 1) || ids.Length != children.Length || ids.Distinct().Count() != ids.Length
            || Array.Exists(ids, static id => id is < 0 or > 127))
        {
            throw new IpcException("a union's type numbers are not one a child, 0 to 127");
        }

        return new ArrowType(ArrowTypeId.DenseUnion, Children: Engine(children));
    }

    private static IpcType CheckedUnit(IpcType type) => type.Unit is >= 0 and <= 3 ? type : throw Unknown("time unit", type.Unit);

    private static IpcException Unknown(string what, int number) => new($"{what} {number} is not supported");
}
