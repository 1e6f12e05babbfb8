using System.Globalization;

namespace SqlCluster.Flight.Grpc;

/// <summary>The value of grpc-timeout: up to eight digits and a unit (gRPC, PROTOCOL-HTTP2.md).</summary>
internal static class GrpcTimeout
{
    private const long MostDigits = 99_999_999;

    /// <summary>The time a call may take; null without the header or when it is malformed.</summary>
    public static TimeSpan? Parse(string? value)
    {
        if (value is not { Length: >= 2 and <= 9 } || !long.TryParse(value.AsSpan(0, value.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long count))
        {
            return null;
        }

        return value[^1] switch
        {
            'H' => TimeSpan.FromHours(count),
            'M' => TimeSpan.FromMinutes(count),
            'S' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMilliseconds(count),
            'u' => TimeSpan.FromMicroseconds(count),
            'n' => TimeSpan.FromTicks((count + 99) / 100),
            _ => null,
        };
    }

    /// <summary>In the finest unit that has room for it.</summary>
    public static string Format(TimeSpan timeout)
    {
        long milliseconds = Math.Max(1, (long)Math.Ceiling(timeout.TotalMilliseconds));
        return milliseconds <= MostDigits ? milliseconds.ToString(CultureInfo.InvariantCulture) + "m"
            : Math.Min(milliseconds / 1000, MostDigits).ToString(CultureInfo.InvariantCulture) + "S";
    }
}
