using System.Data.SqlTypes;
using System.Globalization;
using System.Numerics;
using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using Vector = SqlCluster.Arrow.Vectors.Vector;

namespace SqlCluster.Client.Ado;

/// <summary>Reads the values of one vector row by row, without boxing where a type has a getter of its own.</summary>
internal readonly struct ColumnCursor
{
    private const long TicksPerMicrosecond = 10;
    private readonly Vector _vector;
    private readonly Vector _flat;
    private readonly ColumnType _column;

    public ColumnCursor(Vector vector, ColumnType column)
    {
        _vector = vector;
        _column = column;
        _flat = vector switch { ConstantVector constant => constant.Value, DictionaryVector dictionary => dictionary.Dictionary, _ => vector };
    }

    public ArrowTypeId Id => _flat.Type.Id;

    public bool IsNull(int row) => _vector.IsNull(row);

    public bool Boolean(int row) => _flat is BooleanVector booleans ? booleans.Value(Slot(row)) : throw NoCast(typeof(bool));

    /// <summary>Any integer, and decimals without a fraction.</summary>
    public long Integer(int row, Type target)
    {
        int slot = Slot(row);
        switch (Id)
        {
            case ArrowTypeId.Int8: return Fixed<sbyte>(slot);
            case ArrowTypeId.UInt8: return Fixed<byte>(slot);
            case ArrowTypeId.Int16: return Fixed<short>(slot);
            case ArrowTypeId.UInt16: return Fixed<ushort>(slot);
            case ArrowTypeId.Int32: return Fixed<int>(slot);
            case ArrowTypeId.UInt32: return Fixed<uint>(slot);
            case ArrowTypeId.Int64: return Fixed<long>(slot);
            case ArrowTypeId.UInt64: return checked((long)Fixed<ulong>(slot));
            case ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128:
                (Int128 whole, Int128 fraction) = Int128.DivRem(Unscaled(slot), Power(_flat.Type.Scale));
                return fraction == 0 ? checked((long)whole) : throw NoCast(target);
            default: throw NoCast(target);
        }
    }

    /// <summary>Floating point, and any other number.</summary>
    public double Double(int row, Type target) => Id switch
    {
        ArrowTypeId.Float64 => Fixed<double>(Slot(row)),
        ArrowTypeId.Float32 => Fixed<float>(Slot(row)),
        ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 => double.Parse(DecimalText(Slot(row)), CultureInfo.InvariantCulture),
        _ => Integer(row, target),
    };

    /// <exception cref="OverflowException">The value has more digits than decimal.</exception>
    public decimal Decimal(int row)
    {
        if (Id is not (ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128))
        {
            return Id == ArrowTypeId.UInt64 ? Fixed<ulong>(Slot(row)) : Id is ArrowTypeId.Float32 or ArrowTypeId.Float64 ? throw NoCast(typeof(decimal)) : Integer(row, typeof(decimal));
        }

        Int128 value = Unscaled(Slot(row));
        int scale = _flat.Type.Scale;
        while (scale > 28 || (Int128.Abs(value) >> 96) != 0)
        {
            (Int128 shorter, Int128 digit) = Int128.DivRem(value, 10);
            if (digit != 0 || scale == 0)
            {
                throw new OverflowException($"column \"{_column.Field.Name}\": {DecimalText(Slot(row))} has more digits than decimal; read it as SqlDecimal, BigInteger or string");
            }

            (value, scale) = (shorter, scale - 1);
        }

        UInt128 magnitude = (UInt128)Int128.Abs(value);
        return new decimal((int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), value < 0, (byte)scale);
    }

    public SqlDecimal SqlDecimal(int row)
    {
        Int128 value = Id is ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 ? Unscaled(Slot(row)) : Integer(row, typeof(SqlDecimal));
        UInt128 magnitude = (UInt128)Int128.Abs(value);
        return new SqlDecimal(
            38, (byte)_flat.Type.Scale, value >= 0, [(int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), (int)(uint)(magnitude >> 96)]);
    }

    public Int128 WholeNumber(int row)
    {
        if (Id is not (ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128))
        {
            return Integer(row, typeof(Int128));
        }

        (Int128 whole, Int128 fraction) = Int128.DivRem(Unscaled(Slot(row)), Power(_flat.Type.Scale));
        return fraction == 0 ? whole : throw NoCast(typeof(Int128));
    }

    /// <summary>Text as it is; decimals, uuids and numbers in digits.</summary>
    public string Text(int row) => Id switch
    {
        ArrowTypeId.Utf8 => Encoding.UTF8.GetString(Bytes(row)),
        ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 => DecimalText(Slot(row)),
        ArrowTypeId.FixedSizeBinary when _column.IsUuid => Guid(row).ToString(),
        _ => throw NoCast(typeof(string)),
    };

    public ReadOnlySpan<byte> Bytes(int row) => _flat switch
    {
        ViewVector text => text.Bytes(Slot(row)),
        FixedVector { Type.Id: ArrowTypeId.FixedSizeBinary } values => values.ValueBytes.Slice(Slot(row) * values.Type.Width, values.Type.Width),
        _ => throw NoCast(typeof(byte[])),
    };

    public Guid Guid(int row) => Id switch
    {
        ArrowTypeId.FixedSizeBinary when _flat.Type.ByteWidth == 16 => new Guid(Bytes(row), bigEndian: true),
        ArrowTypeId.Utf8 when System.Guid.TryParse(Text(row), out Guid guid) => guid,
        _ => throw NoCast(typeof(Guid)),
    };

    /// <summary>Dates and timestamps; those with a time zone in UTC.</summary>
    /// <exception cref="OverflowException">Before the year 1, after 9999, or infinite.</exception>
    public DateTime DateTime(int row) => Id switch
    {
        ArrowTypeId.Date32 => At(Fixed<int>(Slot(row)) * 86_400_000_000L, DateTimeKind.Unspecified),
        ArrowTypeId.Timestamp => At(Fixed<long>(Slot(row)), _flat.Type.Zone == null ? DateTimeKind.Unspecified : DateTimeKind.Utc),
        _ => throw NoCast(typeof(DateTime)),
    };

    public DateTimeOffset DateTimeOffset(int row) => Id == ArrowTypeId.Timestamp && _flat.Type.Zone != null ? new DateTimeOffset(DateTime(row)) : throw NoCast(typeof(DateTimeOffset));

    /// <summary>Days from 1970-01-01 to a date; infinity is the greatest and the least number.</summary>
    public int Days(int row) => Fixed<int>(Slot(row));

    /// <summary>Microseconds from 1970-01-01 00:00:00 to a timestamp, with a time zone in UTC; infinity is the greatest and the least number.</summary>
    public long Microseconds(int row) => Fixed<long>(Slot(row));

    public TimeSpan TimeSpan(int row)
    {
        if (Id == ArrowTypeId.Time64)
        {
            return System.TimeSpan.FromTicks(Fixed<long>(Slot(row)) * TicksPerMicrosecond);
        }

        Interval interval = Interval(row);
        return interval.Months == 0
            ? System.TimeSpan.FromTicks(checked((interval.Days * System.TimeSpan.TicksPerDay) + (interval.Microseconds * TicksPerMicrosecond)))
            : throw new InvalidCastException($"column \"{_column.Field.Name}\": an interval with months is no TimeSpan; read it as {nameof(SqlCluster.Arrow.Memory.Interval)}");
    }

    public TimeOnly TimeOnly(int row) => Id == ArrowTypeId.Time64 ? System.TimeOnly.FromTimeSpan(TimeSpan(row)) : throw NoCast(typeof(TimeOnly));

    public Interval Interval(int row) => Id == ArrowTypeId.Interval ? Fixed<Interval>(Slot(row)) : throw NoCast(typeof(Interval));

    /// <summary>In the type that the column has in .NET.</summary>
    public object Value(int row) => Id switch
    {
        ArrowTypeId.Boolean => Boolean(row),
        ArrowTypeId.Int8 or ArrowTypeId.UInt8 or ArrowTypeId.Int16 => (short)Integer(row, typeof(short)),
        ArrowTypeId.UInt16 or ArrowTypeId.Int32 => (int)Integer(row, typeof(int)),
        ArrowTypeId.UInt32 or ArrowTypeId.Int64 => Integer(row, typeof(long)),
        ArrowTypeId.UInt64 or ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 => Decimal(row),
        ArrowTypeId.Float32 => Fixed<float>(Slot(row)),
        ArrowTypeId.Float64 => Fixed<double>(Slot(row)),
        ArrowTypeId.Date32 or ArrowTypeId.Timestamp => DateTime(row),
        ArrowTypeId.Time64 or ArrowTypeId.Interval => TimeSpan(row),
        ArrowTypeId.Utf8 or ArrowTypeId.FixedSizeBinary when _column.IsUuid => Guid(row),
        ArrowTypeId.Utf8 => Text(row),
        ArrowTypeId.List => List(row),
        ArrowTypeId.Map => Map(row),
        ArrowTypeId.Struct => Row(row),
        ArrowTypeId.DenseUnion => Union(row),
        ArrowTypeId.Binary or ArrowTypeId.FixedSizeBinary => Bytes(row).ToArray(),
        ArrowTypeId.Null => throw ClientErrors.IsNull(_column.Field.Name),
    };

    /// <summary>An array of the elements' type; nullable where an element is null.</summary>
    public Array List(int row)
    {
        (ColumnCursor cursor, int start, int count) = Elements(row);
        Type element = cursor._column.Type;
        for (int i = 0; i < count && element.IsValueType; i++)
        {
            if (cursor.IsNull(start + i))
            {
                element = typeof(Nullable<>).MakeGenericType(element);
                break;
            }
        }

        Array values = Array.CreateInstance(element, count);
        for (int i = 0; i < count; i++)
        {
            values.SetValue(cursor.IsNull(start + i) ? null : cursor.Value(start + i), i);
        }

        return values;
    }

    private Dictionary<object, object?> Map(int row)
    {
        (ColumnCursor cursor, int start, int count) = Elements(row);
        var map = new Dictionary<object, object?>();
        for (int i = 0; i < count; i++)
        {
            object?[] entry = cursor.Row(start + i);
            map[entry[0]!] = entry[1];
        }

        return map;
    }

    /// <summary>Elements of an array, entries of a map: where they are among those of all rows.</summary>
    public (ColumnCursor Elements, int Start, int Count) Elements(int row)
    {
        var lists = (ListVector)_flat;
        int slot = Slot(row), start = lists.Offsets[slot];
        return (new ColumnCursor(lists.Child, ColumnType.Of(_flat.Type.Children![0])), start, lists.Offsets[slot + 1] - start);
    }

    /// <summary>A cursor a field of rows, for the slots that <see cref="Slot"/> gives.</summary>
    public ColumnCursor[] Fields() => [.. ((StructVector)_flat).Children.Zip(_flat.Type.Children!, static (child, field) => new ColumnCursor(child, ColumnType.Of(field)))];

    private object?[] Row(int row)
    {
        int slot = Slot(row);
        return Array.ConvertAll(Fields(), field => field.IsNull(slot) ? null : field.Value(slot));
    }

    private object Union(int row)
    {
        var union = (DenseUnionVector)_flat;
        int child = union.Selectors[Slot(row)];
        return new ColumnCursor(union.Children[child], ColumnType.Of(_flat.Type.Children![child])).Value(union.Offsets[Slot(row)]);
    }

    /// <summary>Where a row's value is in the vector of values.</summary>
    public int Slot(int row) => _vector switch { ConstantVector => 0, DictionaryVector dictionary => dictionary.Code(row), _ => row };

    private T Fixed<T>(int slot)
        where T : unmanaged => ((FixedVector)_flat).Values<T>()[slot];

    private Int128 Unscaled(int slot) => Id == ArrowTypeId.Decimal64 ? Fixed<long>(slot) : Fixed<Int128>(slot);

    private string DecimalText(int slot)
    {
        Int128 value = Unscaled(slot);
        int scale = _flat.Type.Scale;
        string digits = Int128.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        string text = scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}";
        return value < 0 ? "-" + text : text;
    }

    private DateTime At(long microseconds, DateTimeKind kind)
    {
        Int128 ticks = System.DateTime.UnixEpoch.Ticks + ((Int128)microseconds * TicksPerMicrosecond);
        return ticks >= System.DateTime.MinValue.Ticks && ticks <= System.DateTime.MaxValue.Ticks
            ? new DateTime((long)ticks, kind)
            : throw new OverflowException($"column \"{_column.Field.Name}\": a time before the year 1, after 9999 or infinite is no DateTime");
    }

    public InvalidCastException PartIsNull() => ClientErrors.IsNull(_column.Field.Name);

    public InvalidCastException NoCast(Type target) => ClientErrors.NoCast(_column.Field.Name, _column.SqlName, target);

    private static Int128 Power(int scale)
    {
        Int128 power = 1;
        for (int i = 0; i < scale; i++)
        {
            power *= 10;
        }

        return power;
    }
}
