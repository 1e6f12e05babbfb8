using System.Text;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Texts made from texts: case, padding, replacement, repetition.</summary>
internal static class Rewriting
{
    private const int LongestText = 1 << 30;

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        ScalarFunction.OfRows("lower", [SqlType.Text], SqlType.Text, static row => ChangeCase(row, isUpper: false), "Lower case", ("lower('TOM Ž')", "tom ž")),
        ScalarFunction.OfRows("upper", [SqlType.Text], SqlType.Text, static row => ChangeCase(row, isUpper: true), "Upper case", ("upper('tom ž')", "TOM Ž")),
        ScalarFunction.OfRows("initcap", [SqlType.Text], SqlType.Text, static row => InitCap(row), "First letter of each word upper case", ("initcap('hi THOMAS')", "Hi Thomas")),
        ScalarFunction.OfRows("reverse", [SqlType.Text], SqlType.Text, static row => Reverse(row), "Characters in reverse order", ("reverse('abcde')", "edcba")),
        ScalarFunction.OfFailingRows("repeat", [SqlType.Text, SqlType.Integer], SqlType.Text, static row => Repeat(row), "The text several times", ("repeat('Pg', 4)", "PgPgPgPg"), ("repeat('a', -1)", "")),
        ScalarFunction.OfRows(
            "replace", [SqlType.Text, SqlType.Text, SqlType.Text], SqlType.Text,
            static row => Replace(row),
            "Replaces a part wherever it occurs", ("replace('abcdefabcdef', 'cd', 'XX')", "abXXefabXXef")),
        ScalarFunction.OfRows(
            "translate", [SqlType.Text, SqlType.Text, SqlType.Text], SqlType.Text, static row => Translate(row),
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
        Pulse pulse = row.Pulse;

        // Case changes character by character; 2 bytes become 3 at most.
        Span<byte> target = row.Result.Reserve(Utf8Text.IsAscii(text) ? text.Length : checked(text.Length + (text.Length / 2) + 3));
        int length = 0;
        while (!text.IsEmpty)
        {
            ReadOnlySpan<byte> some = Utf8Text.Stretch(text);
            if (Utf8Text.IsAscii(some))
            {
                _ = isUpper ? Ascii.ToUpper(some, target[length..], out int written) : Ascii.ToLower(some, target[length..], out written);
                length += written;
            }
            else
            {
                string decoded = Encoding.UTF8.GetString(some);
                length += Encoding.UTF8.GetBytes(isUpper ? decoded.ToUpperInvariant() : decoded.ToLowerInvariant(), target[length..]);
            }

            pulse.Spend(some.Length);
            text = text[some.Length..];
        }

        row.Result.CommitBytes(length);
    }

    private static void InitCap(Row row)
    {
        string text = row.Text(0);
        var result = new StringBuilder(text.Length);
        Pulse pulse = row.Pulse;
        bool isInside = false;
        foreach (char c in text)
        {
            result.Append(isInside ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
            isInside = char.IsLetterOrDigit(c);
            pulse.Spend(1);
        }

        row.Set(result.ToString());
    }

    private static void Reverse(Row row)
    {
        ReadOnlySpan<byte> text = row.Bytes(0);
        Span<byte> room = row.Result.Reserve(text.Length);
        Pulse pulse = row.Pulse;
        for (int start = 0, at = text.Length; start < text.Length;)
        {
            int length = Utf8Text.CharacterLength(text[start..]);
            at -= length;
            text.Slice(start, length).CopyTo(room[at..]);
            pulse.Spend(length);
            start += length;
        }

        row.Result.CommitBytes(text.Length);
    }

    /// <summary>Occurrences are counted first, then replaced. Bytes of UTF-8 that match are characters that match.</summary>
    private static void Replace(Row row)
    {
        ReadOnlySpan<byte> text = row.Bytes(0), from = row.Bytes(1), to = row.Bytes(2);
        Pulse pulse = row.Pulse;
        int count = from.IsEmpty ? 0 : TextSearch.Count(text, from, ref pulse);
        long length = text.Length + (count * ((long)to.Length - from.Length));
        if (length > LongestText)
        {
            throw ExecutionErrors.ProgramLimit("requested length too large");
        }

        Span<byte> room = row.Result.Reserve((int)length);
        for (int i = 0; i < count; i++)
        {
            int at = TextSearch.Find(text, from, ref pulse);
            pulse.Copy(text[..at], room);
            pulse.Copy(to, room[at..]);
            room = room[(at + to.Length)..];
            text = text[(at + from.Length)..];
        }

        pulse.Copy(text, room);
        row.Result.CommitBytes((int)length);
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
        Pulse pulse = row.Pulse;
        for (int i = 0; i < count && !text.IsEmpty; i++)
        {
            pulse.Copy(text, room[(i * text.Length)..]);
        }

        row.Result.CommitBytes((int)bytes);
    }

    /// <summary>A character that occurs twice in the second argument has the first one's replacement; none where the third is too short.</summary>
    private static void Translate(Row row)
    {
        var targets = new Dictionary<Rune, byte[]>();
        ReadOnlySpan<byte> to = row.Bytes(2);
        foreach (Rune source in row.Text(1).EnumerateRunes())
        {
            int length = to.IsEmpty ? 0 : Utf8Text.CharacterLength(to);
            targets.TryAdd(source, to[..length].ToArray());
            to = to[length..];
        }

        Pulse pulse = row.Pulse;
        ReadOnlySpan<byte> text = row.Bytes(0);
        int longest = targets.Count == 0 ? 0 : targets.Max(static pair => (pair.Value.Length + pair.Key.Utf8SequenceLength - 1) / pair.Key.Utf8SequenceLength);
        Span<byte> room = row.Result.Reserve(LengthWithin((long)text.Length * Math.Max(longest, 1)));
        int written = 0;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out Rune rune, out int length);
            ReadOnlySpan<byte> replacement = targets.TryGetValue(rune, out byte[]? target) ? target : text[..length];
            replacement.CopyTo(room[written..]);
            written += replacement.Length;
            pulse.Spend(8);
            text = text[length..];
        }

        row.Result.CommitBytes(written);
    }

    private static int LengthWithin(long bytes) => bytes <= LongestText ? (int)bytes : throw ExecutionErrors.ProgramLimit("requested length too large");

    private static IEnumerable<ScalarFunction> Pads(string name, bool isLeft, params (string, string)[] examples) =>
    [
        ScalarFunction.OfFailingRows(name, [SqlType.Text, SqlType.Integer, SqlType.Text], SqlType.Text, row => Pad(row, row.Bytes(2), isLeft), "Fills up to a length", examples),
        ScalarFunction.OfFailingRows(name, [SqlType.Text, SqlType.Integer], SqlType.Text, row => Pad(row, " "u8, isLeft), "Fills with blanks up to a length"),
    ];

    private static void Pad(Row row, ReadOnlySpan<byte> fill, bool isLeft)
    {
        ReadOnlySpan<byte> text = row.Bytes(0);
        int length = row.Int(1);
        if (length > 100_000_000)
        {
            throw ExecutionErrors.ProgramLimit("requested length too large");
        }

        int missing = Math.Max(length, 0) - Utf8Text.Count(text);
        if (missing <= 0 || fill.IsEmpty)
        {
            row.SetPart(0, 0, missing <= 0 ? Utf8Text.Offset(text, Math.Max(length, 0)) : text.Length);
            return;
        }

        // The filling several times, and then the first characters of it.
        int fillCharacters = Utf8Text.Count(fill), times = missing / fillCharacters, rest = Utf8Text.Offset(fill, missing % fillCharacters);
        int padding = LengthWithin(((long)times * fill.Length) + rest), whole = LengthWithin((long)padding + text.Length);
        Span<byte> room = row.Result.Reserve(whole);
        Pulse pulse = row.Pulse;
        pulse.Copy(text, isLeft ? room[padding..] : room);
        Span<byte> filled = isLeft ? room[..padding] : room[text.Length..whole];
        for (int i = 0; i < times; i++)
        {
            pulse.Copy(fill, filled);
            filled = filled[fill.Length..];
        }

        fill[..rest].CopyTo(filled);
        row.Result.CommitBytes(whole);
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
        int length = LengthWithin((long)start + part.Length + (text.Length - end));
        Span<byte> room = row.Result.Reserve(length);
        Pulse pulse = row.Pulse;
        pulse.Copy(text[..start], room);
        pulse.Copy(part, room[start..]);
        pulse.Copy(text[end..], room[(start + part.Length)..]);
        row.Result.CommitBytes(length);
    }
}
