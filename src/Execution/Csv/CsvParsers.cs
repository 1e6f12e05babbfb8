using System.Text;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;

namespace SqlCluster.Execution.Csv;

/// <summary>Reads a value of one type from text.</summary>
internal interface ICsvParser<T>
{
    bool TryParse(ReadOnlySpan<byte> text, out T value);
}

internal readonly struct LongParser : ICsvParser<long>
{
    public bool TryParse(ReadOnlySpan<byte> text, out long value) => CsvValues.TryLong(text, out value);
}

internal readonly struct IntParser : ICsvParser<int>
{
    public bool TryParse(ReadOnlySpan<byte> text, out int value)
    {
        bool isNumber = CsvValues.TryLong(text, out long number);
        value = unchecked((int)number);
        return isNumber && value == number;
    }
}

internal readonly struct ShortParser : ICsvParser<short>
{
    public bool TryParse(ReadOnlySpan<byte> text, out short value)
    {
        bool isNumber = CsvValues.TryLong(text, out long number);
        value = unchecked((short)number);
        return isNumber && value == number;
    }
}

internal readonly struct DoubleParser : ICsvParser<double>
{
    public bool TryParse(ReadOnlySpan<byte> text, out double value) => CsvValues.TryDouble(text, out value);
}

internal readonly struct DateParser(CsvDateOrder order) : ICsvParser<int>
{
    public bool TryParse(ReadOnlySpan<byte> text, out int value)
    {
        bool isDate = CsvValues.TryDate(text, out long days) || (order == CsvDateOrder.YearFirst
            ? DateTimeInput.Date(Encoding.UTF8.GetString(text), DateTimeFacts.Utc, out days) == InputResult.Ok
            : CsvDates.TryDate(text, order, out days));
        value = (int)days;
        return isDate;
    }
}

internal readonly struct TimeParser : ICsvParser<long>
{
    public bool TryParse(ReadOnlySpan<byte> text, out long value) =>
        CsvValues.TryTime(text, out value) || DateTimeInput.Time(Encoding.UTF8.GetString(text), DateTimeFacts.Utc, out value) == InputResult.Ok;
}

internal readonly struct TimestampParser(CsvDateOrder order) : ICsvParser<long>
{
    public bool TryParse(ReadOnlySpan<byte> text, out long value) =>
        CsvValues.TryTimestamp(text, out value) || (order == CsvDateOrder.YearFirst
            ? DateTimeInput.Timestamp(Encoding.UTF8.GetString(text), DateTimeFacts.Utc, out value) == InputResult.Ok
            : CsvDates.TryTimestamp(text, order, out value));
}

internal readonly struct InstantParser : ICsvParser<long>
{
    public bool TryParse(ReadOnlySpan<byte> text, out long value) =>
        CsvValues.TryInstant(text, out value) || DateTimeInput.TimestampTz(Encoding.UTF8.GetString(text), DateTimeFacts.Utc, out value) == InputResult.Ok;
}

internal readonly struct SmallDecimalParser(SqlType type) : ICsvParser<long>
{
    public bool TryParse(ReadOnlySpan<byte> text, out long value)
    {
        bool isNumber = CsvValues.TryDecimal(text, type.Precision, type.Scale, out Int128 unscaled);
        value = (long)unscaled;
        return isNumber;
    }
}

internal readonly struct DecimalParser(SqlType type) : ICsvParser<Int128>
{
    public bool TryParse(ReadOnlySpan<byte> text, out Int128 value) => CsvValues.TryDecimal(text, type.Precision, type.Scale, out value);
}
