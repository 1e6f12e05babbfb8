using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Tests;

/// <summary>Reads and prints every statement of the shared corpora.</summary>
public sealed class CorpusTests
{
    [Theory]
    [InlineData("tpch/queries", 22)]
    [InlineData("tpcds/queries", 99)]
    public void BenchmarkQueriesSurviveTheRoundTrip(string folder, int count)
    {
        string[] files = Corpus.Files(folder, "*.sql").ToArray();
        Assert.Equal(count, files.Length);
        foreach (string file in files)
        {
            string sql = File.ReadAllText(file);
            Assert.IsType<QueryStatement>(SqlParser.ParseStatement(sql));
            RoundTrip.Check(sql);
        }
    }

    [Fact]
    public void SqlLogicTestStatementsSurviveTheRoundTrip()
    {
        int read = 0;
        var rejected = new List<string>();
        foreach (string file in Corpus.Files("sqllogictest", "*.test"))
        {
            foreach ((string sql, bool fails) in Records(File.ReadAllText(file)))
            {
                try
                {
                    RoundTrip.Check(sql);
                    read++;
                }
                catch (ParseException e)
                {
                    if (!fails)
                        rejected.Add($"{e.Message}: {sql}");
                }
            }
        }
        Assert.True(read > 70_000, $"only {read} statements were read");
        // PostgreSQL has no empty IN list either.
        Assert.All(rejected, static problem => Assert.Contains("IN ()", problem));
    }

    private static IEnumerable<(string Sql, bool Fails)> Records(string file)
    {
        foreach (string record in file.ReplaceLineEndings("\n").Split("\n\n"))
        {
            string[] lines = record.Split('\n').Where(static line => !line.StartsWith('#')).ToArray();
            int head = Array.FindIndex(lines, static line => line.StartsWith("statement") || line.StartsWith("query"));
            bool forOthers = lines.Any(static line => line.StartsWith("onlyif") || line.StartsWith("skipif postgresql"));
            if (head >= 0 && !forOthers)
                yield return (string.Join('\n', lines[(head + 1)..].TakeWhile(static line => line != "----")), lines[head].StartsWith("statement error"));
        }
    }
}
