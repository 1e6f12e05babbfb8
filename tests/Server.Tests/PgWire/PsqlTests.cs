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

    /// <summary>Runs a script of Scripts and compares what psql shows with what it showed on PostgreSQL 15 (-a -At, places in its source left out).</summary>
    [Theory]
    [InlineData("cursors")]
    [InlineData("transactions")]
    public async Task K1_U2_ScriptsGiveWhatPostgreSqlGives(string name)
    {
        string folder = Path.Combine(Corpus.Root, "tests", "Server.Tests", "PgWire", "Scripts");
        (_, string output) = await RunAsync("sh", "-c", "psql -X -a -At -d sqlcluster -f - < \"$0\"", Path.Combine(folder, name + ".sql"));
        string[] lines = [.. output.Split('\n').Where(static line => !line.StartsWith("LOCATION", StringComparison.Ordinal))];
        Assert.Equal(await File.ReadAllLinesAsync(Path.Combine(folder, name + ".expected"), TestContext.Current.CancellationToken), lines[..^1]);
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
