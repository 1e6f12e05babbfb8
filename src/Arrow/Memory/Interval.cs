using System.Runtime.InteropServices;

namespace SqlCluster.Arrow.Memory;

/// <summary>PostgreSQL's interval: months, days and microseconds are independent. 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Interval(int Months, int Days, long Microseconds)
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>The order of PostgreSQL: months of 30 days, days of 24 hours, compared as one span.</summary>
    public Int128 ComparisonKey => ((Int128)(((long)Months * 30) + Days) * MicrosecondsPerDay) + Microseconds;
}
