using SqlCluster.Parser.Errors;

namespace SqlCluster.Parser.Tests;

/// <summary>Reads every form of PostgreSQL's SELECT: what its grammar takes is no syntax error here.</summary>
public sealed class PostgresFormTests
{
    [Fact]
    public void EveryFormIsReadAndSurvivesTheRoundTrip()
    {
        string file = Path.Combine(Corpus.RepositoryRoot, "tests", "Parser.Tests", "Forms", "select.sql");
        var problems = new List<string>();
        int read = 0, refused = 0;
        foreach (string sql in File.ReadLines(file).Where(static line => !line.StartsWith("--", StringComparison.Ordinal)))
        {
            try
            {
                RoundTrip.Check(sql);
                read++;
            }
            catch (ParseException error) when (error.SqlState == "0A000" && (sql.Contains("xml", StringComparison.OrdinalIgnoreCase) || sql.Contains("UNIQUE", StringComparison.Ordinal) || sql.Contains("DOCUMENT", StringComparison.Ordinal)))
            {
                refused++;
            }
            catch (Exception error) when (error is QueryException or InvalidOperationException)
            {
                problems.Add($"{sql}\n  {error.Message}");
            }
        }

        Assert.Empty(problems);
        Assert.True(read > 600, $"{read} forms");
        Assert.InRange(refused, 1, 20);
    }
}
