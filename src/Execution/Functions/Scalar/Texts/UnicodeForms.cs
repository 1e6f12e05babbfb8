using System.Text;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>normalize(text [, form]), text IS [form] NORMALIZED, and unistr.</summary>
internal static class UnicodeForms
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        Create("normalize", SqlType.Text, static row => Apply(row, static (text, form) => UnicodeNormalization.Normalize(text, form), static (row, text) => row.Set(text)), "Text in a normal form of Unicode: NFC (without one), NFD, NFKC or NFKD", ("normalize('abc', NFC)", "abc")),
        Create("is_normalized", SqlType.Boolean, static row => Apply(row, static (text, form) => UnicodeNormalization.Normalize(text, form) == text, static (row, isNormal) => row.Set(isNormal)), "Whether a text is in a normal form of Unicode: x IS NFC NORMALIZED", ("'abc' IS NFD NORMALIZED", "true")),
        ScalarFunction.OfFailingRows("unistr", [SqlType.Text], SqlType.Text, static row => Unescape(row), "Text with its Unicode escapes (\\XXXX, \\+XXXXXX, \\uXXXX, \\UXXXXXXXX) evaluated", ("unistr('d\\0061t\\u0061')", "data")),
    ];

    private static void Unescape(Row row)
    {
        string text = row.Text(0);
        var result = new StringBuilder(text.Length);
        Pulse pulse = row.Pulse;
        for (int i = 0; i < text.Length; i++)
        {
            pulse.Spend(1);
            if (text[i] != '\\')
            {
                result.Append(char.IsHighSurrogate(text[i]) || !EndsInLoneSurrogate(result) || char.IsLowSurrogate(text[i]) ? text[i] : throw ExecutionErrors.UnicodeEscape("invalid Unicode surrogate pair"));
                continue;
            }

            if (i + 1 < text.Length && text[i + 1] == '\\')
            {
                result.Append(text[++i]);
                continue;
            }

            (int skipped, int digits) = (i + 1 < text.Length ? text[i + 1] : '\0') switch { '+' => (2, 6), 'u' => (2, 4), 'U' => (2, 8), _ => (1, 4) };
            if (i + skipped + digits > text.Length || !uint.TryParse(text.AsSpan(i + skipped, digits), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out uint code))
            {
                throw ExecutionErrors.UnicodeEscape("invalid Unicode escape");
            }

            i += skipped + digits - 1;
            if (code is 0 or > 0x10FFFF)
            {
                throw ExecutionErrors.InvalidArgument($"invalid Unicode code point: {code:X4}");
            }

            bool isLow = code is >= 0xDC00 and <= 0xDFFF;
            if (isLow != EndsInLoneSurrogate(result))
            {
                throw ExecutionErrors.UnicodeEscape("invalid Unicode surrogate pair");
            }

            result.Append(code is >= 0xD800 and <= 0xDFFF ? ((char)code).ToString() : char.ConvertFromUtf32((int)code));
        }

        row.Set(EndsInLoneSurrogate(result) ? throw ExecutionErrors.UnicodeEscape("invalid Unicode surrogate pair") : result.ToString());
    }

    /// <summary>Whether the first half of a pair waits for the second one.</summary>
    private static bool EndsInLoneSurrogate(StringBuilder text) => text.Length > 0 && char.IsHighSurrogate(text[^1]);

    private static ScalarFunction Create(string name, SqlType result, RowBody body, string description, params (string, string)[] examples) => ScalarFunction.OfRows(
        new FunctionSignature { Name = name, Parameters = [SqlType.Text, SqlType.Text], OptionalParameters = 1, ReturnType = FunctionSignature.Returns(result), MayFail = true, Description = description, Examples = examples }, body);

    private static void Apply<T>(Row row, Func<string, NormalizationForm, T> apply, Action<Row, T> set)
    {
        string text = row.Text(0);
        NormalizationForm form = Form(row);
        set(row, Aside.RunLarge(text.Length, () => apply(text, form), row.Cancellation));
    }

    private static NormalizationForm Form(Row row) => row.Count == 1 ? NormalizationForm.FormC : row.Text(1).ToLowerInvariant() switch
    {
        "nfc" => NormalizationForm.FormC,
        "nfd" => NormalizationForm.FormD,
        "nfkc" => NormalizationForm.FormKC,
        "nfkd" => NormalizationForm.FormKD,
        var form => throw ExecutionErrors.InvalidArgument($"invalid normalization form: {form}"),
    };
}
