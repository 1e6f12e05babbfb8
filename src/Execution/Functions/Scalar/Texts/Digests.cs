using System.Security.Cryptography;
using System.Text;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>md5, sha, encode and decode, to_hex.</summary>
internal static class Digests
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        ScalarFunction.OfRows("md5", [SqlType.Text], SqlType.Text, static row => row.Set(Md5(row)), "MD5 digest in hexadecimal", ("md5('abc')", "900150983cd24fb0d6963f7d28e17f72")),
        ScalarFunction.OfRows("md5", [SqlType.Bytea], SqlType.Text, static row => row.Set(Md5(row)), "MD5 digest in hexadecimal"),
        ScalarFunction.OfRows(
            "sha256", [SqlType.Bytea], SqlType.Bytea, static row => row.Set(SHA256.HashData(row.Bytes(0))), "SHA-256 digest",
            ("sha256('abc'::bytea)", "\\xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
        ScalarFunction.OfRows("sha384", [SqlType.Bytea], SqlType.Bytea, static row => row.Set(SHA384.HashData(row.Bytes(0))), "SHA-384 digest"),
        ScalarFunction.OfRows("sha512", [SqlType.Bytea], SqlType.Bytea, static row => row.Set(SHA512.HashData(row.Bytes(0))), "SHA-512 digest"),
        ScalarFunction.OfFailingRows(
            "encode", [SqlType.Bytea, SqlType.Text], SqlType.Text, static row => row.Set(Encode(row.Bytes(0), row.Text(1))), "Bytes as text in base64, hex or escape",
            ("encode('abc'::bytea, 'base64')", "YWJj"), ("encode('abc'::bytea, 'hex')", "616263")),
        ScalarFunction.OfFailingRows(
            "decode", [SqlType.Text, SqlType.Text], SqlType.Bytea, static row => row.Set(Decode(row.Text(0), row.Text(1))), "Bytes of a text in base64, hex or escape", ("decode('YWJj', 'base64')", "\\x616263")),
        ScalarFunction.OfRows("to_hex", [SqlType.BigInt], SqlType.Text, static row => row.Set(row.Long(0).ToString("x", null)), "Hexadecimal digits"),
        ScalarFunction.OfRows("to_hex", [SqlType.Integer], SqlType.Text, static row => row.Set(row.Int(0).ToString("x", null)), "Hexadecimal digits", ("to_hex(255)", "ff")),
    ];

#pragma warning disable CA5351 // md5() is SQL's name for this digest, not a choice of ours.
    private static string Md5(Row row) => Convert.ToHexStringLower(MD5.HashData(row.Bytes(0)));
#pragma warning restore CA5351

    private static string Encode(ReadOnlySpan<byte> bytes, string format)
    {
        switch (format.ToLowerInvariant())
        {
            case "hex": return Convert.ToHexStringLower(bytes);
            case "base64":
                string all = Convert.ToBase64String(bytes);
                return string.Join('\n', Enumerable.Range(0, (all.Length + 75) / 76).Select(i => all.Substring(i * 76, Math.Min(76, all.Length - (i * 76)))));
            case "escape":
                var text = new StringBuilder();
                foreach (byte value in bytes)
                {
                    text.Append(value == '\\' ? "\\\\" : value is 0 or >= 128 ? $"\\{Convert.ToString(value, 8).PadLeft(3, '0')}" : ((char)value).ToString());
                }

                return text.ToString();
            default: throw ExecutionErrors.InvalidArgument($"unrecognized encoding: \"{format}\"");
        }
    }

    private static byte[] Decode(string text, string format)
    {
        switch (format.ToLowerInvariant())
        {
            case "hex": return ByteaForms.Parse("\\x" + text);
            case "escape": return ByteaForms.Parse(text);
            case "base64":
                try
                {
                    return Convert.FromBase64String(text);
                }
                catch (FormatException)
                {
                    throw text.FirstOrDefault(static c => !char.IsAsciiLetterOrDigit(c) && !char.IsWhiteSpace(c) && c is not ('+' or '/' or '=')) is > '\0' and var wrong
                        ? ExecutionErrors.InvalidArgument($"invalid symbol \"{wrong}\" found while decoding base64 sequence")
                        : ExecutionErrors.InvalidArgument("invalid base64 end sequence", "Input data is missing padding, is truncated, or is otherwise corrupted.");
                }

            default: throw ExecutionErrors.InvalidArgument($"unrecognized encoding: \"{format}\"");
        }
    }
}
