using System.Buffers.Binary;
using System.Globalization;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Server.PgWire.Messages;

namespace SqlCluster.Server.PgWire.Types;

/// <summary>PostgreSQL counts from 2000-01-01, the engine from 1970-01-01; the first and last values are infinities in both.</summary>
internal static class PgEpoch
{
    public const int Days = 10_957;
    public const long Microseconds = Days * 86_400_000_000L;

    public static int ToWire(int days) => days is int.MaxValue or int.MinValue ? days : days - Days;

    public static long ToWire(long microseconds) => microseconds is long.MaxValue or long.MinValue ? microseconds : microseconds - Microseconds;

    public static int FromWire(int days) => days is int.MaxValue or int.MinValue ? days : checked(days + Days);

    public static long FromWire(long microseconds) => microseconds is long.MaxValue or long.MinValue ? microseconds : checked(microseconds + Microseconds);
}

internal sealed class BinaryDateWriter : ValueWriter
{
    private long[] _values = [];

    protected override void Load(Vector vector) => ColumnValues.LoadIntegers(vector, ref _values);

    protected override void WriteValue(PgWriter writer, int row) => writer.Int32(4).Int32(PgEpoch.ToWire((int)_values[row]));
}

internal sealed class BinaryTimestampWriter : ValueWriter
{
    private long[] _values = [];

    protected override void Load(Vector vector) => ColumnValues.LoadIntegers(vector, ref _values);

    protected override void WriteValue(PgWriter writer, int row) => writer.Int32(8).Int64(PgEpoch.ToWire(_values[row]));
}

internal sealed class BinaryIntervalWriter : ValueWriter
{
    private Interval[] _values = [];

    protected override void Load(Vector vector) => ColumnValues.Load(vector, ref _values);

    protected override void WriteValue(PgWriter writer, int row)
    {
        Interval value = _values[row];
        writer.Int32(16).Int64(value.Microseconds).Int32(value.Days).Int32(value.Months);
    }
}

/// <summary>2024-01-31; dates that .NET's calendar does not reach go the slow way.</summary>
internal sealed class TextDateWriter(SqlType type, string timeZone) : ValueWriter
{
    private const int UnixDayNumber = 719_162;
    private const int Length = 10;
    private readonly RowTextWriter _others = new(type, timeZone);
    private long[] _values = [];

    protected override void Load(Vector vector)
    {
        ColumnValues.LoadIntegers(vector, ref _values);
        _others.Open(vector);
    }

    protected override void WriteValue(PgWriter writer, int row)
    {
        long day = _values[row] + UnixDayNumber;
        if (day < 0 || day > DateOnly.MaxValue.DayNumber)
        {
            _others.Write(writer, row);
            return;
        }

        Span<byte> target = writer.GetSpan(4 + Length);
        BinaryPrimitives.WriteInt32BigEndian(target, Length);
        DateOnly.FromDayNumber((int)day).TryFormat(target[4..], out _, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        writer.Advance(4 + Length);
    }
}

/// <summary>2024-01-31 23:59:59.5; fractions end at their last digit that is not zero.</summary>
internal sealed class TextTimestampWriter(SqlType type, string timeZone) : ValueWriter
{
    private const long MaxMicroseconds = 253_402_300_799_999_999;
    private const long MinMicroseconds = -62_135_596_800_000_000;
    private const int MaxLength = 26;
    private readonly RowTextWriter _others = new(type, timeZone);
    private long[] _values = [];

    protected override void Load(Vector vector)
    {
        ColumnValues.LoadIntegers(vector, ref _values);
        _others.Open(vector);
    }

    protected override void WriteValue(PgWriter writer, int row)
    {
        long value = _values[row];
        if (value is < MinMicroseconds or > MaxMicroseconds)
        {
            _others.Write(writer, row);
            return;
        }

        Span<byte> target = writer.GetSpan(4 + MaxLength);
        DateTime.UnixEpoch.AddTicks(value * 10).TryFormat(target[4..], out int length, "yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);
        BinaryPrimitives.WriteInt32BigEndian(target, length);
        writer.Advance(4 + length);
    }
}
