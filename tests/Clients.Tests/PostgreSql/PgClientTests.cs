using System.Globalization;
using SqlCluster.Testing;

namespace SqlCluster.Clients.Tests.PostgreSql;

/// <summary>
/// Scripts that use each client as applications do, fetching, preparing, copying, cancelling, recovering from errors. What they print is compared
/// with the .expected file beside them, which is what they printed on PostgreSQL 15.
/// </summary>
public sealed class PgClientTests(PgServer server) : IClassFixture<PgServer>
{
    private const string Host = "127.0.0.1";

    [Fact]
    public async Task PgjdbcFetchesPreparesBatchesCopiesAndCancels()
    {
        (_, string output) = await ClientProgram.JavaAsync("pg/JdbcQueries.java", JdbcUrl, "-");
        Assert.Equal(Expected("JdbcQueries"), output);
    }

    [Fact]
    public async Task Psycopg2UsesNamedCursorsAndCopy()
    {
        (_, string output) = await ClientProgram.PythonAsync("pg/psycopg2_session.py", "psycopg2", $"host={Host} port={server.Port} user=tester dbname=sqlcluster sslmode=disable");
        Assert.Equal(Expected("psycopg2_session"), output);
    }

    [Fact]
    public async Task AsyncpgUsesPortalsCopyAndPools()
    {
        (_, string output) = await ClientProgram.PythonAsync("pg/asyncpg_session.py", "asyncpg", Host, server.Port);
        Assert.Equal(Expected("asyncpg_session"), output);
    }

    [Fact]
    public async Task NodePostgresUsesCursors()
    {
        (_, string output) = await ClientProgram.NodeAsync("pg/node-session.mjs", Host, server.Port);
        Assert.Equal(Expected("node-session"), output);
    }

    [Fact]
    public async Task PsqlFetchesCopiesDescribesAndRecovers()
    {
        string script = await File.ReadAllTextAsync(Path.Combine(Folder, "psql-session.sql"), TestContext.Current.CancellationToken);
        (_, string output) = await PsqlAsync(script, "-a");
        Assert.Equal(Expected("psql-session"), output);
    }

    /// <summary>psqlODBC with and without cursors of its own.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task IsqlGivesWhatItGivesOnPostgreSql(int useDeclareFetch)
    {
        string statements = await File.ReadAllTextAsync(Path.Combine(Folder, "isql-session.sql"), TestContext.Current.CancellationToken);
        (_, string output) = await ClientProgram.RunAsync(
            "isql", ["-b", "-d|", "-k", $"Driver=PostgreSQL Unicode;Servername={Host};Port={server.Port};Database=sqlcluster;Username=tester;SSLmode=disable;UseDeclareFetch={useDeclareFetch};Fetch=100"], input: statements);
        Assert.Equal(Expected("isql-session"), output);
    }

    [Fact]
    public async Task TpchAnswersAreRightThroughPgjdbc()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        (_, string output) = await ClientProgram.JavaAsync("pg/JdbcQueries.java", JdbcUrl, Corpus.Path("tpch", "queries"));
        string[] lines = output.Split('\n');
        Check(lines[Array.FindIndex(lines, static line => line == "--q1")..]);
    }

    [Fact]
    public async Task TpchAnswersAreRightThroughPsql()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        string script = "\\pset null null\n" + string.Concat(Enumerable.Range(1, 22).Select(static number => string.Create(
            CultureInfo.InvariantCulture, $"\\echo --q{number}\n{File.ReadAllText(Corpus.Path("tpch", "queries", $"q{number:00}.sql")).Trim().TrimEnd(';')};\n")));
        (_, string output) = await PsqlAsync(script, "-q", "-F", "\t");
        Check(output.Split('\n'));
    }

    private static string Folder => Path.Combine(Corpus.Root, "tests", "clients", "pg");

    private string JdbcUrl => $"jdbc:postgresql://{Host}:{server.Port}/sqlcluster?user=tester&sslmode=disable";

    private static string Expected(string name) => File.ReadAllText(Path.Combine(Folder, name + ".expected"));

    /// <summary>Compares rows, a tab between values, behind a line --qN for each query.</summary>
    private static void Check(string[] lines)
    {
        var wrong = new List<string>();
        int number = 0;
        var rows = new List<string?[]>();
        foreach (string line in lines.Append("--q0"))
        {
            if (!line.StartsWith("--q", StringComparison.Ordinal))
            {
                if (line.Length > 0)
                {
                    rows.Add([.. line.Split('\t').Select(static value => value == "null" ? null : value)]);
                }

                continue;
            }

            string answers = Corpus.Path("tpch", "answers", "sf0.01", string.Create(CultureInfo.InvariantCulture, $"q{number:00}.csv"));
            if (number > 0 && AnswerComparison.Difference(AnswerComparison.ReadCsv(answers), rows, false) is { } difference)
            {
                wrong.Add($"q{number}: {difference}");
            }

            number = int.Parse(line[3..], CultureInfo.InvariantCulture);
            rows = [];
        }

        Assert.Empty(wrong);
    }

    private Task<(int ExitCode, string Output)> PsqlAsync(string script, params string[] more) =>
        ClientProgram.RunAsync("psql", ["-X", "-h", Host, "-p", server.Port, "-U", "tester", "-d", "sqlcluster", "-At", .. more, "-f", "-"], input: script);
}
