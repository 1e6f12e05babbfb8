using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;

namespace SqlCluster.Client.Ado;

/// <summary>What a column is in .NET, and what SQL calls it.</summary>
/// <param name="Field">As the server sent it; Flight SQL's metadata says what SQL calls it.</param>
/// <param name="SqlName">The server's name of the type.</param>
/// <param name="Type">What GetValue gives.</param>
internal sealed record ColumnType(ArrowField Field, string SqlName, Type Type)
{
    private const string Prefix = "ARROW:FLIGHT:SQL:";

    public bool IsUuid => Type == typeof(Guid);

    public static ColumnType Of(ArrowField field)
    {
        string name = field.Metadata?.GetValueOrDefault(Prefix + "TYPE_NAME") ?? field.Type.ToString().ToLowerInvariant();
        return new ColumnType(field, name, field.Type.Id == ArrowTypeId.Utf8 && name.Equals("uuid", StringComparison.OrdinalIgnoreCase) ? typeof(Guid) : Of(field.Type));
    }

    public string? Metadata(string key) => Field.Metadata?.GetValueOrDefault(Prefix + key);

    private static Type Of(ArrowType type) => type.Id switch
    {
        ArrowTypeId.Boolean => typeof(bool),
        ArrowTypeId.Int8 or ArrowTypeId.UInt8 or ArrowTypeId.Int16 => typeof(short),
        ArrowTypeId.UInt16 or ArrowTypeId.Int32 => typeof(int),
        ArrowTypeId.UInt32 or ArrowTypeId.Int64 => typeof(long),
        ArrowTypeId.UInt64 or ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 => typeof(decimal),
        ArrowTypeId.Float32 => typeof(float),
        ArrowTypeId.Float64 => typeof(double),
        ArrowTypeId.Date32 or ArrowTypeId.Timestamp => typeof(DateTime),
        ArrowTypeId.Time64 => typeof(TimeSpan),
        ArrowTypeId.Interval => typeof(TimeSpan),
        ArrowTypeId.Null or ArrowTypeId.Utf8 => typeof(string),
        ArrowTypeId.FixedSizeBinary when type.ByteWidth == 16 => typeof(Guid),
        ArrowTypeId.Binary or ArrowTypeId.FixedSizeBinary => typeof(byte[]),
        ArrowTypeId.List => typeof(Array),
        ArrowTypeId.Map => typeof(Dictionary<object, object?>),
        ArrowTypeId.Struct => typeof(object?[]),
        ArrowTypeId.DenseUnion => typeof(object),
    };

    /// <summary>Type of a list's elements.</summary>
    public static Type ElementOf(ArrowType list) => Of(list.Children![0].Type);
}
