using SqlCluster.Catalyst.Types.Zones;

namespace SqlCluster.Catalyst.Types.Text;

/// <summary>What reading a date or time may depend on.</summary>
/// <param name="Now">Start of the transaction: for 'now', 'today', 'tomorrow' and 'yesterday'.</param>
/// <param name="TimeZone">The session's zone: for timestamps with time zone that name none.</param>
/// <param name="Order">What 1/2/2020 and 1/2/3 mean.</param>
public sealed record DateTimeFacts(DateTimeOffset Now, Zone TimeZone, DateOrder Order = DateOrder.MonthDayYear)
{
    /// <summary>1970-01-01 in UTC: for text that does not depend on the session.</summary>
    public static readonly DateTimeFacts Utc = new(DateTimeOffset.UnixEpoch, Zone.Utc);

    /// <summary>Is told when a text depends on <see cref="Now"/>: what was made of it does not outlive the statement.</summary>
    public Action? NowWasRead { get; init; }

    /// <summary><see cref="Now"/> in the session's zone, and how far that is ahead of UTC, in microseconds.</summary>
    internal (long Local, long Offset) LocalNow()
    {
        NowWasRead?.Invoke();
        long instant = (Now.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond, offset = TimeZone.OffsetAt(instant);
        return (instant + offset, offset);
    }
}

/// <summary>Order of a date's fields in text that does not say it (the second half of DateStyle).</summary>
public enum DateOrder
{
    /// <summary>MDY: 1/2/2020 is the second of January.</summary>
    MonthDayYear,

    /// <summary>DMY: the first of February.</summary>
    DayMonthYear,

    /// <summary>YMD: as MDY, but 1/2/3 is in 2001.</summary>
    YearMonthDay,
}
