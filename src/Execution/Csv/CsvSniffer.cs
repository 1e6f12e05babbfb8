using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Csv;

/// <summary>Finds out how a CSV file is written and what its columns are, from its first bytes.</summary>
/// <remarks>
/// A header is a first record that the types of the others do not fit, or, where all is text, one whose values are distinct and not empty. Columns are tried as
/// boolean, bigint, double precision, date, time, timestamp and timestamptz, in this order; digits behind a leading zero are text, as the zero would be lost.
/// </remarks>
internal static class CsvSniffer
{
    private const int SampleBytes = 4 << 20;

    private static readonly (ColumnKinds Kind, SqlType Type)[] KindTypes =
    [
        (ColumnKinds.Boolean, SqlType.Boolean), (ColumnKinds.Long, SqlType.BigInt), (ColumnKinds.Double, SqlType.DoublePrecision), (ColumnKinds.Date, SqlType.Date),
        (ColumnKinds.Time, SqlType.Time), (ColumnKinds.Timestamp, SqlType.Timestamp), (ColumnKinds.Instant, SqlType.TimestampTz),
    ];

    [Flags]
    private enum ColumnKinds
    {
        None = 0,
        Boolean = 1,
        Long = 2,
        Double = 4,
        Number = Long | Double,
        Date = 8,
        Time = 16,
        Timestamp = 32,
        Instant = 64,
        All = 127,
    }

    /// <exception cref="Parser.Errors.QueryException">The file cannot be read, or declared columns do not fit its records.</exception>
    public static (CsvDialect Dialect, NodeList<TableColumn> Columns) Sniff(string path, CsvOptions options, NodeList<TableColumn>? declared, CancellationToken cancellation = default)
    {
        int size = options.SampleRows < 0 ? int.MaxValue / 4 : SampleBytes;
        if (options.SampleRows < 0)
        {
            size = (int)Math.Min(size, Math.Max(new FileInfo(path).Length * (FilePaths.IsPacked(path) ? 20 : 1) + 1, 1024));
        }

        (byte[] bytes, bool isWhole) = TextBlockSource.ReadSample(path, size);
        CsvDialect dialect = CsvDialectFinder.Find(bytes, isWhole, path, options, declared);
        List<string?[]> rows = Split(bytes, isWhole, dialect, options.SampleRows < 0 ? int.MaxValue : options.SampleRows + 1, cancellation);
        int width = rows.Count == 0 ? 0 : Math.Max(Mode(rows.Select(static row => row.Length)), options.PadsRows ? rows.Max(static row => row.Length) : 0);
        dialect = dialect with
        {
            EndsWithDelimiter = width > 1 && (path.Contains(".tbl", StringComparison.OrdinalIgnoreCase) || declared?.Count == width - 1)
                && rows.TrueForAll(row => row.Length != width || row[^1] is null or ""),
        };
        width -= dialect.EndsWithDelimiter ? 1 : 0;
        if (declared != null)
        {
            bool isHeader = options.HasHeader ?? (rows.Count > 0 && rows[0].Length >= declared.Count && declared.Select(static column => column.Name).SequenceEqual(rows[0].Take(declared.Count), StringComparer.OrdinalIgnoreCase));
            isHeader |= options.HasHeader is null && options.LooksForHeader && rows.Count > 0 && !Fits(rows[0], declared) && (rows.Count == 1 || Fits(rows[1], declared));
            return (dialect with { HasHeader = isHeader }, declared);
        }

        if (width == 0)
        {
            throw TextFileErrors.Malformed(path, 1, "no records to take columns from");
        }

        var kinds = new ColumnKinds[width];
        var seen = new bool[width];
        var hasZeros = new bool[width];
        Array.Fill(kinds, ColumnKinds.All);
        var rules = new CsvFieldRules(dialect, options.NullTexts, options.ReadsQuotedNulls);
        foreach (string?[] row in rows.Skip(options.HasHeader == false ? 0 : 1))
        {
            cancellation.ThrowIfCancellationRequested();
            for (int i = 0; i < Math.Min(width, row.Length); i++)
            {
                if (!string.IsNullOrEmpty(row[i]) && (kinds[i] != ColumnKinds.None || !seen[i]) && !rules.IsNull(Encoding.UTF8.GetBytes(row[i]!), false))
                {
                    kinds[i] &= Kinds(row[i]!, kinds[i]);
                    seen[i] = true;
                    hasZeros[i] |= BeginsWithZero(row[i]!);
                }
            }
        }

        bool hasHeader = options.HasHeader ?? IsHeader(rows, kinds, seen, width);
        if (!hasHeader && options.HasHeader == null)
        {
            for (int i = 0; i < Math.Min(width, rows[0].Length); i++)
            {
                if (!string.IsNullOrEmpty(rows[0][i]))
                {
                    kinds[i] &= Kinds(rows[0][i]!, kinds[i]);
                    seen[i] = true;
                    hasZeros[i] |= BeginsWithZero(rows[0][i]!);
                }
            }
        }

        string[] names = Names(options.Names, hasHeader ? rows[0] : null, width);
        NodeList<TableColumn> found = [.. names.Select((name, i) => new TableColumn(name, options.AllText || !seen[i] ? SqlType.Text : TypeOf(hasZeros[i] ? kinds[i] & ~ColumnKinds.Number : kinds[i])))];
        return (dialect with { HasHeader = hasHeader, Header = hasHeader ? [.. rows[0].Select(static name => name?.Trim() ?? "")] : null }, options.Types is { } types ? ColumnTypeOptions.Override(found, "types", types) : found);
    }

    /// <summary>Splits records the plain way: fields as text, NULL for an unquoted empty one.</summary>
    internal static List<string?[]> Split(ReadOnlySpan<byte> bytes, bool isWhole, CsvDialect dialect, int maxRows, CancellationToken cancellation = default)
    {
        var rows = new List<string?[]>();
        foreach (Range record in Records(bytes, isWhole, dialect, maxRows, out _, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            rows.Add(Fields(TrimLine(bytes[record]), dialect));
        }

        return rows;
    }

    /// <summary>Where the records are, without empty lines and comments.</summary>
    /// <param name="bytes">A file's first bytes.</param>
    /// <param name="isWhole">Whether the last record may lack its line feed.</param>
    /// <param name="dialect">How they are written.</param>
    /// <param name="maxRows">Records at most.</param>
    /// <param name="restBytes">Bytes of a last record that does not end here.</param>
    /// <param name="cancellation">Ends the look at a large sample.</param>
    internal static List<Range> Records(ReadOnlySpan<byte> bytes, bool isWhole, CsvDialect dialect, int maxRows, out int restBytes, CancellationToken cancellation = default)
    {
        var records = new List<Range>();
        int position = (dialect with { HasHeader = false }).PrologueLength(bytes, isWhole);
        restBytes = 0;
        while (position >= 0 && position < bytes.Length && records.Count < maxRows)
        {
            cancellation.ThrowIfCancellationRequested();
            int length = dialect.FirstRecordEnd(bytes[position..]);
            if (length == 0 && !isWhole)
            {
                restBytes = bytes.Length - position;
                break;
            }

            int start = position;
            position = length == 0 ? bytes.Length : position + length;
            if (!dialect.IsSkipped(bytes[start..position]))
            {
                records.Add(start..position);
            }
        }

        return records;
    }

    internal static ReadOnlySpan<byte> TrimLine(ReadOnlySpan<byte> record)
    {
        record = record.EndsWith("\n"u8) ? record[..^1] : record;
        return record.EndsWith("\r"u8) ? record[..^1] : record;
    }

    private static string?[] Fields(ReadOnlySpan<byte> record, CsvDialect dialect)
    {
        var fields = new List<string?>();
        var text = new byte[record.Length];
        int start = 0;
        while (true)
        {
            int search = start;
            if (start < record.Length && record[start] == dialect.Quote)
            {
                // A quote that is never closed takes all that follows, so that the scan can say so.
                int closed = dialect.ClosingQuote(record, start + 1);
                search = closed >= 0 ? closed + 1 : record.Length;
            }

            int end = record[search..].IndexOf(dialect.Delimiter);
            ReadOnlySpan<byte> field = end < 0 ? record[start..] : record[start..(search + end)];
            bool isQuoted = field.Length > 0 && field[0] == dialect.Quote;
            fields.Add(isQuoted ? Encoding.UTF8.GetString(text, 0, dialect.Unquote(field, text)) : field.IsEmpty ? null : Encoding.UTF8.GetString(field));
            if (end < 0)
            {
                return [.. fields];
            }

            start = search + end + 1;
        }
    }

    /// <summary>The most frequent width, and of equally frequent ones the largest.</summary>
    internal static int Mode(IEnumerable<int> widths) =>
        widths.GroupBy(static width => width).OrderByDescending(static group => group.Count()).ThenByDescending(static group => group.Key).First().Key;

    private static bool IsHeader(List<string?[]> rows, ColumnKinds[] kinds, bool[] seen, int width)
    {
        string?[] first = rows[0];
        if (first.Length != width)
        {
            return false;
        }

        bool isTyped = false, fits = true, lacksName = Array.Exists(first, string.IsNullOrEmpty);
        for (int i = 0; i < width; i++)
        {
            bool isText = kinds[i] == ColumnKinds.None || !seen[i];
            isTyped |= !isText;
            fits &= isText || string.IsNullOrEmpty(first[i]) || (kinds[i] & Kinds(first[i]!, kinds[i])) != 0;
        }

        // Values may be missing in any record, names seldom are: such a header must have nothing but names.
        bool hasNumber = Array.Exists(first, static value => !string.IsNullOrEmpty(value) && Kinds(value, ColumnKinds.All) != ColumnKinds.None);
        return isTyped ? !fits && !(lacksName && hasNumber) : !lacksName && !hasNumber && first.Distinct(StringComparer.OrdinalIgnoreCase).Count() == width;
    }

    /// <summary>Whether a record's fields can be numbers, times and truth values where the columns are.</summary>
    private static bool Fits(string?[] record, NodeList<TableColumn> columns)
    {
        for (int i = 0; i < Math.Min(record.Length, columns.Count); i++)
        {
            ColumnKinds wanted = columns[i].Type switch
            {
                { Kind: TypeKind.Boolean } => ColumnKinds.Boolean,
                { IsInteger: true } => ColumnKinds.Long,
                { IsNumber: true } => ColumnKinds.Double,
                { Kind: TypeKind.Date } => ColumnKinds.Date,
                { Kind: TypeKind.Time } => ColumnKinds.Time,
                { Kind: TypeKind.Timestamp } => ColumnKinds.Timestamp,
                { Kind: TypeKind.TimestampTz } => ColumnKinds.Instant,
                _ => ColumnKinds.None,
            };
            if (wanted != ColumnKinds.None && !string.IsNullOrEmpty(record[i]) && Kinds(record[i]!, wanted) == ColumnKinds.None)
            {
                return false;
            }
        }

        return true;
    }

    private static ColumnKinds Kinds(string value, ColumnKinds wanted)
    {
        Span<byte> buffer = stackalloc byte[128];
        if (!Encoding.UTF8.TryGetBytes(value.AsSpan().Trim(' '), buffer, out int length))
        {
            return ColumnKinds.None;
        }

        ReadOnlySpan<byte> text = buffer[..length];
        ColumnKinds result = ColumnKinds.None;
        result |= (wanted & ColumnKinds.Boolean) != 0 && CsvValues.TryBoolean(text, out _) ? ColumnKinds.Boolean : 0;
        result |= (wanted & ColumnKinds.Long) != 0 && CsvValues.TryLong(text, out _) ? ColumnKinds.Long : 0;
        result |= (wanted & ColumnKinds.Double) != 0 && CsvValues.TryDouble(text, out _) ? ColumnKinds.Double : 0;
        result |= (wanted & ColumnKinds.Date) != 0 && CsvValues.TryDate(text, out _) ? ColumnKinds.Date : 0;
        result |= (wanted & ColumnKinds.Time) != 0 && CsvValues.TryTime(text, out _) ? ColumnKinds.Time : 0;
        result |= (wanted & ColumnKinds.Timestamp) != 0 && CsvValues.TryTimestamp(text, out _) ? ColumnKinds.Timestamp : 0;
        result |= (wanted & ColumnKinds.Instant) != 0 && CsvValues.TryInstant(text, out _) ? ColumnKinds.Instant : 0;
        return result;
    }

    /// <summary>Whether digits begin with a zero that a number would lose, as those of postal codes and account numbers do.</summary>
    private static bool BeginsWithZero(string value) => value.AsSpan().Trim(' ') is ['0', >= '0' and <= '9', ..];

    private static SqlType TypeOf(ColumnKinds kinds)
    {
        foreach ((ColumnKinds kind, SqlType type) in KindTypes)
        {
            if ((kinds & kind) != 0)
            {
                return type;
            }
        }

        return SqlType.Text;
    }

    private static string[] Names(IReadOnlyList<string>? given, string?[]? header, int width)
    {
        int digits = (width - 1).ToString(CultureInfo.InvariantCulture).Length;
        var names = new string[width];
        var used = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < width; i++)
        {
            string? name = given?.Count > i ? given[i] : header?.Length > i ? header[i]?.Trim() : null;
            string wanted = string.IsNullOrEmpty(name) ? $"column{i.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0')}" : name;
            names[i] = wanted;
            for (int suffix = 1; !used.Add(names[i]); suffix++)
            {
                names[i] = $"{wanted}_{suffix}";
            }
        }

        return names;
    }
}
