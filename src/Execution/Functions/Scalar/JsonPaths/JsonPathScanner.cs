using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Execution.Functions.Scalar.JsonPaths;

internal enum PathTokenKind
{
    End,
    Word,
    Text,
    Number,
    Variable,
    Symbol,
}

internal readonly record struct PathToken(PathTokenKind Kind, string Value)
{
    public bool IsWord(string word) => Kind == PathTokenKind.Word && string.Equals(Value, word, StringComparison.OrdinalIgnoreCase);

    public bool IsSymbol(string symbol) => Kind == PathTokenKind.Symbol && Value == symbol;
}

/// <summary>Cuts the text of an SQL/JSON path into tokens.</summary>
internal static class JsonPathScanner
{
    private const string Special = "?%$.[]{}()|&!=<>@#,*:-+/\"\\";
    private static readonly string[] Symbols = ["**", "&&", "||", "==", "<>", "!=", "<=", ">="];

    /// <exception cref="Parser.Errors.QueryException">42601 for text that is no token.</exception>
    public static List<PathToken> Scan(string text)
    {
        var tokens = new List<PathToken>();
        int at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            if (at == text.Length)
            {
                tokens.Add(new PathToken(PathTokenKind.End, ""));
                return tokens;
            }

            if (text.AsSpan(at).StartsWith("/*"))
            {
                int end = text.IndexOf("*/", at + 2, StringComparison.Ordinal);
                at = end < 0 ? throw ExecutionErrors.JsonPathSyntax("unexpected end of comment") : end + 2;
                continue;
            }

            Interruption.Ask();
            tokens.Add(Next(text, ref at));
        }
    }

    private static PathToken Next(string text, ref int at)
    {
        char c = text[at];
        if (c == '"')
        {
            return new PathToken(PathTokenKind.Text, Quoted(text, ref at));
        }

        if (c == '$' && at + 1 < text.Length && (text[at + 1] == '"' || IsWordCharacter(text[at + 1])))
        {
            at++;
            return new PathToken(PathTokenKind.Variable, text[at] == '"' ? Quoted(text, ref at) : Word(text, ref at));
        }

        if (char.IsAsciiDigit(c) || (c == '.' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1])))
        {
            return Number(text, ref at);
        }

        if (IsWordCharacter(c) || c == '\\')
        {
            return new PathToken(PathTokenKind.Word, Word(text, ref at));
        }

        string rest = text[at..Math.Min(at + 2, text.Length)];
        string symbol = Array.Find(Symbols, candidate => candidate == rest) ?? c.ToString();
        at += symbol.Length;
        return new PathToken(PathTokenKind.Symbol, symbol);
    }

    private static bool IsWordCharacter(char c) => !char.IsWhiteSpace(c) && !Special.Contains(c, StringComparison.Ordinal);

    private static PathToken Number(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        if (at < text.Length && text[at] == '.')
        {
            at++;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }
        }

        if (at < text.Length && text[at] is 'e' or 'E')
        {
            int exponent = at + 1 < text.Length && text[at + 1] is '+' or '-' ? at + 2 : at + 1;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
            {
                at = exponent;
                while (at < text.Length && char.IsAsciiDigit(text[at]))
                {
                    at++;
                }
            }
        }

        return at < text.Length && IsWordCharacter(text[at])
            ? throw ExecutionErrors.JsonPathSyntax($"trailing junk after numeric literal at or near \"{text[start..(at + 1)]}\" of jsonpath input")
            : new PathToken(PathTokenKind.Number, text[start..at]);
    }

    private static string Word(string text, ref int at)
    {
        var word = new StringBuilder();
        while (at < text.Length && (IsWordCharacter(text[at]) || text[at] == '\\'))
        {
            if (text[at] == '\\')
            {
                at++;
                Escape(text, ref at, word);
            }
            else
            {
                word.Append(text[at++]);
            }
        }

        return word.ToString();
    }

    private static string Quoted(string text, ref int at)
    {
        var value = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"';)
        {
            if (text[at] != '\\')
            {
                value.Append(text[at++]);
                continue;
            }

            at++;
            Escape(text, ref at, value);
        }

        if (at++ >= text.Length)
        {
            throw ExecutionErrors.JsonPathSyntax("unterminated quoted string at end of jsonpath input");
        }

        return value.ToString();
    }

    /// <summary>JSON's escapes and JavaScript's: \v, \xHH, \u{H…}; any other character stands for itself.</summary>
    private static void Escape(string text, ref int at, StringBuilder value)
    {
        if (at >= text.Length)
        {
            throw ExecutionErrors.JsonPathSyntax("unexpected end after backslash at end of jsonpath input");
        }

        char c = text[at++];
        int digits = c == 'x' ? 2 : 4;
        if (c is not ('x' or 'u'))
        {
            value.Append(c switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', _ => c });
            return;
        }

        int start = at, end = at + digits;
        if (c == 'u' && at < text.Length && text[at] == '{')
        {
            start = at + 1;
            end = text.IndexOf('}', start);
            at = end + 1;
        }
        else
        {
            at = end;
        }

        if (end <= start || end > text.Length || !int.TryParse(text.AsSpan(start, end - start), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code) || code is 0 or > 0x10FFFF)
        {
            throw ExecutionErrors.JsonPathSyntax("invalid escape sequence of jsonpath input");
        }

        value.Append(code > 0xFFFF ? char.ConvertFromUtf32(code) : ((char)code).ToString());
    }
}
