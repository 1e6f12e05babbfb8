using System.Buffers.Text;
using System.Diagnostics;
using SqlCluster.Generators.Tpch.Rows;
using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tpch.Writing;

/// <summary>Prints rows as text, each followed by a line feed.</summary>
internal sealed class RowPrinter(TpchTable table, TextDialect dialect)
{
    private const int LongestNumber = 24;
    private const int DateLength = 10;
    private const int FirstDate = 8035;                                         // 1992-01-01, the earliest date of any table

    private static readonly byte[] Dates = FormatDates(2557);

    private readonly byte _separator = (byte)(dialect == TextDialect.Csv ? ',' : '|');
    private byte[] _bytes = new byte[1 << 16];
    private int _length;

    /// <summary>What was printed since the last <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Text => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Print(TpchRows rows)
    {
        for (int row = 0; row < rows.RowCount; row++)
        {
            for (int column = 0; column < table.Columns.Length; column++)
                PrintField(rows, row, column);
            if (dialect == TextDialect.Csv)
                _length--;                                                      // commas stand between fields only
            _bytes[_length++] = (byte)'\n';                                     // EndField left room for it
        }
    }

    private void PrintField(TpchRows rows, int row, int column)
    {
        switch (table.Columns[column].Kind)
        {
            case TpchColumnKind.BigInt:
                PrintNumber(rows.LongArray(column)[row]);
                break;
            case TpchColumnKind.Integer:
                PrintNumber(rows.IntArray(column)[row]);
                break;
            case TpchColumnKind.Decimal when table.Columns[column].IsWholeInTbl && dialect == TextDialect.Tbl:
                PrintNumber(rows.LongArray(column)[row] / 100);
                break;
            case TpchColumnKind.Decimal:
                PrintHundredths(rows.LongArray(column)[row]);
                break;
            case TpchColumnKind.Date:
                PrintText(Dates.AsSpan((rows.IntArray(column)[row] - FirstDate) * DateLength, DateLength));
                break;
            case TpchColumnKind.Text:
                PrintText(rows.Texts(column)[row]);
                break;
            case TpchColumnKind.Word:
                WordColumn words = rows.Words(column);
                PrintText(words.Words[words.Codes(rows.RowCount)[row]].Span);
                break;
        }
    }

    private void PrintText(ReadOnlySpan<byte> text)
    {
        if (dialect == TextDialect.Csv && text.Contains((byte)','))
        {
            Span<byte> quoted = Room(text.Length + 2);
            quoted[0] = quoted[text.Length + 1] = (byte)'"';
            text.CopyTo(quoted[1..]);
            EndField(text.Length + 2);
            return;
        }

        text.CopyTo(Room(text.Length));
        EndField(text.Length);
    }

    private void PrintNumber(long number)
    {
        bool written = Utf8Formatter.TryFormat(number, Room(LongestNumber), out int length);
        Debug.Assert(written, "a number fits");
        EndField(length);
    }

    private void PrintHundredths(long number)
    {
        Span<byte> target = Room(LongestNumber);
        int sign = 0;
        if (number < 0)
        {
            target[0] = (byte)'-';
            sign = 1;
        }
        (long whole, long rest) = Math.DivRem(Math.Abs(number), 100);
        bool written = Utf8Formatter.TryFormat(whole, target[sign..], out int length);
        Debug.Assert(written, "a number fits");
        length += sign;
        target[length] = (byte)'.';
        target[length + 1] = (byte)('0' + rest / 10);
        target[length + 2] = (byte)('0' + rest % 10);
        EndField(length + 3);
    }

    /// <summary>Returns at least <paramref name="length"/> bytes, with two more behind them for a separator and a line feed.</summary>
    private Span<byte> Room(int length)
    {
        if (_length + length + 2 > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + length + 2));
        return _bytes.AsSpan(_length);
    }

    private void EndField(int length)
    {
        _bytes[_length + length] = _separator;
        _length += length + 1;
    }

    private static byte[] FormatDates(int count)
    {
        var text = new byte[count * DateLength];
        var first = new DateOnly(1992, 1, 1);
        for (int i = 0; i < count; i++)
        {
            bool written = first.AddDays(i).TryFormat(
                text.AsSpan(i * DateLength), out _, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            Debug.Assert(written, "a date has ten characters");
        }
        return text;
    }
}
