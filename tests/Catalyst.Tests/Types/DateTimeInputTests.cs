using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Catalyst.Types.Zones;

namespace SqlCluster.Catalyst.Tests.Types;

/// <summary>Expected values are PostgreSQL 15's, with time zone America/New_York and DateStyle ISO, MDY.</summary>
public sealed class DateTimeInputTests
{
    private static readonly DateTimeFacts _facts = new(DateTimeOffset.UnixEpoch, ZoneDatabase.TryFind("America/New_York")!);

    [Theory]
    [InlineData("date", "2020-01-31", "18292")]
    [InlineData("date", "1999-1-8", "10599")]
    [InlineData("date", "1/8/1999", "10599")]
    [InlineData("date", "Jan 8, 1999", "10599")]
    [InlineData("date", "January 8 1999", "10599")]
    [InlineData("date", "8 Jan 1999", "10599")]
    [InlineData("date", "08-Jan-1999", "10599")]
    [InlineData("date", "1999-Jan-08", "10599")]
    [InlineData("date", "19990108", "10599")]
    [InlineData("date", "990108", "10599")]
    [InlineData("date", "2020/02/29", "18321")]
    [InlineData("date", "2019-02-29", "22008")]
    [InlineData("date", "2020-13-01", "22008")]
    [InlineData("date", "1998-12-01 12:30:00", "10561")]
    [InlineData("date", "1998-12-01T12:30:00Z", "10561")]
    [InlineData("date", "infinity", "infinity")]
    [InlineData("date", "-infinity", "-infinity")]
    [InlineData("date", "epoch", "0")]
    [InlineData("date", "0044-03-15 BC", "-735160")]
    [InlineData("date", "hello", "22007")]
    [InlineData("date", "", "22007")]
    [InlineData("date", "2020-01", "22007")]
    [InlineData("date", "5874898-01-01", "22008")]
    [InlineData("date", "Friday Jan 8 1999", "10599")]
    [InlineData("date", "1.2.1999", "10593")]
    [InlineData("time", "12:30", "45000000000")]
    [InlineData("time", "12:30:01.5", "45001500000")]
    [InlineData("time", "04:05 PM", "57900000000")]
    [InlineData("time", "12:00 AM", "0")]
    [InlineData("time", "24:00:00", "86400000000")]
    [InlineData("time", "25:00:00", "22008")]
    [InlineData("time", "040506", "14706000000")]
    [InlineData("time", "2020-01-01 10:00", "36000000000")]
    [InlineData("time", "10:61", "22008")]
    [InlineData("timestamp", "2020-01-31 12:30:01.123456", "1580473801123456")]
    [InlineData("timestamp", "2020-01-31 12:30:01.1234567", "1580473801123457")]
    [InlineData("timestamp", "2020-01-31T12:30", "1580473800000000")]
    [InlineData("timestamp", "2020-01-31", "1580428800000000")]
    [InlineData("timestamp", "2020-01-31 12:30:01+05", "1580473801000000")]
    [InlineData("timestamp", "20200131T123001", "1580473801000000")]
    [InlineData("timestamp", "Jan 8 1999 04:05 pm", "915811500000000")]
    [InlineData("timestamp", "2020-01-31 24:00", "1580515200000000")]
    [InlineData("timestamp", "2020-02-30 00:00", "22008")]
    [InlineData("timestamp", "294277-01-01", "22008")]
    [InlineData("timestamptz", "2020-01-31 12:30:01", "1580491801000000")]
    [InlineData("timestamptz", "2020-07-31 12:30:01", "1596213001000000")]
    [InlineData("timestamptz", "2020-07-31 12:30:01Z", "1596198601000000")]
    [InlineData("timestamptz", "2020-07-31 12:30:01+05:30", "1596178801000000")]
    [InlineData("timestamptz", "2020-07-31 12:30:01 -0800", "1596227401000000")]
    [InlineData("timestamptz", "2020-07-31 12:30:01 Europe/Berlin", "1596191401000000")]
    [InlineData("timestamptz", "2020-03-08 02:30:00", "1583652600000000")]
    [InlineData("timestamptz", "2020-11-01 01:30:00", "1604212200000000")]
    [InlineData("timestamptz", "2020-07-31 12:30:01 PST", "1596227401000000")]
    [InlineData("interval", "1 day", "0 1 0")]
    [InlineData("interval", "90", "0 0 90000000")]
    [InlineData("interval", "1 year 2 months 3 days 04:05:06.789", "14 3 14706789000")]
    [InlineData("interval", "1-2", "14 0 0")]
    [InlineData("interval", "-1-2", "-14 0 0")]
    [InlineData("interval", "3 4:05:06", "0 3 14706000000")]
    [InlineData("interval", "1.5 years", "18 0 0")]
    [InlineData("interval", "1.5 months", "1 15 0")]
    [InlineData("interval", "1.5 days", "0 1 43200000000")]
    [InlineData("interval", "2 weeks", "0 14 0")]
    [InlineData("interval", "1 week -3 days", "0 4 0")]
    [InlineData("interval", "@ 1 minute ago", "0 0 -60000000")]
    [InlineData("interval", "P1Y2M3DT4H5M6S", "14 3 14706000000")]
    [InlineData("interval", "PT36H", "0 0 129600000000")]
    [InlineData("interval", "P1.5D", "0 1 43200000000")]
    [InlineData("interval", "1 mon", "1 0 0")]
    [InlineData("interval", "-5 hours 30 minutes", "0 0 -16200000000")]
    [InlineData("interval", "1 century", "1200 0 0")]
    [InlineData("interval", "0.1 month", "0 3 0")]
    [InlineData("interval", "3 hours 5 mins ago", "0 0 -11100000000")]
    [InlineData("interval", "1:2", "0 0 3720000000")]
    [InlineData("interval", "1:2.5", "0 0 62500000")]
    [InlineData("interval", "1 day -00:00:01", "0 1 -1000000")]
    [InlineData("interval", "1 fortnight", "22007")]
    [InlineData("interval", "", "22007")]
    [InlineData("interval", "1 2", "22007")]
    [InlineData("interval", "10 ms", "0 0 10000")]
    [InlineData("interval", "1h30m", "0 0 5400000000")]
    [InlineData("interval", "99999999999 years", "22015")]
    [InlineData("interval", "- 1 day", "0 -1 0")]
    [InlineData("interval", "+1 day", "0 1 0")]
    [InlineData("interval", "1 day 1", "0 1 1000000")]
    [InlineData("interval", "12:70:00", "22015")]
    public void TextIsReadAsPostgresReadsIt(string type, string text, string expected) => Assert.Equal(expected, Read(type, text));

    [Theory]
    [InlineData("today", 0)]
    [InlineData("tomorrow", 1)]
    [InlineData("yesterday", -1)]
    public void DaysAreRelativeToTheSessionsNow(string text, int distance)
    {
        var facts = _facts with { Now = new DateTimeOffset(2020, 3, 1, 2, 0, 0, TimeSpan.Zero) };

        Assert.Equal(InputResult.Ok, DateTimeInput.Date(text, facts, out long days));
        Assert.Equal(Calendar.DaysOf(2020, 2, 29) + distance, days);
    }

    [Fact]
    public void CalendarGoesThereAndBack()
    {
        for (long days = -1_000_000; days < 1_000_000; days += 997)
        {
            (long year, int month, int day) = Calendar.DateOf(days);
            Assert.Equal(days, Calendar.DaysOf(year, month, day));
        }

        Assert.Equal((2000, 2, 29), Calendar.DateOf(11016));
    }

    private static string Read(string type, string text)
    {
        long number = 0;
        IntervalValue interval = default;
        InputResult result = type switch
        {
            "date" => DateTimeInput.Date(text, _facts, out number),
            "time" => DateTimeInput.Time(text, _facts, out number),
            "timestamp" => DateTimeInput.Timestamp(text, _facts, out number),
            "timestamptz" => DateTimeInput.TimestampTz(text, _facts, out number),
            _ => IntervalInput.Read(text, IntervalUnit.Second, out interval),
        };
        return result switch
        {
            InputResult.Invalid => "22007",
            InputResult.OutOfRange => type == "interval" ? "22015" : "22008",
            _ when type == "interval" => $"{interval.Months} {interval.Days} {interval.Microseconds}",
            _ when type == "date" && number == Calendar.InfiniteDate => "infinity",
            _ when type == "date" && number == Calendar.MinusInfiniteDate => "-infinity",
            _ => $"{number}",
        };
    }
}
