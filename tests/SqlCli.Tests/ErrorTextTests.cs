using SqlCluster.Parser.Errors;
using SqlCluster.SqlCli.Commands;

namespace SqlCluster.SqlCli.Tests;

/// <summary>The mark stands under the character that an error is about.</summary>
public sealed class ErrorTextTests
{
    [Theory]
    [InlineData("select ☃", 8, "LINE 1: select ☃\n               ^\n")]
    [InlineData("select '日本', x", 14, "LINE 1: select '日本', x\n                       ^\n")]
    [InlineData("a\n\t\tb c\nd", 7, "LINE 2:   b c\n            ^\n")]
    [InlineData("select", 7, "LINE 1: select\n              ^\n")]
    [InlineData("select\n", 8, "LINE 2: \n        ^\n")]
    [InlineData("'😀', x", 6, "LINE 1: '😀', x\n              ^\n")]
    [InlineData("x\r\ny", 4, "LINE 2: y\n        ^\n")]
    public void MarksStandUnderWideTextAndTabs(string text, int position, string expected) =>
        Assert.Equal("ERROR:  42601: no\n" + expected, ErrorText.Format(new QueryException("42601", ErrorKind.User, "no", position), text));

    [Theory]
    [InlineData(1)]
    [InlineData(500)]
    [InlineData(250)]
    [InlineData(60)]
    public void LongLinesAreCutAroundTheMark(int position)
    {
        string text = new string('a', position - 1) + "X" + new string('b', 500 - position);
        string[] lines = ErrorText.Format(new QueryException("42601", ErrorKind.User, "no", position), text).Split('\n');
        Assert.True(lines[1].Length <= 110, lines[1]);
        Assert.Equal(lines[1].IndexOf('X', StringComparison.Ordinal), lines[2].IndexOf('^', StringComparison.Ordinal));
    }

    [Fact]
    public void DetailAndHintFollow() => Assert.Equal(
        "ERROR:  42P01: no table\nDETAIL:  d\nHINT:  h\n",
        ErrorText.Format(new QueryException("42P01", ErrorKind.User, "no table") { Detail = "d", Hint = "h" }, "select"));
}
