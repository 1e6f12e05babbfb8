using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Execution.Functions.Casts;

namespace SqlCluster.Execution.Functions.Scalar.Formatting;

/// <summary>strftime, strptime and try_strptime: dates and times by C's formats, in either order of the arguments.</summary>
internal static class DateFormatFunctions
{
    private const string Specifiers = "%Y %m %d %H %M %S %f %j %a %A %b %B %p and so on";

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        .. new[] { SqlType.Timestamp, SqlType.TimestampTz, SqlType.Date }.SelectMany(static type => new[] { Write(type, isFormatFirst: false), Write(type, isFormatFirst: true) }),
        Read("strptime", "Timestamp from a text", isTry: false, ("strptime('03/Feb/24 2:05 PM', '%d/%b/%y %I:%M %p')", "2024-02-03 14:05:00"), ("strptime('2024-034', '%Y-%j')", "2024-02-03 00:00:00")),
        Read("try_strptime", "Timestamp from a text; null when it does not fit", isTry: true, ("try_strptime('x', '%Y')", "NULL")),
    ];

    private static ScalarFunction Write(SqlType type, bool isFormatFirst) => ScalarFunction.OfBoundRows(
        new FunctionSignature
        {
            Name = "strftime", Parameters = isFormatFirst ? [SqlType.Text, type] : [type, SqlType.Text], ReturnType = FunctionSignature.Returns(SqlType.Text), MayFail = true, Volatility = type == SqlType.TimestampTz ? Volatility.Stable : Volatility.Immutable,
            Description = $"Date or time as a text by a format: {Specifiers}",
            Examples = type == SqlType.Timestamp && !isFormatFirst ? [("strftime(timestamp '2024-02-03 14:05:06.789', '%a %-d %B %Y, %I:%M:%S.%g %p')", "Sat 3 February 2024, 02:05:06.789 PM")] : [],
        },
        binding =>
        {
            int format = isFormatFirst ? 0 : 1, time = 1 - format;
            DateFormat? constant = binding.Constants[format]?.Value is string text ? new DateFormat(text) : null;
            return row =>
            {
                DateFormat chosen = constant ?? FormatOf(row, format);
                long value = row.Long(time);
                if (type == SqlType.Date ? !Calendar.IsFinite((int)value) : !Calendar.IsFinite(value))
                {
                    row.Set(value > 0 ? "infinity" : "-infinity");
                }
                else if (type == SqlType.TimestampTz)
                {
                    long offset = row.Context.Zone.OffsetAt(value);
                    row.Set(chosen.Write(value + offset, (int)(offset / Calendar.MicrosecondsPerSecond), row.Context.Zone.Name));
                }
                else
                {
                    row.Set(chosen.Write(type == SqlType.Date ? value * Calendar.MicrosecondsPerDay : value));
                }
            };
        });

    private static ScalarFunction Read(string name, string description, bool isTry, params (string, string)[] examples) => ScalarFunction.OfBoundRows(
        new FunctionSignature
        {
            Name = name, Parameters = [SqlType.Text, SqlType.Text], ReturnType = FunctionSignature.Returns(SqlType.Timestamp), MayReturnNull = isTry, MayFail = true, Description = $"{description} by a format: {Specifiers}", Examples = examples,
        },
        binding =>
        {
            DateFormat? constant = binding.Constants[1]?.Value is string text ? new DateFormat(text) : null;
            return row =>
            {
                DateFormat format = constant ?? FormatOf(row, 1);
                string value = row.Text(0);
                if (format.Read(value, isTry) is { } time)
                {
                    row.Set(time);
                }
                else if (!isTry)
                {
                    throw ExecutionErrors.InvalidDateText(value, format.Text);
                }
            };
        });

    /// <summary>The format of this row: that of the row before, mostly.</summary>
    private static DateFormat FormatOf(Row row, int argument)
    {
        string text = row.Text(argument);
        if (row.State is not DateFormat kept || kept.Text != text)
        {
            row.State = kept = new DateFormat(text);
        }

        return kept;
    }
}
