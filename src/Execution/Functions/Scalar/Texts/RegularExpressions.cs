using System.Text;
using System.Text.RegularExpressions;
using SqlCluster.Catalyst.Analysis.Resolvers;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>~ and its like, the regexp_ functions, substring by pattern, and rewriting of LIKE and SIMILAR TO patterns.</summary>
internal static class RegularExpressions
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        Operator("~", "", negate: false, "Matches the regular expression", ("'thomas' ~ 't.*ma'", "true")),
        Operator("~*", "i", negate: false, "Matches, whatever the case", ("'thomas' ~* 'T.*ma'", "true")),
        Operator("!~", "", negate: true, "Does not match", ("'thomas' !~ 't.*max'", "true")),
        Operator("!~*", "i", negate: true, "Does not match, whatever the case", ("'thomas' !~* 'T.*ma'", "false")),
        With("regexp_like", 2, 1, SqlType.Boolean, static row => row.Set(IsMatch(row, Matcher(row, row.Count > 2 ? row.Text(2) : ""))), "Whether it matches", ("regexp_like('Hello World', 'world$', 'i')", "true")),
        With("regexp_replace", 3, 1, SqlType.Text, static row => Replace(row), "Replaces the first match, or all with flag g", ("regexp_replace('Thomas', '.[mN]a.', 'M')", "ThM"), ("regexp_replace('abcabc', '(b)(c)', '<\\2\\1>', 'g')", "a<cb>a<cb>")),
        With("regexp_match", 2, 1, SqlType.Array(SqlType.Text), static row => Match(row), "Groups of the first match", ("regexp_match('foobarbequebaz', '(bar)(beque)')", "{bar,beque}"), ("regexp_match('abc', 'd')", "NULL")),
        ScalarFunction.OfRows(
            Signature("regexp_count", [SqlType.Text, SqlType.Text, SqlType.Integer, SqlType.Text], 2, SqlType.Integer, "Matches", ("regexp_count('ABCABCAXYaxy', 'A.')", "3")),
            static row => row.Set(Count(row))),
        ScalarFunction.OfRows(
            Signature("regexp_substr", [SqlType.Text, SqlType.Text, SqlType.Integer, SqlType.Integer, SqlType.Text, SqlType.Integer], 4, SqlType.Text, "The n-th match, or a group of it", ("regexp_substr('ABCDEF', 'c(.)(..)', 1, 1, 'i')", "CDEF")),
            static row => Substr(row)),
        ScalarFunction.OfRows(
            Signature(
                "regexp_instr", [SqlType.Text, SqlType.Text, SqlType.Integer, SqlType.Integer, SqlType.Integer, SqlType.Text, SqlType.Integer], 5, SqlType.Integer,
                "Where the n-th match, or a group of it, begins or (with 1) what follows it; 0 for none", ("regexp_instr('ABCDEF', 'C')", "3"), ("regexp_instr('ABCDEF', 'c(.)(..)', 1, 1, 0, 'i', 2)", "5")),
            static row => row.Set(Nth(row, 5) is { } match && GroupOf(row, 6, match) is { Success: true } group ? group.Index + 1L + (row.Count > 4 && row.Int(4) == 1 ? group.Length : 0) : 0L)),
        ScalarFunction.OfRows(
            Signature(
                "regexp_replace", [SqlType.Text, SqlType.Text, SqlType.Text, SqlType.Integer, SqlType.Integer, SqlType.Text], 2, SqlType.Text, "Replaces the n-th match from a place on; all with 0",
                ("regexp_replace('Thomas', '.', 'X', 3, 2)", "ThoXas"), ("regexp_replace('A function', 'a|u', 'X', 1, 0, 'i')", "X fXnction")),
            static row => ReplaceFrom(row)),
        With("regexp_split_to_array", 2, 1, SqlType.Array(SqlType.Text), static row => Split(row), "Fields between matches", ("regexp_split_to_array('hello world', '\\s+')", "{hello,world}")),
        ScalarFunction.OfRows(
            Signature("substring", [SqlType.Text, SqlType.Text], 0, SqlType.Text, "First match, or its first group", ("substring('foobar' from 'o(.)b')", "o")),
            static row =>
            {
                if (First(row, Of(row, 1, 2)) is { Success: true } match)
                {
                    Group group = match.Groups.Count > 1 ? match.Groups[1] : match;
                    if (group.Success)
                    {
                        row.Set(group.Value);
                    }
                }
            }),
        ScalarFunction.OfRows(
            Signature("substring", [SqlType.Text, SqlType.Text, SqlType.Text], 0, SqlType.Text, "The part that SIMILAR TO's pattern marks", ("substring('abcdefg' similar 'a#\"(b_d)#\"%' escape '#')", "bcd"), ("substring('abc' similar 'x%' escape '#')", "NULL")),
            static row =>
            {
                if (First(row, Compiled(row, MarkedRegex(row.Text(1), row.Text(2)), "")) is { Success: true } match)
                {
                    row.Set(match.Groups[1].Value);
                }
            }),
        ScalarFunction.OfFailingRows(SpecialFunctions.LikeEscape, [SqlType.Text, SqlType.Text], SqlType.Text, static row => row.Set(LikeEscape(row.Text(0), row.Text(1))), "A LIKE pattern with backslash as its escape"),
        ScalarFunction.OfRows(
            Signature(SpecialFunctions.SimilarToEscape, [SqlType.Text, SqlType.Text], 1, SqlType.Text, "A SIMILAR TO pattern as a regular expression"),
            static row => row.Set(SimilarToRegex(row.Text(0), row.Count > 1 ? row.Text(1) : "\\"))),
    ];

    private static FunctionSignature Signature(string name, ParameterType[] parameters, int optional, SqlType result, string description, params (string, string)[] examples) => new()
    {
        Name = name, Parameters = parameters, OptionalParameters = optional, ReturnType = FunctionSignature.Returns(result), MayReturnNull = true, MayFail = true, Description = description, Examples = examples,
    };

    private static ScalarFunction Operator(string symbol, string flags, bool negate, string description, params (string, string)[] examples) => ScalarFunction.OfFailingRows(
        symbol, [SqlType.Text, SqlType.Text], SqlType.Boolean, row => row.Set(IsMatch(row, Matcher(row, flags)) != negate), description, examples);

    private static ScalarFunction With(string name, int texts, int optional, SqlType result, RowBody body, string description, params (string, string)[] examples) =>
        ScalarFunction.OfRows(Signature(name, [.. Enumerable.Repeat<ParameterType>(SqlType.Text, texts + optional)], optional, result, description, examples), body);

    private static CheckedRegex Of(Row row, int pattern, int flags) => Compiled(row, row.Text(pattern), row.Count > flags ? row.Text(flags) : "");

    /// <summary>The last pattern's expression is kept: patterns are nearly always constants.</summary>
    private static CheckedRegex Compiled(Row row, string pattern, string flags)
    {
        if (row.State is not (string known, string knownFlags, CheckedRegex regex) || known != pattern || knownFlags != flags)
        {
            regex = RegexTranslation.Compile(pattern, flags, row.Cancellation);
            row.State = (pattern, flags, regex);
        }

        return regex;
    }

    /// <summary>The second argument's pattern for yes or no; the last one is kept.</summary>
    private static RegexMatcher Matcher(Row row, string flags)
    {
        ReadOnlySpan<byte> pattern = row.Bytes(1);
        if (row.State is not RegexMatcher matcher || !matcher.Is(pattern, flags))
        {
            row.State = matcher = new RegexMatcher(pattern, flags, row.Cancellation);
        }

        return matcher;
    }

    private static bool IsMatch(Row row, RegexMatcher matcher)
    {
        if (matcher.Automaton is { } automaton && row.Bytes(0) is { Length: <= Pulse.StretchBytes } bytes && automaton.IsMatch(bytes) is { } known)
        {
            return known;
        }

        string text = row.Text(0);
        return matcher.Regex.Run(text.Length, found => found.IsMatch(text), row.Context.Cancellation);
    }

    private static Match First(Row row, CheckedRegex regex)
    {
        string text = row.Text(0);
        return regex.Run(text.Length, found => found.Match(text), row.Context.Cancellation);
    }

    private static long Count(Row row)
    {
        string text = row.Text(0);
        int start = row.Count > 2 ? Math.Clamp(row.Int(2) - 1, 0, text.Length) : 0;
        return Of(row, 1, 3).Run(text.Length, regex => regex.Count(text, start), row.Context.Cancellation);
    }

    private static void Replace(Row row)
    {
        string text = row.Text(0), replacement = row.Text(2), flags = row.Count > 3 ? row.Text(3) : "";
        int most = flags.Contains('g', StringComparison.Ordinal) ? -1 : 1;
        CancellationToken cancellation = row.Context.Cancellation;
        row.Set(Compiled(row, row.Text(1), flags).Run(
            text.Length,
            regex => regex.Replace(
                text,
                match =>
                {
                    cancellation.ThrowIfCancellationRequested();
                    return Expand(replacement, match);
                },
                most),
            cancellation));
    }

    /// <summary>\1 to \9 stand for groups, \&amp; for the match, \\ for a backslash.</summary>
    private static string Expand(string replacement, Match match)
    {
        if (!replacement.Contains('\\', StringComparison.Ordinal))
        {
            return replacement;
        }

        var text = new StringBuilder();
        for (int i = 0; i < replacement.Length; i++)
        {
            char next = i + 1 < replacement.Length ? replacement[i + 1] : '\0';
            if (replacement[i] != '\\' || next == '\0')
            {
                text.Append(replacement[i]);
                continue;
            }

            i++;
            text.Append(char.IsAsciiDigit(next) && next != '0' ? match.Groups[next - '0'].Value : next == '&' ? match.Value : next == '\\' ? "\\" : "\\" + next);
        }

        return text.ToString();
    }

    private static void Match(Row row)
    {
        if (row.Count > 2 && row.Text(2).Contains('g', StringComparison.Ordinal))
        {
            throw ExecutionErrors.InvalidArgument("regexp_match() does not support the \"global\" option", "Use the regexp_matches function instead.");
        }

        Match match = First(row, Of(row, 1, 2));
        if (match.Success)
        {
            SetTexts(row, [.. match.Groups.Count == 1 ? [match.Value] : match.Groups.Values.Skip(1).Select(static group => group.Success ? group.Value : null)]);
        }
    }

    private static void Split(Row row)
    {
        string text = row.Text(0);
        var fields = new List<string?>();
        int start = 0;
        foreach (Match match in Of(row, 1, 2).Matches(text, row.Context.Cancellation))
        {
            // An empty match at either end splits nothing.
            if (match.Length > 0 || (match.Index > start && match.Index < text.Length))
            {
                fields.Add(text[start..match.Index]);
                start = match.Index + match.Length;
            }
        }

        fields.Add(text[start..]);
        SetTexts(row, [.. fields]);
    }

    private static void SetTexts(Row row, string?[] texts)
    {
        var list = (ViewAppender)row.Result.BeginList();
        Pulse pulse = row.Pulse;
        foreach (string? text in texts)
        {
            list.Append(text);
            pulse.Spend(8 + (text?.Length ?? 0));
        }

        row.Result.EndList();
    }

    private static void Substr(Row row)
    {
        if (Nth(row, 4) is { } match && GroupOf(row, 5, match) is { Success: true } group)
        {
            row.Set(group.Value);
        }
    }

    private static Group? GroupOf(Row row, int argument, Match match) => row.Count <= argument ? match : match.Groups.Count > row.Int(argument) ? match.Groups[row.Int(argument)] : null;

    private static void ReplaceFrom(Row row)
    {
        string text = row.Text(0), replacement = row.Text(2);
        int start = row.Int(3), occurrence = row.Count > 4 ? row.Int(4) : 1;
        if (start < 1 || occurrence < 0)
        {
            throw ExecutionErrors.InvalidArgument(start < 1 ? $"invalid value for parameter \"start\": {start}" : $"invalid value for parameter \"n\": {occurrence}");
        }

        CancellationToken cancellation = row.Context.Cancellation;
        row.Set(start > text.Length ? text : Of(row, 1, 5).Run(text.Length, Replaced, cancellation));

        string Replaced(Regex regex)
        {
            int seen = 0;
            return regex.Replace(
                text,
                match =>
                {
                    cancellation.ThrowIfCancellationRequested();
                    return occurrence == 0 || ++seen == occurrence ? Expand(replacement, match) : match.Value;
                },
                -1,
                start - 1);
        }
    }

    private static Match? Nth(Row row, int flags)
    {
        string text = row.Text(0);
        int start = row.Count > 2 ? row.Int(2) : 1, occurrence = row.Count > 3 ? row.Int(3) : 1;
        if (start < 1 || occurrence < 1)
        {
            throw ExecutionErrors.InvalidArgument(start < 1 ? $"invalid value for parameter \"start\": {start}" : $"invalid value for parameter \"n\": {occurrence}");
        }

        if (start - 1 > text.Length)
        {
            return null;
        }

        CancellationToken cancellation = row.Context.Cancellation;
        return Of(row, 1, flags).Run(text.Length, Found, cancellation);

        Match? Found(Regex regex)
        {
            Match match = regex.Match(text, start - 1);
            for (int left = occurrence; match.Success && --left > 0;)
            {
                cancellation.ThrowIfCancellationRequested();
                match = match.NextMatch();
            }

            return match.Success ? match : null;
        }
    }

    private static string LikeEscape(string pattern, string escape)
    {
        if (escape.Length > 1)
        {
            throw ExecutionErrors.InvalidEscape("invalid escape string");
        }

        var result = new StringBuilder();
        for (int i = 0; i < pattern.Length; i++)
        {
            if (escape.Length == 1 && pattern[i] == escape[0] && i + 1 < pattern.Length)
            {
                result.Append('\\').Append(pattern[++i]);
            }
            else
            {
                result.Append(pattern[i] == '\\' ? "\\\\" : pattern[i].ToString());
            }
        }

        return result.ToString();
    }

    /// <summary>The pattern's three parts, set apart by the escape character before a quote; the first takes as little as it can.</summary>
    private static string MarkedRegex(string pattern, string escape)
    {
        string[] parts = escape.Length == 0 ? [pattern] : pattern.Split(escape + "\"");
        return parts.Length switch
        {
            1 => $"^({SimilarToPart(pattern, escape, isLazy: false)})$",
            2 => $"^(?:{SimilarToPart(parts[0], escape, isLazy: true)})({SimilarToPart(parts[1], escape, isLazy: false)})$",
            3 => $"^(?:{SimilarToPart(parts[0], escape, isLazy: true)})({SimilarToPart(parts[1], escape, isLazy: false)})(?:{SimilarToPart(parts[2], escape, isLazy: false)})$",
            _ => throw new Parser.Errors.QueryException("2200C", Parser.Errors.ErrorKind.User, "SQL regular expression may not contain more than two escape-double-quote separators"),
        };
    }

    /// <summary>Anchored; % and _ are any text and any character, the rest of SIMILAR TO's operators are those of regular expressions.</summary>
    private static string SimilarToRegex(string pattern, string escape) => $"^(?:{SimilarToPart(pattern, escape, isLazy: false)})$";

    private static string SimilarToPart(string pattern, string escape, bool isLazy)
    {
        if (escape.Length > 1)
        {
            throw ExecutionErrors.InvalidEscape("invalid escape string");
        }

        var result = new StringBuilder();
        bool inBracket = false;
        for (int i = 0; i < pattern.Length; i++)
        {
            char c = pattern[i];
            if (escape.Length == 1 && c == escape[0] && i + 1 < pattern.Length)
            {
                result.Append('\\').Append(pattern[++i]);
                continue;
            }

            inBracket = c == '[' || (inBracket && c != ']');
            result.Append(inBracket ? c.ToString() : c switch
            {
                '%' => isLazy ? ".*?" : ".*",
                '*' or '+' or '?' or '}' when isLazy => c + "?",
                '_' => ".",
                '\\' or '.' or '^' or '$' => "\\" + c,
                '(' => "(?:",
                _ => c.ToString(),
            });
        }

        return result.ToString();
    }
}
