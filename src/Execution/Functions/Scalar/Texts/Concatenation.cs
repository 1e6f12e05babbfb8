using System.Text;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>||, concat, concat_ws and format over values of any type.</summary>
internal static class Concatenation
{
    private const int LongestText = 1 << 30;

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        ScalarFunction.OfRows("||", [SqlType.Text, SqlType.Text], SqlType.Text, static row => Join(row), "Two texts in one", ("'Post' || 'gres'", "Postgres")),
        ScalarFunction.OfRows("||", [SqlType.Bytea, SqlType.Bytea], SqlType.Bytea, static row => Join(row), "Two byte strings in one"),
        ScalarFunction.OfRows(Operator(SqlType.Text, ParameterType.Any, ("'Value: ' || 42", "Value: 42")), static row => JoinTexts(row)),
        ScalarFunction.OfRows(Operator(ParameterType.Any, SqlType.Text, ("42 || ' is it'", "42 is it")), static row => JoinTexts(row)),
        ScalarFunction.OfRows(
            Variadic("concat", [ParameterType.Any], "Texts of all arguments, nulls left out", isStrict: false, ("concat('a', 1, null, true)", "a1t")),
            static row =>
            {
                TextPieces pieces = TextPieces.Of(row);
                for (int i = 0; i < row.Count; i++)
                {
                    if (!row.IsNull(i))
                    {
                        pieces.Add(row, i);
                    }
                }

                pieces.Set(row);
            }),
        ScalarFunction.OfRows(
            Variadic("concat_ws", [SqlType.Text, ParameterType.Any], "Texts of the arguments with a separator between, nulls left out", isStrict: false, ("concat_ws(',', 'a', null, 2)", "a,2")),
            static row =>
            {
                if (row.IsNull(0))
                {
                    return;
                }

                TextPieces pieces = TextPieces.Of(row);
                bool isFirst = true;
                for (int i = 1; i < row.Count; i++)
                {
                    if (!row.IsNull(i))
                    {
                        if (!isFirst)
                        {
                            pieces.Add(row, 0);
                        }

                        isFirst = false;
                        pieces.Add(row, i);
                    }
                }

                pieces.Set(row);
            }),
        ScalarFunction.OfRows(
            new FunctionSignature { Name = "format", Parameters = [SqlType.Text], ReturnType = FunctionSignature.Returns(SqlType.Text), IsStrict = false, MayFail = true, Description = "Fills placeholders" },
            static row => Format(row)),
        ScalarFunction.OfRows(
            Variadic("format", [SqlType.Text, ParameterType.Any], "Fills placeholders %s, %I and %L", isStrict: false, ("format('Hello %s, %1$s', 'World')", "Hello World, World"), ("format('%I %L', 'a b', 'it''s')", "\"a b\" 'it''s'")),
            static row => Format(row)),
        ScalarFunction.OfRows("quote_ident", [SqlType.Text], SqlType.Text, static row => row.Set(QuoteIdentifier(row.Text(0))), "As an identifier in SQL", ("quote_ident('Foo bar')", "\"Foo bar\"")),
        ScalarFunction.OfRows("quote_literal", [ParameterType.Any], SqlType.Text, static row => row.Set(QuoteLiteral(TextOf(row, 0))), "As a literal in SQL", ("quote_literal('O''Reilly')", "'O''Reilly'")),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "quote_nullable", Parameters = [ParameterType.Any], ReturnType = FunctionSignature.Returns(SqlType.Text), IsStrict = false, NeverNull = true,
                Description = "As a literal in SQL, NULL for null", Examples = [("quote_nullable(null)", "NULL")],
            },
            static row => row.Set(row.IsNull(0) ? "NULL" : QuoteLiteral(TextOf(row, 0)))),
    ];

    /// <summary>An argument's text; booleans as t and f, as PostgreSQL's output function has them.</summary>
    public static string TextOf(Row row, int argument)
    {
        SqlType type = row.Type(argument);
        if (type.IsText)
        {
            return row.Text(argument);
        }

        (VectorReader reader, int index) = row.Argument(argument);
        return type.Kind == TypeKind.Boolean ? (reader.Boolean(index) ? "t" : "f") : TextForms.Format(type, in reader, index, row.Context.Zone, row.Context.Objects, row.Cancellation);
    }

    public static string QuoteLiteral(string text) =>
        text.Contains('\\', StringComparison.Ordinal)
            ? $"E'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'"
            : $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static readonly System.Collections.Frozen.FrozenSet<string> Reserved = System.Collections.Frozen.FrozenSet.ToFrozenSet(
        Parser.Tokens.Keywords.All.Where(static keyword => keyword.Class != Parser.Tokens.KeywordClass.Unreserved).Select(static keyword => keyword.Word), StringComparer.Ordinal);

    public static string QuoteIdentifier(string text)
    {
        bool isPlain = text.Length > 0 && (char.IsAsciiLetterLower(text[0]) || text[0] == '_') && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
        return isPlain && !Reserved.Contains(text) ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static FunctionSignature Operator(ParameterType left, ParameterType right, params (string, string)[] examples) =>
        new() { Name = "||", Parameters = [left, right], ReturnType = FunctionSignature.Returns(SqlType.Text), Description = "Text and another value's text in one", Examples = examples };

    private static FunctionSignature Variadic(string name, ParameterType[] parameters, string description, bool isStrict, params (string, string)[] examples) => new()
    {
        Name = name, Parameters = parameters, IsVariadic = true, ReturnType = FunctionSignature.Returns(SqlType.Text), IsStrict = isStrict, Description = description, Examples = examples,
        MayFail = name == "format", Volatility = Volatility.Stable,
    };

    private static void Join(Row row)
    {
        ReadOnlySpan<byte> left = row.Bytes(0), right = row.Bytes(1);
        if ((long)left.Length + right.Length > LongestText)
        {
            throw ExecutionErrors.ProgramLimit("requested length too large");
        }

        Span<byte> room = row.Result.Reserve(left.Length + right.Length);
        Pulse pulse = row.Pulse;
        pulse.Copy(left, room);
        pulse.Copy(right, room[left.Length..]);
        row.Result.CommitBytes(left.Length + right.Length);
    }

    private static void JoinTexts(Row row)
    {
        TextPieces pieces = TextPieces.Of(row);
        for (int i = 0; i < 2; i++)
        {
            if (row.Type(i).Kind == TypeKind.Boolean)
            {
                pieces.Add(row.Boolean(i) ? "true" : "false");      // cast here, not printed, as in 'x' || true
            }
            else
            {
                pieces.Add(row, i);
            }
        }

        pieces.Set(row);
    }

    /// <summary>The width that an argument gives behind *, that argument's number, and where the pattern goes on.</summary>
    private static (int Width, int Argument, int Next) WidthOf(Row row, string pattern, int start, int argument)
    {
        int end = start;
        while (end < pattern.Length && char.IsAsciiDigit(pattern[end]))
        {
            end++;
        }

        if (end > start)
        {
            if (end >= pattern.Length || pattern[end] != '$')
            {
                throw ExecutionErrors.InvalidArgument("width argument position must be ended by \"$\"");
            }

            argument = int.TryParse(pattern.AsSpan(start, end - start), System.Globalization.CultureInfo.InvariantCulture, out int number) ? number : throw ExecutionErrors.OutOfRange("integer");
            end++;
        }

        if (argument < 1)
        {
            throw ExecutionErrors.InvalidArgument("format specifies argument 0, but arguments are numbered from 1");
        }

        if (argument >= row.Count)
        {
            throw ExecutionErrors.InvalidArgument("too few arguments for format()");
        }

        if (row.IsNull(argument))
        {
            return (0, argument, end);
        }

        string text = TextOf(row, argument);
        return int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out int width) && width > -LongestText
            ? (width, argument, end)
            : throw ExecutionErrors.InvalidText("integer", text);
    }

    private static void Format(Row row)
    {
        if (row.IsNull(0))
        {
            return;
        }

        string pattern = row.Text(0);
        var text = new StringBuilder();
        Pulse pulse = row.Pulse;
        int next = 1;
        for (int i = 0; i < pattern.Length; i++)
        {
            pulse.Spend(1);
            if (pattern[i] != '%')
            {
                text.Append(pattern[i]);
                continue;
            }

            i++;
            int digits = i;
            while (digits < pattern.Length && char.IsAsciiDigit(pattern[digits]))
            {
                digits++;
            }

            int argument = next;
            bool isNumbered = digits > i && digits < pattern.Length && pattern[digits] == '$';
            if (isNumbered)
            {
                argument = int.Parse(pattern.AsSpan(i, digits - i), System.Globalization.CultureInfo.InvariantCulture);
                i = digits + 1;
            }

            bool isLeft = i < pattern.Length && pattern[i] == '-';
            i += isLeft ? 1 : 0;
            int width = 0;
            if (i < pattern.Length && pattern[i] == '*')
            {
                (width, int counted, i) = WidthOf(row, pattern, i + 1, next);
                argument = isNumbered ? argument : counted + 1;
                isLeft |= width < 0;
                width = Math.Abs(width);
            }

            while (i < pattern.Length && char.IsAsciiDigit(pattern[i]))
            {
                width = width < LongestText / 10 ? (width * 10) + (pattern[i++] - '0') : throw ExecutionErrors.OutOfRange("integer");
            }

            if (i >= pattern.Length)
            {
                throw ExecutionErrors.InvalidArgument("unterminated format() type specifier");
            }

            if (pattern[i] == '%')
            {
                text.Append('%');
                continue;
            }

            if (argument < 1 || argument >= row.Count)
            {
                throw ExecutionErrors.InvalidArgument("too few arguments for format()");
            }

            next = argument + 1;
            bool isNull = row.IsNull(argument);
            string value = pattern[i] switch
            {
                's' => isNull ? "" : TextOf(row, argument),
                'I' => isNull ? throw ExecutionErrors.NullIdentifier() : QuoteIdentifier(TextOf(row, argument)),
                'L' => isNull ? "NULL" : QuoteLiteral(TextOf(row, argument)),
                char other => throw ExecutionErrors.InvalidArgument($"unrecognized format() type specifier \"{other}\"", "For a single \"%\" use \"%%\"."),
            };
            pulse.Spend(value.Length);
            if (text.Length + (long)Math.Max(value.Length, width) > LongestText / 4)
            {
                throw ExecutionErrors.ProgramLimit("requested length too large");
            }

            text.Append(isLeft ? value.PadRight(width) : value.PadLeft(width));
        }

        row.Set(text.ToString());
    }
}
