using System.Globalization;
using System.Net;
using System.Text;

namespace SqlCluster.Catalyst.Types.Text;

/// <summary>Reads texts of the variants of text that have a form: log positions, addresses, places of rows.</summary>
public static class CatalogInput
{
    private const int AddressBits = 32, LongAddressBits = 128;

    /// <summary>Whether values of a variant are checked.</summary>
    public static bool HasForm(TypeVariant variant) => variant is TypeVariant.Lsn or TypeVariant.Inet or TypeVariant.Tid;

    /// <summary>The text as PostgreSQL prints the value; null: it is none.</summary>
    public static string? Read(string text, TypeVariant variant) => variant switch
    {
        TypeVariant.Lsn => LogPosition(text),
        TypeVariant.Inet => Address(text.Trim()),
        TypeVariant.Tid => Place(text.Trim()),
        _ => text,
    };

    /// <summary>A log position's text.</summary>
    public static string LogPosition(ulong position) => string.Create(CultureInfo.InvariantCulture, $"{position >> 32:X}/{position & uint.MaxValue:X}");

    /// <summary>An address's text: the longest run of two zeros or more is "::", and what holds an IPv4 address ends in one.</summary>
    public static string Address(ReadOnlySpan<byte> bytes, int bits)
    {
        string end = bits == bytes.Length * 8 ? "" : string.Create(CultureInfo.InvariantCulture, $"/{bits}");
        if (bytes.Length == 4)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{bytes[0]}.{bytes[1]}.{bytes[2]}.{bytes[3]}{end}");
        }

        Span<int> words = stackalloc int[8];
        (int start, int length) = (0, 1);
        for (int i = 0, zeros = 0; i < words.Length; i++)
        {
            words[i] = (bytes[2 * i] << 8) | bytes[(2 * i) + 1];
            zeros = words[i] == 0 ? zeros + 1 : 0;
            (start, length) = zeros > length ? (i - zeros + 1, zeros) : (start, length);
        }

        length = length < 2 ? 0 : length;
        var text = new StringBuilder();
        for (int i = 0; i < words.Length; i++)
        {
            if (length > 0 && i >= start && i < start + length)
            {
                text.Append(i == start ? ":" : "");
                continue;
            }

            text.Append(i > 0 ? ":" : "");
            if (i == 6 && length > 0 && start == 0 && (length == 6 || (length == 5 && words[5] == 0xffff)))
            {
                return text.Append(CultureInfo.InvariantCulture, $"{bytes[12]}.{bytes[13]}.{bytes[14]}.{bytes[15]}{end}").ToString();
            }

            text.Append(CultureInfo.InvariantCulture, $"{words[i]:x}");
        }

        return text.Append(length > 0 && start + length == words.Length ? ":" : "").Append(end).ToString();
    }

    private static string? LogPosition(string text) =>
        text.Split('/') is [{ Length: >= 1 and <= 8 } high, { Length: >= 1 and <= 8 } low]
            && uint.TryParse(high, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint upper) && uint.TryParse(low, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint lower)
            ? LogPosition(((ulong)upper << 32) | lower)
            : null;

    private static string? Address(string text)
    {
        (string address, int? bits) = text.Split('/') switch
        {
            [var whole] => (whole, (int?)null),
            [var whole, var part] when part.Length is > 0 and <= 3 && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int given) => (whole, given),
            _ => ("", null),
        };
        byte[]? bytes = address.Contains(':', StringComparison.Ordinal) ? LongAddress(address) : ShortAddress(address);
        int most = bytes?.Length == 4 ? AddressBits : LongAddressBits;
        return bytes == null || bits > most ? null : Address(bytes, bits ?? most);
    }

    private static byte[]? ShortAddress(string text)
    {
        string[] parts = text.Split('.');
        byte[] bytes = new byte[4];
        for (int i = 0; i < bytes.Length; i++)
        {
            if (parts.Length != bytes.Length || !byte.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i]))
            {
                return null;
            }
        }

        return bytes;
    }

    /// <summary>.NET also reads brackets and zones, which PostgreSQL has not.</summary>
    private static byte[]? LongAddress(string text) =>
        text.All(static unit => char.IsAsciiHexDigit(unit) || unit is ':' or '.') && IPAddress.TryParse(text, out IPAddress? address) ? address.GetAddressBytes() : null;

    private static string? Place(string text) =>
        text is ['(', .. var inner, ')'] && inner.Split(',') is [var block, var place]
            && uint.TryParse(block, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && ushort.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out ushort item)
            ? string.Create(CultureInfo.InvariantCulture, $"({number},{item})")
            : null;
}
