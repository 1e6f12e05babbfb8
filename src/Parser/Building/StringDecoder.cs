using System.Globalization;
using System.Text;
using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Building;

/// <summary>Reads the value of quoted tokens: doubled quotes, backslash escapes, Unicode escapes, dollar quotes, strings continued on the next line.</summary>
/// <remarks>
/// The scanner has checked that the token is complete; wrong escapes are errors here, with PostgreSQL's SQLSTATEs: 22025 for \u without digits in E'…', 22021 for bytes
/// that are no UTF-8, 42601 for the rest.
/// </remarks>
internal static class StringDecoder
{
    public static string DecodeString(string text, TextSpan span)
    {
        ReadOnlySpan<char> token = text.AsSpan(span.Start, span.Length);
        return token[0] switch
        {
            '\'' => Unquote(token, '\''),
            '$' => token[(token[1..].IndexOf('$') + 2)..^(token[1..].IndexOf('$') + 2)].ToString(),
            'e' or 'E' => DecodeBackslashes(text, span, Segments(token[1..], backslashes: true)),
            'u' or 'U' => DecodeUnicode(text, span, token, '\''),
            _ => Unquote(token[1..], '\''),
        };
    }

    public static string DecodeIdentifier(string text, TextSpan span)
    {
        ReadOnlySpan<char> token = text.AsSpan(span.Start, span.Length);
        return token[0] == '"' ? Unquote(token, '"') : DecodeUnicode(text, span, token, '"');
    }

    private static string Unquote(ReadOnlySpan<char> token, char quote)
    {
        ReadOnlySpan<char> inner = token[1..^1];
        return inner.Contains(quote) ? Segments(token, backslashes: false, quote) : inner.ToString();
    }

    /// <summary>Joins the parts of a string that goes on over several lines and halves doubled quotes; backslash sequences stay.</summary>
    private static string Segments(ReadOnlySpan<char> token, bool backslashes, char quote = '\'')
    {
        var result = new StringBuilder(token.Length);
        bool inside = false;
        for (int i = 0; i < token.Length; i++)
        {
            char c = token[i];
            if (c == quote && inside && i + 1 < token.Length && token[i + 1] == quote)
                result.Append(token[i++]);
            else if (c == quote)
                inside = !inside;
            else if (inside && backslashes && c == '\\' && i + 1 < token.Length)
                result.Append(c).Append(token[++i]);
            else if (inside)
                result.Append(c);
        }
        return result.ToString();
    }

    private static string DecodeBackslashes(string text, TextSpan span, string body)
    {
        var result = new StringBuilder(body.Length);
        var bytes = new List<byte>();
        for (int i = 0; i < body.Length; i++)
        {
            if (bytes.Count > 0 && !IsByte(body, i))
                FlushBytes(result, bytes);
            if (body[i] != '\\' || i + 1 == body.Length)
            {
                result.Append(body[i]);
                continue;
            }
            TextSpan escape = new(span.Start + 2 + i, 1);
            char kind = body[++i];
            switch (kind)
            {
                case 'b':
                    result.Append('\b');
                    break;
                case 'f':
                    result.Append('\f');
                    break;
                case 'n':
                    result.Append('\n');
                    break;
                case 'r':
                    result.Append('\r');
                    break;
                case 't':
                    result.Append('\t');
                    break;
                case 'v':
                    result.Append('\v');
                    break;
                case 'x' when TakeDigits(body, i + 1, 2, 16) is { Length: > 0 } digits:
                    bytes.Add(Convert.ToByte(digits, 16));
                    i += digits.Length;
                    break;
                case 'u' or 'U':
                    int width = kind == 'u' ? 4 : 8;
                    AppendCodePoint(result, text, escape, ReadHex(body, i + 1, width) ?? throw ParserErrors.InvalidEscape(text, escape, "invalid Unicode escape"));
                    i += width;
                    break;
                case >= '0' and <= '7':
                    string octal = TakeDigits(body, i, 3, 8);
                    bytes.Add((byte)(Convert.ToInt32(octal, 8) & 0xFF));
                    i += octal.Length - 1;
                    break;
                default:
                    result.Append(kind);
                    break;
            }
        }
        FlushBytes(result, bytes);
        return Checked(result, text, span);
    }

    private static bool IsByte(string body, int i) => body[i] == '\\' && i + 1 < body.Length && (body[i + 1] is >= '0' and <= '7' || (body[i + 1] == 'x' && TakeDigits(body, i + 2, 2, 16).Length > 0));

    /// <summary>Bytes given one by one are UTF-8.</summary>
    private static void FlushBytes(StringBuilder result, List<byte> bytes)
    {
        ReadOnlySpan<byte> rest = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes);
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(rest, out Rune rune, out int length) != System.Buffers.OperationStatus.Done || rune.Value == 0)
                throw ParserErrors.InvalidBytes(rest[..Math.Min(rest.Length, rest[0] >= 0xF0 ? 4 : rest[0] >= 0xE0 ? 3 : rest[0] >= 0xC0 ? 2 : 1)]);
            result.Append(rune.ToString());
            rest = rest[length..];
        }
        bytes.Clear();
    }

    private static string DecodeUnicode(string text, TextSpan span, ReadOnlySpan<char> token, char quote)
    {
        char escape = '\\';
        int end = token.LastIndexOf(quote) + 1;
        if (FindUnicodeEscape(token, quote) is int clause)
        {
            escape = token[^2];
            end = clause;
            if (char.IsAsciiHexDigit(escape) || escape is '+' or '\'' or '"' || char.IsWhiteSpace(escape))
                throw ParserErrors.Misplaced(text, span, "invalid Unicode escape character");
        }
        string body = Segments(token[2..end], backslashes: false, quote);
        var result = new StringBuilder(body.Length);
        for (int i = 0; i < body.Length; i++)
        {
            if (body[i] != escape)
            {
                result.Append(body[i]);
            }
            else if (i + 1 < body.Length && body[i + 1] == escape)
            {
                result.Append(escape);
                i++;
            }
            else
            {
                bool six = i + 1 < body.Length && body[i + 1] == '+';
                TextSpan place = new(span.Start + 3 + i, 1);
                AppendCodePoint(
                    result, text, place,
                    (six ? ReadHex(body, i + 2, 6) : ReadHex(body, i + 1, 4)) ?? throw ParserErrors.Misplaced(text, place, "invalid Unicode escape"));
                i += six ? 7 : 4;
            }
        }
        return Checked(result, text, span);
    }

    /// <summary>Finds where the quoted part ends if a UESCAPE clause follows it.</summary>
    private static int? FindUnicodeEscape(ReadOnlySpan<char> token, char quote)
    {
        int clause = token.LastIndexOf("uescape", StringComparison.OrdinalIgnoreCase);
        if (clause < 0 || token.Length < 4 || token[^1] != '\'' || token[^3] != '\'' || token[clause..^3].TrimEnd().Length != "uescape".Length)
            return null;
        int end = token[..clause].TrimEnd().Length;
        return end > 3 && token[end - 1] == quote ? end : null;
    }

    private static string TakeDigits(string body, int start, int most, int radix)
    {
        int end = start;
        while (end < body.Length && end - start < most && (radix == 16 ? char.IsAsciiHexDigit(body[end]) : body[end] is >= '0' and <= '7'))
            end++;
        return body[start..end];
    }

    private static int? ReadHex(string body, int start, int width) =>
        start + width <= body.Length && int.TryParse(body.AsSpan(start, width), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) ? value : null;

    private static void AppendCodePoint(StringBuilder result, string text, TextSpan span, int value)
    {
        if (value is <= 0 or > 0x10FFFF)
            throw ParserErrors.Misplaced(text, span, "invalid Unicode escape value");
        if (value <= 0xFFFF)
            result.Append((char)value);
        else
            result.Append(char.ConvertFromUtf32(value));
    }

    /// <summary>Rejects surrogates that do not pair.</summary>
    private static string Checked(StringBuilder result, string text, TextSpan span)
    {
        string value = result.ToString();
        for (int i = 0; i < value.Length; i++)
        {
            if (char.IsSurrogatePair(value, i))
                i++;
            else if (char.IsSurrogate(value[i]))
                throw ParserErrors.Misplaced(text, new TextSpan(span.Start + span.Length - 1, 1), "invalid Unicode surrogate pair");
        }
        return value;
    }
}
