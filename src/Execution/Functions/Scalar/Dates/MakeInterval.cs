using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Execution.Functions.Casts;

namespace SqlCluster.Execution.Functions.Scalar.Dates;

/// <summary>make_interval(years, months, weeks, days, hours, mins, secs), by place or by name, and make_timestamptz.</summary>
internal static class MakeInterval
{
    private static readonly string[] Names = ["years", "months", "weeks", "days", "hours", "mins", "secs"];

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "make_interval",
                Parameters = [SqlType.Integer, SqlType.Integer, SqlType.Integer, SqlType.Integer, SqlType.Integer, SqlType.Integer, SqlType.DoublePrecision],
                OptionalParameters = 7,
                Names = [.. Names.Select(static (name, i) => (name, i < 6 ? Literal.Integer(0) : new Literal(0.0, SqlType.DoublePrecision)))],
                ReturnType = FunctionSignature.Returns(SqlType.Interval),
                MayFail = true,
                Description = "Interval from years, months, weeks, days, hours, mins and secs",
                Examples = [("make_interval(days => 10)", "10 days"), ("make_interval(1, 2, secs => 1.5)", "1 year 2 mons 00:00:01.5"), ("make_interval()", "00:00:00")],
            },
            static row =>
            {
                long Part(int index) => row.Count > index ? row.Long(index) : 0;
                long months = (Part(0) * 12) + Part(1), days = (Part(2) * 7) + Part(3);
                double seconds = row.Count > 6 ? row.Double(6) : 0;
                if (months != (int)months || days != (int)days || !double.IsFinite(seconds) || Math.Abs(seconds) > 9e12)
                {
                    throw ExecutionErrors.DateTimeOutOfRange("interval");
                }

                row.Set(new Interval((int)months, (int)days, (Part(4) * Calendar.MicrosecondsPerHour) + (Part(5) * Calendar.MicrosecondsPerMinute) + (long)Math.Round(seconds * 1e6)));
            }),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "make_timestamptz",
                ParameterNames = ["year", "month", "mday", "hour", "min", "sec", "timezone"],
                Parameters = [SqlType.Integer, SqlType.Integer, SqlType.Integer, SqlType.Integer, SqlType.Integer, SqlType.DoublePrecision, SqlType.Text],
                OptionalParameters = 1,
                ReturnType = FunctionSignature.Returns(SqlType.TimestampTz),
                Volatility = Volatility.Stable,
                MayFail = true,
                Description = "Instant from its parts in the session's zone, or in the one given",
                Examples = [("make_timestamptz(2013, 7, 15, 8, 15, 23.5, 'America/New_York')", "2013-07-15 12:15:23.5+00")],
            },
            static row => row.Set(TimeZones.ToInstant(
                row.Count > 6 ? TimeZones.FindEast(row.Text(6)) : row.Context.Zone, (DateFunctions.MakeDate(row, 0) * Calendar.MicrosecondsPerDay) + DateFunctions.MakeTime(row, 3)))),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "timeofday", Parameters = [], ReturnType = FunctionSignature.Returns(SqlType.Text), Volatility = Volatility.Volatile, Description = "The time by the clock, as a text",
            },
            static row => row.Set(TimeProvider.System.GetUtcNow().ToString("ddd MMM dd HH:mm:ss.ffffff yyyy 'UTC'", System.Globalization.CultureInfo.InvariantCulture))),
    ];
}
