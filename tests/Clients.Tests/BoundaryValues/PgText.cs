using System.Collections;
using System.Globalization;
using System.Net.Sockets;
using System.Numerics;
using NpgsqlTypes;

namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>.NET's values as PostgreSQL prints them.</summary>
internal static class PgText
{
    private const long DayMicroseconds = 86_400_000_000;

    /// <param name="value">A value as Npgsql gives it; dates and timestamps may be raw: days and microseconds from 2000.</param>
    /// <param name="type">The SQL type, of the elements for arrays.</param>
    public static string? Of(object? value, string type) => (value, type) switch
    {
        (null or DBNull, _) => null,
        (string text, _) => text,
        (char letter, _) => letter == 0 ? "" : letter.ToString(),
        (int days, "date") => Date(days),
        (long micros, "time") => Time(micros),
        (long micros, "timestamp") => Timestamp(micros, ""),
        (long micros, "timestamptz") => Timestamp(micros, "+00"),
        (bool truth, _) => truth ? "t" : "f",
        (decimal or BigInteger or short or int or uint or long or float or double, _) => Number((IFormattable)value),
        (byte[] bytes, _) => "\\x" + Convert.ToHexStringLower(bytes),
        (Guid guid, _) => guid.ToString(),
        (DateOnly date, _) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        (TimeOnly time, _) => Time(time.Ticks / 10),
        (TimeSpan time, "interval") => BoundaryComposites.IntervalText(0, time.Days, (time - TimeSpan.FromDays(time.Days)).Ticks / 10),
        (TimeSpan time, "time") => Time(time.Ticks / 10),
        (DateTime time, _) => time.ToString("yyyy-MM-dd ", CultureInfo.InvariantCulture) + Time(time.TimeOfDay.Ticks / 10) + (type == "timestamptz" ? "+00" : ""),
        (NpgsqlInterval interval, _) => BoundaryComposites.IntervalText(interval.Months, interval.Days, interval.Time),
        (NpgsqlInet { Address: var address, Netmask: var bits }, _) => address + (bits == (address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128) ? "" : $"/{bits}"),
        (NpgsqlTid or NpgsqlLogSequenceNumber, _) => value.ToString(),
        (Array numbers, "oidvector" or "int2vector") => string.Join(' ', numbers.Cast<object>()),
        (object[] fields, "record") when value.GetType() == typeof(object[]) => BoundaryComposites.RecordText(fields.Select(Field)),
        (Array { Rank: 2 } rows, _) => $"{{{string.Join(',', Enumerable.Range(0, rows.GetLength(0)).Select(row => BoundaryComposites.ArrayText(Enumerable.Range(0, rows.GetLength(1)).Select(column => Of(rows.GetValue(row, column), type)))))}}}",
        (IEnumerable elements, _) => BoundaryComposites.ArrayText(elements.Cast<object?>().Select(element => Of(element, type))),
        _ => throw new ArgumentException($"no text of {value.GetType()}", nameof(value)),
    };

    /// <summary>A record's field, whose type only its value tells.</summary>
    private static string? Field(object? value) => value switch
    {
        _ when value?.GetType() == typeof(object[]) => Of(value, "record"),
        DateTime { Kind: DateTimeKind.Utc } => Of(value, "timestamptz"),
        TimeSpan => Of(value, "time"),
        Array { Length: > 0 } array when array.Cast<object?>().FirstOrDefault(static item => item != null) is DateTime { Kind: DateTimeKind.Utc } => Of(value, "timestamptz"),
        _ => Of(value, ""),
    };

    private static string Number(IFormattable value) => value switch
    {
        float.PositiveInfinity or double.PositiveInfinity => "Infinity",
        float.NegativeInfinity or double.NegativeInfinity => "-Infinity",
        _ => value.ToString(null, CultureInfo.InvariantCulture),
    };

    /// <summary>Days from 2000-01-01 in the proleptic Gregorian calendar, beyond the years that .NET knows.</summary>
    private static string Date(int days)
    {
        if (days is int.MaxValue or int.MinValue)
        {
            return days > 0 ? "infinity" : "-infinity";
        }

        (string text, bool isBeforeChrist) = Civil(days);
        return text + (isBeforeChrist ? " BC" : "");
    }

    private static (string Text, bool IsBeforeChrist) Civil(long days)
    {
        long shifted = days + 730_425, era = (long)Math.Floor(shifted / 146_097.0), day = shifted - (era * 146_097);
        long yearOfEra = (day - (day / 1_460) + (day / 36_524) - (day / 146_096)) / 365, dayOfYear = day - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        long month = ((5 * dayOfYear) + 2) / 153, year = yearOfEra + (era * 400) + (month >= 10 ? 1 : 0);
        return (string.Create(CultureInfo.InvariantCulture, $"{(year > 0 ? year : 1 - year):0000}-{(month < 10 ? month + 3 : month - 9):00}-{dayOfYear - (((153 * month) + 2) / 5) + 1:00}"), year <= 0);
    }

    private static string Time(long micros) =>
        string.Create(CultureInfo.InvariantCulture, $"{micros / 3_600_000_000:00}:{micros / 60_000_000 % 60:00}:{micros / 1_000_000 % 60:00}")
        + (micros % 1_000_000 == 0 ? "" : "." + (micros % 1_000_000).ToString("000000", CultureInfo.InvariantCulture).TrimEnd('0'));

    private static string Timestamp(long micros, string zone)
    {
        if (micros is long.MaxValue or long.MinValue)
        {
            return micros > 0 ? "infinity" : "-infinity";
        }

        (long days, long rest) = Math.DivRem(micros, DayMicroseconds);
        (days, rest) = rest < 0 ? (days - 1, rest + DayMicroseconds) : (days, rest);
        (string day, bool isBeforeChrist) = Civil(days);
        return $"{day} {Time(rest)}{zone}{(isBeforeChrist ? " BC" : "")}";
    }
}
