using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Tests.Kernels;

/// <summary>Parts of dates against .NET's calendar where it reaches, and against the day-by-day calendar beyond.</summary>
public sealed class DatePartKernelTests
{
    [Fact]
    public void PartsEqualDateOnly()
    {
        int[] days = [.. Enumerable.Range(0, 3_652_059 / 11).Select(static i => DateOnly.MinValue.AddDays(i * 11).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber)];
        Check(days, DatePart.Year, static date => date.Year);
        Check(days, DatePart.Quarter, static date => (date.Month + 2) / 3);
        Check(days, DatePart.Month, static date => date.Month);
        Check(days, DatePart.Day, static date => date.Day);
        Check(days, DatePart.DayOfYear, static date => date.DayOfYear);
        Check(days, DatePart.DayOfWeek, static date => (int)date.DayOfWeek);
        Check(days, DatePart.IsoDayOfWeek, static date => date.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)date.DayOfWeek);
    }

    [Fact]
    public void DistantPartsEqualTheCalendar()
    {
        var random = new Random(4711);
        int[] days =
        [
            DatePartKernels.FirstDay, DatePartKernels.EndDay - 1, -719_469, -719_468, -719_529, -719_528, -719_163, -719_162, -1, 0, 1,
            .. Enumerable.Range(0, 20_001).Select(_ => random.Next(DatePartKernels.FirstDay, DatePartKernels.EndDay)),
        ];
        int[] Parts(DatePart part)
        {
            var result = new int[days.Length];
            DatePartKernels.Run(part, days, result);
            return result;
        }

        Assert.Equal(days.Select(static day => Calendar.DateOf(day).Year is var year && year > 0 ? year : year - 1), Parts(DatePart.Year));
        Assert.Equal(days.Select(static day => Calendar.DateOf(day).Month), Parts(DatePart.Month));
        Assert.Equal(days.Select(static day => Calendar.DateOf(day).Day), Parts(DatePart.Day));
        Assert.Equal(days.Select(static day => (int)(day - Calendar.DaysOf(Calendar.DateOf(day).Year, 1, 1)) + 1), Parts(DatePart.DayOfYear));
        Assert.Equal(days.Select(static day => Calendar.DayOfWeek(day)), Parts(DatePart.DayOfWeek));
    }

    private static void Check(int[] days, DatePart part, Func<DateOnly, int> expected)
    {
        var result = new int[days.Length];
        DatePartKernels.Run(part, days, result);
        Assert.Equal(days.Select(day => expected(DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(day))), result);
    }
}
