using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Parquet.Writing;

namespace SqlCluster.Execution.ArrowFiles;

/// <summary>SQL types of Arrow's columns, and vectors as those types have them: data from outside becomes the engine's.</summary>
/// <remarks>Integers that SQL lacks become the next wider ones (uint64 a numeric(20)), columns of nulls text, bytes of one width other than a uuid's bytea.</remarks>
public static class ArrowColumns
{
    /// <exception cref="Parser.Errors.QueryException">0A000: SQL has no such type (unions).</exception>
    public static NodeList<TableColumn> Of(ArrowSchema schema) =>
        [.. schema.Fields.Select(static field => new TableColumn(field.Name, TypeOf(field), field.Nullable))];

    /// <exception cref="Parser.Errors.QueryException">0A000: SQL has no such type (unions).</exception>
    public static SqlType TypeOf(ArrowField field) => field.Type.Id switch
    {
        ArrowTypeId.Boolean => SqlType.Boolean,
        ArrowTypeId.Int8 or ArrowTypeId.UInt8 or ArrowTypeId.Int16 => SqlType.SmallInt,
        ArrowTypeId.UInt16 or ArrowTypeId.Int32 => SqlType.Integer,
        ArrowTypeId.UInt32 or ArrowTypeId.Int64 => SqlType.BigInt,
        ArrowTypeId.UInt64 => SqlType.Numeric(20, 0),
        ArrowTypeId.Float32 => SqlType.Real,
        ArrowTypeId.Float64 => SqlType.DoublePrecision,
        ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 => SqlType.Numeric(field.Type.Precision, field.Type.Scale),
        ArrowTypeId.Date32 => SqlType.Date,
        ArrowTypeId.Time64 => SqlType.Time,
        ArrowTypeId.Timestamp => field.Type.Zone == null ? SqlType.Timestamp : SqlType.TimestampTz,
        ArrowTypeId.Interval => SqlType.Interval,
        ArrowTypeId.Utf8 when IsJson(field) => SqlType.Json,
        ArrowTypeId.Null or ArrowTypeId.Utf8 => SqlType.Text,
        ArrowTypeId.FixedSizeBinary when field.Type.ByteWidth == 16 => SqlType.Uuid,
        ArrowTypeId.Binary or ArrowTypeId.FixedSizeBinary => SqlType.Bytea,
        ArrowTypeId.List => SqlType.Array(TypeOf(field.Type.Children![0])),
        ArrowTypeId.Map => SqlType.Map(TypeOf(field.Type.Children![0].Type.Children![0]), TypeOf(field.Type.Children[0].Type.Children![1])),
        ArrowTypeId.Struct => SqlType.Row([.. field.Type.Children!.Select(static child => new RowField(child.Name, TypeOf(child)))]),
        ArrowTypeId.DenseUnion => throw ExecutionErrors.Unsupported($"Arrow column \"{field.Name}\" of type {field.Type}"),
    };

    /// <summary>The same values as the SQL type has them; the vector itself where nothing changes.</summary>
    /// <param name="vector">As it was read; the result shares what it can with it.</param>
    /// <param name="account">Charged for new buffers.</param>
    /// <param name="made">Gets the new buffers, which the caller releases.</param>
    internal static Vector Convert(Vector vector, MemoryAccount account, List<NativeBuffer> made) => vector switch
    {
        _ when !IsForeign(vector.Type) => vector,
        ConstantVector constant => new ConstantVector(Convert(constant.Value, account, made), constant.Length),
        DictionaryVector dictionary => dictionary.WithDictionary(Convert(dictionary.Dictionary, account, made)),
        StructVector structs => new StructVector(
            TypeAfter(structs.Type), structs.Length, Array.ConvertAll(structs.Children, child => Convert(child, account, made)), structs.ValidityBuffer, structs.NullCount),
        ListVector lists => new ListVector(TypeAfter(lists.Type), lists.Length, lists.OffsetsBuffer, Convert(lists.Child, account, made), lists.ValidityBuffer, lists.NullCount),
        _ => Built(vector, account, made),
    };

    private static Vector Built(Vector vector, MemoryAccount account, List<NativeBuffer> made)
    {
        Vector built = VectorBuilder.Of(TypeAfter(vector.Type), account, Enumerable.Range(0, vector.Length).Select(row => Widen(VectorValues.Get(vector, row))));
        built.VisitBuffers(made.Add);
        return built;
    }

    private static bool IsJson(ArrowField field) =>
        field.Metadata != null && field.Metadata.TryGetValue(ParquetFieldMetadata.ExtensionKey, out string? extension) && extension == ParquetFieldMetadata.JsonExtension;

    private static bool IsForeign(ArrowType type) => !TypeAfter(type).Equals(type);

    private static ArrowType TypeAfter(ArrowType type) => type.Id switch
    {
        ArrowTypeId.Int8 or ArrowTypeId.UInt8 => ArrowType.Int16,
        ArrowTypeId.UInt16 => ArrowType.Int32,
        ArrowTypeId.UInt32 => ArrowType.Int64,
        ArrowTypeId.UInt64 => ArrowType.Decimal128(20, 0),
        ArrowTypeId.Null => ArrowType.Utf8,
        ArrowTypeId.FixedSizeBinary when type.ByteWidth != 16 => ArrowType.Binary,
        _ when type.Children is { } children => type with { Children = Array.ConvertAll(children, static child => child with { Type = TypeAfter(child.Type) }) },
        _ => type,
    };

    private static object? Widen(object? value) => value switch
    {
        sbyte number => (short)number,
        byte number => (short)number,
        ushort number => (int)number,
        uint number => (long)number,
        ulong number => (Int128)number,
        _ => value,
    };
}
