using System.Buffers.Text;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Text forms that need no string on the way: bytes to and from the values that nearly all texts hold. What is not one of them goes the general way.</summary>
internal static class AsciiForms
{
    /// <summary>Room for any form written here.</summary>
    public const int MostBytes = 48;

    /// <summary>Days from 0001-01-01 to 1970-01-01.</summary>
    private const int EpochDay = 719_162;

    /// <summary>Writes a numeric of 64 bits with all its fraction digits.</summary>
    /// <returns>Bytes written.</returns>
    public static int FormatDecimal(long unscaled, int scale, Span<byte> target)
    {
        Span<byte> digits = stackalloc byte[MostBytes];
        ulong magnitude = unscaled < 0 ? (ulong)-unscaled : (ulong)unscaled;
        Utf8Formatter.TryFormat(magnitude, digits, out int count);
        int written = 0;
        if (unscaled < 0)
        {
            target[written++] = (byte)'-';
        }

        if (count <= scale)
        {
            target[written++] = (byte)'0';
        }
        else
        {
            digits[..(count - scale)].CopyTo(target[written..]);
            written += count - scale;
        }

        if (scale > 0)
        {
            target[written++] = (byte)'.';
            int zeros = Math.Max(0, scale - count);
            target.Slice(written, zeros).Fill((byte)'0');
            written += zeros;
            digits[Math.Max(0, count - scale)..count].CopyTo(target[written..]);
            written += Math.Min(scale, count);
        }

        return written;
    }

    /// <summary>Writes a date as yyyy-mm-dd.</summary>
    /// <returns>Bytes written; 0 for years that have not four digits, and for infinity.</returns>
    public static int FormatDate(long days, Span<byte> target)
    {
        long day = days + EpochDay;
        if (day is < 0 or > 3_652_058)
        {
            return 0;
        }

        DateOnly.FromDayNumber((int)day).Deconstruct(out int year, out int month, out int date);
        WritePair(year / 100, target);
        WritePair(year % 100, target[2..]);
        target[4] = target[7] = (byte)'-';
        WritePair(month, target[5..]);
        WritePair(date, target[8..]);
        return 10;
    }

    /// <summary>Reads up to 18 digits with a sign or none.</summary>
    public static bool TryParseInteger(ReadOnlySpan<byte> text, SqlType type, out long value)
    {
        value = 0;
        bool isNegative = !text.IsEmpty && text[0] == '-';
        ReadOnlySpan<byte> digits = isNegative ? text[1..] : text;
        if (digits.Length is 0 or > 18)
        {
            return false;
        }

        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        value = isNegative ? -value : value;
        return type.Kind switch
        {
            TypeKind.SmallInt => value == (short)value,
            TypeKind.Integer => value == (int)value,
            TypeKind.Oid => value == (uint)value,
            _ => true,
        };
    }

    /// <summary>Reads a date written as yyyy-mm-dd.</summary>
    /// <param name="days">Since 1970-01-01.</param>
    public static bool TryParseDate(ReadOnlySpan<byte> text, out long days)
    {
        days = 0;
        if (text.Length != 10 || text[4] != '-' || text[7] != '-')
        {
            return false;
        }

        int year = (Pair(text) * 100) + Pair(text[2..]), month = Pair(text[5..]), date = Pair(text[8..]);
        if (Pair(text) < 0 || Pair(text[2..]) < 0 || year < 1 || month is < 1 or > 12 || date < 1 || date > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        days = new DateOnly(year, month, date).DayNumber - EpochDay;
        return true;
    }

    private static void WritePair(int number, Span<byte> target)
    {
        target[0] = (byte)('0' + (number / 10));
        target[1] = (byte)('0' + (number % 10));
    }

    /// <summary>Two digits; negative when they are none.</summary>
    private static int Pair(ReadOnlySpan<byte> text) =>
        text[0] is >= (byte)'0' and <= (byte)'9' && text[1] is >= (byte)'0' and <= (byte)'9' ? ((text[0] - '0') * 10) + text[1] - '0' : -1;
}
