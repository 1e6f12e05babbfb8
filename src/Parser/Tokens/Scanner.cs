using SqlTokens = SqlCluster.Parser.Generated.SqlParser;

namespace SqlCluster.Parser.Tokens;

/// <summary>Cuts SQL text into tokens by PostgreSQL's rules, one per call of <see cref="Next"/>; never fails, whatever the text.</summary>
/// <remarks>
/// Types are those of grammar/SqlLexer.g4. A piece that is not a token has the type INVALID and a <see cref="Fault"/>; a string or comment without an
/// end reaches to the end of the text. Comments are skipped or returned as <see cref="Comment"/>; the end of the text is <see cref="EndOfText"/>.
/// </remarks>
internal ref struct Scanner(ReadOnlySpan<char> text)
{
    public const int EndOfText = -1;
    public const int Comment = -2;

    // More digits than any numeric holds; conversion to decimal takes quadratic time.
    private const int MostRadixDigits = 1024;

    private readonly ReadOnlySpan<char> _text = text;

    /// <summary>Asks for comments to be returned as tokens.</summary>
    public bool ReturnComments { get; init; }

    public int Start { get; private set; }

    public int End { get; private set; }

    /// <summary>Says what is wrong with the last token, if it is INVALID.</summary>
    public string? Fault { get; private set; }

    public int Next()
    {
        Fault = null;
        while (true)
        {
            SkipWhitespace();
            Start = End;
            if (End >= _text.Length)
                return EndOfText;
            char first = _text[End];
            bool comment = (first == '-' && Peek(1) == '-') || (first == '/' && Peek(1) == '*');
            if (!comment)
                return ScanToken(first);
            if (!SkipComment())
                return Fail("unterminated /* comment");
            if (ReturnComments)
                return Comment;
        }
    }

    public static bool IsWordStart(char c) => char.IsAsciiLetter(c) || c == '_' || c >= 0x80;

    public static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$' || c >= 0x80;

    private static bool IsOperatorPart(char c) => c is '+' or '-' or '*' or '/' or '<' or '>' or '=' or '~' or '!' or '@' or '#' or '%' or '^' or '&' or '|' or '`';

    private readonly char Peek(int offset) => End + offset < _text.Length ? _text[End + offset] : '\0';

    private int Fail(string fault)
    {
        Fault = fault;
        return SqlTokens.INVALID;
    }

    private int Take(int length, int type)
    {
        End += length;
        return type;
    }

    private void SkipWhitespace()
    {
        while (End < _text.Length && (_text[End] is ' ' or (>= '\t' and <= '\r') or '\uFEFF' or '\u00A0'))
            End++;
    }

    private bool SkipComment()
    {
        if (_text[End] == '-')
        {
            int length = _text[End..].IndexOfAny('\n', '\r');
            End = length < 0 ? _text.Length : End + length;
            return true;
        }
        int depth = 0;
        while (End < _text.Length)
        {
            int step = _text[End..].IndexOfAny('/', '*');
            if (step < 0)
                break;
            End += step;
            if (_text[End] == '/' && Peek(1) == '*')
            {
                depth++;
                End += 2;
            }
            else if (_text[End] == '*' && Peek(1) == '/')
            {
                End += 2;
                if (--depth == 0)
                    return true;
            }
            else
            {
                End++;
            }
        }
        End = _text.Length;
        return false;
    }

    private int ScanToken(char first)
    {
        switch (first)
        {
            case '\'':
                return ScanString(SqlTokens.STRING, backslashes: false);
            case '"':
                return ScanQuotedIdentifier();
            case '(':
                return Take(1, SqlTokens.LEFT_PAREN);
            case ')':
                return Take(1, SqlTokens.RIGHT_PAREN);
            case '[':
                return Take(1, SqlTokens.LEFT_BRACKET);
            case ']':
                return Take(1, SqlTokens.RIGHT_BRACKET);
            case '{':
                return Take(1, SqlTokens.LEFT_BRACE);
            case '}':
                return Take(1, SqlTokens.RIGHT_BRACE);
            case ',':
                return Take(1, SqlTokens.COMMA);
            case ';':
                return Take(1, SqlTokens.SEMICOLON);
            case '@' when Peek(1) == '?':
                return Take(2, SqlTokens.OPERATOR_SYMBOL);
            case '?' when Peek(1) is '|' or '&' && Peek(2) is not ('|' or '&'):
                return Take(2, SqlTokens.OPERATOR_SYMBOL);
            case '?':
                return Take(1, SqlTokens.PARAMETER);
            case ':':
                return Peek(1) == ':' ? Take(2, SqlTokens.DOUBLE_COLON) : Peek(1) == '=' ? Take(2, SqlTokens.COLON_EQUALS) : Take(1, SqlTokens.COLON);
            case '.' when !char.IsAsciiDigit(Peek(1)):
                return Take(1, SqlTokens.DOT);
            case '$':
                return ScanDollar();
        }
        if (char.IsAsciiDigit(first) || first == '.')
            return ScanNumber();
        if (IsWordStart(first))
            return ScanWord(first);
        if (IsOperatorPart(first))
            return ScanOperator();
        End++;
        return Fail("syntax error");
    }

    private int ScanWord(char first)
    {
        // A letter glued to a quote starts a string of a special kind.
        if (Peek(1) == '\'')
        {
            switch (first)
            {
                case 'e' or 'E':
                    End++;
                    return ScanString(SqlTokens.STRING, backslashes: true);
                case 'n' or 'N':
                    End++;
                    return ScanString(SqlTokens.STRING, backslashes: false);
                case 'b' or 'B':
                    End++;
                    return ScanString(SqlTokens.BIT_STRING, backslashes: false);
                case 'x' or 'X':
                    End++;
                    return ScanString(SqlTokens.HEX_STRING, backslashes: false);
            }
        }
        if (first is 'u' or 'U' && Peek(1) == '&' && Peek(2) is '\'' or '"')
        {
            End += 2;
            int type = _text[End] == '"' ? ScanQuotedIdentifier() : ScanString(SqlTokens.STRING, backslashes: false);
            if (type != SqlTokens.INVALID)
                TakeUnicodeEscape();
            return type;
        }
        do
            End++;
        while (End < _text.Length && IsWordPart(_text[End]));
        return Keywords.TypeOf(_text[Start..End]);
    }

    /// <summary>Takes <c>UESCAPE 'c'</c> as part of the string or name before it, if it follows.</summary>
    private void TakeUnicodeEscape()
    {
        int end = End;
        SkipWhitespace();
        if (_text[End..].StartsWith("uescape", StringComparison.OrdinalIgnoreCase))
        {
            End += "uescape".Length;
            SkipWhitespace();
            if (Peek(0) == '\'' && Peek(2) == '\'')
            {
                End += 3;
                return;
            }
        }
        End = end;
    }

    private int ScanString(int type, bool backslashes)
    {
        do
        {
            End++;   // the opening quote
            while (true)
            {
                int step = backslashes ? _text[End..].IndexOfAny('\'', '\\') : _text[End..].IndexOf('\'');
                if (step < 0)
                {
                    End = _text.Length;
                    return Fail(type == SqlTokens.STRING ? "unterminated quoted string"
                        : type == SqlTokens.BIT_STRING ? "unterminated bit string literal" : "unterminated hexadecimal string literal");
                }
                End += step;
                if (_text[End] == '\\')
                    End = Math.Min(End + 2, _text.Length);
                else if (Peek(1) == '\'')
                    End += 2;
                else
                    break;
            }
            End++;
        }
        while (ContinuesOnNextLine());
        return type;
    }

    /// <summary>Moves to the next quote if nothing but whitespace with a line break lies before it: such strings are one.</summary>
    private bool ContinuesOnNextLine()
    {
        int end = End;
        SkipWhitespace();
        if (Peek(0) == '\'' && _text[end..End].IndexOfAny('\n', '\r') >= 0)
            return true;
        End = end;
        return false;
    }

    private int ScanQuotedIdentifier()
    {
        int opening = End++;
        while (true)
        {
            int step = _text[End..].IndexOf('"');
            if (step < 0)
            {
                End = _text.Length;
                return Fail("unterminated quoted identifier");
            }
            End += step + 1;
            if (Peek(0) != '"')
                return End - opening > 2 ? SqlTokens.QUOTED_IDENTIFIER : Fail("zero-length delimited identifier");
            End++;
        }
    }

    /// <summary>Scans <c>$1</c> or a dollar-quoted string.</summary>
    private int ScanDollar()
    {
        End++;
        if (char.IsAsciiDigit(Peek(0)))
        {
            while (char.IsAsciiDigit(Peek(0)))
                End++;
            return IsWordStart(Peek(0)) ? FailAfterWord("trailing junk after parameter") : SqlTokens.PARAMETER;
        }
        while (End < _text.Length && IsWordPart(_text[End]) && _text[End] != '$')
            End++;
        if (Peek(0) != '$')
        {
            End = Start + 1;
            return Fail("syntax error");
        }
        End++;
        ReadOnlySpan<char> tag = _text[Start..End];
        int length = _text[End..].IndexOf(tag, StringComparison.Ordinal);
        if (length < 0)
        {
            End = _text.Length;
            return Fail("unterminated dollar-quoted string");
        }
        End += length + tag.Length;
        return SqlTokens.STRING;
    }

    private int FailAfterWord(string fault)
    {
        while (End < _text.Length && IsWordPart(_text[End]))
            End++;
        return Fail(fault);
    }

    private int ScanNumber()
    {
        if (Peek(0) == '0' && (Peek(1) | 0x20) is 'x' or 'o' or 'b')
        {
            char radix = (char)(Peek(1) | 0x20);
            int digits = End + 2;
            End = digits;
            while (IsDigitOf(radix, Peek(0)) || (Peek(0) == '_' && IsDigitOf(radix, Peek(1))))
                End++;
            bool valid = End > digits && End - digits <= MostRadixDigits && !IsWordPart(Peek(0));
            return valid ? SqlTokens.INTEGER_NUMBER : FailAfterWord("invalid integer");
        }
        int type = SqlTokens.INTEGER_NUMBER;
        TakeDigits();
        if (Peek(0) == '.' && Peek(1) != '.')
        {
            type = SqlTokens.DECIMAL_NUMBER;
            End++;
            TakeDigits();
        }
        if ((Peek(0) | 0x20) == 'e' && (char.IsAsciiDigit(Peek(1)) || (Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2)))))
        {
            type = SqlTokens.FLOAT_NUMBER;
            End += 2;
            TakeDigits();
        }
        return IsWordStart(Peek(0)) ? FailAfterWord("trailing junk after numeric literal") : type;
    }

    private static bool IsDigitOf(char radix, char c) => radix switch
    {
        'x' => char.IsAsciiHexDigit(c),
        'o' => c is >= '0' and <= '7',
        _ => c is '0' or '1',
    };

    private void TakeDigits()
    {
        while (char.IsAsciiDigit(Peek(0)) || (Peek(0) == '_' && char.IsAsciiDigit(Peek(1))))
            End++;
    }

    private int ScanOperator()
    {
        bool special = false;
        while (End < _text.Length && IsOperatorPart(_text[End]))
        {
            if (End > Start && ((_text[End] == '-' && Peek(1) == '-') || (_text[End] == '/' && Peek(1) == '*')))
                break;
            special |= _text[End] is '~' or '!' or '@' or '#' or '%' or '^' or '&' or '|' or '`';
            End++;
        }
        // So that a=-1 and a<-1 need no spaces, an operator ends in + or - only if it has an unusual character.
        while (!special && End - Start > 1 && _text[End - 1] is '+' or '-')
            End--;
        return _text[Start..End] switch
        {
            "+" => SqlTokens.PLUS,
            "-" => SqlTokens.MINUS,
            "*" => SqlTokens.STAR,
            "/" => SqlTokens.SLASH,
            "%" => SqlTokens.PERCENT,
            "^" => SqlTokens.CARET,
            "=" => SqlTokens.EQUALS,
            "<>" or "!=" => SqlTokens.NOT_EQUALS,
            "<" => SqlTokens.LESS,
            "<=" => SqlTokens.LESS_EQUALS,
            ">" => SqlTokens.GREATER,
            ">=" => SqlTokens.GREATER_EQUALS,
            "=>" => SqlTokens.EQUALS_GREATER,
            _ => SqlTokens.OPERATOR_SYMBOL,
        };
    }
}
