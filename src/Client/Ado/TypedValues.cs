using System.Collections;
using System.Data.SqlTypes;
using System.Numerics;
using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;

namespace SqlCluster.Client.Ado;

/// <summary>Values as the type that the caller asks for: elements, fields and entries each as the type that theirs has in it.</summary>
internal static class TypedValues
{
    /// <summary>Elements of a ValueTuple before the one that holds the rest.</summary>
    private const int TupleParts = 7;

    /// <summary>A value that is not null.</summary>
    /// <exception cref="InvalidCastException">It cannot be read as that type, or a part of it is null whose type is not nullable.</exception>
    /// <exception cref="OverflowException">The type does not hold it.</exception>
    public static object Of(in ColumnCursor cursor, int row, Type type)
    {
        if (type == typeof(object)) { return cursor.Value(row); }
        if (type == typeof(int)) { return cursor.Id == ArrowTypeId.Date32 ? cursor.Days(row) : checked((int)cursor.Integer(row, type)); }
        if (type == typeof(long)) { return cursor.Id == ArrowTypeId.Timestamp ? cursor.Microseconds(row) : cursor.Integer(row, type); }
        if (type == typeof(short)) { return checked((short)cursor.Integer(row, type)); }
        if (type == typeof(byte)) { return checked((byte)cursor.Integer(row, type)); }
        if (type == typeof(sbyte)) { return checked((sbyte)cursor.Integer(row, type)); }
        if (type == typeof(ushort)) { return checked((ushort)cursor.Integer(row, type)); }
        if (type == typeof(uint)) { return checked((uint)cursor.Integer(row, type)); }
        if (type == typeof(ulong)) { return checked((ulong)cursor.WholeNumber(row)); }
        if (type == typeof(bool)) { return cursor.Boolean(row); }
        if (type == typeof(float)) { return (float)cursor.Double(row, type); }
        if (type == typeof(double)) { return cursor.Double(row, type); }
        if (type == typeof(decimal)) { return cursor.Decimal(row); }
        if (type == typeof(Int128)) { return cursor.WholeNumber(row); }
        if (type == typeof(BigInteger)) { return (BigInteger)cursor.WholeNumber(row); }
        if (type == typeof(SqlDecimal)) { return cursor.SqlDecimal(row); }
        if (type == typeof(string)) { return cursor.Text(row); }
        if (type == typeof(char)) { return cursor.Text(row) is { Length: 1 } text ? text[0] : throw cursor.NoCast(type); }
        if (type == typeof(Guid)) { return cursor.Guid(row); }
        if (type == typeof(DateTime)) { return cursor.DateTime(row); }
        if (type == typeof(DateOnly)) { return DateOnly.FromDateTime(cursor.DateTime(row)); }
        if (type == typeof(DateTimeOffset)) { return cursor.DateTimeOffset(row); }
        if (type == typeof(TimeOnly)) { return cursor.TimeOnly(row); }
        if (type == typeof(TimeSpan)) { return cursor.TimeSpan(row); }
        if (type == typeof(Interval)) { return cursor.Interval(row); }
        if (type == typeof(byte[])) { return cursor.Bytes(row).ToArray(); }
        if (type == typeof(Stream)) { return new MemoryStream(cursor.Bytes(row).ToArray(), false); }
        if (type == typeof(TextReader)) { return new StringReader(cursor.Text(row)); }
        return cursor.Id switch
        {
            ArrowTypeId.List when type.IsArray && type.GetArrayRank() == 1 => Elements(cursor, row, type.GetElementType()!),
            ArrowTypeId.List when IsGeneric(type, typeof(List<>)) => Activator.CreateInstance(type, Elements(cursor, row, type.GetGenericArguments()[0]))!,
            ArrowTypeId.Map when IsGeneric(type, typeof(Dictionary<,>)) => Entries(cursor, row, type),
            ArrowTypeId.Struct when type.IsValueType && type.IsAssignableTo(typeof(ITuple)) => Tuple(cursor.Fields(), cursor.Slot(row), type, cursor),
            _ => cursor.Value(row) is var value && type.IsInstanceOfType(value) ? value : throw cursor.NoCast(type),
        };
    }

    /// <summary>A part of a value: null where it is and its type can be.</summary>
    private static object? Part(in ColumnCursor cursor, int row, Type type)
    {
        Type? underlying = Nullable.GetUnderlyingType(type);
        if (!cursor.IsNull(row))
        {
            return Of(cursor, row, underlying ?? type);
        }

        return underlying != null || !type.IsValueType ? null : throw cursor.PartIsNull();
    }

    private static Array Elements(in ColumnCursor cursor, int row, Type type)
    {
        (ColumnCursor elements, int start, int count) = cursor.Elements(row);
        Array values = Array.CreateInstance(type, count);
        for (int i = 0; i < count; i++)
        {
            values.SetValue(Part(elements, start + i, type), i);
        }

        return values;
    }

    private static IDictionary Entries(in ColumnCursor cursor, int row, Type type)
    {
        (ColumnCursor entries, int start, int count) = cursor.Elements(row);
        ColumnCursor[] parts = entries.Fields();        // key and value
        Type[] types = type.GetGenericArguments();
        var map = (IDictionary)Activator.CreateInstance(type)!;
        for (int i = start; i < start + count; i++)
        {
            map[Part(parts[0], entries.Slot(i), types[0])!] = Part(parts[1], entries.Slot(i), types[1]);
        }

        return map;
    }

    private static object Tuple(ReadOnlySpan<ColumnCursor> fields, int row, Type type, in ColumnCursor of)
    {
        Type[] types = type.GetGenericArguments();
        if (types.Length > TupleParts ? fields.Length <= TupleParts : fields.Length != types.Length)
        {
            throw of.NoCast(type);
        }

        object?[] parts = new object?[types.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = i == TupleParts ? Tuple(fields[TupleParts..], row, types[i], of) : Part(fields[i], row, types[i]);
        }

        return Activator.CreateInstance(type, parts)!;
    }

    private static bool IsGeneric(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;
}
