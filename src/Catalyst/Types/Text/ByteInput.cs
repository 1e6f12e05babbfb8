namespace SqlCluster.Catalyst.Types.Text;

/// <summary>Reads bytea and uuid.</summary>
public static class ByteInput
{
    /// <summary>\x48656c6c6f, or bytes with \\ and \ooo escapes.</summary>
    public static InputResult Bytea(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        if (text.StartsWith("\\x"))
        {
            Span<char> digits = text.Length <= 1024 ? stackalloc char[text.Length] : new char[text.Length];
            int count = 0;
            foreach (char digit in text[2..])
            {
                if (!char.IsWhiteSpace(digit))
                {
                    digits[count++] = digit;
                }
            }

            if (count % 2 != 0 || digits[..count].ContainsAnyExcept("0123456789abcdefABCDEF"))
            {
                return InputResult.Invalid;
            }

            bytes = Convert.FromHexString(digits[..count]);
            return InputResult.Ok;
        }

        return Escaped(text, out bytes);
    }

    /// <summary>What is wrong with hexadecimal digits that <see cref="Bytea"/> refused, in PostgreSQL's words (SQLSTATE 22023); null for text of the other form.</summary>
    public static string? HexFault(string text)
    {
        if (!text.StartsWith("\\x", StringComparison.Ordinal))
        {
            return null;
        }

        int wrong = text.AsSpan(2).IndexOfAnyExcept("0123456789abcdefABCDEF \n\t\r");
        return wrong < 0 ? "invalid hexadecimal data: odd number of digits" : $"invalid hexadecimal digit: \"{System.Text.Rune.GetRuneAt(text, wrong + 2)}\"";
    }

    private static InputResult Escaped(ReadOnlySpan<char> text, out byte[] bytes)
    {
        using var unescaped = new MemoryStream(text.Length);
        bytes = [];
        while (!text.IsEmpty)
        {
            int backslash = text.IndexOf('\\');
            ReadOnlySpan<char> plain = backslash < 0 ? text : text[..backslash];
            unescaped.Write(System.Text.Encoding.UTF8.GetBytes(plain.ToString()));
            text = backslash < 0 ? default : text[backslash..];
            if (text.IsEmpty)
            {
                break;
            }

            if (text.Length >= 2 && text[1] == '\\')
            {
                unescaped.WriteByte((byte)'\\');
                text = text[2..];
            }
            else if (text.Length >= 4 && text[1] is >= '0' and <= '3' && text[2] is >= '0' and <= '7' && text[3] is >= '0' and <= '7')
            {
                unescaped.WriteByte((byte)(((text[1] - '0') << 6) | ((text[2] - '0') << 3) | (text[3] - '0')));
                text = text[4..];
            }
            else
            {
                return InputResult.Invalid;
            }
        }

        bytes = unescaped.ToArray();
        return InputResult.Ok;
    }

    /// <summary>32 hexadecimal digits, hyphens after any four of them, perhaps in braces.</summary>
    public static InputResult Uuid(ReadOnlySpan<char> text, out Guid value)
    {
        value = default;
        text = text.Length > 2 && text[0] == '{' && text[^1] == '}' ? text[1..^1] : text;
        Span<char> digits = stackalloc char[32];
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '-' && count % 4 == 0 && count > 0 && count < 32 && text[i - 1] != '-')
            {
                continue;
            }

            if (count == 32 || !char.IsAsciiHexDigit(text[i]))
            {
                return InputResult.Invalid;
            }

            digits[count++] = text[i];
        }

        return count == 32 && text[^1] != '-' && Guid.TryParseExact(digits, "N", out value) ? InputResult.Ok : InputResult.Invalid;
    }
}
