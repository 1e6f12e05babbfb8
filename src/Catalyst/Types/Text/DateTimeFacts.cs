namespace SqlCluster.Catalyst.Types.Text;

/// <summary>What reading a date or time may depend on.</summary>
/// <param name="Now">Start of the transaction: for 'now', 'today', 'tomorrow' and 'yesterday'.</param>
/// <param name="TimeZone">The session's zone: for timestamps with time zone that name none.</param>
/// <param name="DayFirst">Whether 1/2/2020 is the first of February (DateStyle DMY) instead of the second of January (MDY).</param>
public sealed record DateTimeFacts(DateTimeOffset Now, TimeZoneInfo TimeZone, bool DayFirst = false)
{
    /// <summary>1970-01-01 in UTC: for text that does not depend on the session.</summary>
    public static readonly DateTimeFacts Utc = new(DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc);

    /// <summary>Is told when a text depends on <see cref="Now"/>: what was made of it does not outlive the statement.</summary>
    public Action? NowWasRead { get; init; }

    /// <summary><see cref="Now"/> in the session's zone.</summary>
    internal DateTimeOffset LocalNow()
    {
        NowWasRead?.Invoke();
        return TimeZoneInfo.ConvertTime(Now, TimeZone);
    }
}
