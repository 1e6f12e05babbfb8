using SqlCluster.Catalyst.Catalog;

namespace SqlCluster.Execution.Csv;

/// <summary>Finds out which delimiter, quote and escape a CSV file is written with.</summary>
/// <remarks>
/// Double quotes are supposed first; the delimiter and escape that give the most equally long records win. Apostrophes quote only where every one that begins a field
/// is closed right before a delimiter or line end, and where that makes the records at least as equal; so 'Til and O'Brien are texts. A file in which every double
/// quote that begins a field closes within a text has no quotes.
/// </remarks>
internal static class CsvDialectFinder
{
    private const int SampleBytes = 1 << 18;
    private const int SampleRows = 1000;
    private const int LongestOpenBytes = 1 << 16;

    private static readonly byte[] Delimiters = [(byte)',', (byte)'|', (byte)';', (byte)'\t'];

    /// <param name="bytes">The file's first bytes.</param>
    /// <param name="isWhole">Whether these are all.</param>
    /// <param name="path">Its ending may name the delimiter.</param>
    /// <param name="options">What the user said is not looked for.</param>
    /// <param name="declared">Records as wide as the declared columns are preferred.</param>
    public static CsvDialect Find(byte[] bytes, bool isWhole, string path, CsvOptions options, NodeList<TableColumn>? declared)
    {
        byte[] delimiters = options.Delimiter is { } delimiter ? [delimiter]
            : path.Contains(".tsv", StringComparison.OrdinalIgnoreCase) ? [(byte)'\t'] : path.Contains(".tbl", StringComparison.OrdinalIgnoreCase) ? [(byte)'|'] : Delimiters;
        bool isSample = bytes.Length > SampleBytes;
        var text = new Sample(isSample ? bytes[..SampleBytes] : bytes, isWhole && !isSample, SampleRows);
        Candidate best = Best(text, options.Quote ?? (byte)'"', delimiters, options, declared)!;
        if (options.Quote != null)
        {
            return best.Dialect;
        }

        if (options.Escape is not (byte)'"' && Best(text, (byte)'\'', delimiters, options, declared) is { } apostrophe && apostrophe.IsBetterThan(best)
            && (!isSample || Look(new Sample(bytes, isWhole, int.MaxValue), apostrophe.Dialect, declared).IsWellQuoted))
        {
            return apostrophe.Dialect with { EndsFieldsAtQuotes = true };
        }

        if (best is { Quoted: 0, Broken: > 0 } && Best(text, CsvDialect.None, delimiters, options, declared) is { } plain && plain.IsEven && plain.Agreement >= best.Agreement)
        {
            return plain.Dialect;
        }

        return best.Dialect;
    }

    /// <returns>Null when no field can begin with the quote, unless it is the double quote.</returns>
    private static Candidate? Best(Sample text, byte quote, byte[] delimiters, CsvOptions options, NodeList<TableColumn>? declared)
    {
        Candidate? best = null;
        byte[] escapes = options.Escape is { } given && quote != CsvDialect.None ? [given] : quote == CsvDialect.None ? [CsvDialect.None] : [quote, (byte)'\\'];
        foreach (byte delimiter in delimiters)
        {
            if (quote == (byte)'\'' && options.Quote == null && !BeginsFields(text.Bytes, quote, delimiter))
            {
                continue;
            }

            foreach (byte escape in escapes)
            {
                if (escape == (byte)'\\' && options.Escape == null && text.Bytes.AsSpan().IndexOf([escape, quote]) < 0)
                {
                    continue;
                }

                Candidate found = Look(text, new CsvDialect(delimiter, quote, escape, false, options.SkippedLines, options.Comment), declared);
                if (quote == (byte)'\'' && options.Quote == null && !found.IsWellQuoted)
                {
                    continue;
                }

                if (best is null || found.Score > best.Score || (found.Score == best.Score && found.Dialect.Delimiter == best.Dialect.Delimiter && found.Broken < best.Broken))
                {
                    best = found;
                }
            }
        }

        return best;
    }

    private static bool BeginsFields(ReadOnlySpan<byte> bytes, byte quote, byte delimiter) =>
        (bytes.Length > 0 && bytes[0] == quote) || bytes.IndexOf([(byte)'\n', quote]) >= 0 || bytes.IndexOf([delimiter, quote]) >= 0;

    private static Candidate Look(Sample text, CsvDialect dialect, NodeList<TableColumn>? declared)
    {
        List<Range> records = CsvSniffer.Records(text.Bytes, text.IsWhole, dialect, text.Rows, out int rest);
        var result = new Candidate(dialect, !text.IsWhole && rest >= LongestOpenBytes);
        var widths = new int[records.Count];
        var joined = new List<(int Before, int FirstLine, int LastLine)>();
        for (int i = 0; i < widths.Length; i++)
        {
            widths[i] = result.Add(CsvSniffer.TrimLine(text.Bytes.AsSpan(records[i])), joined);
        }

        result.Judge(widths, joined, declared);
        return result;
    }

    private sealed record Sample(byte[] Bytes, bool IsWhole, int Rows);

    /// <summary>What a sample is by one dialect.</summary>
    /// <param name="dialect">The dialect.</param>
    /// <param name="isOpen">Whether a quote is not closed where the sample ends.</param>
    private sealed class Candidate(CsvDialect dialect, bool isOpen)
    {
        private bool _isOpen = isOpen;
        private bool _joinsRecords;

        public CsvDialect Dialect => dialect;

        /// <summary>Share of the records that have the most frequent width; 0: records of one field say nothing; more than 10: as wide as declared.</summary>
        public double Agreement { get; private set; }

        /// <summary>Agreement, and among equals more fields.</summary>
        public double Score { get; private set; }

        public bool IsEven { get; private set; }

        /// <summary>Quoted fields that end with their quote.</summary>
        public int Quoted { get; private set; }

        /// <summary>Those that have more text behind it.</summary>
        public int Broken { get; private set; }

        public bool IsWellQuoted => Quoted > 0 && Broken == 0 && !_isOpen && !_joinsRecords;

        public bool IsBetterThan(Candidate other) =>
            Agreement > other.Agreement || (Agreement == other.Agreement && other.Quoted == 0);

        /// <returns>The record's fields.</returns>
        public int Add(ReadOnlySpan<byte> record, List<(int Before, int FirstLine, int LastLine)> joined)
        {
            int start = 0;
            for (int fields = 1; ; fields++)
            {
                int search = start;
                if (start < record.Length && record[start] == dialect.Quote)
                {
                    int closed = dialect.ClosingQuote(record, start + 1);
                    search = closed >= 0 ? closed + 1 : record.Length;
                    if (closed < 0)
                    {
                        _isOpen = true;
                    }
                    else if (!dialect.EndsField(record, search))
                    {
                        Broken++;
                    }
                    else
                    {
                        Quoted++;
                        ReadOnlySpan<byte> text = record[start..closed];
                        int firstEnd = text.IndexOf((byte)'\n');
                        if (firstEnd >= 0)
                        {
                            joined.Add((fields - 1, text[..firstEnd].Count(dialect.Delimiter), text[text.LastIndexOf((byte)'\n')..].Count(dialect.Delimiter)));
                        }
                    }
                }

                int end = record[search..].IndexOf(dialect.Delimiter);
                if (end < 0)
                {
                    return fields;
                }

                start = search + end + 1;
            }
        }

        public void Judge(int[] widths, List<(int Before, int FirstLine, int LastLine)> joined, NodeList<TableColumn>? declared)
        {
            if (widths.Length == 0)
            {
                return;
            }

            int width = CsvSniffer.Mode(widths);
            double share = widths.Count(found => found == width) / (double)widths.Length;
            IsEven = share == 1;
            Agreement = width == 1 ? 0 : declared?.Count == width ? 10 + share : share;
            Score = Agreement is > 0 and <= 1 ? share + (width / 10_000.0) : Agreement;

            // A text whose first and last line would be whole records without the quotes is rather two records with apostrophes: 'Til and dancin'.
            _joinsRecords = width > 1 && joined.Exists(text => text.Before + text.FirstLine == width - 1 && text.LastLine == text.Before && text.Before + text.FirstLine > 0);
        }
    }
}
