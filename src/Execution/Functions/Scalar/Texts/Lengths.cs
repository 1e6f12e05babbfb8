using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Lengths, character codes, positions and prefixes of texts.</summary>
internal static class Lengths
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        Characters("length", ("length('žluť')", "4")),
        Characters("char_length", ("char_length('abc')", "3")),
        Characters("character_length", ("character_length('')", "0")),
        Characters("len", ("len('abc')", "3")),
        ScalarFunction.OfRows("length", [SqlType.Bytea], SqlType.Integer, static row => row.Set((long)row.Bytes(0).Length), "Bytes"),
        .. new[] { SqlType.Text, SqlType.Bytea }.Select(static type => ScalarFunction.OfRows(
            "octet_length", [type], SqlType.Integer, static row => row.Set((long)row.Bytes(0).Length), "Bytes", type == SqlType.Text ? [("octet_length('ž')", "2")] : [])),
        ScalarFunction.OfRows(
            "octet_length", [new SqlType(TypeKind.Char)], SqlType.Integer, static row => row.Set(row.Bytes(0).Length + Math.Max(0L, row.Type(0).Precision - Utf8Text.Count(row.Bytes(0)))), "Bytes, with the blanks that pad it",
            ("octet_length('a'::char(5))", "5")),
        .. new[] { SqlType.Text, SqlType.Bytea }.Select(static type => ScalarFunction.OfRows(
            "bit_length", [type], SqlType.Integer, static row => row.Set(row.Bytes(0).Length * 8L), "Bits", type == SqlType.Text ? [("bit_length('abc')", "24")] : [])),
        ScalarFunction.OfRows("ascii", [SqlType.Text], SqlType.Integer, static row => row.Set(CodeOf(row.Bytes(0))), "Code point of the first character", ("ascii('x')", "120"), ("ascii('')", "0")),
        ScalarFunction.OfFailingRows(
            "chr", [SqlType.Integer], SqlType.Text, static row => row.Set(CharacterOf(row.Int(0))), "Character of a code point", ("chr(65)", "A"), ("chr(382)", "ž")),
        Position("position", ("position('om' in 'Thomas')", "3")),
        Position("strpos", ("strpos('high', 'ig')", "2"), ("strpos('high', 'x')", "0")),
        ScalarFunction.OfRows(
            "starts_with", [SqlType.Text, SqlType.Text], SqlType.Boolean, static row => row.Set(row.Bytes(0).StartsWith(row.Bytes(1))), "Begins with", ("starts_with('alphabet', 'alph')", "true")),
        ScalarFunction.OfRows(
            "^@", [SqlType.Text, SqlType.Text], SqlType.Boolean, static row => row.Set(row.Bytes(0).StartsWith(row.Bytes(1))), "Begins with", ("'alphabet' ^@ 'alph'", "true")),
        ScalarFunction.OfRows("ends_with", [SqlType.Text, SqlType.Text], SqlType.Boolean, static row => row.Set(row.Bytes(0).EndsWith(row.Bytes(1))), "Ends with"),
        ScalarFunction.OfRows("contains", [SqlType.Text, SqlType.Text], SqlType.Boolean, static row => row.Set(Find(row) >= 0), "Holds a part"),
    ];

    private static ScalarFunction Characters(string name, params (string, string)[] examples) =>
        new(new FunctionSignature { Name = name, Parameters = [SqlType.Text], ReturnType = FunctionSignature.Returns(SqlType.Integer), Description = "Characters", Examples = examples }, static binding => new CharacterLengths(binding));

    private static ScalarFunction Position(string name, params (string, string)[] examples) => ScalarFunction.OfRows(
        name, [SqlType.Text, SqlType.Text], SqlType.Integer,
        static row =>
        {
            int found = Find(row);
            row.Set(found < 0 ? 0L : Utf8Text.Count(row.Bytes(0)[..found]) + 1L);
        },
        "Where a part begins, from 1; 0 when it does not occur", examples);

    private static int Find(Row row)
    {
        Pulse pulse = row.Pulse;
        return TextSearch.Find(row.Bytes(0), row.Bytes(1), ref pulse);
    }

    private static long CodeOf(ReadOnlySpan<byte> text) => text.IsEmpty || System.Text.Rune.DecodeFromUtf8(text, out System.Text.Rune rune, out _) != System.Buffers.OperationStatus.Done ? 0 : rune.Value;

    private static string CharacterOf(int code) => code switch
    {
        0 => throw ExecutionErrors.ProgramLimit("null character not permitted"),
        < 0 => throw ExecutionErrors.InvalidArgument("character number must be positive"),
        _ when System.Text.Rune.IsValid(code) => new System.Text.Rune(code).ToString(),
        _ => throw ExecutionErrors.ProgramLimit($"requested character not valid for encoding: {code}"),
    };
}
