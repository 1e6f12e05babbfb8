using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Parts of texts: substring, left, right, trims, split_part. Results point into their argument's memory.</summary>
internal static class Parts
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        .. Substrings("substring", ("substring('Thomas' from 2 for 3)", "hom"), ("substring('Thomas' from 3)", "omas"), ("substring('Thomas' from -1 for 4)", "Th")),
        .. Substrings("substr", ("substr('alphabet', 3, 2)", "ph")),
        ScalarFunction.OfRows("left", [SqlType.Text, SqlType.Integer], SqlType.Text, static row => Left(row), "First characters", ("left('abcde', 2)", "ab"), ("left('abcde', -2)", "abc")),
        ScalarFunction.OfRows("right", [SqlType.Text, SqlType.Integer], SqlType.Text, static row => Right(row), "Last characters", ("right('abcde', 2)", "de"), ("right('abcde', -2)", "cde")),
        .. Trims("btrim", true, true, ("btrim('xyxtrimyyx', 'xyz')", "trim"), ("trim('  a ')", "a")),
        .. Trims("trim", true, true),
        .. Trims("ltrim", true, false, ("ltrim('zzzytest', 'xyz')", "test")),
        .. Trims("rtrim", false, true, ("rtrim('testxxzx', 'xyz')", "test")),
        ScalarFunction.OfFailingRows(
            "split_part", [SqlType.Text, SqlType.Text, SqlType.Integer], SqlType.Text, static row => SplitPart(row), "N-th field between delimiters",
            ("split_part('abc~@~def~@~ghi', '~@~', 2)", "def"), ("split_part('a,b,c', ',', -1)", "c"), ("split_part('a', ',', 2)", "")),
    ];

    private static IEnumerable<ScalarFunction> Substrings(string name, params (string, string)[] examples) =>
    [
        ScalarFunction.OfFailingRows(name, [SqlType.Text, SqlType.Integer, SqlType.Integer], SqlType.Text, static row => Substring(row, 0, row.Long(1), row.Long(2)), "Characters from a place on", examples),
        ScalarFunction.OfRows(name, [SqlType.Text, SqlType.Integer], SqlType.Text, static row => Substring(row, 0, row.Long(1), int.MaxValue), "Characters from a place on"),
        ScalarFunction.OfFailingRows(
            name, [SqlType.Bytea, SqlType.Integer, SqlType.Integer], SqlType.Bytea, static row =>
            {
                long start = Math.Max(row.Long(1), 1), end = Math.Min(row.Long(1) + Count(row.Long(2)), row.Bytes(0).Length + 1L);
                row.SetPart(0, (int)Math.Min(start - 1, row.Bytes(0).Length), (int)Math.Max(end - start, 0));
            },
            "Bytes from a place on"),
        ScalarFunction.OfRows(
            name, [SqlType.Bytea, SqlType.Integer], SqlType.Bytea, static row =>
            {
                int start = (int)Math.Min(Math.Max(row.Long(1), 1) - 1, row.Bytes(0).Length);
                row.SetPart(0, start, row.Bytes(0).Length - start);
            },
            "Bytes from a place on"),
    ];

    private static long Count(long count) => count < 0 ? throw ExecutionErrors.NegativeSubstring() : count;

    private static void Substring(Row row, int argument, long from, long count)
    {
        ReadOnlySpan<byte> text = row.Bytes(argument);
        long end = from + Count(count), start = Math.Max(from, 1);
        if (end <= start)
        {
            row.SetPart(argument, 0, 0);
            return;
        }

        if (Utf8Text.IsAscii(text))
        {
            int first = (int)Math.Min(start - 1, text.Length);
            row.SetPart(argument, first, (int)Math.Min(end - start, text.Length - first));
            return;
        }

        int begin = Utf8Text.Offset(text, (int)Math.Min(start - 1, int.MaxValue));
        row.SetPart(argument, begin, Utf8Text.Offset(text[begin..], (int)Math.Min(end - start, int.MaxValue)));
    }

    private static void Left(Row row)
    {
        ReadOnlySpan<byte> text = row.Bytes(0);
        long count = row.Long(1);
        count = count < 0 ? Math.Max(Utf8Text.Count(text) + count, 0) : count;
        row.SetPart(0, 0, Utf8Text.Offset(text, (int)count));
    }

    private static void Right(Row row)
    {
        ReadOnlySpan<byte> text = row.Bytes(0);
        long count = row.Long(1), skipped = count < 0 ? -count : Math.Max(Utf8Text.Count(text) - count, 0);
        int start = Utf8Text.Offset(text, (int)Math.Min(skipped, int.MaxValue));
        row.SetPart(0, start, text.Length - start);
    }

    private static IEnumerable<ScalarFunction> Trims(string name, bool start, bool end, params (string, string)[] examples) =>
    [
        ScalarFunction.OfRows(name, [SqlType.Text, SqlType.Text], SqlType.Text, row => Trim(row, row.Bytes(1), start, end), "Cuts characters of a set off the ends", examples),
        ScalarFunction.OfRows(name, [SqlType.Text], SqlType.Text, row => Trim(row, " "u8, start, end), "Cuts blanks off the ends"),
    ];

    private static void Trim(Row row, ReadOnlySpan<byte> set, bool atStart, bool atEnd)
    {
        ReadOnlySpan<byte> text = row.Bytes(0);
        Pulse pulse = row.Pulse;
        int start = 0, end = text.Length;
        while (atStart && start < end && Utf8Text.CharacterLength(text[start..end]) is var length && set.IndexOf(text.Slice(start, length)) >= 0)
        {
            start += length;
            pulse.Spend(1 + set.Length);
        }

        while (atEnd && end > start)
        {
            int last = end - 1;
            while (last > start && Utf8Text.IsContinuation(text[last]))
            {
                last--;
            }

            pulse.Spend(1 + set.Length);

            if (set.IndexOf(text[last..end]) < 0)
            {
                break;
            }

            end = last;
        }

        row.SetPart(0, start, end - start);
    }

    private static void SplitPart(Row row)
    {
        ReadOnlySpan<byte> text = row.Bytes(0), delimiter = row.Bytes(1);
        int field = row.Int(2);
        if (field == 0)
        {
            throw ExecutionErrors.InvalidArgument("field position must not be zero");
        }

        Pulse pulse = row.Pulse;
        if (delimiter.IsEmpty)
        {
            row.SetPart(0, 0, field is 1 or -1 ? text.Length : 0);
            return;
        }

        if (field < 0)
        {
            field = TextSearch.Count(text, delimiter, ref pulse) + field + 2;
        }

        int start = 0;
        for (int i = 1; field > 0; i++)
        {
            int length = TextSearch.Find(text[start..], delimiter, ref pulse);
            if (i == field)
            {
                row.SetPart(0, start, length < 0 ? text.Length - start : length);
                return;
            }

            if (length < 0)
            {
                break;
            }

            start += length + delimiter.Length;
        }

        row.SetPart(0, 0, 0);
    }
}
