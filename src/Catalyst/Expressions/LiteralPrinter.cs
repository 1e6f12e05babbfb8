using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Expressions;

/// <summary>Prints literals as SQL that reads back to the same value.</summary>
public static class LiteralPrinter
{
    private const long MicrosecondsPerDay = 86_400_000_000;

    public static void Append(StringBuilder text, Literal literal)
    {
        switch (literal.Value)
        {
            case null: text.Append("NULL"); break;
            case bool truth: text.Append(truth ? "TRUE" : "FALSE"); break;
            case long number: AppendLong(text, number, literal.Type.Kind); break;
            case double number: text.Append(number.ToString("R", CultureInfo.InvariantCulture)); break;
            case Int128 unscaled: text.Append(Decimal(unscaled, literal.Type.Scale)); break;
            case string value: text.Append('\'').Append(value.Replace("'", "''", StringComparison.Ordinal)).Append('\''); break;
            case NodeList<byte> bytes: text.Append("'\\x").Append(Convert.ToHexStringLower(bytes.AsSpan())).Append('\''); break;
            case IntervalValue interval:
                text.Append(CultureInfo.InvariantCulture, $"interval '{interval.Months} months {interval.Days} days {Seconds(interval.Microseconds)} seconds'");
                break;
            case Guid uuid: text.Append('\'').Append(uuid).Append("'::uuid"); break;
            case NodeList<Literal> items: AppendItems(text, items, literal.Type.Kind == TypeKind.Array); break;
            default: throw new InvalidOperationException($"no text form for a literal of {literal.Value.GetType().Name}");
        }
    }

    /// <summary>An unscaled number with <paramref name="scale"/> digits after the point.</summary>
    public static string Decimal(Int128 unscaled, int scale)
    {
        string digits = (unscaled < 0 ? -unscaled : unscaled).ToString(CultureInfo.InvariantCulture).TrimStart('-').PadLeft(scale + 1, '0');
        string sign = unscaled < 0 ? "-" : "";
        return scale == 0 ? sign + digits : $"{sign}{digits[..^scale]}.{digits[^scale..]}";
    }

    private static void AppendLong(StringBuilder text, long number, TypeKind kind)
    {
        switch (kind)
        {
            case TypeKind.Date:
                text.Append("date '").Append(DateText(number)).Append('\'');
                break;
            case TypeKind.Timestamp or TypeKind.TimestampTz:
                (long days, long rest) = Math.DivRem(number, MicrosecondsPerDay);
                if (rest < 0)
                {
                    (days, rest) = (days - 1, rest + MicrosecondsPerDay);
                }

                text.Append(kind == TypeKind.Timestamp ? "timestamp '" : "timestamptz '").Append(DateText(days)).Append(' ').Append(TimeText(rest));
                text.Append(kind == TypeKind.Timestamp ? "'" : "+00'");
                break;
            case TypeKind.Time:
                text.Append("time '").Append(TimeText(number)).Append('\'');
                break;
            default:
                text.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
        }
    }

    private static string DateText(long days)
    {
        const int EpochDay = 719_162;
        long day = days + EpochDay;
        return day is >= 0 and <= 3_652_058
            ? DateOnly.FromDayNumber((int)day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : days == int.MaxValue ? "infinity" : days == int.MinValue ? "-infinity" : string.Create(CultureInfo.InvariantCulture, $"epoch{days:+0;-0} days");
    }

    private static string TimeText(long microseconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{microseconds / 3_600_000_000:00}:{microseconds / 60_000_000 % 60:00}:{Seconds(microseconds % 60_000_000)}");

    private static string Seconds(long microseconds) => Decimal(microseconds, 6).TrimEnd('0').TrimEnd('.') is var text && text.Length == 1 ? "0" + text : Decimal(microseconds, 6).TrimEnd('0').TrimEnd('.');

    private static void AppendItems(StringBuilder text, NodeList<Literal> items, bool isArray)
    {
        text.Append(isArray ? "ARRAY[" : "ROW(");
        for (int i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Append(text, items[i]);
        }

        text.Append(isArray ? ']' : ')');
    }
}
