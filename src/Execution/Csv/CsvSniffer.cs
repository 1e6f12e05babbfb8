using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Csv;

/// <summary>Finds out how a CSV file is written and what its columns are, from its first bytes.</summary>
/// <remarks>
/// A header is a first record that the types of the others do not fit, or, where all is text, one whose values are distinct and not empty. Columns are tried as
/// boolean, bigint, double precision, date, time, timestamp and timestamptz, in this order; digits behind a leading zero are text, as the zero would be lost. Dates with the
/// year last begin with the day or the month, whichever fits all of a column; where both do, other columns decide, and without them it is text rather than wrong dates.
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
        DayFirst = 128,
        MonthFirst = 256,
        DayFirstTimestamp = 512,
        MonthFirstTimestamp = 1024,
        AnyDayFirst = DayFirst | DayFirstTimestamp,
        AnyMonthFirst = MonthFirst | MonthFirstTimestamp,
        All = 2047,
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
        var rules = new CsvFieldRules(dialect, options.NullTexts, options.ReadsQuotedNulls);
        if (declared != null)
        {
            bool isHeader = options.HasHeader ?? (rows.Count > 0 && rows[0].Length >= declared.Count && declared.Select(static column => column.Name).SequenceEqual(rows[0].Take(declared.Count), StringComparer.OrdinalIgnoreCase));
            isHeader |= options.HasHeader is null && options.LooksForHeader && rows.Count > 0 && !Fits(rows[0], declared) && (rows.Count == 1 || Fits(rows[1], declared));
            bool hasDates = declared.Any(static column => column.Type.Kind is TypeKind.Date or TypeKind.Timestamp);
            return (dialect with { HasHeader = isHeader, DateOrders = hasDates ? DateOrders(Look(rows.Skip(isHeader ? 1 : 0), declared.Count), options.DateOrder) : null }, declared);
        }

        if (width == 0)
        {
            throw TextFileErrors.Malformed(path, 1, "no records to take columns from");
        }

        ColumnLook[] columns = Look(rows.Skip(options.HasHeader == false ? 0 : 1), width);
        bool hasHeader = options.HasHeader ?? IsHeader(rows, columns);
        if (!hasHeader && options.HasHeader == null)
        {
            Add(columns, rows[0]);
        }

        NodeList<CsvDateOrder> orders = DateOrders(columns, options.DateOrder);
        string[] names = Names(options.Names, hasHeader ? rows[0] : null, width);
        NodeList<TableColumn> found = [.. names.Select((name, i) => new TableColumn(name, options.AllText ? SqlType.Text : columns[i].TypeIn(orders[i])))];
        return (dialect with { HasHeader = hasHeader, DateOrders = orders, Header = hasHeader ? [.. rows[0].Select(static name => name?.Trim() ?? "")] : null }, options.Types is { } types ? ColumnTypeOptions.Override(found, "types", types) : found);

        ColumnLook[] Look(IEnumerable<string?[]> records, int count)
        {
            ColumnLook[] looks = [.. Enumerable.Range(0, count).Select(static _ => new ColumnLook())];
            foreach (string?[] record in records)
            {
                cancellation.ThrowIfCancellationRequested();
                Add(looks, record);
            }

            return looks;
        }

        void Add(ColumnLook[] looks, string?[] record)
        {
            for (int i = 0; i < Math.Min(looks.Length, record.Length); i++)
            {
                if (!string.IsNullOrEmpty(record[i]) && looks[i].MayLearn && !rules.IsNull(Encoding.UTF8.GetBytes(record[i]!), false))
                {
                    looks[i].Add(record[i]!);
                }
            }
        }
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

    private static bool IsHeader(List<string?[]> rows, ColumnLook[] columns)
    {
        string?[] first = rows[0];
        if (first.Length != columns.Length)
        {
            return false;
        }

        bool isTyped = false, fits = true, lacksName = Array.Exists(first, string.IsNullOrEmpty);
        for (int i = 0; i < columns.Length; i++)
        {
            ColumnKinds kinds = columns[i].Kinds;
            bool isText = kinds == ColumnKinds.None || !columns[i].IsSeen;
            isTyped |= !isText;
            fits &= isText || string.IsNullOrEmpty(first[i]) || (kinds & Kinds(first[i]!, kinds)) != 0;
        }

        // Values may be missing in any record, names seldom are: such a header must have nothing but names.
        bool hasNumber = Array.Exists(first, static value => !string.IsNullOrEmpty(value) && Kinds(value, ColumnKinds.All) != ColumnKinds.None);
        return isTyped ? !fits && !(lacksName && hasNumber) : !lacksName && !hasNumber && first.Distinct(StringComparer.OrdinalIgnoreCase).Count() == columns.Length;
    }

    /// <summary>What the dates of each column begin with.</summary>
    private static NodeList<CsvDateOrder> DateOrders(ColumnLook[] columns, CsvDateOrder? given)
    {
        CsvDateOrder?[] found = [.. columns.Select(static column => column.DateOrder)];
        CsvDateOrder[] decided = [.. found.OfType<CsvDateOrder>().Where(static order => order != CsvDateOrder.YearFirst).Distinct()];
        return [.. found.Select(order => given ?? order ?? (decided is [var only] ? only : CsvDateOrder.YearFirst))];
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
                { Kind: TypeKind.Date } => ColumnKinds.Date | ColumnKinds.DayFirst | ColumnKinds.MonthFirst,
                { Kind: TypeKind.Time } => ColumnKinds.Time,
                { Kind: TypeKind.Timestamp } => ColumnKinds.Timestamp | ColumnKinds.AnyDayFirst | ColumnKinds.AnyMonthFirst,
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
        result |= (wanted & ColumnKinds.Date) != 0 && CsvDates.TryDate(text, CsvDateOrder.YearFirst, out _) ? ColumnKinds.Date : 0;
        result |= (wanted & ColumnKinds.Time) != 0 && (CsvValues.TryTime(text, out _) || CsvDates.TryTime(text, out _)) ? ColumnKinds.Time : 0;
        result |= (wanted & ColumnKinds.Timestamp) != 0 && (CsvValues.TryTimestamp(text, out _) || CsvDates.TryTimestamp(text, CsvDateOrder.YearFirst, out _)) ? ColumnKinds.Timestamp : 0;
        result |= (wanted & ColumnKinds.Instant) != 0 && CsvValues.TryInstant(text, out _) ? ColumnKinds.Instant : 0;
        result |= (wanted & ColumnKinds.DayFirst) != 0 && CsvDates.TryDate(text, CsvDateOrder.DayFirst, out _) ? ColumnKinds.DayFirst : 0;
        result |= (wanted & ColumnKinds.MonthFirst) != 0 && CsvDates.TryDate(text, CsvDateOrder.MonthFirst, out _) ? ColumnKinds.MonthFirst : 0;
        result |= (wanted & ColumnKinds.DayFirstTimestamp) != 0 && CsvDates.TryTimestamp(text, CsvDateOrder.DayFirst, out _) ? ColumnKinds.DayFirstTimestamp : 0;
        result |= (wanted & ColumnKinds.MonthFirstTimestamp) != 0 && CsvDates.TryTimestamp(text, CsvDateOrder.MonthFirst, out _) ? ColumnKinds.MonthFirstTimestamp : 0;
        return result;
    }

    /// <summary>Whether digits begin with a zero that a number would lose, as those of postal codes and account numbers do.</summary>
    private static bool BeginsWithZero(string value) => value.AsSpan().Trim(' ') is ['0', >= '0' and <= '9', ..];

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

    /// <summary>What the values of a column can be, as far as they were seen.</summary>
    private sealed class ColumnLook
    {
        private bool _hasZeros;

        public ColumnKinds Kinds { get; private set; } = ColumnKinds.All;

        public bool IsSeen { get; private set; }

        /// <summary>Whether another value could say more.</summary>
        public bool MayLearn => Kinds != ColumnKinds.None || !IsSeen;

        /// <summary>What its dates begin with; null: the day or the month.</summary>
        public CsvDateOrder? DateOrder => !IsSeen || (Kinds & ~(ColumnKinds.AnyDayFirst | ColumnKinds.AnyMonthFirst)) != 0 ? CsvDateOrder.YearFirst
            : ((Kinds & ColumnKinds.AnyDayFirst) != 0, (Kinds & ColumnKinds.AnyMonthFirst) != 0) switch
            {
                (true, true) => null,
                (true, false) => CsvDateOrder.DayFirst,
                (false, true) => CsvDateOrder.MonthFirst,
                (false, false) => CsvDateOrder.YearFirst,
            };

        public void Add(string value)
        {
            Kinds &= CsvSniffer.Kinds(value, Kinds);
            IsSeen = true;
            _hasZeros |= BeginsWithZero(value);
        }

        public SqlType TypeIn(CsvDateOrder order)
        {
            ColumnKinds kinds = !IsSeen ? ColumnKinds.None : _hasZeros ? Kinds & ~ColumnKinds.Number : Kinds;
            (ColumnKinds date, ColumnKinds timestamp) = order switch
            {
                CsvDateOrder.YearFirst => (ColumnKinds.None, ColumnKinds.None),
                CsvDateOrder.DayFirst => (ColumnKinds.DayFirst, ColumnKinds.DayFirstTimestamp),
                CsvDateOrder.MonthFirst => (ColumnKinds.MonthFirst, ColumnKinds.MonthFirstTimestamp),
            };
            return (kinds & date) != 0 ? SqlType.Date : (kinds & timestamp) != 0 ? SqlType.Timestamp
                : KindTypes.Where(kind => (kinds & kind.Kind) != 0).Select(static kind => kind.Type).FirstOrDefault(SqlType.Text);
        }
    }
}
