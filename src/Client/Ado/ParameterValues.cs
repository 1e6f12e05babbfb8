using System.Collections;
using System.Data;
using System.Data.SqlTypes;
using System.Globalization;
using System.Numerics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using Vector = SqlCluster.Arrow.Vectors.Vector;

namespace SqlCluster.Client.Ado;

/// <summary>Values of parameters as Arrow has them; the server converts them to the placeholder's type.</summary>
internal static class ParameterValues
{
    private const long TicksPerMicrosecond = 10;
    private const int MostDigits = 38;

    /// <summary>One row of the given parameters, which the account owns.</summary>
    /// <exception cref="NotSupportedException">A value's type has no place in SQL.</exception>
    public static (ArrowSchema Schema, Batch Row) Encode(IReadOnlyList<SqlClusterParameter> parameters, MemoryAccount account)
    {
        var fields = new ArrowField[parameters.Count];
        var columns = new Vector[parameters.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            (ArrowType type, object? value) = Encode(parameters[i].Value, parameters[i].DeclaredType);
            fields[i] = new ArrowField($"p{i + 1}", type);
            Vector column = VectorBuilder.Of(type, account, [value]);
            columns[i] = column;
        }

        return (new ArrowSchema(fields), new Batch(columns, 1));
    }

    public static DbType DbTypeOf(object? value) => value switch
    {
        bool => DbType.Boolean,
        byte => DbType.Byte,
        sbyte => DbType.SByte,
        short => DbType.Int16,
        ushort => DbType.UInt16,
        int => DbType.Int32,
        uint => DbType.UInt32,
        long => DbType.Int64,
        ulong => DbType.UInt64,
        float => DbType.Single,
        double => DbType.Double,
        decimal or SqlDecimal or BigInteger or Int128 => DbType.Decimal,
        DateTime => DbType.DateTime,
        DateTimeOffset => DbType.DateTimeOffset,
        DateOnly => DbType.Date,
        TimeOnly => DbType.Time,
        Guid => DbType.Guid,
        byte[] => DbType.Binary,
        string or char => DbType.String,
        _ => DbType.Object,
    };

    private static (ArrowType Type, object? Value) Encode(object? value, DbType? declared = null)
    {
        switch (value)
        {
            case null or DBNull:
                return (ArrowType.Null, null);
            case bool:
                return (ArrowType.Boolean, value);
            case byte number:
                return (ArrowType.Int16, (short)number);
            case sbyte number:
                return (ArrowType.Int16, (short)number);
            case short:
                return (ArrowType.Int16, value);
            case ushort number:
                return (ArrowType.Int32, (int)number);
            case int:
                return (ArrowType.Int32, value);
            case uint number:
                return (ArrowType.Int64, (long)number);
            case long:
                return (ArrowType.Int64, value);
            case ulong number:
                return (ArrowType.Decimal128(20, 0), (Int128)number);
            case Int128 number:
                return (ArrowType.Decimal128(MostDigits, 0), number);
            case BigInteger number:
                return (ArrowType.Decimal128(MostDigits, 0), (Int128)number);
            case float:
                return (ArrowType.Float32, value);
            case double:
                return (ArrowType.Float64, value);
            case decimal number:
                return Decimal(number);
            case SqlDecimal { IsNull: false } number:
                return (ArrowType.Decimal128(MostDigits, number.Scale), Unscaled(number));
            case string or byte[]:
                return (value is string ? ArrowType.Utf8 : ArrowType.Binary, value);
            case char character:
                return (ArrowType.Utf8, character.ToString());
            case char[] characters:
                return (ArrowType.Utf8, new string(characters));
            case ReadOnlyMemory<byte> bytes:
                return (ArrowType.Binary, bytes.ToArray());
            case Memory<byte> bytes:
                return (ArrowType.Binary, bytes.ToArray());
            case Guid guid:
                return (ArrowType.Uuid, guid.ToByteArray(bigEndian: true));
            case DateOnly date:
                return (ArrowType.Date32, date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);
            case DateTime time when declared == DbType.Date:
                return (ArrowType.Date32, DateOnly.FromDateTime(time).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber);
            case DateTime time when declared == DbType.Time:
                return (ArrowType.Time64, time.TimeOfDay.Ticks / TicksPerMicrosecond);
            case DateTime time:
                return (time.Kind == DateTimeKind.Utc || declared == DbType.DateTimeOffset ? ArrowType.TimestampUtc : ArrowType.Timestamp, Microseconds(time));
            case DateTimeOffset time:
                return (ArrowType.TimestampUtc, Microseconds(time.UtcDateTime));
            case TimeOnly time:
                return (ArrowType.Time64, time.Ticks / TicksPerMicrosecond);
            case TimeSpan span when declared == DbType.Time:
                return (ArrowType.Time64, span.Ticks / TicksPerMicrosecond);
            case TimeSpan span:
                return (ArrowType.Interval, new Interval(0, span.Days, (span.Ticks - (span.Days * TimeSpan.TicksPerDay)) / TicksPerMicrosecond));
            case Interval:
                return (ArrowType.Interval, value);
            case Enum member:
                return Encode(System.Convert.ChangeType(member, Enum.GetUnderlyingType(member.GetType()), CultureInfo.InvariantCulture));
            case IEnumerable items:
                return List(items);
            default:
                throw new NotSupportedException($"values of type {value.GetType()} cannot be parameters");
        }
    }

    /// <summary>An array, or arrays within arrays. The elements have the type of the first one that is not null; decimals are brought to one scale.</summary>
    private static (ArrowType Type, object? Value) List(IEnumerable items)
    {
        object?[] parts = Parts(items);
        var elements = new List<object?>();
        int dimensions = Gather(parts, elements);
        int scale = elements.OfType<decimal>().Select(static number => (int)number.Scale).DefaultIfEmpty(-1).Max();
        ArrowType element = scale >= 0
            ? ArrowType.Decimal128(MostDigits, scale)
            : elements.Select(static item => Element(item).Type).FirstOrDefault(static found => found.Id != ArrowTypeId.Null) ?? ArrowType.Utf8;
        object?[] values = Values(parts, dimensions, element, scale);
        ArrowType type = element;
        for (int i = 0; i < dimensions; i++)
        {
            type = ArrowType.List(type);
        }

        return (type, values);
    }

    /// <summary>The items of an array, and in place of arrays within it theirs; a rectangular array is one of arrays.</summary>
    private static object?[] Parts(IEnumerable items) => items is Array { Rank: > 1 } rectangle
        ? Rows(rectangle, [])
        : [.. items.Cast<object?>().Select(static item => item is IEnumerable inner and not (string or byte[] or char[]) ? Parts(inner) : item)];

    private static object?[] Rows(Array rectangle, int[] at) => [.. Enumerable.Range(rectangle.GetLowerBound(at.Length), rectangle.GetLength(at.Length))
        .Select(index => at.Length + 1 == rectangle.Rank ? rectangle.GetValue([.. at, index]) : Rows(rectangle, [.. at, index]))];

    /// <returns>How many dimensions there are.</returns>
    private static int Gather(object?[] parts, List<object?> elements)
    {
        int within = 0;
        foreach (object? part in parts)
        {
            if (part is object?[] inner)
            {
                within = Math.Max(within, Gather(inner, elements));
            }
            else
            {
                elements.Add(part);
            }
        }

        return within + 1;
    }

    private static object?[] Values(object?[] parts, int dimensions, ArrowType element, int scale) => Array.ConvertAll(parts, part => part switch
    {
        null or DBNull => null,
        object?[] inner => Values(inner, dimensions - 1, element, scale),
        decimal number when dimensions == 1 => Unscaled(number, scale),
        _ when dimensions == 1 && Element(part) is var (type, value) && type.Equals(element) => value,
        _ => throw new NotSupportedException("the elements of an array parameter are of several types"),
    });

    /// <summary>Bytes within arrays are bytes to the server: uuids go as texts.</summary>
    private static (ArrowType Type, object? Value) Element(object? value) => Encode(value is Guid guid ? guid.ToString() : value);

    private static (ArrowType Type, object? Value) Decimal(decimal number)
    {
        Int128 unscaled = Unscaled(number, number.Scale);
        int digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).Length;
        return (ArrowType.Decimal128(Math.Max(digits, number.Scale + 1), number.Scale), unscaled);
    }

    private static Int128 Unscaled(decimal number, int scale)
    {
        Span<int> words = stackalloc int[4];
        decimal.GetBits(number, words);
        Int128 value = ((Int128)(uint)words[2] << 64) | ((Int128)(uint)words[1] << 32) | (uint)words[0];
        for (int i = number.Scale; i < scale; i++)
        {
            value = checked(value * 10);
        }

        return number < 0 ? -value : value;
    }

    private static Int128 Unscaled(SqlDecimal number)
    {
        int[] words = number.Data;
        Int128 value = ((Int128)(uint)words[3] << 96) | ((Int128)(uint)words[2] << 64) | ((Int128)(uint)words[1] << 32) | (uint)words[0];
        return number.IsPositive ? value : -value;
    }

    private static long Microseconds(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / TicksPerMicrosecond;
}
