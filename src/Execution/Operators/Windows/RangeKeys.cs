using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Functions.Scalar.Dates;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>Finds the ends of RANGE frames with offsets: compares order keys with the current row's key plus or minus the offset.</summary>
/// <remarks>All key types become numbers of one order: µs for dates and times, unscaled decimals, floats by their bits. A row whose key is null has its peers as frame.</remarks>
internal sealed class RangeKeys
{
    private readonly SqlType _type;
    private readonly bool _descending;
    private readonly WindowRows _rows;
    private readonly int _column;
    private readonly Zone _zone;
    private RowReader _keys = null!;
    private RowReader _current = null!;

    public RangeKeys(SortKey key, WindowRows rows, TaskContext context)
    {
        _type = key.Expression.Type;
        _descending = key.Descending;
        _rows = rows;
        _column = rows.Keep(key.Expression);
        _zone = context.Evaluation.Zone;
    }

    /// <summary>Call when all rows are in order.</summary>
    public void Begin()
    {
        WindowValues keys = _rows.Values(_column);
        _keys = keys.Read();
        _current = keys.Read();
    }

    /// <summary>First row of the partition whose key is not before the current one moved by the offset.</summary>
    public int FirstFrom(in RowCursor cursor, Literal offset, bool isPreceding) => _current.IsNull(cursor.Row) ? cursor.PeerStart : Find(in cursor, offset, isPreceding, 0);

    /// <summary>First row of the partition whose key is behind the current one moved by the offset.</summary>
    public int FirstBehind(in RowCursor cursor, Literal offset, bool isPreceding) => _current.IsNull(cursor.Row) ? cursor.PeerEnd : Find(in cursor, offset, isPreceding, 1);

    private int Find(in RowCursor cursor, Literal offset, bool isPreceding, int above)
    {
        // Rows without a key are at one end of the partition; the search is among the others.
        int low = cursor.PartitionStart, high = cursor.PartitionEnd;
        if (_keys.IsNull(low))
        {
            low = FirstPresent(low, cursor.Row);
        }
        else if (_keys.IsNull(high - 1))
        {
            high = FirstMissing(cursor.Row, high);
        }

        Int128 target = Target(cursor.Row, offset, isPreceding != _descending, above == 0);
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            int order = Key(_keys, middle).CompareTo(target);
            if ((_descending ? -order : order) < above)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private int FirstPresent(int low, int high)
    {
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            (low, high) = _keys.IsNull(middle) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private int FirstMissing(int low, int high)
    {
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            (low, high) = _keys.IsNull(middle) ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private Int128 Key(RowReader keys, int row) => _type.Kind switch
    {
        TypeKind.Date => (Int128)keys.Integer(row) * Calendar.MicrosecondsPerDay,
        TypeKind.Real or TypeKind.DoublePrecision => Ordered(keys.Double(row)),
        TypeKind.Numeric => keys.Decimal(row),
        TypeKind.Interval => keys.Value<Interval>(row).ComparisonKey,
        _ => keys.Integer(row),
    };

    /// <exception cref="Parser.Errors.QueryException">22013: the offset is negative.</exception>
    private Int128 Target(int row, Literal offset, bool subtract, bool isStart)
    {
        switch (_type.Kind)
        {
            case TypeKind.Real or TypeKind.DoublePrecision:
                double distance = Convert.ToDouble(offset.Value, System.Globalization.CultureInfo.InvariantCulture);
                double key = _current.Double(row), moved = subtract ? key - distance : key + distance;

                // Infinity less infinity is no number: the frame then begins with the first and ends with the last one.
                return double.IsNaN(distance) || distance < 0 ? throw WindowErrors.InvalidRange() : Ordered(double.IsNaN(moved) && !double.IsNaN(key) ? (isStart != _descending ? double.NegativeInfinity : double.PositiveInfinity) : moved);
            case TypeKind.Numeric:
                Int128 unscaled = Rescale((Int128)offset.Value!, offset.Type.Scale);
                return Moved(Key(_current, row), unscaled, subtract);
            case TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt or TypeKind.Oid:
                return Moved(Key(_current, row), (long)offset.Value!, subtract);
            default:
                return MovedByInterval(row, (IntervalValue)offset.Value!, subtract);
        }
    }

    private Int128 MovedByInterval(int row, IntervalValue value, bool subtract)
    {
        var interval = new Interval(value.Months, value.Days, value.Microseconds);
        if (interval.ComparisonKey < 0)
        {
            throw WindowErrors.InvalidRange();
        }

        Interval signed = subtract ? DateArithmetic.Negate(interval) : interval;
        switch (_type.Kind)
        {
            case TypeKind.Date:
                long days = _current.Integer(row);
                return Calendar.IsFinite((int)days) ? DateArithmetic.Add(days * Calendar.MicrosecondsPerDay, signed) : Key(_current, row);
            case TypeKind.Timestamp:
                return DateArithmetic.Add(_current.Integer(row), signed);
            case TypeKind.TimestampTz:
                return DateArithmetic.AddInZone(_current.Integer(row), signed, _zone);
            case TypeKind.Time:
                return (Int128)_current.Integer(row) + signed.Microseconds;
            default:
                return DateArithmetic.Sum(_current.Value<Interval>(row), signed).ComparisonKey;
        }
    }

    private static Int128 Moved(Int128 key, Int128 distance, bool subtract) => distance < 0 ? throw WindowErrors.InvalidRange() : subtract ? key - distance : key + distance;

    /// <summary>An offset at the key's scale: keys differ by whole units of it, so further digits decide nothing.</summary>
    private Int128 Rescale(Int128 unscaled, int scale) => scale <= _type.Scale ? unscaled * Power(_type.Scale - scale) : unscaled / Power(scale - _type.Scale);

    private static Int128 Power(int exponent)
    {
        Int128 power = 1;
        while (exponent-- > 0)
        {
            power *= 10;
        }

        return power;
    }

    /// <summary>Numbers in the order of the floats, NaN last, -0 as 0.</summary>
    private static long Ordered(double value)
    {
        long bits = value == 0 ? 0 : double.IsNaN(value) ? 0x7FF8_0000_0000_0000 : BitConverter.DoubleToInt64Bits(value);
        return bits < 0 ? bits ^ long.MaxValue : bits;
    }
}
