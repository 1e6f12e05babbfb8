using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Tests.Functions;

/// <summary>Expressions whose text (or SQLSTATE) PostgreSQL 15 gave: select (expression)::text with C collation, time zone UTC.</summary>
/// <remarks>Lines of postgresql-answers.tsv: expression, tab, answer; backslash and line feed are escaped in answers; "ERROR code" for errors.</remarks>
public sealed class PostgresAnswerTests
{
    public static TheoryData<string, string> Answers
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Functions", "postgresql-answers.tsv")))
            {
                string[] parts = line.Split('\t');
                data.Add(parts[0], parts[1].Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal));
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Expression_gives_what_PostgreSQL_gives(string expression, string answer)
    {
        string actual;
        try
        {
            actual = SqlExpressions.Evaluate(expression);
        }
        catch (QueryException error)
        {
            actual = $"ERROR {error.SqlState}";
        }

        Assert.Equal(answer, actual);
    }
}
