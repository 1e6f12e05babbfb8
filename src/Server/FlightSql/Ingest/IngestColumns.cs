using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Storage;
using SqlCluster.Server.FlightSql.Types;

namespace SqlCluster.Server.FlightSql.Ingest;

/// <summary>Columns of clients in the forms that the engine's tables hold: most are passed on as they came, narrow and unsigned integers are widened value by value.</summary>
internal static class IngestColumns
{
    /// <summary>Appends a batch and releases it.</summary>
    public static void Append(Batch batch, MemoryTable.Writer writer)
    {
        try
        {
            using var account = new MemoryAccount("converted columns of an upload");
            writer.Append(batch.WithColumns(Array.ConvertAll(batch.Columns, column => Convert(column, account))));
        }
        finally
        {
            batch.Release();
        }
    }

    private static Vector Convert(Vector column, MemoryAccount account)
    {
        ArrowType wanted = ArrowTypes.Of(ArrowValues.ColumnTypeOf(column.Type));
        return IsSame(column.Type, wanted) ? column
            : VectorBuilder.Of(wanted, account, Enumerable.Range(0, column.Length).Select(row => Widen(VectorValues.Get(column, row), wanted)));
    }

    private static object? Widen(object? value, ArrowType wanted) => (value, wanted.Id) switch
    {
        (null, _) => null,
        (object?[] items, ArrowTypeId.Struct) => items.Select((item, index) => Widen(item, wanted.Children![index].Type)).ToArray(),
        (object?[] items, _) => Array.ConvertAll(items, item => Widen(item, wanted.Children![0].Type)),
        (sbyte or byte, ArrowTypeId.Int16) => System.Convert.ToInt16(value, null),
        (ushort, ArrowTypeId.Int32) => System.Convert.ToInt32(value, null),
        (uint, ArrowTypeId.Int64) => System.Convert.ToInt64(value, null),
        (ulong number, ArrowTypeId.Decimal128) => (Int128)number,
        _ => value,
    };

    /// <summary>Equal but for names, nullability and zones, which vectors do not care about.</summary>
    private static bool IsSame(ArrowType left, ArrowType right) =>
        left.Id == right.Id && left.Precision == right.Precision && left.Scale == right.Scale && left.ByteWidth == right.ByteWidth
        && (left.Children ?? []).Length == (right.Children ?? []).Length
        && (left.Children ?? []).Zip(right.Children ?? []).All(static pair => IsSame(pair.First.Type, pair.Second.Type));
}
