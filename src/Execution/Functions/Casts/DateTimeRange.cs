using SqlCluster.Catalyst.Types.Text;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Results of date arithmetic, checked for the range of their type.</summary>
internal static class DateTimeRange
{
    /// <exception cref="Parser.Errors.QueryException">The day is no date (22008).</exception>
    public static int CheckedDate(long days) => Calendar.IsDate(days) ? (int)days : throw ExecutionErrors.DateTimeOutOfRange("date");

    /// <exception cref="Parser.Errors.QueryException">The microseconds are no timestamp (22008).</exception>
    public static long CheckedTimestamp(Int128 microseconds) => Calendar.IsTimestamp(microseconds) ? (long)microseconds : throw ExecutionErrors.DateTimeOutOfRange("timestamp");
}
