using System.Buffers.Text;
using System.Security.Cryptography;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>md5, sha, encode and decode, to_hex.</summary>
internal static class Digests
{
    /// <summary>Bytes of the longest digest, SHA-512's.</summary>
    private const int MostDigestBytes = 64;

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        ScalarFunction.OfRows("md5", [SqlType.Text], SqlType.Text, static row => Md5(row), "MD5 digest in hexadecimal", ("md5('abc')", "900150983cd24fb0d6963f7d28e17f72")),
        ScalarFunction.OfRows("md5", [SqlType.Bytea], SqlType.Text, static row => Md5(row), "MD5 digest in hexadecimal"),
        ScalarFunction.OfRows(
            "sha256", [SqlType.Bytea], SqlType.Bytea, static row => Digest(row, HashAlgorithmName.SHA256), "SHA-256 digest",
            ("sha256('abc'::bytea)", "\\xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
        ScalarFunction.OfRows(
            "sha224", [SqlType.Bytea], SqlType.Bytea, static row => row.Set(Sha224(row)), "SHA-224 digest",
            ("sha224('abc'::bytea)", "\\x23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7")),
        ScalarFunction.OfRows("sha384", [SqlType.Bytea], SqlType.Bytea, static row => Digest(row, HashAlgorithmName.SHA384), "SHA-384 digest"),
        ScalarFunction.OfRows("sha512", [SqlType.Bytea], SqlType.Bytea, static row => Digest(row, HashAlgorithmName.SHA512), "SHA-512 digest"),
        ScalarFunction.OfFailingRows(
            "encode", [SqlType.Bytea, SqlType.Text], SqlType.Text, static row => Encode(row), "Bytes as text in base64, hex or escape",
            ("encode('abc'::bytea, 'base64')", "YWJj"), ("encode('abc'::bytea, 'hex')", "616263")),
        ScalarFunction.OfFailingRows(
            "decode", [SqlType.Text, SqlType.Text], SqlType.Bytea, static row => Decode(row), "Bytes of a text in base64, hex or escape", ("decode('YWJj', 'base64')", "\\x616263")),
        ScalarFunction.OfRows("to_hex", [SqlType.BigInt], SqlType.Text, static row => row.Set(row.Long(0).ToString("x", null)), "Hexadecimal digits"),
        ScalarFunction.OfRows("to_hex", [SqlType.Integer], SqlType.Text, static row => row.Set(row.Int(0).ToString("x", null)), "Hexadecimal digits", ("to_hex(255)", "ff")),
    ];

    private static void Md5(Row row)
    {
        ReadOnlySpan<byte> bytes = row.Bytes(0);
        Span<byte> digest = stackalloc byte[Md5Kernel.DigestBytes];
        if (bytes.Length > Pulse.StretchBytes)
        {
            DigestLarge(row, HashAlgorithmName.MD5).CopyTo(digest);
        }
        else
        {
            Md5Kernel.Hash(bytes, digest);
        }

        Convert.TryToHexStringLower(digest, row.Result.Reserve(digest.Length * 2), out int written);
        row.Result.CommitBytes(written);
    }

    private static void Digest(Row row, HashAlgorithmName algorithm)
    {
        ReadOnlySpan<byte> bytes = row.Bytes(0);
        if (bytes.Length <= Pulse.StretchBytes)
        {
            row.Result.CommitBytes(CryptographicOperations.HashData(algorithm, bytes, row.Result.Reserve(MostDigestBytes)));
        }
        else
        {
            row.Set(DigestLarge(row, algorithm));
        }
    }

    private static byte[] DigestLarge(Row row, HashAlgorithmName algorithm)
    {
        ReadOnlySpan<byte> bytes = row.Bytes(0);
        using var hash = IncrementalHash.CreateHash(algorithm);
        Pulse pulse = row.Pulse;
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, Pulse.StretchBytes)..])
        {
            hash.AppendData(bytes[..Math.Min(bytes.Length, Pulse.StretchBytes)]);
            pulse.Spend(Pulse.StretchBytes);
        }

        return hash.GetHashAndReset();
    }

    private static byte[] Sha224(Row row)
    {
        ReadOnlySpan<byte> bytes = row.Bytes(0);
        var hash = new Sha224();
        Pulse pulse = row.Pulse;
        for (; bytes.Length > Pulse.StretchBytes; bytes = bytes[Pulse.StretchBytes..])
        {
            hash.Append(bytes[..Pulse.StretchBytes]);
            pulse.Spend(Pulse.StretchBytes);
        }

        return hash.Finish(bytes);
    }

    private static void Encode(Row row)
    {
        string format = row.Text(1);
        switch (format.ToLowerInvariant())
        {
            case "hex": EncodeHex(row); break;
            case "base64": EncodeBase64(row); break;
            case "escape": EncodeEscape(row); break;
            default: throw ExecutionErrors.InvalidArgument($"unrecognized encoding: \"{format}\"");
        }
    }

    private static void EncodeHex(Row row)
    {
        ReadOnlySpan<byte> bytes = row.Bytes(0);
        Span<byte> room = Room(row, bytes.Length * 2L);
        Pulse pulse = row.Pulse;
        for (int start = 0; start < bytes.Length; start += Pulse.StretchBytes)
        {
            ReadOnlySpan<byte> some = bytes.Slice(start, Math.Min(Pulse.StretchBytes, bytes.Length - start));
            Convert.TryToHexStringLower(some, room[(start * 2)..], out _);
            pulse.Spend(some.Length);
        }

        row.Result.CommitBytes(bytes.Length * 2);
    }

    /// <summary>Lines of 76 characters, as in mail (RFC 2045); as in PostgreSQL each whole one ends in a line feed, the last one too.</summary>
    private static void EncodeBase64(Row row)
    {
        const int LineBytes = 57;
        ReadOnlySpan<byte> bytes = row.Bytes(0);
        Span<byte> room = Room(row, ((bytes.Length + 2L) / 3 * 4) + (bytes.Length / LineBytes));
        Pulse pulse = row.Pulse;
        int length = 0;
        for (int start = 0; start < bytes.Length; start += LineBytes)
        {
            Base64.EncodeToUtf8(bytes.Slice(start, Math.Min(LineBytes, bytes.Length - start)), room[length..], out _, out int written);
            length += written;
            if (bytes.Length - start >= LineBytes)
            {
                room[length++] = (byte)'\n';
            }

            pulse.Spend(LineBytes);
        }

        row.Result.CommitBytes(length);
    }

    private static void EncodeEscape(Row row)
    {
        ReadOnlySpan<byte> bytes = row.Bytes(0);
        Pulse pulse = row.Pulse;
        long length = 0;
        foreach (byte value in bytes)
        {
            length += value == '\\' ? 2 : value is 0 or >= 128 ? 4 : 1;
            pulse.Spend(1);
        }

        Span<byte> room = Room(row, length);
        int at = 0;
        foreach (byte value in bytes)
        {
            if (value == '\\' || value is 0 or >= 128)
            {
                room[at++] = (byte)'\\';
            }

            if (value is 0 or >= 128)
            {
                room[at++] = (byte)('0' + (value >> 6));
                room[at++] = (byte)('0' + ((value >> 3) & 7));
                room[at++] = (byte)('0' + (value & 7));
            }
            else
            {
                room[at++] = value;
            }

            pulse.Spend(1);
        }

        row.Result.CommitBytes(at);
    }

    private static Span<byte> Room(Row row, long length) => length <= 1 << 30 ? row.Result.Reserve((int)length) : throw ExecutionErrors.ProgramLimit("requested length too large");

    private static void Decode(Row row)
    {
        string text = row.Text(0), format = row.Text(1);
        row.Set(Aside.RunLarge(text.Length, () => Decode(text, format), row.Cancellation));
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
