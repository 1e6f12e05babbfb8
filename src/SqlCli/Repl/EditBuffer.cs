using System.Text;

namespace SqlCluster.SqlCli.Repl;

/// <summary>Text of one or more lines with a cursor, and what keys do to it.</summary>
internal sealed class EditBuffer
{
    private string _removed = "";

    public string Text { get; private set; } = "";

    /// <summary>Offset in the text, between characters.</summary>
    public int Cursor { get; private set; }

    public void Set(string text, int? cursor = null)
    {
        Text = text;
        Cursor = cursor ?? text.Length;
    }

    public void Insert(string text)
    {
        Text = Text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    /// <summary>Puts text in the place of what lies between an offset and the cursor.</summary>
    public void Replace(int start, string text)
    {
        Text = string.Concat(Text.AsSpan(0, start), text, Text.AsSpan(Cursor));
        Cursor = start + text.Length;
    }

    public void Left() => Cursor = Before(Cursor);

    public void Right() => Cursor = After(Cursor);

    public void WordLeft() => Cursor = WordStart();

    public void WordRight() => Cursor = WordEnd();

    public void LineStart() => Cursor = StartOfLine(Cursor);

    public void LineEnd() => Cursor = EndOfLine(Cursor);

    public void Start() => Cursor = 0;

    public void End() => Cursor = Text.Length;

    /// <returns>False when the cursor is in the first line.</returns>
    public bool Up()
    {
        int start = StartOfLine(Cursor);
        if (start == 0)
        {
            return false;
        }

        int above = StartOfLine(start - 1);
        Cursor = OnBoundary(above + Math.Min(Cursor - start, start - 1 - above));
        return true;
    }

    /// <returns>False when the cursor is in the last line.</returns>
    public bool Down()
    {
        int end = EndOfLine(Cursor);
        if (end == Text.Length)
        {
            return false;
        }

        int column = Cursor - StartOfLine(Cursor), below = end + 1;
        Cursor = OnBoundary(below + Math.Min(column, EndOfLine(below) - below));
        return true;
    }

    public void DeleteBack() => Remove(Before(Cursor), Cursor);

    public void DeleteForward() => Remove(Cursor, After(Cursor));

    public void DeleteWordBack() => Cut(WordStart(), Cursor);

    public void DeleteWordForward() => Cut(Cursor, WordEnd());

    public void DeleteToLineStart() => Cut(StartOfLine(Cursor), Cursor);

    /// <summary>Deletes to the end of the line, or the line break there.</summary>
    public void DeleteToLineEnd() => Cut(Cursor, EndOfLine(Cursor) is var end && end == Cursor ? After(Cursor) : end);

    /// <summary>Inserts what was cut last.</summary>
    public void Paste() => Insert(_removed);

    private void Cut(int start, int end)
    {
        _removed = start < end ? Text[start..end] : _removed;
        Remove(start, end);
    }

    private void Remove(int start, int end)
    {
        Text = Text.Remove(start, end - start);
        Cursor = start;
    }

    private int StartOfLine(int at) => at == 0 ? 0 : Text.LastIndexOf('\n', at - 1) + 1;

    private int EndOfLine(int at) => Text.IndexOf('\n', at) is var end and >= 0 ? end : Text.Length;

    private int WordStart()
    {
        int at = Cursor;
        while (at > 0 && !IsWord(Text[at - 1]))
        {
            at--;
        }

        while (at > 0 && IsWord(Text[at - 1]))
        {
            at--;
        }

        return at;
    }

    private int WordEnd()
    {
        int at = Cursor;
        while (at < Text.Length && !IsWord(Text[at]))
        {
            at++;
        }

        while (at < Text.Length && IsWord(Text[at]))
        {
            at++;
        }

        return at;
    }

    private int Before(int at)
    {
        at = Math.Max(0, at - 1);
        while (at > 0 && JoinsToPrevious(at))
        {
            at--;
        }

        return at;
    }

    private int After(int at)
    {
        at = Math.Min(Text.Length, at + 1);
        while (at < Text.Length && JoinsToPrevious(at))
        {
            at++;
        }

        return at;
    }

    private int OnBoundary(int at) => at < Text.Length && JoinsToPrevious(at) ? Before(at) : at;

    /// <summary>Whether the text at an offset belongs to the character before: the second half of a pair, or a combining mark.</summary>
    private bool JoinsToPrevious(int at) => char.IsLowSurrogate(Text[at])
        || Rune.TryGetRuneAt(Text, at, out Rune rune) && Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.EnclosingMark;

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';
}
