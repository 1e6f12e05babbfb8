using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Arrow's interval of months, days and nanoseconds.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct WireInterval(int Months, int Days, long Nanoseconds)
{
    private const long NanosecondsPerMicrosecond = 1000;
    private const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>As the engine keeps it; fractions of a microsecond are cut off.</summary>
    public Interval ToEngine() => new(Months, Days, Nanoseconds / NanosecondsPerMicrosecond);

    /// <summary>Times of more than 292 years do not fit nanoseconds: whole days of theirs move to the days.</summary>
    public static WireInterval Of(Interval value)
    {
        if (value.Microseconds is <= long.MaxValue / NanosecondsPerMicrosecond and >= long.MinValue / NanosecondsPerMicrosecond)
        {
            return new(value.Months, value.Days, value.Microseconds * NanosecondsPerMicrosecond);
        }

        (long days, long rest) = Math.DivRem(value.Microseconds, MicrosecondsPerDay);
        return new(value.Months, (int)Math.Clamp(value.Days + days, int.MinValue, int.MaxValue), rest * NanosecondsPerMicrosecond);
    }
}
