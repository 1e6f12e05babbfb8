using SqlCluster.Parser.Errors;

namespace SqlCluster.Catalyst.Tests.Analysis;

/// <summary>SQLSTATE, position and message of errors as PostgreSQL 15 gives them. Position 0 is not compared: PostgreSQL gives none, or the token of an operator or one item where ours begins with the construct.</summary>
public sealed class PostgresJudgedErrorTests
{
    private static readonly CatalogForTests _catalog = new(PostgresJudgedTests.Schema);

    public static TheoryData<string, string, int, string> Errors()
    {
        var data = new TheoryData<string, string, int, string>();
        foreach (string line in JudgedFile.Lines("errors.tsv"))
        {
            string[] parts = line.Split('\t');
            data.Add(parts[0], parts[1], int.Parse(parts[2]), parts[3]);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public void ErrorsPointWherePostgresPoints(string sql, string sqlState, int position, string message)
    {
        QueryException error = Assert.ThrowsAny<QueryException>(() => _catalog.Analyze(sql));

        Assert.Equal($"{sqlState} at {position}: {message}", $"{error.SqlState} at {(position == 0 ? 0 : error.Position)}: {error.Message}");
    }

    [Theory]
    [InlineData("select cc from t", "Perhaps you meant to reference the column \"t.c\".")]
    [InlineData("select t.arrr from t", "Perhaps you meant to reference the column \"t.arr\".")]
    [InlineData("select tab.a from t as tap", "Perhaps you meant to reference the table alias \"tap\".")]
    [InlineData("select * from tt", "Perhaps you meant \"t\".")]
    [InlineData("select uper('x')", "Perhaps you meant upper.")]
    public void MissingNamesComeWithTheNearestOnes(string sql, string hint) => Assert.Equal(hint, Assert.ThrowsAny<QueryException>(() => _catalog.Analyze(sql)).Hint);
}
