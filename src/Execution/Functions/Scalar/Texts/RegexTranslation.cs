using System.Text;
using System.Text.RegularExpressions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>PostgreSQL's advanced regular expressions as .NET ones.</summary>
/// <remarks>
/// They agree on most of the syntax. Translated: \m \M \y \Y (word boundaries), \A, \Z, [[:&lt;:]] and [[:>:]], POSIX classes in brackets, (?i)-like directors at the start, ***= literals.
/// PostgreSQL chooses the longest match of an expression whose first quantifier is greedy; .NET the first alternative: they differ for alternations such as a|ab.
/// Expressions without back-references and look-around run without backtracking, in time linear in the text.
/// </remarks>
internal static partial class RegexTranslation
{
    /// <summary>Characters of the longest pattern: PostgreSQL compiles alternatives of about as many, and the framework takes time that grows with their square.</summary>
    private const int LongestPattern = 128 << 10;

    /// <summary>Characters from which on a pattern takes milliseconds to compile.</summary>
    private const int LongPattern = 1 << 10;

    /// <summary>Compiles a pattern; a long one where a cancelled query does not wait for it.</summary>
    /// <exception cref="Parser.Errors.QueryException">Not a regular expression or too long a one (2201B), or unknown flags (22023).</exception>
    /// <exception cref="OperationCanceledException">The query was cancelled.</exception>
    public static CheckedRegex Compile(string pattern, string flags, CancellationToken cancellation = default) =>
        pattern.Length > LongestPattern ? throw ExecutionErrors.InvalidRegularExpression("regular expression is too complex")
        : pattern.Length > LongPattern ? Aside.Run(() => Make(pattern, flags), cancellation)
        : Make(pattern, flags);

    private static CheckedRegex Make(string pattern, string flags)
    {
        RegexOptions options = RegexOptions.CultureInvariant | RegexOptions.Singleline;
        bool isLiteral = pattern.StartsWith("***=", StringComparison.Ordinal);
        pattern = pattern.StartsWith("***", StringComparison.Ordinal) && pattern.Length > 3 && pattern[3] is '=' or ':' ? pattern[4..] : pattern;
        if (!isLiteral && Options().Match(pattern) is { Success: true } embedded)
        {
            // (?n) and its kin count after the flags; some mean something else to .NET.
            flags += embedded.Groups[1].Value;
            pattern = pattern[embedded.Length..];
        }

        // Brackets such as [^a] take line feeds only where a dot does.
        bool bracketsTakeLines = true;
        foreach (char flag in flags)
        {
            switch (flag)
            {
                case 'i': options |= RegexOptions.IgnoreCase; break;
                case 'c': options &= ~RegexOptions.IgnoreCase; break;
                case 'n' or 'm': (options, bracketsTakeLines) = ((options | RegexOptions.Multiline) & ~RegexOptions.Singleline, false); break;
                case 'p': (options, bracketsTakeLines) = (options & ~(RegexOptions.Singleline | RegexOptions.Multiline), false); break;
                case 'w': (options, bracketsTakeLines) = (options | RegexOptions.Multiline | RegexOptions.Singleline, true); break;
                case 's': (options, bracketsTakeLines) = ((options | RegexOptions.Singleline) & ~RegexOptions.Multiline, true); break;
                case 'x': options |= RegexOptions.IgnorePatternWhitespace; break;
                case 'q': isLiteral = true; break;
                case 'g' or 'e' or 'b' or 't': break;
                default: throw ExecutionErrors.InvalidArgument($"invalid regular expression option: \"{flag}\"");
            }
        }

        string translated = isLiteral ? Regex.Escape(pattern) : Translate(pattern, endsLines: options.HasFlag(RegexOptions.Multiline), bracketsTakeLines);
        try
        {
            return CheckedRegex.Compile(translated, options);
        }
        catch (RegexParseException error)
        {
            throw ExecutionErrors.InvalidRegularExpression(CauseOf(error));
        }
        catch (ArgumentException error)
        {
            throw ExecutionErrors.InvalidRegularExpression(error.Message);
        }
    }

    /// <summary>What is wrong with an expression, in PostgreSQL's words where it has the fault too.</summary>
    private static string CauseOf(RegexParseException error) => error.Error switch
    {
        RegexParseError.InsufficientClosingParentheses or RegexParseError.InsufficientOpeningParentheses => "parentheses () not balanced",
        RegexParseError.UnterminatedBracket => "brackets [] not balanced",
        RegexParseError.QuantifierAfterNothing or RegexParseError.NestedQuantifiersNotParenthesized => "quantifier operand invalid",
        RegexParseError.ReversedQuantifierRange or RegexParseError.QuantifierOrCaptureGroupOutOfRange => "invalid repetition count(s)",
        RegexParseError.ReversedCharacterRange => "invalid character range",
        RegexParseError.UnescapedEndingBackslash or RegexParseError.UnrecognizedEscape or RegexParseError.InsufficientOrInvalidHexDigits => "invalid escape \\ sequence",
        RegexParseError.UndefinedNumberedReference => "invalid backreference number",
        _ => error.Message,
    };

    [GeneratedRegex(@"^\(\?([bceimnpqstwx]+)\)")]
    private static partial Regex Options();

    private static string Translate(string pattern, bool endsLines, bool bracketsTakeLines)
    {
        var result = new StringBuilder(pattern.Length + 8);
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                char next = pattern[++i];
                result.Append(next switch
                {
                    'm' => @"\b(?=\w)",
                    'M' => @"\b(?<=\w)",
                    'y' => @"\b",
                    'Y' => @"\B",
                    'Z' => @"\z",
                    'b' => @"\x08",
                    'B' => @"\\",
                    _ => char.IsAsciiLetterOrDigit(next) ? "\\" + next : Regex.Escape(next.ToString()),
                });
            }
            else if (c == '[')
            {
                i = TranslateBracket(pattern, i, result, bracketsTakeLines);
            }
            else if (c == '{')
            {
                CheckRepetition(pattern.AsSpan(i + 1));
                result.Append(c);
            }
            else if (c == '$')
            {
                // Only at the very end, where .NET's $ would also match before a last line feed; at line ends in newline-sensitive mode.
                result.Append(endsLines ? "$" : "(?!\\n\\z)$");
            }
            else
            {
                result.Append(c);
            }
        }

        return result.ToString();
    }

    /// <summary>A brace before a digit begins a number of repetitions, and must end as one; .NET takes it for itself where it does not.</summary>
    private static void CheckRepetition(ReadOnlySpan<char> rest)
    {
        if (rest is [>= '0' and <= '9', ..])
        {
            rest = rest.TrimStart("0123456789");
            rest = rest is [',', ..] ? rest[1..].TrimStart("0123456789") : rest;
            if (rest is not ['}', ..])
            {
                throw ExecutionErrors.InvalidRegularExpression(rest.IsEmpty ? "braces {} not balanced" : "invalid repetition count(s)");
            }
        }
    }

    private static int TranslateBracket(string pattern, int start, StringBuilder result, bool takesLines)
    {
        if (pattern.AsSpan(start).StartsWith("[[:<:]]"))
        {
            result.Append(@"\b(?=\w)");
            return start + 6;
        }

        if (pattern.AsSpan(start).StartsWith("[[:>:]]"))
        {
            result.Append(@"\b(?<=\w)");
            return start + 6;
        }

        int i = start + 1;
        result.Append('[');
        if (i < pattern.Length && pattern[i] == '^')
        {
            result.Append(takesLines ? "^" : "^\\n");
            i++;
        }

        if (i < pattern.Length && pattern[i] == ']')
        {
            result.Append("\\]");
            i++;
        }

        for (; i < pattern.Length && pattern[i] != ']'; i++)
        {
            if (pattern[i] == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':')
            {
                int end = pattern.IndexOf(":]", i, StringComparison.Ordinal);
                if (end < 0)
                {
                    throw ExecutionErrors.InvalidRegularExpression("brackets [] not balanced");
                }

                result.Append(PosixClass(pattern[(i + 2)..end]));
                i = end + 1;
            }
            else if (pattern[i] == '[')
            {
                result.Append("\\[");
            }
            else if (pattern[i] == '\\' && i + 1 < pattern.Length)
            {
                result.Append(pattern[++i] == '_' ? "" : "\\").Append(pattern[i]);
            }
            else
            {
                result.Append(pattern[i]);
            }
        }

        if (i >= pattern.Length)
        {
            throw ExecutionErrors.InvalidRegularExpression("brackets [] not balanced");
        }

        result.Append(']');
        return i;
    }

    private static string PosixClass(string name) => name switch
    {
        "alpha" => @"\p{L}",
        "digit" => @"\d",
        "alnum" => @"\p{L}\d",
        "upper" => @"\p{Lu}",
        "lower" => @"\p{Ll}",
        "space" => @"\s",
        "blank" => @" \t",
        "punct" => @"!-/:-@\[-`{-~",
        "xdigit" => "0-9A-Fa-f",
        "cntrl" => @"\x00-\x1f\x7f",
        "print" => @"\x20-\x7e",
        "graph" => @"\x21-\x7e",
        "word" => @"\w",
        _ => throw ExecutionErrors.InvalidRegularExpression("invalid character class"),
    };
}
