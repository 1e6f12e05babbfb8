using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Catalyst.Types.Zones;
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
                ZonePeriod period = row.Context.Zone.PeriodAt(row.Long(0));
                row.Set(Dates(row, row.Text(1)).Format(TimeZones.ToLocal(row.Context.Zone, row.Long(0)), (period.Offset, period.Abbreviation)));
            }),
        OfDates(SqlType.Date, static row => row.Set(Dates(row, row.Text(1)).Format(DateTimeCasts.DateToTimestamp(row.Long(0)), null)), ("to_char(date '2002-04-20', 'YYYY-MM')", "2002-04")),
        OfDates(SqlType.Interval, static row => row.Set(Dates(row, row.Text(1)).Format(row.Interval(0))), ("to_char(interval '15h 2m 12s', 'HH24:MI:SS')", "15:02:12")),
        OfNumbers(SqlType.Integer, static (row, template) => NumberWriter.Write(template, (Int128)row.Long(0), 0), ("to_char(125, '999')", " 125"), ("to_char(-125, 'FM9,999')", "-125"), ("to_char(485, 'RN')", "        CDLXXXV"), ("to_char(482, '999th')", " 482nd")),
        OfNumbers(SqlType.BigInt, static (row, template) => NumberWriter.Write(template, (Int128)row.Long(0), 0)),
        OfNumbers(SqlType.Real, static (row, template) => NumberWriter.Write(template, row.Double(0), 6)),
        OfNumbers(SqlType.DoublePrecision, static (row, template) => NumberWriter.Write(template, row.Double(0)), ("to_char(125.8::float8, '999D9')", " 125.8"), ("to_char(0.0004859::float8, '9.99EEEE')", " 4.86e-04")),
        OfNumbers(NumericParameter.Any, static (row, template) => NumberWriter.Write(template, row.Decimal(0), row.Type(0).Scale), ("to_char(-125.8, '999D99S')", "125.80-"), ("to_char(1485, '9,999')", " 1,485"), ("to_char(-485, '999PR')", "<485>")),
        ScalarFunction.OfFailingRows(
            "to_date", [SqlType.Text, SqlType.Text], SqlType.Date, static row => row.Set((long)DateTimeRange.CheckedDate(Dates(row, row.Text(1)).Parse(row.Text(0)).Combine(row.Text(0)).Days)), "Date read by a template",
            ("to_date('05 Dec 2000', 'DD Mon YYYY')", "2000-12-05"), ("to_date('20240229', 'YYYYMMDD')", "2024-02-29")),
        ScalarFunction.OfFailingRows(
            "to_timestamp", [SqlType.Text, SqlType.Text], SqlType.TimestampTz,
            static row => row.Set(Instant(row, row.Text(0))),
            "Instant read by a template", ("to_timestamp('05 Dec 2000 13:45', 'DD Mon YYYY HH24:MI')", "2000-12-05 13:45:00+00")),
        ToNumber,
    ];

    /// <summary>A constant template says how many fraction digits there are.</summary>
    private static ScalarFunction ToNumber => new(
        new FunctionSignature
        {
            Name = "to_number",
            Parameters = [SqlType.Text, SqlType.Text],
            ReturnType = FunctionSignature.Returns(SqlType.Numeric(SqlType.MaxPrecision, NumericTyping.MinDivisionScale)),
            ReturnTypeOfArguments = static arguments => SqlType.Numeric(SqlType.MaxPrecision, arguments[1] is Literal { Value: string template } ? FractionDigits(template) : NumericTyping.MinDivisionScale),
            MayFail = true,
            Description = "Number read by a template",
            Examples = [("to_number('12,454.8-', '99G999D9S')", "-12454.8"), ("to_number('$1,234.56', 'L99,999.99')", "1234.56")],
        },
        static binding => new RowFunction(
            binding,
            static row =>
            {
                NumberTemplate template = Numbers(row, row.Text(1));
                string digits = NumberReader.Read(template, row.Text(0));
                row.Set(NumberForms.ParseDecimal(template.Shift > 0 ? $"{digits}e-{template.Shift}" : digits, row.Binding.ResultType));
            },
            isStrict: true));

    private static int FractionDigits(string template)
    {
        try
        {
            var known = new NumberTemplate(template);
            return Math.Min(known.Fraction + known.Shift, SqlType.MaxPrecision);
        }
        catch (Parser.Errors.QueryException)
        {
            return NumericTyping.MinDivisionScale;
        }
    }

    private static long Instant(Row row, string text)
    {
        TemplateFields fields = Dates(row, row.Text(1)).Parse(text);
        (long days, long time) = fields.Combine(text);
        long local = DateTimeRange.CheckedTimestamp(((Int128)days * Calendar.MicrosecondsPerDay) + time);
        long instant = fields.ZoneOffset(text) is { } offset ? DateTimeRange.CheckedTimestamp((Int128)local - offset) : TimeZones.ToInstant(row.Context.Zone, local);
        long unit = fields.Precision == 0 ? 1 : (long)DecimalMath.PowerOfTen(6 - fields.Precision);
        if (unit == 1)
        {
            return instant;
        }

        // Half a unit goes away from the year 2000, where PostgreSQL counts from.
        long from2000 = instant - (10_957 * Calendar.MicrosecondsPerDay), half = from2000 < 0 ? -unit / 2 : unit / 2;
        return DateTimeRange.CheckedTimestamp(((Int128)from2000 + half) / unit * unit + (10_957 * Calendar.MicrosecondsPerDay));
    }

    private static ScalarFunction OfDates(SqlType type, RowBody body, params (string, string)[] examples) =>
        ScalarFunction.OfFailingRows("to_char", [type, SqlType.Text], SqlType.Text, body, "Date or time as text by a template", examples);

    private static ScalarFunction OfNumbers(ParameterType type, Func<Row, NumberTemplate, string> write, params (string, string)[] examples) => ScalarFunction.OfFailingRows(
        "to_char", [type, SqlType.Text], SqlType.Text,
        row => row.Set(write(row, Numbers(row, row.Text(1)))),
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
