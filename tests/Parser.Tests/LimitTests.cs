using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;

namespace SqlCluster.Parser.Tests;

/// <summary>Checks that deep and large texts are answered, with a tree or with SQLSTATE 54001, also on a small stack.</summary>
public sealed class LimitTests
{
    public static TheoryData<string, string> Deep => new()
    {
        { "parentheses", $"SELECT {Repeat("(", 500)}1{Repeat(")", 500)}" },
        { "subqueries", $"{Repeat("SELECT (", 500)}SELECT 1{Repeat(")", 500)}" },
        { "subqueries in FROM", $"{Repeat("SELECT * FROM (", 500)}SELECT 1{Repeat(") t", 500)}" },
        { "nested queries", $"{Repeat("(", 500)}SELECT 1{Repeat(")", 500)}" },
        { "joins", $"SELECT 1 FROM {Repeat("(a JOIN ", 500)}b{Repeat(" ON true)", 500)}" },
        { "calls", $"SELECT {Repeat("f(", 500)}1{Repeat(")", 500)}" },
        { "CASE", $"SELECT {Repeat("CASE WHEN a THEN ", 500)}1{Repeat(" END", 500)}" },
        { "NOT", $"SELECT {Repeat("NOT ", 500)}a" },
        { "arrays", $"SELECT {Repeat("[", 500)}{Repeat("]", 500)}" },
        { "casts", $"SELECT 1{Repeat("::int", 500)}" },
        { "signs", $"SELECT {Repeat("- ", 500)}1" },
        { "sum", $"SELECT 1{Repeat(" + 1", 900)}" },
        { "alternating set operations", $"SELECT 1{Repeat(" UNION SELECT 1 EXCEPT SELECT 2", 300)}" },
        { "WITH", $"{Repeat("WITH a AS (", 300)}SELECT 1{Repeat(") SELECT * FROM a", 300)}" },
        { "EXISTS", $"SELECT {Repeat("EXISTS (SELECT 1 WHERE ", 300)}true{Repeat(")", 300)}" },
    };

    public static TheoryData<string, string> TooDeep => new()
    {
        { "parentheses", $"SELECT {Repeat("(", 100_000)}1{Repeat(")", 100_000)}" },
        { "open parentheses", $"SELECT {Repeat("(", 100_000)}" },
        { "subqueries in FROM", $"{Repeat("SELECT * FROM (", 20_000)}SELECT 1{Repeat(") t", 20_000)}" },
        { "nested queries", $"{Repeat("(", 100_000)}SELECT 1{Repeat(")", 100_000)}" },
        { "arrays", $"SELECT {Repeat("[", 100_000)}" },
        { "CASE", $"SELECT {Repeat("CASE ", 100_000)}" },
        { "sum", $"SELECT 1{Repeat(" + 1", 100_000)}" },
        { "NOT", $"SELECT {Repeat("NOT ", 100_000)}a" },
        { "signs", $"SELECT {Repeat("- ", 100_000)}1" },
        { "prefix operators", $"SELECT {Repeat("~ ", 100_000)}1" },
        { "casts", $"SELECT 1{Repeat("::int", 100_000)}" },
        { "subscripts", $"SELECT a{Repeat("[1]", 100_000)}" },
        { "IS", $"SELECT a{Repeat(" IS NULL", 100_000)}" },
        { "joins", $"SELECT 1 FROM a{Repeat(" CROSS JOIN a", 20_000)}" },
        { "waiting joins", $"SELECT 1 FROM a{Repeat(" JOIN a", 20_000)}{Repeat(" ON true", 20_000)}" },
        { "alternating set operations", $"SELECT 1{Repeat(" UNION SELECT 1 EXCEPT SELECT 2", 5_000)}" },
        { "types", $"SELECT CAST(1 AS {Repeat("STRUCT(a ", 100_000)}" },
        { "grouping sets", $"SELECT 1 GROUP BY {Repeat("GROUPING SETS (", 100_000)}" },
        { "fields", $"SELECT (a){Repeat(".b", 100_000)}" },
    };

    [Theory]
    [MemberData(nameof(Deep))]
    public void NestingOfHundredsIsRead(string kind, string sql)
    {
        Assert.NotEmpty(kind);
        RoundTrip.Check(sql);
        OnStackOf(256 * 1024, () => SqlParser.ParseStatement(sql));
    }

    [Theory]
    [MemberData(nameof(TooDeep))]
    public void NestingOfThousandsIsRefused(string kind, string sql)
    {
        Assert.NotEmpty(kind);
        Assert.Equal("54001", Assert.Throws<ParseException>(() => SqlParser.ParseStatement(sql)).SqlState);
        Assert.Equal("54001", OnStackOf(256 * 1024, () => Assert.Throws<ParseException>(() => SqlParser.ParseStatement(sql)).SqlState));
    }

    /// <summary>Chains of operators are given up where they become too deep, not at their end: the error names where the chain begins, whatever follows.</summary>
    [Theory]
    [InlineData("SELECT ", "1", " + 1", " )")]
    [InlineData("SELECT a, ", "b", " || b * 2", " FROM FROM")]
    [InlineData("SELECT ", "", "- ", ")")]
    [InlineData("SELECT ", "1", "::int", ")")]
    [InlineData("SELECT ", "", "NOT ", ")")]
    public void LongChainsAreRefusedBeforeTheyEnd(string before, string first, string link, string after)
    {
        ParseException error = Assert.Throws<ParseException>(() => SqlParser.ParseStatement($"{before}{first}{Repeat(link, 1_002)}{after}"));
        Assert.Equal(("54001", before.Length), (error.SqlState, error.Span.Start));
        Assert.Equal("42601", Assert.Throws<ParseException>(() => SqlParser.ParseStatement($"{before}{first}{Repeat(link, 400)}{after}")).SqlState);
    }

    [Fact]
    public void LongInListIsRead()
    {
        string sql = $"SELECT a FROM t WHERE a IN ({string.Join(", ", Enumerable.Range(0, 500_000))})";
        var query = (QueryStatement)SqlParser.ParseStatement(sql);
        var list = (InListExpression)((Select)query.Query.Body).Where!;
        Assert.Equal(500_000, list.Values.Count);
        Assert.Equal(new NumberLiteral("499999", NumberKind.Integer), list.Values[^1]);
    }

    [Theory]
    [InlineData(" OR ", LogicalOperator.Or)]
    [InlineData(" AND ", LogicalOperator.And)]
    public void LongConditionIsOneNode(string separator, LogicalOperator kind)
    {
        string sql = string.Join(separator, Enumerable.Range(0, 100_000).Select(static i => $"a = {i}"));
        var chain = (LogicalExpression)SqlParser.ParseExpression(sql);
        Assert.Equal((kind, 100_000), (chain.Operator, chain.Operands.Count));
        Assert.Equal(sql, SqlPrinter.Print(chain));
    }

    [Fact]
    public void ManyStatementsAreRead()
    {
        IReadOnlyList<Statement> statements = SqlParser.ParseStatements(Repeat("INSERT INTO t VALUES (1, 'two', 3.0);\n", 20_000));
        Assert.Equal(20_000, statements.Count);
        Assert.Equal(statements[0], statements[^1]);
        Assert.Equal(38 * 19_999, statements[^1].Span.Start);
    }

    [Fact]
    public void LongUnionIsOneNode()
    {
        var query = (QueryStatement)SqlParser.ParseStatement(string.Join(" UNION ALL ", Enumerable.Repeat("SELECT 1", 20_000)));
        Assert.Equal(20_000, ((SetOperation)query.Query.Body).Operands.Count);
    }

    [Fact]
    public void FiveMegabytesOfRowsAreRead()
    {
        string sql = "INSERT INTO t VALUES " + string.Join(", ", Enumerable.Range(0, 200_000).Select(static i => $"({i}, 'some text {i}')"));
        Assert.True(sql.Length > 5_000_000);
        var insert = (Insert)SqlParser.ParseStatement(sql);
        Assert.Equal(200_000, ((ValuesQuery)insert.Source!.Body).Rows.Count);
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));

    private static T OnStackOf<T>(int bytes, Func<T> work)
    {
        T? result = default;
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = work();
                }
                catch (Exception e)
                {
                    failure = e;
                }
            },
            bytes);
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw new InvalidOperationException(failure.Message, failure);
    }
}
