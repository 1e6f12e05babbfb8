using SqlCluster.Arrow.Schema;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions;

/// <summary>Which Arrow type an SQL type's vectors have: the one switch between the two.</summary>
/// <remarks>
/// A numeric of more than 18 digits comes as Decimal64 or Decimal128 from batch to batch, as its values allow; one of up to 18 digits always as Decimal64.
/// character(n) is kept without its trailing blanks (which count neither in comparisons nor in length); edges that show it pad it.
/// </remarks>
public static class ArrowTypes
{
    public static ArrowType Of(SqlType type) => type.Kind switch
    {
        TypeKind.Boolean => ArrowType.Boolean,
        TypeKind.SmallInt => ArrowType.Int16,
        TypeKind.Integer => ArrowType.Int32,
        TypeKind.BigInt or TypeKind.Oid => ArrowType.Int64,
        TypeKind.Real => ArrowType.Float32,
        TypeKind.DoublePrecision => ArrowType.Float64,
        TypeKind.Numeric => ArrowType.Decimal(type.Precision, type.Scale),
        TypeKind.Unknown or TypeKind.Text or TypeKind.Varchar or TypeKind.Char or TypeKind.Name or TypeKind.Json or TypeKind.Jsonb or TypeKind.Void => ArrowType.Utf8,
        TypeKind.Bytea => ArrowType.Binary,
        TypeKind.Date => ArrowType.Date32,
        TypeKind.Time => ArrowType.Time64,
        TypeKind.Timestamp => ArrowType.Timestamp,
        TypeKind.TimestampTz => ArrowType.TimestampUtc,
        TypeKind.Interval => ArrowType.Interval,
        TypeKind.Uuid => ArrowType.Uuid,
        TypeKind.Array => ArrowType.List(Of(type.Element!)),
        TypeKind.Row => ArrowType.Struct([.. type.Fields!.Select(static column => new ArrowField(column.Name, Of(column.Type)))]),
        TypeKind.Map => ArrowType.Map(Of(type.Key!), Of(type.Element!)),
    };
}
