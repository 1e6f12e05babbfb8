using System.Globalization;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Server.FlightSql.Types;

/// <summary>Values that clients send: which SQL type an Arrow type is, and single values as literals.</summary>
internal static class ArrowValues
{
    /// <summary>The SQL type that holds every value of an Arrow type.</summary>
    /// <exception cref="Parser.Errors.QueryException">0A000: there is none.</exception>
    public static SqlType TypeOf(ArrowType type) => type.Id switch
    {
        ArrowTypeId.Null => SqlType.Unknown,
        ArrowTypeId.Boolean => SqlType.Boolean,
        ArrowTypeId.Int8 or ArrowTypeId.Int16 or ArrowTypeId.UInt8 => SqlType.SmallInt,
        ArrowTypeId.Int32 or ArrowTypeId.UInt16 => SqlType.Integer,
        ArrowTypeId.Int64 or ArrowTypeId.UInt32 => SqlType.BigInt,
        ArrowTypeId.UInt64 => SqlType.Numeric(20, 0),
        ArrowTypeId.Float32 => SqlType.Real,
        ArrowTypeId.Float64 => SqlType.DoublePrecision,
        ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 => SqlType.Numeric(type.Precision, type.Scale),
        ArrowTypeId.Date32 => SqlType.Date,
        ArrowTypeId.Time64 => SqlType.Time,
        ArrowTypeId.Timestamp => type.Zone == null ? SqlType.Timestamp : SqlType.TimestampTz,
        ArrowTypeId.Interval => SqlType.Interval,
        ArrowTypeId.Utf8 => SqlType.Text,
        ArrowTypeId.Binary or ArrowTypeId.FixedSizeBinary => SqlType.Bytea,
        ArrowTypeId.List => SqlType.Array(TypeOf(type.Children![0].Type)),
        ArrowTypeId.Struct => SqlType.Row([.. type.Children!.Select(static field => new RowField(field.Name, TypeOf(field.Type)))]),
        ArrowTypeId.Map => SqlType.Map(TypeOf(type.Children![0].Type.Children![0].Type), TypeOf(type.Children![0].Type.Children![1].Type)),
        ArrowTypeId.DenseUnion => throw FlightErrors.NoEngineType(type.ToString()),
    };

    /// <summary>As <see cref="TypeOf"/>, for columns of tables: those without a type are text.</summary>
    public static SqlType ColumnTypeOf(ArrowType type) => type.Id == ArrowTypeId.Null ? SqlType.Text : TypeOf(type);

    /// <summary>A value as a literal of <see cref="TypeOf"/> its type.</summary>
    public static Literal Read(Vector vector, int row) => ToLiteral(VectorValues.Get(vector, row), vector.Type);

    private static Literal ToLiteral(object? value, ArrowType arrow)
    {
        SqlType type = TypeOf(arrow);
        return value switch
        {
            null => Literal.Null(type),
            sbyte or short or int or byte or ushort or uint => new Literal(Convert.ToInt64(value, CultureInfo.InvariantCulture), type),
            ulong number => new Literal((Int128)number, type),
            float number => new Literal((double)number, type),
            byte[] bytes => new Literal(NodeList.Create<byte>(bytes), type),
            Interval span => new Literal(new IntervalValue(span.Months, span.Days, span.Microseconds), type),
            object?[] fields when arrow.Id == ArrowTypeId.Struct => new Literal(NodeList.Create<Literal>([.. fields.Select((field, index) => ToLiteral(field, arrow.Children![index].Type))]), type),
            object?[] items => new Literal(NodeList.Create<Literal>([.. items.Select(item => ToLiteral(item, arrow.Children![0].Type))]), type),
            _ => new Literal(value, type),
        };
    }
}
