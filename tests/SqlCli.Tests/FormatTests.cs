using System.Text.Json;

namespace SqlCluster.SqlCli.Tests;

/// <summary>The exact text of results in each format.</summary>
public sealed class FormatTests
{
    private const string Values = "select * from (values (1, 'plain', null, true), (-22, 'a \"b\", c|d', '', false), (3, E'ä€😀\\nx', 'y', null)) as t(n, \"Text\", empty, b)";

    [Theory]
    [InlineData("table", """
          n  |    Text    | empty | b
        -----+------------+-------+---
           1 | plain      |       | t
         -22 | a "b", c|d |       | f
           3 | ä€😀\nx    | y     |
        (3 rows)


        """)]
    [InlineData("csv", """
        n,Text,empty,b
        1,plain,,t
        -22,"a ""b"", c|d","",f
        3,"ä€😀
        x",y,

        """)]
    [InlineData("json", """
        [
          {"n": 1, "Text": "plain", "empty": null, "b": true},
          {"n": -22, "Text": "a \"b\", c|d", "empty": "", "b": false},
          {"n": 3, "Text": "ä€😀\nx", "empty": "y", "b": null}
        ]

        """)]
    [InlineData("jsonl", """
        {"n":1,"Text":"plain","empty":null,"b":true}
        {"n":-22,"Text":"a \"b\", c|d","empty":"","b":false}
        {"n":3,"Text":"ä€😀\nx","empty":"y","b":null}

        """)]
    [InlineData("markdown", """
        | n | Text | empty | b |
        | ---: | --- | --- | --- |
        | 1 | plain |  | t |
        | -22 | a "b", c\|d |  | f |
        | 3 | ä€😀<br>x | y |  |

        """)]
    [InlineData("expanded", """
        -[ RECORD 1 ]
        n     | 1
        Text  | plain
        empty |
        b     | t
        -[ RECORD 2 ]
        n     | -22
        Text  | a "b", c|d
        empty |
        b     | f
        -[ RECORD 3 ]
        n     | 3
        Text  | ä€😀
              | x
        empty | y
        b     |


        """)]
    public async Task EachFormatWritesValuesAsItsReadersExpect(string format, string expected)
    {
        CliResult result = await CliProcess.RunAsync("-c", Values, "--format", format);
        Assert.Equal("", result.Error);
        Assert.Equal(expected, result.Output);
        Assert.Equal(0, result.ExitCode);
        if (format == "json")
        {
            Assert.Equal(3, JsonDocument.Parse(result.Output).RootElement.GetArrayLength());
        }
    }

    [Theory]
    [InlineData("table", " a | b\n---+---\n(0 rows)\n\n")]
    [InlineData("csv", "a,b\n")]
    [InlineData("json", "[]\n")]
    [InlineData("jsonl", "")]
    [InlineData("markdown", "| a | b |\n| ---: | --- |\n")]
    [InlineData("expanded", "(0 rows)\n")]
    public async Task EmptyResultsKeepTheirShape(string format, string expected) =>
        Assert.Equal(expected, (await CliProcess.RunAsync("-c", "select 1 as a, 'x' as b where false", "--format", format)).Output);

    [Fact]
    public async Task NumbersOfJsonAreNumbersUnlessJsonHasNoneSuch()
    {
        CliResult result = await CliProcess.RunAsync(
            "--format=jsonl", "-c", "select 1.50::numeric(9,2) as d, 'NaN'::float8 as n, 1e30::float8 as big, '{\"a\": [1, 2]}'::json as j, date '2024-02-29' as day");
        Assert.Equal("", result.Error);
        Assert.Equal("{\"d\":1.50,\"n\":\"NaN\",\"big\":1e+30,\"j\":{\"a\": [1, 2]},\"day\":\"2024-02-29\"}\n", result.Output);
    }

    [Fact]
    public async Task TagsAreShownInTablesAndNoticesOnStandardError()
    {
        CliResult result = await CliProcess.RunAsync("-c", "create table t(a int); create index i on t(a); insert into t values (1), (2)");
        Assert.Equal("CREATE TABLE\nCREATE INDEX\nINSERT 0 2\n", result.Output);
        Assert.StartsWith("NOTICE:  ", result.Error);
        Assert.Equal("", (await CliProcess.RunAsync("-c", "create table t(a int)", "--format", "csv")).Output);
    }

    [Fact]
    public async Task ControlCharactersCannotSteerTheTerminal() =>
        Assert.Contains(" a\\x1b[2Jb\\tc", (await CliProcess.RunAsync("-c", @"select E'a\x1b[2Jb\tc' as x")).Output);

    [Fact]
    public async Task ParquetHoldsTheRowsOfOneStatement()
    {
        using var folder = new TestFolder();
        string file = folder.File("x.parquet");
        CliResult written = await CliProcess.RunAsync("-c", "create table t(a int)", "-c", "select 1 as a, 'ä' as b union all select null, 'x'", "--format", "parquet", "-o", file);
        Assert.Equal(new CliResult(0, "", ""), written);
        Assert.Equal("a,b\n1,ä\n,x\n", (await CliProcess.RunAsync(file, "-c", "select * from x order by b desc", "--format", "csv")).Output);

        CliResult twice = await CliProcess.RunAsync("-c", "select 1; select 2", "--format", "parquet", "-o", folder.File("y.parquet"));
        Assert.Equal(1, twice.ExitCode);
        Assert.Contains("0A000", twice.Error);
        Assert.Equal(["x.parquet"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }
}
