using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Server.FlightSql.Metadata;

/// <summary>GetSqlInfo's answer (FlightSql.proto, CommandGetSqlInfo).</summary>
internal static class SqlInfoTable
{
    /// <summary>Order is the specification's: clients take children by number.</summary>
    private static readonly ArrowType Value = new(ArrowTypeId.DenseUnion, Children:
    [
        new("string_value", ArrowType.Utf8), new("bool_value", ArrowType.Boolean), new("bigint_value", ArrowType.Int64), new("int32_bitmask", ArrowType.Int32),
        new("string_list", ArrowType.List(ArrowType.Utf8)), new("int32_to_int32_list_map", ArrowType.Map(ArrowType.Int32, ArrowType.List(ArrowType.Int32))),
    ]);

    public static readonly ArrowSchema Schema = new([new("info_name", ArrowType.UInt32, false), new("value", Value, false)]);

    /// <param name="ids">Facts that are wanted, unknown ones are left out; empty: all.</param>
    public static MetadataTable Of(IReadOnlyCollection<uint> ids) =>
        new(Schema, [.. SqlInfos.All.Where(info => ids.Count == 0 || ids.Contains(info.Id)).Select(static info => new object?[] { info.Id, ValueOf(info.Value) })]);

    private static UnionValue ValueOf(object value) => value switch
    {
        string => new UnionValue(0, value),
        bool => new UnionValue(1, value),
        long => new UnionValue(2, value),
        int => new UnionValue(3, value),
        string[] list => new UnionValue(4, Items(list)),
        IReadOnlyDictionary<int, int[]> map => new UnionValue(5, Items(map.Select(static entry => new object?[] { entry.Key, Items(entry.Value) }))),
        _ => throw new InvalidOperationException($"a SqlInfo value of {value.GetType().Name}"),
    };

    private static object?[] Items<T>(IEnumerable<T> values) => [.. values.Select(static value => (object?)value)];
}
