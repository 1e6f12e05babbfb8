using System.Numerics;
using System.Text;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Single bytes and bits of bytea, its conversion from and to text, searching and trimming it.</summary>
internal static class ByteFunctions
{
    private static readonly UTF8Encoding Utf8 = new(false, true);

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        ScalarFunction.OfFailingRows("get_byte", [SqlType.Bytea, SqlType.Integer], SqlType.Integer, static row => row.Set((long)row.Bytes(0)[Checked(row.Int(1), row.Bytes(0).Length)]), "Byte at a place, from 0", ("get_byte('\\x1234567890'::bytea, 4)", "144")),
        ScalarFunction.OfFailingRows(
            "set_byte", [SqlType.Bytea, SqlType.Integer, SqlType.Integer], SqlType.Bytea, static row => Change(row, row.Int(1), static (row, _) => (byte)row.Int(2)), "With another byte at a place",
            ("set_byte('\\x1234567890'::bytea, 4, 64)", "\\x1234567840")),
        ScalarFunction.OfFailingRows(
            "get_bit", [SqlType.Bytea, SqlType.BigInt], SqlType.Integer, static row => row.Set((row.Bytes(0)[Checked(row.Long(1) / 8, row.Bytes(0).Length)] >> (int)(row.Long(1) % 8)) & 1L), "Bit at a place, from 0",
            ("get_bit('\\x1234567890'::bytea, 30)", "1")),
        ScalarFunction.OfFailingRows(
            "set_bit", [SqlType.Bytea, SqlType.BigInt, SqlType.Integer], SqlType.Bytea,
            static row => Change(row, row.Long(1) / 8, static (row, old) => (byte)(row.Int(2) switch
            {
                0 => old & ~(1 << (int)(row.Long(1) % 8)),
                1 => old | (1 << (int)(row.Long(1) % 8)),
                _ => throw ExecutionErrors.InvalidArgument("new bit must be 0 or 1"),
            })),
            "With another bit at a place", ("set_bit('\\x1234567890'::bytea, 30, 0)", "\\x1234563890")),
        ScalarFunction.OfRows("bit_count", [SqlType.Bytea], SqlType.BigInt, static row => row.Set(Ones(row)), "Bits that are set", ("bit_count('\\x1234567890'::bytea)", "15")),
        ScalarFunction.OfRows("position", [SqlType.Bytea, SqlType.Bytea], SqlType.Integer, static row => row.Set(Position(row) + 1L), "Where bytes begin within others; 0: nowhere", ("position('\\x5678'::bytea in '\\x1234567890'::bytea)", "3")),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "overlay", Parameters = [SqlType.Bytea, SqlType.Bytea, SqlType.Integer, SqlType.Integer], OptionalParameters = 1, ReturnType = FunctionSignature.Returns(SqlType.Bytea),
                MayFail = true, Description = "Replaces a stretch of bytes", Examples = [("overlay('\\x1234567890'::bytea placing '\\002\\003'::bytea from 2 for 3)", "\\x12020390")],
            },
            static row => Overlay(row)),
        ScalarFunction.OfFailingRows("bytealike", [SqlType.Bytea, SqlType.Bytea], SqlType.Boolean, static row => row.Set(IsLike(row)), "LIKE of bytes", ("bytealike('abc'::bytea, 'a%'::bytea)", "true")),
        Trim("btrim", true, true, ("btrim('\\x1234567890'::bytea, '\\x9012'::bytea)", "\\x345678")), Trim("ltrim", true, false), Trim("rtrim", false, true),
        ScalarFunction.OfFailingRows("convert_from", [SqlType.Bytea, SqlType.Text], SqlType.Text, static row => Decode(row), "Text from its bytes in an encoding", ("convert_from('\\x616263'::bytea, 'UTF8')", "abc")),
        ScalarFunction.OfFailingRows("convert_to", [SqlType.Text, SqlType.Text], SqlType.Bytea, static row => row.Set(Encode(row.Text(0), row.Text(1))), "Bytes of a text in an encoding", ("convert_to('abc', 'UTF8')", "\\x616263")),
    ];

    private static ScalarFunction Trim(string name, bool atStart, bool atEnd, params (string, string)[] examples) => ScalarFunction.OfRows(
        name, [SqlType.Bytea, SqlType.Bytea], SqlType.Bytea,
        row =>
        {
            ReadOnlySpan<byte> bytes = row.Bytes(0);
            bytes = atStart ? bytes.TrimStart(row.Bytes(1)) : bytes;
            row.Set(atEnd ? bytes.TrimEnd(row.Bytes(1)) : bytes);
        },
        "Without given bytes at its ends", examples);

    private static void Overlay(Row row)
    {
        ReadOnlySpan<byte> bytes = row.Bytes(0), part = row.Bytes(1);
        long from = row.Long(2), count = row.Count > 3 ? row.Long(3) : part.Length;
        if (from <= 0)
        {
            throw ExecutionErrors.NegativeSubstring();
        }

        int start = (int)Math.Min(from - 1, bytes.Length), end = (int)Math.Clamp(from - 1 + count, 0, bytes.Length);
        Span<byte> room = row.Result.Reserve(checked(start + part.Length + (bytes.Length - end)));
        Pulse pulse = row.Pulse;
        pulse.Copy(bytes[..start], room);
        pulse.Copy(part, room[start..]);
        pulse.Copy(bytes[end..], room[(start + part.Length)..]);
        row.Result.CommitBytes(start + part.Length + (bytes.Length - end));
    }

    /// <summary>Goes back to the last % when what follows it does not match, which is as far back as is ever needed.</summary>
    private static bool IsLike(Row row)
    {
        ReadOnlySpan<byte> bytes = row.Bytes(0), pattern = row.Bytes(1);
        Pulse pulse = row.Pulse;
        int i = 0, p = 0, resumeAt = 0, lastPercent = -1;
        while (i < bytes.Length)
        {
            pulse.Spend(1);
            if (p < pattern.Length && pattern[p] == '%')
            {
                lastPercent = p++;
                resumeAt = i;
                continue;
            }

            bool isEscaped = p < pattern.Length && pattern[p] == '\\';
            if (isEscaped && p + 1 == pattern.Length)
            {
                throw ExecutionErrors.InvalidEscape("LIKE pattern must not end with escape character");
            }

            if (p < pattern.Length && (isEscaped ? pattern[p + 1] == bytes[i] : pattern[p] == '_' || pattern[p] == bytes[i]))
            {
                p += isEscaped ? 2 : 1;
                i++;
            }
            else if (lastPercent >= 0)
            {
                p = lastPercent + 1;
                i = ++resumeAt;
            }
            else
            {
                return false;
            }
        }

        return !pattern[p..].ContainsAnyExcept((byte)'%');
    }

    private static int Checked(long index, int length) =>
        index >= 0 && index < length ? (int)index : throw ExecutionErrors.InvalidSubscript($"index {index} out of valid range, 0..{length - 1}");

    private static void Change(Row row, long index, Func<Row, byte, byte> change)
    {
        byte[] bytes = row.Bytes(0).ToArray();
        int place = Checked(index, bytes.Length);
        bytes[place] = change(row, bytes[place]);
        row.Set(bytes);
    }

    private static long Ones(Row row)
    {
        long count = 0;
        Pulse pulse = row.Pulse;
        foreach (byte value in row.Bytes(0))
        {
            count += BitOperations.PopCount(value);
            pulse.Spend(1);
        }

        return count;
    }

    private static int Position(Row row)
    {
        Pulse pulse = row.Pulse;
        return TextSearch.Find(row.Bytes(0), row.Bytes(1), ref pulse);
    }

    private static Encoding Find(string name, string role) => name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToUpperInvariant() switch
    {
        "UTF8" or "UNICODE" => Utf8,
        "LATIN1" or "ISO88591" => Encoding.Latin1,
        "SQLASCII" => Encoding.ASCII,
        _ => throw ExecutionErrors.InvalidArgument($"invalid {role} encoding name \"{name}\""),
    };

    /// <summary>Each encoding's bytes can be cut before every byte that is not a continuation in UTF-8.</summary>
    private static void Decode(Row row)
    {
        Encoding encoding = Find(row.Text(1), "source");
        if (row.Bytes(0).Contains((byte)0))
        {
            throw ExecutionErrors.InvalidUtf8([0]);
        }

        Pulse pulse = row.Pulse;
        var text = new StringBuilder();
        try
        {
            for (ReadOnlySpan<byte> rest = row.Bytes(0); !rest.IsEmpty;)
            {
                ReadOnlySpan<byte> some = Utf8Text.Stretch(rest);
                text.Append(encoding.GetString(some));
                pulse.Spend(some.Length);
                rest = rest[some.Length..];
            }
        }
        catch (DecoderFallbackException)
        {
            throw encoding == Utf8 ? ExecutionErrors.InvalidUtf8(row.Bytes(0)) : ExecutionErrors.InvalidBytes(row.Text(1));
        }

        row.Set(text.ToString());
    }

    private static byte[] Encode(string text, string encoding) => Find(encoding, "destination").GetBytes(text);
}
