using System.Globalization;
using System.Text;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Csv;

/// <summary>What a user says about a CSV file; what is left out is found by looking at the file.</summary>
internal sealed record CsvOptions
{
    public static readonly CsvOptions Default = new();

    public byte? Delimiter { get; init; }

    public byte? Quote { get; init; }

    public byte? Escape { get; init; }

    public bool? HasHeader { get; init; }

    /// <summary>Texts that stand for NULL when they are not quoted.</summary>
    public IReadOnlyList<byte[]> NullTexts { get; init; } = [[]];

    /// <summary>Whether such texts stand for NULL in quotes too.</summary>
    public bool ReadsQuotedNulls { get; init; }

    public int SkippedLines { get; init; }

    public byte Comment { get; init; } = CsvDialect.None;

    /// <summary>Whether every column is text.</summary>
    public bool AllText { get; init; }

    /// <summary>Rows that decide on the types; -1: all of the first file.</summary>
    public int SampleRows { get; init; } = 20_480;

    /// <summary>Whether records that do not fit are left out.</summary>
    public bool IgnoresErrors { get; init; }

    /// <summary>Whether records may have fewer fields than there are columns.</summary>
    public bool PadsRows { get; init; }

    /// <summary>Names of the columns, or null.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>Whether a first record that is not of the declared types is a header, though its names are others (the argument columns, as DuckDB takes it).</summary>
    public bool LooksForHeader { get; init; }

    /// <summary>Types of some columns, which then are not found by looking at the file; as <see cref="ColumnTypeOptions"/> reads them.</summary>
    public string? Types { get; init; }

    /// <summary>What dates begin with; null: found by looking at the file.</summary>
    public CsvDateOrder? DateOrder { get; init; }

    /// <summary>Size of the blocks that tasks take.</summary>
    public int BlockBytes { get; init; } = TextBlockSource.DefaultBlockBytes;

    /// <exception cref="Parser.Errors.QueryException">22023: an option or its value is unknown.</exception>
    public static CsvOptions Read(IReadOnlyDictionary<string, string> options)
    {
        CsvOptions result = Default;
        foreach ((string name, string value) in options)
        {
            result = name.ToLowerInvariant() switch
            {
                "delim" or "delimiter" or "sep" => result with { Delimiter = OneByte(name, value) ?? throw TextFileErrors.InvalidOption(name, value) },
                "quote" => result with { Quote = OneByte(name, value) ?? CsvDialect.None },
                "escape" => result with { Escape = OneByte(name, value) ?? CsvDialect.None },
                "header" => result with { HasHeader = Flag(name, value) },
                "null" or "nullstr" => result with { NullTexts = [.. Items(value).Select(Encoding.UTF8.GetBytes)] },
                "allow_quoted_nulls" => result with { ReadsQuotedNulls = Flag(name, value) },
                "skip" => result with { SkippedLines = Number(name, value, 0) },
                "comment" => result with { Comment = OneByte(name, value) ?? CsvDialect.None },
                "all_varchar" => result with { AllText = Flag(name, value) },
                "sample_size" => result with { SampleRows = Number(name, value, -1) },
                "ignore_errors" => result with { IgnoresErrors = Flag(name, value) },
                "null_padding" => result with { PadsRows = Flag(name, value) },
                "names" => result with { Names = [.. Items(value)] },
                "columns" => result with { LooksForHeader = true },
                "types" or "dtypes" or "column_types" => result with { Types = value },
                "dateformat" or "date_format" or "timestampformat" or "timestamp_format" => result with { DateOrder = Order(name, value) },
                "buffer_size" => result with { BlockBytes = Math.Max(Number(name, value, 1), 16) },
                "encoding" => value.Replace("-", "", StringComparison.Ordinal).Equals("utf8", StringComparison.OrdinalIgnoreCase)
                    ? result : throw ExecutionErrors.Unsupported($"files in encoding {value}"),
                "compression" or "auto_detect" or "format" => result,
                _ => throw TextFileErrors.UnknownOption("CSV", name),
            };
        }

        return result;
    }

    internal static bool Flag(string name, string value) => value.ToLowerInvariant() switch
    {
        "on" or "true" or "1" or "yes" or "match" => true,
        "off" or "false" or "0" or "no" => false,
        _ => throw TextFileErrors.InvalidOption(name, value),
    };

    internal static int Number(string name, string value, int least) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least ? number : throw TextFileErrors.InvalidOption(name, value);

    // Formats as strptime's are read for what comes first: separators and times are found by looking at each value.
    private static CsvDateOrder Order(string name, string value) => string.Concat(value.Where(static character => character is 'Y' or 'm' or 'd')) switch
    {
        "Ymd" => CsvDateOrder.YearFirst,
        "dmY" => CsvDateOrder.DayFirst,
        "mdY" => CsvDateOrder.MonthFirst,
        _ => throw TextFileErrors.InvalidOption(name, value, "formats are made of %d, %m and %Y: %d/%m/%Y, %m/%d/%Y or %Y-%m-%d, with or without a time"),
    };

    // Lists come as [a, b]; anything else is one item.
    private static string[] Items(string value) =>
        value is ['[', .., ']'] ? [.. value[1..^1].Split(',').Select(static item => item.Trim().Trim('\''))] : [value];

    private static byte? OneByte(string name, string value)
    {
        string text = value == "\\t" ? "\t" : value;
        return text.Length == 0 ? null
            : text.Length == 1 && char.IsAscii(text[0]) && text[0] is not ('\n' or '\r') ? (byte)text[0] : throw TextFileErrors.InvalidOption(name, value);
    }
}
