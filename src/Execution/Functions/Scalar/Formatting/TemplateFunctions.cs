using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Functions.Scalar.Arithmetic;

namespace SqlCluster.Execution.Functions.Scalar.Formatting;

/// <summary>to_char, to_date, to_timestamp and to_number by templates.</summary>
internal static class TemplateFunctions
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        OfDates(SqlType.Timestamp, static row => row.Set(Dates(row, row.Text(1)).Format(row.Long(0), null)), ("to_char(timestamp '2002-04-20 17:31:12.66', 'HH12:MI:SS')", "05:31:12"), ("to_char(timestamp '2002-04-20 17:31:12.66', 'Day, DD  Mon YYYY')", "Saturday , 20  Apr 2002")),
        OfDates(
            SqlType.TimestampTz,
            static row =>
            {
                long offset = TimeZones.OffsetAt(row.Context.Zone, row.Long(0));
                row.Set(Dates(row, row.Text(1)).Format(TimeZones.ToLocal(row.Context.Zone, row.Long(0)), (offset, offset == 0 ? "UTC" : DateTimeForms.Offset(offset))));
            }),
        OfDates(SqlType.Date, static row => row.Set(Dates(row, row.Text(1)).Format(DateTimeCasts.DateToTimestamp(row.Long(0)), null)), ("to_char(date '2002-04-20', 'YYYY-MM')", "2002-04")),
        OfDates(SqlType.Interval, static row => row.Set(Dates(row, row.Text(1)).Format(row.Interval(0))), ("to_char(interval '15h 2m 12s', 'HH24:MI:SS')", "15:02:12")),
        OfNumbers(SqlType.Integer, static row => (row.Long(0), 0), ("to_char(125, '999')", " 125"), ("to_char(-125, 'FM9,999')", "-125")),
        OfNumbers(SqlType.BigInt, static row => (row.Long(0), 0)),
        OfNumbers(SqlType.DoublePrecision, static row => (DecimalMath.FromDouble(row.Double(0), NumericTyping.Unconstrained), NumericTyping.MinDivisionScale), ("to_char(125.8::float8, '999D9')", " 125.8")),
        OfNumbers(NumericParameter.Any, static row => (row.Decimal(0), row.Type(0).Scale), ("to_char(-125.8, '999D99S')", "125.80-"), ("to_char(1485, '9,999')", " 1,485")),
        ScalarFunction.OfFailingRows(
            "to_date", [SqlType.Text, SqlType.Text], SqlType.Date, static row => row.Set((long)DateTimeRange.CheckedDate(Dates(row, row.Text(1)).Parse(row.Text(0)).Days)), "Date read by a template",
            ("to_date('05 Dec 2000', 'DD Mon YYYY')", "2000-12-05"), ("to_date('20240229', 'YYYYMMDD')", "2024-02-29")),
        ScalarFunction.OfFailingRows(
            "to_timestamp", [SqlType.Text, SqlType.Text], SqlType.TimestampTz,
            static row =>
            {
                (long days, long time) = Dates(row, row.Text(1)).Parse(row.Text(0));
                row.Set(TimeZones.ToInstant(row.Context.Zone, DateTimeRange.CheckedTimestamp(((Int128)days * Calendar.MicrosecondsPerDay) + time)));
            },
            "Instant read by a template", ("to_timestamp('05 Dec 2000 13:45', 'DD Mon YYYY HH24:MI')", "2000-12-05 13:45:00+00")),
        ScalarFunction.OfFailingRows(
            "to_number", [SqlType.Text, SqlType.Text], SqlType.Numeric(SqlType.MaxPrecision, 6), static row => row.Set(NumberTemplate.Parse(row.Text(0), row.Text(1), row.Binding.ResultType)), "Number read by a template"),
    ];

    private static ScalarFunction OfDates(SqlType type, RowBody body, params (string, string)[] examples) =>
        ScalarFunction.OfFailingRows("to_char", [type, SqlType.Text], SqlType.Text, body, "Date or time as text by a template", examples);

    private static ScalarFunction OfNumbers(ParameterType type, Func<Row, (Int128 Unscaled, int Scale)> value, params (string, string)[] examples) => ScalarFunction.OfFailingRows(
        "to_char", [type, SqlType.Text], SqlType.Text,
        row =>
        {
            (Int128 unscaled, int scale) = value(row);
            row.Set(Numbers(row, row.Text(1)).Format(unscaled, scale));
        },
        "Number as text by a template", examples);

    private static DateTemplate Dates(Row row, string template)
    {
        if (row.State is not (string known, DateTemplate compiled) || known != template)
        {
            compiled = new DateTemplate(template);
            row.State = (template, compiled);
        }

        return compiled;
    }

    private static NumberTemplate Numbers(Row row, string template)
    {
        if (row.State is not (string known, NumberTemplate compiled) || known != template)
        {
            compiled = new NumberTemplate(template);
            row.State = (template, compiled);
        }

        return compiled;
    }
}
