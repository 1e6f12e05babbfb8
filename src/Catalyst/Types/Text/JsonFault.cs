using System.Text;

namespace SqlCluster.Catalyst.Types.Text;

/// <summary>Why and where a text is no JSON, in the words of PostgreSQL's json and jsonb.</summary>
/// <param name="SqlState">22P02, or 22P05 for an escape that stands for no character of a text.</param>
/// <param name="Detail">What is wrong: <c>Expected ":", but found "1".</c></param>
/// <param name="Context">The place: the line of the text up to the token.</param>
/// <remarks>Reads by RFC 8259's grammar with one token of lookahead, in a loop with a stack of its own: nesting costs no thread stack.</remarks>
public sealed record JsonFault(string SqlState, string Detail, string Context)
{
    public const string UntranslatableCharacter = "22P05";
    private const string InvalidText = "22P02";
    private const int ShownCharacters = 50;

    /// <summary>What the next token has to be.</summary>
    private enum Expected
    {
        Value,
        FirstName,
        Name,
        Colon,
        FirstElement,
        ObjectNext,
        ArrayNext,
        End,
    }

    /// <summary>The first fault of a text; null when it is JSON.</summary>
    /// <param name="text">The text.</param>
    /// <param name="decodesStrings">Whether strings are decoded (jsonb): then escapes must stand for characters.</param>
    public static JsonFault? Find(string text, bool decodesStrings)
    {
        var reader = new Reader(text, decodesStrings);
        var containers = new Stack<char>();
        Expected expected = Expected.Value;
        while (true)
        {
            if (!reader.Next())
            {
                return reader.Fault;
            }

            char token = reader.Token;
            bool isValue = token is 's' or 'v';
            switch (expected)
            {
                case Expected.Value or Expected.FirstElement when token is '{' or '[':
                    containers.Push(token);
                    expected = token == '{' ? Expected.FirstName : Expected.FirstElement;
                    break;
                case Expected.Value or Expected.FirstElement when isValue:
                    expected = Behind(containers);
                    break;
                case Expected.FirstElement or Expected.ArrayNext when token == ']':
                case Expected.FirstName or Expected.ObjectNext when token == '}':
                    containers.Pop();
                    expected = Behind(containers);
                    break;
                case Expected.FirstName or Expected.Name when token == 's':
                    expected = Expected.Colon;
                    break;
                case Expected.Colon when token == ':':
                case Expected.ArrayNext when token == ',':
                    expected = Expected.Value;
                    break;
                case Expected.ObjectNext when token == ',':
                    expected = Expected.Name;
                    break;
                case Expected.End when token == '\0':
                    return null;
                default:
                    return reader.Unexpected(Words(expected));
            }
        }
    }

    private static Expected Behind(Stack<char> containers) => !containers.TryPeek(out char container) ? Expected.End : container == '{' ? Expected.ObjectNext : Expected.ArrayNext;

    private static string Words(Expected expected) => expected switch
    {
        Expected.Value => "JSON value",
        Expected.FirstName => "string or \"}\"",
        Expected.Name => "string",
        Expected.Colon => "\":\"",
        Expected.FirstElement => "array element or \"]\"",
        Expected.ObjectNext => "\",\" or \"}\"",
        Expected.ArrayNext => "\",\" or \"]\"",
        Expected.End => "end of input",
    };

    /// <summary>Reads tokens: { } [ ] , : as themselves, s for a string, v for another value, 0 for the end.</summary>
    private struct Reader(string text, bool decodesStrings)
    {
        private int _line = 1;
        private int _lineStart;
        private int _start;
        private int _end;

        public char Token { get; private set; }

        public JsonFault? Fault { get; private set; }

        /// <summary>Reads a token; false when there is none, with the fault.</summary>
        public bool Next()
        {
            int at = _end;
            while (at < text.Length && text[at] is ' ' or '\t' or '\n' or '\r')
            {
                if (text[at++] == '\n')
                {
                    _line++;
                    _lineStart = at;
                }
            }

            (_start, _end) = (at, at);
            if (at == text.Length)
            {
                Token = '\0';
                return true;
            }

            switch (text[at])
            {
                case '{' or '}' or '[' or ']' or ',' or ':':
                    Token = text[at];
                    _end = at + 1;
                    return true;
                case '"':
                    Token = 's';
                    return ReadString();
                case '-' or (>= '0' and <= '9'):
                    Token = 'v';
                    return ReadNumber();
                default:
                    Token = 'v';
                    return ReadWord();
            }
        }

        public readonly JsonFault Unexpected(string expected) =>
            At(InvalidText, Token == '\0' ? "The input string ended unexpectedly." : $"Expected {expected}, but found \"{text[_start.._end]}\".");

        private bool ReadWord()
        {
            while (_end < text.Length && IsWord(text[_end]))
            {
                _end++;
            }

            if (text.AsSpan(_start, _end - _start) is "true" or "false" or "null")
            {
                return true;
            }

            _end = Math.Max(_end, CharacterEnd(_start));
            return Invalid();
        }

        private bool ReadNumber()
        {
            int at = _start + (text[_start] == '-' ? 1 : 0);
            bool isGood = at < text.Length && char.IsAsciiDigit(text[at]);
            at = isGood && text[at] == '0' ? at + 1 : Digits(at);
            if (at < text.Length && text[at] == '.')
            {
                int fraction = Digits(at + 1);
                isGood &= fraction > at + 1;
                at = fraction;
            }

            if (at < text.Length && text[at] is 'e' or 'E')
            {
                int sign = at + 1 < text.Length && text[at + 1] is '+' or '-' ? at + 2 : at + 1;
                int exponent = Digits(sign);
                isGood &= exponent > sign;
                at = exponent;
            }

            for (; at < text.Length && IsWord(text[at]); at++)
            {
                isGood = false;
            }

            _end = at;
            return isGood || Invalid();
        }

        private readonly int Digits(int at)
        {
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }

            return at;
        }

        private bool ReadString()
        {
            bool isBehindHigh = false;
            for (int at = _start + 1; at < text.Length; at++)
            {
                char unit = text[at];
                if (unit == '\\')
                {
                    if (!ReadEscape(ref at, ref isBehindHigh))
                    {
                        return false;
                    }

                    continue;
                }

                if (isBehindHigh)
                {
                    return Fail(at, InvalidText, "Unicode low surrogate must follow a high surrogate.");
                }

                if (unit == '"')
                {
                    _end = at + 1;
                    return true;
                }

                if (unit < ' ')
                {
                    return Fail(at, InvalidText, FormattableString.Invariant($"Character with value 0x{(int)unit:x2} must be escaped."));
                }
            }

            _end = text.Length;
            return Invalid();
        }

        /// <summary>Reads an escape; <paramref name="at"/> goes from the backslash to its last character.</summary>
        private bool ReadEscape(ref int at, ref bool isBehindHigh)
        {
            if (++at >= text.Length)
            {
                _end = text.Length;
                return Invalid();
            }

            if (text[at] != 'u')
            {
                return isBehindHigh ? Fail(at, InvalidText, "Unicode low surrogate must follow a high surrogate.")
                    : text[at] is '"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't'
                    || Fail(CharacterEnd(at), InvalidText, $"Escape sequence \"\\{text[_start..CharacterEnd(at)]}\" is invalid.");
            }

            int code = 0;
            for (int i = 0; i < 4; i++)
            {
                if (++at >= text.Length)
                {
                    _end = text.Length;
                    return Invalid();
                }

                if (!char.IsAsciiHexDigit(text[at]))
                {
                    return Fail(CharacterEnd(at), InvalidText, "\"\\u\" must be followed by four hexadecimal digits.");
                }

                code = (code << 4) | Convert.ToInt32(text[at].ToString(), 16);
            }

            if (!decodesStrings)
            {
                return true;
            }

            bool isHigh = code is >= 0xD800 and < 0xDC00, isLow = code is >= 0xDC00 and < 0xE000, wasHigh = isBehindHigh;
            isBehindHigh = isHigh;
            return code == 0 ? Fail(at + 1, UntranslatableCharacter, "\\u0000 cannot be converted to text.")
                : isHigh && wasHigh ? Fail(at + 1, InvalidText, "Unicode high surrogate must not follow a high surrogate.")
                : isLow == wasHigh || Fail(at + 1, InvalidText, "Unicode low surrogate must follow a high surrogate.");
        }

        private bool Invalid() => Fail(_end, InvalidText, $"Token \"{text[_start.._end]}\" is invalid.");

        private bool Fail(int end, string sqlState, string detail)
        {
            _end = end;
            Fault = At(sqlState, detail);
            return false;
        }

        private readonly JsonFault At(string sqlState, string detail)
        {
            int start = Math.Max(_lineStart, _end - ShownCharacters + 1);
            start = start - _lineStart <= 3 ? _lineStart : start;
            bool isCut = Token != '\0' && _end < text.Length && text[_end] is not ('\n' or '\r');
            var context = new StringBuilder("JSON data, line ").Append(_line).Append(": ").Append(start > _lineStart ? "..." : "").Append(text, start, _end - start).Append(isCut ? "..." : "");
            return new JsonFault(sqlState, detail, context.ToString());
        }

        private readonly int CharacterEnd(int at) => at + (char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1);

        private static bool IsWord(char unit) => char.IsAsciiLetterOrDigit(unit) || unit == '_' || unit >= '\u0080';
    }
}
