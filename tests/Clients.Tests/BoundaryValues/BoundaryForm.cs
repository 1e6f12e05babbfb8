using System.Collections;
using System.Data.SqlTypes;
using System.Numerics;
using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>What the ADO.NET provider is asked to read a value as, and how PostgreSQL prints what comes.</summary>
/// <param name="Type">The type for GetFieldValue.</param>
/// <param name="Text">The text of a value of that type.</param>
/// <param name="IsArray">Whether arrays of it are written without quotes.</param>
internal sealed record BoundaryForm(Type Type, Func<object, string> Text, bool IsArray = false)
{
    private const int TupleParts = 7;
    private const int DaysTo2000 = 10_957;
    private const long MicrosecondsTo2000 = DaysTo2000 * 86_400_000_000;

    /// <summary>The type that also holds null.</summary>
    private Type Nullable => Type.IsValueType ? typeof(Nullable<>).MakeGenericType(Type) : Type;

    /// <summary>Of the values of a list.</summary>
    public static BoundaryForm Of(BoundaryWork work) => work.Family switch
    {
        "record" => Tuple([.. new[] { "bigint", "varchar(40)", "text[]" }.Select(Of)]),
        "record of plain fields" => Tuple([.. BoundaryNested.PlainFields.Select(Of)]),
        "record of other fields" => Tuple([.. BoundaryNested.OtherFields.Select(Of)]),
        "record of long numbers" => Tuple([.. BoundaryNested.LongNumbers.Select(Of)]),
        "record of arrays" => Tuple([.. BoundaryNested.ArrayFields.Select(Of)]),
        "record of a record" => Tuple([Of("integer"), Tuple([Of("bigint"), Tuple([Of("varchar(40)"), Of("json")])]), Of("varchar(40)")]),
        "record[]" => Array(Tuple([Of("bigint"), Of("varchar(40)")])),
        "map of arrays" => Map(Of("text"), Of("text[]")),
        "array of maps" => Array(Map(Of("text"), Of("bigint"))),
        "record of a map" => Tuple([Of("bigint"), Map(Of("text"), Of("varchar(40)")), Array(Map(Of("text"), Of("bigint")))]),
        ['m', 'a', 'p', '(', .. var types, ')'] when types.IndexOf(", ", StringComparison.Ordinal) is var comma => Map(Of(types[..comma]), Of(types[(comma + 2)..])),
        _ => Of(work.Type),
    };

    private static BoundaryForm Of(string type) => BoundaryWork.BaseOf(type) is var plain && plain != type && plain != "numeric" && !type.EndsWith(']') ? Of(plain) : type switch
    {
        _ when type.EndsWith("[]", StringComparison.Ordinal) => Array(Of(type[..^2])),
        "boolean" => Plain<bool>(type),
        "smallint" => Plain<short>(type),
        "integer" => Plain<int>(type),
        "bigint" or "oid" or "xid" or "cid" => Plain<long>(type),
        _ when BoundaryCatalog.ObjectTypes.Contains(type) => Plain<long>(type),
        "real" => Plain<float>(type),
        "double precision" => Plain<double>(type),
        "numeric(9,2)" or "numeric(18,6)" => Plain<decimal>(type),
        "numeric(38,0)" => Plain<BigInteger>(type),
        "numeric(38,10)" or "numeric" => new BoundaryForm(typeof(SqlDecimal), static value => ((SqlDecimal)value).ToString()),
        "bytea" => Plain<byte[]>(type),
        "uuid" => Plain<Guid>(type),
        "time" => Plain<TimeOnly>(type),
        "interval" => new BoundaryForm(typeof(Interval), static value => BoundaryComposites.IntervalText(((Interval)value).Months, ((Interval)value).Days, ((Interval)value).Microseconds)),

        // In numbers, since .NET's calendar ends at the years 1 and 9999.
        "date" => new BoundaryForm(typeof(int), static value => PgText.Of(value is int and not (int.MaxValue or int.MinValue) ? (int)value - DaysTo2000 : value, "date")!),
        "timestamp" or "timestamptz" => new BoundaryForm(typeof(long), value => PgText.Of(value is long and not (long.MaxValue or long.MinValue) ? (long)value - MicrosecondsTo2000 : value, type)!),
        _ => Plain<string>(type),
    };

    private static BoundaryForm Plain<T>(string type) => new(typeof(T), value => PgText.Of(value, type)!);

    private static BoundaryForm Array(BoundaryForm element) => new(
        element.Nullable.MakeArrayType(),
        value => ((IEnumerable)value).Cast<object?>().Select(item => item == null ? null : element.Text(item)) is var items && element.IsArray ? $"{{{string.Join(',', items)}}}" : BoundaryComposites.ArrayText(items),
        true);

    private static BoundaryForm Tuple(BoundaryForm[] fields) => new(
        TupleOf([.. fields.Select(static field => field.Nullable)]),
        value => BoundaryComposites.RecordText(fields.Select((field, index) => ((ITuple)value)[index] is { } part ? field.Text(part) : null)));

    private static BoundaryForm Map(BoundaryForm key, BoundaryForm value) => new(
        typeof(Dictionary<,>).MakeGenericType(key.Type, value.Nullable),
        map => $"{{{string.Join(',', ((IDictionary)map).Keys.Cast<object>().Select(entry => $"{key.Text(entry)}={(((IDictionary)map)[entry] is { } part ? value.Text(part) : "NULL")}"))}}}");

    private static Type TupleOf(Type[] parts) => parts.Length <= TupleParts
        ? Type.GetType($"System.ValueTuple`{parts.Length}", true)!.MakeGenericType(parts)
        : typeof(ValueTuple<,,,,,,,>).MakeGenericType([.. parts[..TupleParts], TupleOf(parts[TupleParts..])]);
}
