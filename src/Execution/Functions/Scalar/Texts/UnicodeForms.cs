using System.Text;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>normalize(text [, form]) and text IS [form] NORMALIZED.</summary>
internal static class UnicodeForms
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        Create("normalize", SqlType.Text, static row => Apply(row, static (text, form) => UnicodeNormalization.Normalize(text, form), static (row, text) => row.Set(text)), "Text in a normal form of Unicode: NFC (without one), NFD, NFKC or NFKD", ("normalize('abc', NFC)", "abc")),
        Create("is_normalized", SqlType.Boolean, static row => Apply(row, static (text, form) => UnicodeNormalization.Normalize(text, form) == text, static (row, isNormal) => row.Set(isNormal)), "Whether a text is in a normal form of Unicode: x IS NFC NORMALIZED", ("'abc' IS NFD NORMALIZED", "true")),
    ];

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
