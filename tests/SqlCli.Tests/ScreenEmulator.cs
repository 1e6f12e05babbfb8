using System.Text;

namespace SqlCluster.SqlCli.Tests;

/// <summary>Draws what a program sends to a terminal: text, line ends, and the cursor movements that the editor uses.</summary>
/// <remarks>Wide characters take two cells; the second holds a zero.</remarks>
internal sealed class ScreenEmulator(int width, int height)
{
    private readonly List<StringBuilder> _rows = [new()];
    private string _pending = "";
    private int _top;
    private int _row;
    private int _column;

    /// <summary>Row, counted from the top of the screen, and column.</summary>
    public (int Row, int Column) Cursor => (_row - _top, _column);

    /// <summary>All rows, those that have scrolled away first, without spaces at their ends.</summary>
    public IReadOnlyList<string> Lines => [.. _rows.Select(static row => row.ToString().TrimEnd())];

    public void Write(string text)
    {
        text = _pending + text;
        _pending = "";
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\x1b')
            {
                int end = EndOfSequence(text, i);
                if (end < 0)
                {
                    _pending = text[i..];
                    return;
                }

                Control(text[i..end]);
                i = end - 1;
            }
            else if (text[i] == '\r')
            {
                _column = 0;
            }
            else if (text[i] == '\n')
            {
                NextRow();
            }
            else if (text[i] >= ' ')
            {
                Put(text, ref i);
            }
        }
    }

    private static int EndOfSequence(string text, int start)
    {
        if (start + 1 >= text.Length)
        {
            return -1;
        }

        if (text[start + 1] != '[')
        {
            return start + 2;
        }

        for (int i = start + 2; i < text.Length; i++)
        {
            if (char.IsAsciiLetter(text[i]))
            {
                return i + 1;
            }
        }

        return -1;
    }

    private void Control(string sequence)
    {
        string arguments = sequence.Length > 2 ? sequence[2..^1] : "";
        int number = int.TryParse(arguments, out int parsed) ? parsed : 0;
        switch (sequence[^1])
        {
            case 'A':
                _row = Math.Max(_top, _row - Math.Max(1, number));
                break;
            case 'C':
                _column = Math.Min(width - 1, _column + Math.Max(1, number));
                break;
            case 'K':
                _rows[_row].Length = Math.Min(_rows[_row].Length, _column);
                break;
            case 'J' when number == 0:
                _rows[_row].Length = Math.Min(_rows[_row].Length, _column);
                _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
                break;
            case 'H':
                (_row, _column) = (_top, 0);
                break;
        }
    }

    private void Put(string text, ref int i)
    {
        Rune rune = Rune.GetRuneAt(text, i);
        bool isWide = rune.Value is (>= 0x2E80 and <= 0xA4CF) or (>= 0x1F300 and <= 0x1FAFF);
        if (_column + (isWide ? 2 : 1) > width)
        {
            NextRow();
            _column = 0;
        }

        StringBuilder row = _rows[_row];
        row.Append(' ', Math.Max(0, _column - row.Length));
        if (_column < row.Length)
        {
            row.Remove(_column, Math.Min(isWide ? 2 : 1, row.Length - _column));
        }

        row.Insert(_column, isWide ? $"{rune}\0" : rune.ToString());
        i += rune.Utf16SequenceLength - 1;
        _column += isWide ? 2 : 1;
    }

    private void NextRow()
    {
        _row++;
        if (_row == _rows.Count)
        {
            _rows.Add(new StringBuilder());
        }

        _top = Math.Max(_top, _row - height + 1);
    }
}
