using SqlCluster.Testing;

namespace SqlCluster.SqlCli.Tests;

/// <summary>Runs without a terminal: exit codes, files, standard input, errors.</summary>
public sealed class ScriptTests
{
    [Fact]
    public async Task StandardInputIsRunWhenThereIsNoText()
    {
        CliResult result = await CliProcess.RunAsync("select 1 as a;\n-- a comment; with a semicolon\nselect ';' as b", ["--format", "csv"], null);
        Assert.Equal(new CliResult(0, "a\n1\nb\n;\n", ""), result);
    }

    [Fact]
    public async Task TextsAndFilesRunInTheirOrder()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("two.sql"), "select 2 as x;");
        CliResult result = await CliProcess.RunAsync("select 4 as x", ["-c", "select 1 as x", "-f", "two.sql", "-cselect 3 as x", "--file=-", "--format=csv"], folder.Path);
        Assert.Equal(new CliResult(0, "x\n1\nx\n2\nx\n3\nx\n4\n", ""), result);
    }

    [Fact]
    public async Task AnErrorEndsTheRunAfterTheResultsBeforeIt()
    {
        CliResult result = await CliProcess.RunAsync("--format", "csv", "-c", "select 1 as a; select b;\nselect 2", "-c", "select 3");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("a\n1\n", result.Output);
        Assert.Equal("ERROR:  42703: column \"b\" does not exist\nLINE 1: select 1 as a; select b;\n                              ^\n", result.Error);
    }

    [Fact]
    public async Task ErrorsInFilesNameFileAndLine()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("bad.sql"), "select 1;\n\n\tselect 'äöü', nope;\n");
        CliResult result = await CliProcess.RunAsync("", ["-f", "bad.sql", "--format", "csv"], folder.Path);
        Assert.Equal("bad.sql:3: ERROR:  42703: column \"nope\" does not exist\nLINE 3:  select 'äöü', nope;\n                       ^\n", result.Error);
        Assert.Equal(1, result.ExitCode);
    }

    [Fact]
    public async Task ACommandIsAText()
    {
        CliResult result = await CliProcess.RunAsync("-c", "create table t(a int, b text); insert into t values (1, 'x')", "-c", "\\d t", "-c", " \\dt;", "-c", "\\x", "-c", "select 1 as a");
        Assert.Equal(
            """
            CREATE TABLE
            INSERT 0 1
            Table t, 1 row
             column |  type   | nullable | default
            --------+---------+----------+---------
             a      | integer |          |
             b      | text    |          |
            (2 rows)

             schema | name | type  | columns | rows
            --------+------+-------+---------+------
             public | t    | table | 2       | 1
            (1 row)

            -[ RECORD 1 ]
            a | 1


            """,
            result.Output);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
    }

    /// <summary>In files and standard input commands and statements alternate; strings, names and comments hold no commands.</summary>
    [Fact]
    public async Task CommandsStandBetweenStatements()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("inner.sql"), "select '\\q' as \"\\x\" /* \\nonsense */; -- \\nonsense\n\\q\nselect nothing;");
        CliResult result = await CliProcess.RunAsync(
            """
            \echo it's a line; not a string
            \i inner.sql
            \format jsonl
            select 1 as a,
              2 as b \g
            select 3 as c \gx
            \o out.csv
            \format csv
            select 4 as d; select 5 as e;
            \dn
            \o
            \format table
            \set batch_size 7
            show batch_size
            """,
            [], folder.Path);
        Assert.Equal("it's a line; not a string\n \\x\n----\n \\q\n(1 row)\n\n{\"a\":1,\"b\":2}\n-[ RECORD 1 ]\nc | 3\n\n batch_size\n------------\n 7\n(1 row)\n\n", result.Output);
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.StartsWith("d\n4\ne\n5\n", await File.ReadAllTextAsync(folder.File("out.csv")));
    }

    [Theory]
    [InlineData("select 1 as a;\n\\nonsense\nselect 2;", "x.sql:2: unknown command: \\nonsense (\\? lists the commands)\n")]
    [InlineData("select 1 as a;\nselect 2\n\\dt\n;", "x.sql:3: \\dt within a statement: a semicolon, \\g, \\gx or \\watch ends it\n")]
    [InlineData("select 1 as a;\n\\g", "x.sql:2: no statement before \\g\n")]
    [InlineData("select 1 as a;\n\\format parquet\nselect 2;", "x.sql:3: format parquet needs a file: \\o FILE\n")]
    [InlineData("select 1 as a;\n\\i nothing.sql", "ERROR:  58P01: no such file: 'nothing.sql'\n")]
    [InlineData("select 1 as a;\n\\d nothing", "ERROR:  42P01: relation \"nothing\" does not exist\n")]
    [InlineData("select 1 as a;\n\\echo\nselect\n b \\g", "x.sql:4: ERROR:  42703: column \"b\" does not exist\nLINE 4:  b \\g\n         ^\n")]
    public async Task AnErrorAtACommandEndsTheRun(string script, string error)
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("x.sql"), script);
        CliResult result = await CliProcess.RunAsync("", ["-f", "x.sql", "-c", "select 3", "--format", "csv"], folder.Path);
        Assert.Equal((1, error), (result.ExitCode, result.Error));
        Assert.Equal("a\n1\n", result.Output.TrimEnd('\n') + "\n");
    }

    [Theory]
    [InlineData("--nonsense", "unknown option: --nonsense")]
    [InlineData("--format=xml", "unknown format: xml (formats are table, csv, json, jsonl, markdown, expanded, parquet, arrow)")]
    [InlineData("--set=nope", "--set needs NAME=VALUE: nope")]
    [InlineData("--set=nope=1", "--set nope=1: unrecognized configuration parameter \"nope\"")]
    [InlineData("-c", "value missing for option: -c")]
    [InlineData("--format=parquet", "format parquet needs a file: -o FILE")]
    [InlineData("grpc://", "not an address such as grpc://localhost:31337: grpc://")]
    public async Task WrongUsageExitsWithTwo(string argument, string message)
    {
        CliResult result = await CliProcess.RunAsync(argument);
        Assert.Equal(new CliResult(2, "", $"sqlcli: {message}\nTry sqlcli --help.\n"), result);
    }

    [Fact]
    public async Task FilesThatAreNotThereAreSqlErrors()
    {
        CliResult target = await CliProcess.RunAsync("/nowhere/x", "-c", "select 1"), script = await CliProcess.RunAsync("-f", "/nowhere/x.sql"), output = await CliProcess.RunAsync("-c", "select 1", "-o", "/nowhere/x.csv");
        Assert.Equal(new CliResult(1, "", "ERROR:  58P01: no such file or folder: '/nowhere/x'\n"), target);
        Assert.Equal(new CliResult(1, "", "ERROR:  58P01: no such folder for '/nowhere/x.sql'\n"), script);
        Assert.Equal(new CliResult(1, "", "ERROR:  58P01: could not open file \"/nowhere/x.csv\" for writing: No such file or directory\n"), output);
    }

    [Fact]
    public async Task AFolderIsTablesAndABrokenFileInItIsAWarning()
    {
        using var folder = new TestFolder();
        await CliProcess.RunAsync("-c", "select 7 as n", "--format", "parquet", "-o", folder.File("good.parquet"));
        await File.WriteAllTextAsync(folder.File("bad.parquet"), "this is no Parquet file");
        await File.WriteAllTextAsync(folder.File("notes.txt"), "no table");
        CliResult result = await CliProcess.RunAsync(folder.Path, "--format", "csv", "-c", "select n from good; show tables");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("n\n7\nschema,name,type,columns,rows\npublic,good,external table,1,1\n", result.Output);
        Assert.StartsWith("WARNING:  ", result.Error);
        Assert.Contains("bad.parquet", result.Error);
    }

    [Fact]
    public async Task OutputAppearsWholeOrNotAtAll()
    {
        using var folder = new TestFolder();
        string file = folder.File("x.csv");
        Assert.Equal(new CliResult(0, "", ""), await CliProcess.RunAsync("-c", "select 1 as a", "--format", "csv", "-o", file));
        Assert.Equal("a\n1\n", await File.ReadAllTextAsync(file));

        CliResult failed = await CliProcess.RunAsync("-c", "select g, 1 / (5 - g) from (values (1), (5), (9)) as t(g)", "-c", "select 1", "--format", "csv", "-o", file);
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("22012", failed.Error);
        Assert.Equal("a\n1\n", await File.ReadAllTextAsync(file));
        Assert.Equal(["x.csv"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task SettingsAndTimingTakeEffect()
    {
        CliResult result = await CliProcess.RunAsync("--set", "TimeZone=Europe/Vienna", "--set=batch_size=7", "--timing", "--format", "csv", "-c", "show batch_size; select timestamptz '2024-07-01 12:00:00+00' as t");
        Assert.Equal("batch_size\n7\nt\n2024-07-01 14:00:00+02\n", result.Output);
        Assert.Matches(@"^Time: [0-9]+\.[0-9]{3} ms\nTime: [0-9]+\.[0-9]{3} ms\n$", result.Error);
    }

    [Fact]
    public async Task HelpAndVersionAreShown()
    {
        Assert.StartsWith("sqlcli [TARGET] [-c SQL]... [-f FILE]...", (await CliProcess.RunAsync("--help")).Output);
        Assert.Matches(@"^sqlcli [0-9]+\.[0-9]+\.[0-9]+\n$", (await CliProcess.RunAsync("--version")).Output);
    }

    [Fact]
    public async Task AFileIsATableOfItsName()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CliResult result = await CliProcess.RunAsync(Corpus.Path("tpch", "sf0.01", "region.parquet"), "--format", "markdown", "-c", "select r_regionkey, r_name from region order by 1 limit 2");
        Assert.Equal("| r_regionkey | r_name |\n| ---: | --- |\n| 0 | AFRICA |\n| 1 | AMERICA |\n", result.Output);
    }
}
