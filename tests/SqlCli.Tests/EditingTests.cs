using SqlCluster.SqlCli.Formats;
using SqlCluster.SqlCli.Repl;

namespace SqlCluster.SqlCli.Tests;

/// <summary>The parts of the line editor that need no terminal.</summary>
public sealed class EditingTests
{
    [Fact]
    public void CharactersAreMovedOverAndDeletedAsAWhole()
    {
        var buffer = new EditBuffer();
        buffer.Insert("a😀e\u0301b");
        buffer.Left();
        buffer.Left();
        Assert.Equal(3, buffer.Cursor);
        buffer.DeleteForward();
        Assert.Equal("a😀b", buffer.Text);
        buffer.DeleteBack();
        Assert.Equal("ab", buffer.Text);
        Assert.Equal(1, buffer.Cursor);
    }

    [Fact]
    public void WordsAreCutAndPasted()
    {
        var buffer = new EditBuffer();
        buffer.Insert("select foo_bar, x");
        buffer.WordLeft();
        buffer.WordLeft();
        Assert.Equal(7, buffer.Cursor);
        buffer.DeleteWordForward();
        buffer.LineEnd();
        buffer.Insert(" ");
        buffer.Paste();
        Assert.Equal("select , x foo_bar", buffer.Text);
        buffer.DeleteToLineStart();
        Assert.Equal("", buffer.Text);
    }

    [Fact]
    public void LinesAreMovedBetween()
    {
        var buffer = new EditBuffer();
        buffer.Insert("abcd\nx\n12345");
        Assert.True(buffer.Up());
        Assert.Equal(6, buffer.Cursor);
        Assert.True(buffer.Up());
        Assert.Equal(1, buffer.Cursor);
        Assert.False(buffer.Up());
        buffer.DeleteToLineEnd();
        Assert.Equal("a\nx\n12345", buffer.Text);
        buffer.DeleteToLineEnd();
        Assert.Equal("ax\n12345", buffer.Text);
        Assert.True(buffer.Down());
        Assert.False(buffer.Down());
    }

    [Fact]
    public void HistoryKeepsLinesQuotesAndOrder()
    {
        using var folder = new TestFolder();
        string path = Path.Combine(folder.Path, "deep", "history");
        var history = new History(path);
        history.Add("select 1;");
        history.Add("select 1;");
        history.Add("select '\\n',\n  2;\n");
        history.Add(" secret");
        var other = new History(path);
        Assert.Equal(["select 1;", "select '\\n',\n  2;"], other.Entries);
        Assert.Equal(0, other.FindBackwards("SELECT 1", 2));
        Assert.Equal(-1, other.FindBackwards("nothing", 2));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    [Fact]
    public void LongInputIsWrappedAndShownAroundTheCursor()
    {
        string text = string.Join('\n', Enumerable.Range(1, 40).Select(static line => $"line {line}"));
        var screen = new ScreenEmulator(20, 10);
        screen.Write(new InputScreen().Draw(new InputView(text, 0, [], "> ", ". ", []), 20, 10));
        Assert.Equal("> line 1", screen.Lines[0]);
        Assert.Equal((0, 2), screen.Cursor);
        screen = new ScreenEmulator(20, 10);
        screen.Write(new InputScreen().Draw(new InputView(text, text.Length, [], "> ", ". ", []), 20, 10));
        Assert.Equal(". line 40", screen.Lines[9]);

        screen = new ScreenEmulator(10, 5);
        screen.Write(new InputScreen().Draw(new InputView("日本語日本語", 4, [], "> ", ". ", []), 10, 5));
        Assert.Equal("> 日本語日", screen.Lines[0].Replace("\0", "", StringComparison.Ordinal));
        Assert.Equal("本語", screen.Lines[1].Replace("\0", "", StringComparison.Ordinal));
    }

    [Fact]
    public void StylesFollowTheTokens()
    {
        TextStyle[] styles = Highlighter.Highlight("select count(x), 'open", static name => name == "count");
        Assert.Equal(TextStyle.Keyword, styles[0]);
        Assert.Equal(TextStyle.Function, styles[7]);
        Assert.Equal(TextStyle.Plain, styles[13]);
        Assert.Equal(TextStyle.String, styles[^1]);
        Assert.Equal(TextStyle.Command, Highlighter.Highlight("\\d x", static _ => false)[1]);
    }

    [Fact]
    public void WideTablesAreCutFairlyOrGivenUp()
    {
        Assert.Equal([5, 10], ColumnWidths.Fit([5, 10], 80)!);
        Assert.Equal([5, 30, 30], ColumnWidths.Fit([5, 100, 31], 74)!);
        Assert.Null(ColumnWidths.Fit([20, 20, 20], 30));
    }
}
