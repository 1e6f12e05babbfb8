using System.Diagnostics;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>psql and pgbench, where they are installed.</summary>
public sealed class PsqlTests(PgTestServer server) : IClassFixture<PgTestServer>
{
    [Fact]
    public async Task PsqlShowsRowsErrorsAndTags()
    {
        (int code, string output) = await RunAsync("psql", "-X", "-A", "-d", "sqlcluster", "-c", "SELECT 1 AS a, NULL AS b, 'x' AS c; SELECT true AS t",
            "-c", "SELECT nosuch", "-c", "CREATE TEMP TABLE t (a int)", "-c", "INSERT INTO t VALUES (1), (2)", "-c", "\\echo :SERVER_VERSION_NUM", "-c", "COPY t TO STDOUT");
        Assert.Equal("a|b|c\n1||x\n(1 row)\nt\nt\n(1 row)\nERROR:  column \"nosuch\" does not exist\nLINE 1: SELECT nosuch\n               ^\nCREATE TABLE\nINSERT 0 2\n160004\n1\n2\n", output);
        Assert.Equal(0, code);
    }

    [Theory]
    [InlineData("simple")]
    [InlineData("extended")]
    [InlineData("prepared")]
    public async Task PgbenchRunsAScript(string mode)
    {
        string script = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(script, "\\set k random(1, 100)\nSELECT n, n * 2 FROM numbers WHERE n = :k;\n", TestContext.Current.CancellationToken);
            (int code, string output) = await RunAsync("pgbench", "-n", "-f", script, "-M", mode, "-c", "4", "-t", "10", "sqlcluster");
            Assert.True(code == 0, output);
            Assert.Contains("number of transactions actually processed: 40/40", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [Theory]
    [InlineData("changes-in-with")]
    [InlineData("cursors")]
    [InlineData("transactions")]
    public Task K1_U2_ScriptsGiveWhatPostgreSqlGives(string name) => CompareAsync(name, static line => false);

    [Fact]
    public Task S2_S3_SettingsAreReadAndSetAsOnPostgreSql() => CompareAsync("settings", static line => line.StartsWith("HINT", StringComparison.Ordinal));

    [Fact]
    public Task T1_T3_B3_ValuesLookAsOnPostgreSql() => CompareAsync("values", static line => false);

    /// <summary>SQLSTATE, message and, where PostgreSQL points at a place, the place. Ours may point and explain more often.</summary>
    [Fact]
    public async Task E1_ErrorsSayWhatPostgreSqlSays()
    {
        (string[] expected, string[] actual) = await TranscriptsAsync("errors");
        int next = 0;
        foreach (string line in expected.Where(static line => !IsExplanation(line)))
        {
            int found = Array.IndexOf(actual, line, next);
            Assert.True(found >= 0, $"not there after line {next} ({(next > 0 ? actual[next - 1] : "the start")}): {line}");
            Assert.All(actual[next..found], static more => Assert.True(IsExplanation(more) || more.StartsWith("LINE ", StringComparison.Ordinal) || more.Trim() == "^", more));
            next = found + 1;
        }
    }

    /// <summary>All fields of errors about some 600 wrong statements, statement by statement. Ours may add a hint, a place and, to syntax errors, what could have stood there.</summary>
    [Theory]
    [InlineData("errors-analysis")]
    [InlineData("errors-queries")]
    [InlineData("errors-changes")]
    [InlineData("errors-declarations")]
    [InlineData("errors-merge")]
    [InlineData("assignments")]
    public async Task E1_E2_WrongStatementsGetPostgreSqlsErrorsFieldByField(string name)
    {
        (string[] expected, string[] actual) = await TranscriptsAsync(name);
        string[] statements = await File.ReadAllLinesAsync(ScriptPath(name + ".sql"), TestContext.Current.CancellationToken);
        List<string[]> judged = Answers(statements, expected), answered = Answers(statements, actual);
        string[] wrong = [.. judged.Zip(answered).Select(static pair => (pair.First, Second: WithoutExtras(pair.Second, pair.First)))
            .Where(static pair => !pair.First.SequenceEqual(pair.Second)).Select(static pair => $"PostgreSQL:\n{string.Join('\n', pair.First)}\nhere:\n{string.Join('\n', pair.Second)}\n")];
        Assert.True(wrong.Length == 0, $"{wrong.Length} of {judged.Count} answers differ:\n{string.Join('\n', wrong)}");
        Assert.Equal(statements.Length, judged.Count);
        Assert.Equal(statements.Length, answered.Count);
    }

    /// <summary>COPY: options, and data that is wrong, with the place in it. Hints differ in naming the program, and ours point at the table in the statement.</summary>
    [Fact]
    public Task E1_CopyErrorsSayWhereTheDataIsWrong() => CompareAsync(
        "errors-copy", static line => line.StartsWith("HINT:", StringComparison.Ordinal) || line.StartsWith("LINE ", StringComparison.Ordinal) || line.Trim() == "^");

    /// <summary>What psql shows after each line of a script, that line first.</summary>
    private static List<string[]> Answers(string[] script, string[] transcript)
    {
        var answers = new List<List<string>>();
        foreach (string line in transcript)
        {
            if (answers.Count < script.Length && line == script[answers.Count])
            {
                answers.Add([]);
            }

            answers[^1].Add(line);
        }

        return [.. answers.Select(static answer => answer.ToArray())];
    }

    /// <summary>An answer without the fields that PostgreSQL's has not, where ours may say more.</summary>
    private static string[] WithoutExtras(string[] answer, string[] judged)
    {
        bool keepsHint = judged.Any(static line => line.StartsWith("HINT:", StringComparison.Ordinal)), keepsPlace = judged.Any(static line => line.StartsWith("LINE ", StringComparison.Ordinal));
        return [.. answer.Where((line, index) =>
            !(line.StartsWith("HINT:", StringComparison.Ordinal) && !keepsHint)
            && !(line.StartsWith("DETAIL:  line ", StringComparison.Ordinal) && line.Contains(", column ", StringComparison.Ordinal))
            && !(!keepsPlace && judged.Length > 1 && (line.StartsWith("LINE ", StringComparison.Ordinal) || answer[Math.Max(index - 1, 0)].StartsWith("LINE ", StringComparison.Ordinal))))];
    }

    private static string ScriptPath(string file) => Path.Combine(Corpus.Root, "tests", "Server.Tests", "PgWire", "Scripts", file);

    private static bool IsExplanation(string line) => line.StartsWith("HINT:", StringComparison.Ordinal) || line.StartsWith("DETAIL:", StringComparison.Ordinal) || line.StartsWith("CONTEXT:", StringComparison.Ordinal);

    /// <summary>Runs a script of Scripts and compares what psql shows with what it showed on PostgreSQL 15.</summary>
    private async Task CompareAsync(string name, Predicate<string> isLeftOut)
    {
        (string[] expected, string[] actual) = await TranscriptsAsync(name);
        Assert.Equal(expected.Where(line => !isLeftOut(line)), actual.Where(line => !isLeftOut(line)));
    }

    /// <summary>What psql -a -At showed on PostgreSQL 15 and shows here, places in PostgreSQL's source left out.</summary>
    private async Task<(string[] Expected, string[] Actual)> TranscriptsAsync(string name)
    {
        (_, string output) = await RunAsync("sh", "-c", "psql -X -a -At -d sqlcluster -f - < \"$0\"", ScriptPath(name + ".sql"));
        string[] lines = [.. output.Split('\n').Where(static line => !line.StartsWith("LOCATION", StringComparison.Ordinal))];
        return (await File.ReadAllLinesAsync(ScriptPath(name + ".expected"), TestContext.Current.CancellationToken), lines[..^1]);
    }

    private async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        Assert.SkipUnless((await StartAsync("psql", "--version")).Code == 0, "psql is not installed");
        return await StartAsync(program, arguments);
    }

    private async Task<(int Code, string Output)> StartAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" 2>&1", program, .. arguments]) { RedirectStandardOutput = true };
        start.Environment["PGHOST"] = "127.0.0.1";
        start.Environment["PGPORT"] = $"{server.Port}";
        start.Environment["PGUSER"] = "tester";
        start.Environment["LC_ALL"] = "C.UTF-8";
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }
}
