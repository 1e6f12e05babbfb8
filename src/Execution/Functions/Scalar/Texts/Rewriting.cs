using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Texts made from texts: case, padding, replacement, repetition.</summary>
internal static class Rewriting
{
    private const int LongestText = 1 << 30;

    /// <summary>Bytes of one value between two looks at the cancellation: a millisecond at most.</summary>
    private const int StretchBytes = 64 << 10;

    private const int OccurrencesPerCheck = 4096;

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        ScalarFunction.OfRows("lower", [SqlType.Text], SqlType.Text, static row => ChangeCase(row, isUpper: false), "Lower case", ("lower('TOM Ž')", "tom ž")),
        ScalarFunction.OfRows("upper", [SqlType.Text], SqlType.Text, static row => ChangeCase(row, isUpper: true), "Upper case", ("upper('tom ž')", "TOM Ž")),
        ScalarFunction.OfRows("initcap", [SqlType.Text], SqlType.Text, static row => row.Set(InitCap(row.Text(0))), "First letter of each word upper case", ("initcap('hi THOMAS')", "Hi Thomas")),
        ScalarFunction.OfRows("reverse", [SqlType.Text], SqlType.Text, static row => Reverse(row), "Characters in reverse order", ("reverse('abcde')", "edcba")),
        ScalarFunction.OfFailingRows("repeat", [SqlType.Text, SqlType.Integer], SqlType.Text, static row => Repeat(row), "The text several times", ("repeat('Pg', 4)", "PgPgPgPg"), ("repeat('a', -1)", "")),
        ScalarFunction.OfRows(
            "replace", [SqlType.Text, SqlType.Text, SqlType.Text], SqlType.Text,
            static row => Replace(row),
            "Replaces a part wherever it occurs", ("replace('abcdefabcdef', 'cd', 'XX')", "abXXefabXXef")),
        ScalarFunction.OfRows(
            "translate", [SqlType.Text, SqlType.Text, SqlType.Text], SqlType.Text, static row => row.Set(Translate(row.Text(0), row.Text(1), row.Text(2))),
            "Replaces characters one by one", ("translate('12345', '143', 'ax')", "a2x5")),
        .. Pads("lpad", isLeft: true, ("lpad('hi', 5, 'xy')", "xyxhi"), ("lpad('hello', 2)", "he")),
        .. Pads("rpad", isLeft: false, ("rpad('hi', 5, 'xy')", "hixyx")),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "overlay", Parameters = [SqlType.Text, SqlType.Text, SqlType.Integer, SqlType.Integer], OptionalParameters = 1, ReturnType = FunctionSignature.Returns(SqlType.Text),
                MayFail = true, Description = "Replaces a stretch of characters", Examples = [("overlay('Txxxxas' placing 'hom' from 2 for 4)", "Thomas")],
            },
            static row => Overlay(row)),
    ];

    private static void ChangeCase(Row row, bool isUpper)
    {
        ReadOnlySpan<byte> text = row.Bytes(0);
        if (Utf8Text.IsAscii(text))
        {
            Span<byte> room = row.Result.Reserve(text.Length);
            _ = isUpper ? Ascii.ToUpper(text, room, out int written) : Ascii.ToLower(text, room, out written);
            row.Result.CommitBytes(written);
            return;
        }

        // Case changes character by character; 2 bytes become 3 at most.
        Span<byte> target = row.Result.Reserve(checked(text.Length + (text.Length / 2) + 3));
        int length = 0;
        while (!text.IsEmpty)
        {
            row.Context.Cancellation.ThrowIfCancellationRequested();
            int part = Math.Min(text.Length, StretchBytes);
            while (part < text.Length && (text[part] & 0xC0) == 0x80)
            {
                part++;
            }

            string some = Encoding.UTF8.GetString(text[..part]);
            length += Encoding.UTF8.GetBytes(isUpper ? some.ToUpperInvariant() : some.ToLowerInvariant(), target[length..]);
            text = text[part..];
        }

        row.Result.CommitBytes(length);
    }

    private static string InitCap(string text)
    {
        var result = new StringBuilder(text.Length);
        bool isInside = false;
        foreach (char c in text)
        {
            result.Append(isInside ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            isInside = char.IsLetterOrDigit(c);
        }

        return result.ToString();
    }

    private static void Reverse(Row row)
    {
        ReadOnlySpan<byte> text = row.Bytes(0);
        Span<byte> room = row.Result.Reserve(text.Length);
        int at = text.Length;
        for (int start = 0, end; start < text.Length; start = end)
        {
            if (start % StretchBytes == 0)
            {
                row.Context.Cancellation.ThrowIfCancellationRequested();
            }

            for (end = start + 1; end < text.Length && (text[end] & 0xC0) == 0x80; end++)
            {
                // The rest of the character.
            }

            at -= end - start;
            text[start..end].CopyTo(room[at..]);
        }

        row.Result.CommitBytes(text.Length);
    }

    /// <summary>Occurrences are counted first, then replaced. Bytes of UTF-8 that match are characters that match.</summary>
    private static void Replace(Row row)
    {
        ReadOnlySpan<byte> text = row.Bytes(0), from = row.Bytes(1), to = row.Bytes(2);
        int count = from.IsEmpty ? 0 : Count(text, from, row.Context.Cancellation);
        long length = text.Length + (count * ((long)to.Length - from.Length));
        if (length > LongestText)
        {
            throw ExecutionErrors.ProgramLimit("requested length too large");
        }

        Span<byte> room = row.Result.Reserve((int)length);
        for (int i = 0; i < count; i++)
        {
            if (i % OccurrencesPerCheck == 0)
            {
                row.Context.Cancellation.ThrowIfCancellationRequested();
            }

            int at = text.IndexOf(from);
            text[..at].CopyTo(room);
            to.CopyTo(room[at..]);
            room = room[(at + to.Length)..];
            text = text[(at + from.Length)..];
        }

        text.CopyTo(room);
        row.Result.CommitBytes((int)length);
    }

    private static int Count(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part, CancellationToken cancellation)
    {
        int count = 0;
        for (int at; (at = text.IndexOf(part)) >= 0; text = text[(at + part.Length)..])
        {
            if (++count % OccurrencesPerCheck == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }
        }

        return count;
    }

    private static void Repeat(Row row)
    {
        ReadOnlySpan<byte> text = row.Bytes(0);
        long count = Math.Max(row.Long(1), 0), bytes = text.Length * count;
        if (bytes > LongestText)
        {
            throw ExecutionErrors.ProgramLimit("requested length too large");
        }

        Span<byte> room = row.Result.Reserve((int)bytes);
        for (int i = 0; i < count && !text.IsEmpty; i++)
        {
            if (i % OccurrencesPerCheck == 0 || text.Length > StretchBytes)
            {
                row.Context.Cancellation.ThrowIfCancellationRequested();
            }

            text.CopyTo(room[(i * text.Length)..]);
        }

        row.Result.CommitBytes((int)bytes);
    }

    private static string Translate(string text, string from, string to)
    {
        var result = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            Rune[] sources = [.. from.EnumerateRunes()], targets = [.. to.EnumerateRunes()];
            int index = Array.IndexOf(sources, rune);
            if (index < 0)
            {
                result.Append(rune.ToString());
            }
            else if (index < targets.Length)
            {
                result.Append(targets[index].ToString());
            }
        }

        return result.ToString();
    }

    private static IEnumerable<ScalarFunction> Pads(string name, bool isLeft, params (string, string)[] examples) =>
    [
        ScalarFunction.OfFailingRows(name, [SqlType.Text, SqlType.Integer, SqlType.Text], SqlType.Text, row => row.Set(Pad(row.Text(0), row.Int(1), row.Text(2), isLeft)), "Fills up to a length", examples),
        ScalarFunction.OfFailingRows(name, [SqlType.Text, SqlType.Integer], SqlType.Text, row => row.Set(Pad(row.Text(0), row.Int(1), " ", isLeft)), "Fills with blanks up to a length"),
    ];

    private static string Pad(string text, int length, string fill, bool isLeft)
    {
        if (length > 100_000_000)
        {
            throw ExecutionErrors.ProgramLimit("requested length too large");
        }

        Rune[] runes = [.. text.EnumerateRunes()];
        if (length <= runes.Length)
        {
            return string.Concat(runes.Take(Math.Max(length, 0)).Select(static rune => rune.ToString()));
        }

        Rune[] filling = [.. fill.EnumerateRunes()];
        if (filling.Length == 0)
        {
            return text;
        }

        var padding = new StringBuilder();
        for (int i = 0; i < length - runes.Length; i++)
        {
            padding.Append(filling[i % filling.Length].ToString());
        }

        return isLeft ? padding.Append(text).ToString() : text + padding;
    }

    private static void Overlay(Row row)
    {
        ReadOnlySpan<byte> text = row.Bytes(0), part = row.Bytes(1);
        long from = row.Long(2), count = row.Count > 3 ? row.Long(3) : Utf8Text.Count(part);
        if (from <= 0)
        {
            throw ExecutionErrors.NegativeSubstring();
        }

        int start = Utf8Text.Offset(text, (int)Math.Min(from - 1, int.MaxValue)), end = Utf8Text.Offset(text, (int)Math.Clamp(from - 1 + count, 0, int.MaxValue));
        row.Set([.. text[..start], .. part, .. text[end..]]);
    }
}
