using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Csv;

/// <summary>Which bytes mean what in a CSV file.</summary>
/// <param name="Delimiter">Between fields.</param>
/// <param name="Quote">Around fields; <see cref="None"/>: fields are never quoted.</param>
/// <param name="Escape">Before a quote inside quotes; the quote itself by RFC 4180.</param>
/// <param name="HasHeader">Whether the first record holds the names.</param>
/// <param name="SkippedLines">Lines before the first record.</param>
/// <param name="Comment">First byte of lines that are no records.</param>
/// <param name="EndsWithDelimiter">Whether every record ends with a delimiter, as dbgen's .tbl files do.</param>
internal sealed record CsvDialect(
    byte Delimiter, byte Quote, byte Escape, bool HasHeader = false, int SkippedLines = 0, byte Comment = CsvDialect.None, bool EndsWithDelimiter = false) : IRecordFormat
{
    /// <summary>A byte that no UTF-8 text holds.</summary>
    public const byte None = 0xFF;

    /// <summary>The names in the first file's header, which the other files' are compared with; null: not.</summary>
    public NodeList<string>? Header { get; init; }

    /// <summary>Whether nothing but blanks may follow a closing quote: so of apostrophes, which begin texts too ('Til).</summary>
    public bool EndsFieldsAtQuotes { get; init; }

    /// <summary>What the dates of each column begin with; null: all with the year.</summary>
    public NodeList<CsvDateOrder>? DateOrders { get; init; }

    public static readonly CsvDialect Default = new((byte)',', (byte)'"', (byte)'"');

    public CsvDateOrder DateOrderOf(int column) => DateOrders is { } orders && column < orders.Count ? orders[column] : CsvDateOrder.YearFirst;

    public int PrologueLength(ReadOnlySpan<byte> bytes, bool isWhole)
    {
        int start = 0;
        for (int i = 0; i < SkippedLines; i++)
        {
            int end = bytes[start..].IndexOf((byte)'\n');
            if (end < 0)
            {
                return isWhole ? bytes.Length : -1;
            }

            start += end + 1;
        }

        while (HasHeader)
        {
            int end = FirstRecordEnd(bytes[start..]);
            if (end == 0)
            {
                return isWhole ? bytes.Length : -1;
            }

            ReadOnlySpan<byte> record = bytes.Slice(start, end);
            start += end;
            if (!IsSkipped(record))
            {
                break;
            }
        }

        return start;
    }

    /// <summary>Without this a file with its columns in another order would give wrong rows, and one without a header lose its first row.</summary>
    public void CheckPrologue(ReadOnlySpan<byte> prologue, string path)
    {
        if (Header is null)
        {
            return;
        }

        List<string?[]> records = CsvSniffer.Split(prologue, isWhole: true, this with { HasHeader = false }, 1);
        if (records.Count == 0)
        {
            return;
        }

        string?[] names = records[0];
        for (int i = 0; i < Math.Max(names.Length, Header.Count); i++)
        {
            string? name = i < names.Length ? names[i]?.Trim() ?? "" : null, expected = i < Header.Count ? Header[i] : null;
            if (!string.Equals(name, expected, StringComparison.OrdinalIgnoreCase))
            {
                throw TextFileErrors.OtherColumns(path, i + 1, name, expected);
            }
        }
    }

    /// <remarks>A quote opens a field only at its start. Files without quotes cost one search.</remarks>
    public int LastRecordEnd(ReadOnlySpan<byte> bytes)
    {
        int position = 0, end = 0;
        while (true)
        {
            int quote = Quote == None ? -1 : bytes[position..].IndexOf(Quote);
            int line = (quote < 0 ? bytes[position..] : bytes.Slice(position, quote)).LastIndexOf((byte)'\n');
            end = line < 0 ? end : position + line + 1;
            if (quote < 0)
            {
                return end;
            }

            quote += position;
            position = quote + 1;
            if (IsFieldStart(bytes, quote))
            {
                int closed = ClosingQuote(bytes, position);
                if (closed < 0)
                {
                    return end;
                }

                position = closed + 1;
            }
        }
    }

    public bool IsWholeEnd(ReadOnlySpan<byte> lastBytes) => true;

    /// <summary>Where the first record ends, behind its line feed; 0 when it does not end here.</summary>
    public int FirstRecordEnd(ReadOnlySpan<byte> bytes)
    {
        int position = 0;
        while (true)
        {
            int found = Quote == None ? bytes[position..].IndexOf((byte)'\n') : bytes[position..].IndexOfAny((byte)'\n', Quote);
            if (found < 0)
            {
                return 0;
            }

            found += position;
            position = found + 1;
            if (bytes[found] == (byte)'\n')
            {
                return position;
            }

            if (IsFieldStart(bytes, found))
            {
                int closed = ClosingQuote(bytes, position);
                if (closed < 0)
                {
                    return 0;
                }

                position = closed + 1;
            }
        }
    }

    /// <summary>Whether a record is an empty line or a comment.</summary>
    public bool IsSkipped(ReadOnlySpan<byte> record) => record.TrimEnd("\r\n"u8).IsEmpty || (Comment != None && record[0] == Comment);

    /// <summary>The quote that ends a field whose text begins at <paramref name="position"/>; -1 when there is none.</summary>
    public int ClosingQuote(ReadOnlySpan<byte> bytes, int position)
    {
        while (true)
        {
            int found = bytes[position..].IndexOfAny(Quote, Escape);
            if (found < 0)
            {
                return -1;
            }

            found += position;
            bool isEscape = bytes[found] == Escape && (Escape != Quote || (found + 1 < bytes.Length && bytes[found + 1] == Quote));
            if (!isEscape)
            {
                return found;
            }

            position = found + 2;
            if (position > bytes.Length)
            {
                return -1;
            }
        }
    }

    /// <summary>Whether a field ends here, but for blanks; so it does where the bytes do.</summary>
    public bool EndsField(ReadOnlySpan<byte> bytes, int position)
    {
        while (position < bytes.Length && (bytes[position] is (byte)' ' or (byte)'\r') && bytes[position] != Delimiter)
        {
            position++;
        }

        return position >= bytes.Length || bytes[position] == Delimiter || bytes[position] == (byte)'\n';
    }

    /// <summary>A field's text, without quotes and escapes. What follows a closing quote is taken as it is.</summary>
    public int Unquote(ReadOnlySpan<byte> field, Span<byte> text)
    {
        int length = 0, i = 1;
        for (; i < field.Length; i++)
        {
            if (field[i] == Escape && i + 1 < field.Length && (field[i + 1] == Quote || field[i + 1] == Escape))
            {
                i++;
            }
            else if (field[i] == Quote)
            {
                break;
            }

            text[length++] = field[i];
        }

        ReadOnlySpan<byte> rest = field[Math.Min(i + 1, field.Length)..];
        rest.CopyTo(text[length..]);
        return length + rest.Length;
    }

    /// <summary>Whether a quote here opens a field.</summary>
    public bool IsFieldStart(ReadOnlySpan<byte> bytes, int position) => position == 0 || bytes[position - 1] == Delimiter || bytes[position - 1] == (byte)'\n';
}
