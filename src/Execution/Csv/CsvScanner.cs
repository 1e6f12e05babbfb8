using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SqlCluster.Execution.Csv;

/// <summary>Finds the fields of records, 64 bytes at a time.</summary>
/// <remarks>
/// Every record gives <see cref="Width"/> ends, so a field is found by row and column. Chunks without quotes are split by bit masks alone; in others the marks
/// are visited one by one.
/// </remarks>
/// <param name="dialect">Which bytes mean what.</param>
/// <param name="columnCount">Fields that every record has, not counting the empty one behind a last delimiter.</param>
/// <param name="maxRows">Rows of a call at most.</param>
/// <param name="padsRows">Whether records may have fewer fields.</param>
/// <param name="skipsBadRows">Whether records with a wrong number of fields are left out.</param>
internal sealed class CsvScanner(CsvDialect dialect, int columnCount, int maxRows, bool padsRows, bool skipsBadRows)
{
    /// <summary>In place of a count of fields: a quote is never closed.</summary>
    public const int Unclosed = -1;

    /// <summary>In place of a count of fields: text follows a closing quote that ends its field by <see cref="CsvDialect.EndsFieldsAtQuotes"/>.</summary>
    public const int TextBehindQuote = -2;

    private readonly int[] _starts = new int[maxRows];
    private readonly int[] _ends = new int[(maxRows * (columnCount + (dialect.EndsWithDelimiter ? 1 : 0))) + columnCount + 130];

    /// <summary>Ends a record: fields counted by delimiters plus one.</summary>
    private enum RecordEnd
    {
        Taken,
        Skipped,
        Bad,
    }

    /// <summary>Fields of a record in the file.</summary>
    public int Width { get; } = columnCount + (dialect.EndsWithDelimiter ? 1 : 0);

    /// <summary>Rows found by the last call.</summary>
    public int RowCount { get; private set; }

    /// <summary>Where the record begins that stopped the last call, -1: none did.</summary>
    public int BadRecord { get; private set; } = -1;

    /// <summary>Fields of that record; <see cref="Unclosed"/> or <see cref="TextBehindQuote"/>.</summary>
    public int BadFieldCount { get; private set; }

    /// <summary>Where the quote is that begins the bad field.</summary>
    public int OpenQuote { get; private set; }

    public int RowStart(int row) => _starts[row];

    /// <summary>A field's bytes, quotes included; the end is before the start when the record lacks the field.</summary>
    public (int Start, int End) Field(int row, int column)
    {
        int index = (row * Width) + column;
        return (column == 0 ? _starts[row] : _ends[index - 1] + 1, _ends[index]);
    }

    /// <summary>Splits records until enough rows are found.</summary>
    /// <param name="bytes">Whole records and then at least 64 bytes that may hold anything.</param>
    /// <param name="position">Where a record begins.</param>
    /// <param name="end">Where the last record ends, behind its line feed.</param>
    /// <returns>Where the first record begins that was not split.</returns>
    public int Scan(ReadOnlySpan<byte> bytes, int position, int end)
    {
        RowCount = 0;
        BadRecord = -1;
        int count = 0, recordStart = position;
        bool isQuoted = false, checksQuotes = dialect.EndsFieldsAtQuotes && !skipsBadRows;
        int skip = -1, openQuote = position;
        while (position < end)
        {
            Marks(bytes.Slice(position, 64), out ulong delimiters, out ulong lines, out ulong quotes);
            if (end - position < 64)
            {
                ulong valid = (1UL << (end - position)) - 1;
                delimiters &= valid;
                lines &= valid;
                quotes &= valid;
            }

            bool isPlain = quotes == 0 && !isQuoted;
            for (ulong marks = isPlain ? delimiters | lines : delimiters | lines | quotes; marks != 0; marks &= marks - 1)
            {
                int at = position + BitOperations.TrailingZeroCount(marks);
                ulong bit = marks & (0 - marks);
                if (!isPlain)
                {
                    if (at == skip)
                    {
                        continue;
                    }

                    if (isQuoted)
                    {
                        if ((quotes & bit) != 0)
                        {
                            bool isEscape = bytes[at] == dialect.Escape && (dialect.Escape != dialect.Quote || (at + 1 < end && bytes[at + 1] == dialect.Quote));
                            skip = isEscape ? at + 1 : skip;
                            isQuoted = isEscape;
                            if (!isEscape && checksQuotes && !dialect.EndsField(bytes[..end], at + 1))
                            {
                                (BadRecord, BadFieldCount, OpenQuote) = (recordStart, TextBehindQuote, openQuote);
                                return end;
                            }
                        }

                        continue;
                    }

                    if ((quotes & bit) != 0)
                    {
                        int fieldStart = count > RowCount * Width ? _ends[count - 1] + 1 : recordStart;
                        isQuoted = at == fieldStart && bytes[at] == dialect.Quote;
                        openQuote = at;
                        continue;
                    }
                }

                _ends[count++] = at;
                if ((lines & bit) == 0)
                {
                    continue;
                }

                RecordEnd ending = count == (RowCount + 1) * Width && dialect.Comment == CsvDialect.None && Width > 1
                    ? RecordEnd.Taken
                    : EndRecord(bytes, recordStart, at, ref count);
                if (ending == RecordEnd.Bad)
                {
                    BadRecord = recordStart;
                    BadFieldCount = count - (RowCount * Width);
                    return at + 1;
                }

                if (ending == RecordEnd.Taken)
                {
                    _starts[RowCount++] = recordStart;
                    if (RowCount == maxRows)
                    {
                        return at + 1;
                    }
                }

                recordStart = at + 1;
            }

            // A record with too many fields is counted no further than that it has too many.
            count = Math.Min(count, ((RowCount + 1) * Width) + 1);
            position += 64;
        }

        if (isQuoted || recordStart < end)
        {
            BadRecord = recordStart;
            BadFieldCount = Unclosed;
            OpenQuote = isQuoted ? openQuote : recordStart;
        }

        return end;
    }

    private RecordEnd EndRecord(ReadOnlySpan<byte> bytes, int start, int lineEnd, ref int count)
    {
        ReadOnlySpan<byte> record = bytes[start..lineEnd];
        int first = RowCount * Width, fields = count - first;
        bool isEmpty = record.IsEmpty || (record.Length == 1 && record[0] == (byte)'\r');
        if ((isEmpty && Width > 1) || (!isEmpty && record[0] == dialect.Comment))
        {
            count = first;
            return RecordEnd.Skipped;
        }

        if (fields == Width)
        {
            return RecordEnd.Taken;
        }

        if (fields < Width && padsRows)
        {
            // The end before the start marks a field that is not there.
            for (; fields < Width; fields++)
            {
                _ends[count++] = lineEnd;
            }

            return RecordEnd.Taken;
        }

        if (skipsBadRows)
        {
            count = first;
            return RecordEnd.Skipped;
        }

        return RecordEnd.Bad;
    }

    private void Marks(ReadOnlySpan<byte> bytes, out ulong delimiters, out ulong lines, out ulong quotes)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<byte> chunk = Vector512.Create(bytes);
            delimiters = Vector512.Equals(chunk, Vector512.Create(dialect.Delimiter)).ExtractMostSignificantBits();
            lines = Vector512.Equals(chunk, Vector512.Create((byte)'\n')).ExtractMostSignificantBits();
            quotes = Vector512.Equals(chunk, Vector512.Create(dialect.Quote)).ExtractMostSignificantBits();
            if (dialect.Escape != dialect.Quote)
            {
                quotes |= Vector512.Equals(chunk, Vector512.Create(dialect.Escape)).ExtractMostSignificantBits();
            }

            return;
        }

        Vector256<byte> low = Vector256.Create(bytes), high = Vector256.Create(bytes[32..]);
        delimiters = Bits(low, high, dialect.Delimiter);
        lines = Bits(low, high, (byte)'\n');
        quotes = Bits(low, high, dialect.Quote);
        if (dialect.Escape != dialect.Quote)
        {
            quotes |= Bits(low, high, dialect.Escape);
        }
    }

    private static ulong Bits(Vector256<byte> low, Vector256<byte> high, byte value) =>
        Vector256.Equals(low, Vector256.Create(value)).ExtractMostSignificantBits()
        | ((ulong)Vector256.Equals(high, Vector256.Create(value)).ExtractMostSignificantBits() << 32);
}
