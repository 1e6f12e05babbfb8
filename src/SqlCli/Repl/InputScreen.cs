using System.Text;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Repl;

/// <summary>What the input looks like at a moment.</summary>
/// <param name="Text">Lines of the input.</param>
/// <param name="Cursor">Offset of the cursor.</param>
/// <param name="Styles">A style for each character, or none at all.</param>
/// <param name="Prompt">Before the first line.</param>
/// <param name="NextPrompt">Before each line after it.</param>
/// <param name="Below">Lines below the input: completions.</param>
internal sealed record InputView(string Text, int Cursor, TextStyle[] Styles, string Prompt, string NextPrompt, IReadOnlyList<string> Below);

/// <summary>Draws the input on the terminal, in place of what it drew before. Lines that are too long continue on the next row.</summary>
internal sealed class InputScreen
{
    private int _cursorRow;

    /// <summary>Starts anew at the row where the terminal's cursor is, which must be in its first column.</summary>
    public void Reset() => _cursorRow = 0;

    /// <summary>What to send to a terminal of a size to show a view.</summary>
    public string Draw(InputView view, int width, int height)
    {
        var rows = new List<StringBuilder> { new() };
        int column = 0, cursorRow = 0, cursorColumn = 0;
        TextStyle style = TextStyle.Plain;
        Append(view.Prompt, width);
        for (int i = 0; i < view.Text.Length;)
        {
            MarkCursor(i);
            if (view.Text[i] == '\n')
            {
                rows[^1].Append(style == TextStyle.Plain ? "" : Highlighter.Sequence(TextStyle.Plain));
                style = TextStyle.Plain;
                NextRow();
                Append(view.NextPrompt, width);
                i++;
                continue;
            }

            int length = Rune.TryGetRuneAt(view.Text, i, out Rune rune) ? rune.Utf16SequenceLength : 1;
            string shown = Rune.IsControl(rune) ? " " : view.Text.Substring(i, length);
            if (view.Styles.Length > 0 && view.Styles[i] != style)
            {
                style = view.Styles[i];
                rows[^1].Append(Highlighter.Sequence(style));
            }

            Append(shown, width);
            i += length;
        }

        MarkCursor(view.Text.Length);
        if (column == width)
        {
            NextRow();
        }

        rows[^1].Append(style == TextStyle.Plain ? "" : Highlighter.Sequence(TextStyle.Plain));
        rows.AddRange(view.Below.Select(line => new StringBuilder(TextWidth.Cut(line, width - 1))));

        // A window of the rows around the cursor, where there are more than the terminal has.
        int first = Math.Clamp(cursorRow - height + 1, 0, Math.Max(0, rows.Count - height));
        int count = Math.Min(height, rows.Count - first);
        var result = new StringBuilder("\x1b[?25l\r");
        Move(result, _cursorRow, 'A');
        result.Append("\x1b[J").AppendJoin("\r\n", rows.GetRange(first, count)).Append('\r');
        Move(result, count - 1 - (cursorRow - first), 'A');
        Move(result, cursorColumn, 'C');
        _cursorRow = cursorRow - first;
        return result.Append("\x1b[?25h").ToString();

        void MarkCursor(int at)
        {
            if (at == view.Cursor)
            {
                if (column == width)
                {
                    NextRow();
                }

                (cursorRow, cursorColumn) = (rows.Count - 1, column);
            }
        }

        void NextRow()
        {
            rows.Add(new StringBuilder());
            rows[^1].Append(style == TextStyle.Plain ? "" : Highlighter.Sequence(style));
            column = 0;
        }

        void Append(string text, int limit)
        {
            int textWidth = TextWidth.Of(text);
            if (column + textWidth > limit && column > 0)
            {
                NextRow();
            }

            rows[^1].Append(text);
            column += textWidth;
        }
    }

    /// <summary>What to send to leave the input as it is and go on below it.</summary>
    public string Leave(InputView view, int width, int height) => Draw(view with { Cursor = view.Text.Length, Below = [] }, width, height) + "\r\n";

    private static void Move(StringBuilder result, int count, char direction)
    {
        if (count > 0)
        {
            result.Append("\x1b[").Append(count).Append(direction);
        }
    }
}
