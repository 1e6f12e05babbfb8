using System.Text;

namespace SqlCluster.SqlCli.Formats;

/// <summary>Columns that text takes on a terminal: wide East Asian characters and emoji take two, combining marks none.</summary>
internal static class TextWidth
{
    public static int Of(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text.Length;
        }

        int width = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width += Of(rune);
        }

        return width;
    }

    public static string PadLeft(string text, int width) => new string(' ', Math.Max(0, width - Of(text))) + text;

    public static string PadRight(string text, int width) => text + new string(' ', Math.Max(0, width - Of(text)));

    public static string Center(string text, int width)
    {
        int free = Math.Max(0, width - Of(text));
        return new string(' ', free / 2) + text + new string(' ', free - (free / 2));
    }

    /// <summary>The text's start, in at most so many columns; what was cut off is replaced by an ellipsis.</summary>
    public static string Cut(string text, int width) => Of(text) <= width ? text : CutRight(text, width - 1) + "…";

    /// <summary>The text's start, in at most so many columns.</summary>
    public static string CutRight(string text, int width)
    {
        int end = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            width -= Of(rune);
            if (width < 0)
            {
                return text[..end];
            }

            end += rune.Utf16SequenceLength;
        }

        return text;
    }

    /// <summary>The text's end, in at most so many columns.</summary>
    public static string CutLeft(string text, int width)
    {
        int start = 0, excess = Of(text) - width;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (excess <= 0)
            {
                break;
            }

            excess -= Of(rune);
            start += rune.Utf16SequenceLength;
        }

        return text[start..];
    }

    /// <summary>Control characters as escapes, so that a value stays on its line and cannot steer the terminal.</summary>
    public static string Visible(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\0', '\x1f') < 0 && !text.Contains('\x7f', StringComparison.Ordinal))
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 8);
        foreach (char c in text)
        {
            _ = c switch
            {
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                < ' ' or '\x7f' => result.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => result.Append(c),
            };
        }

        return result.ToString();
    }

    internal static int Of(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark or System.Globalization.UnicodeCategory.Format => 0,
        _ => rune.Value is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
            or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD) ? 2 : 1,
    };
}
