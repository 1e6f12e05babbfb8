namespace SqlCluster.Parser.Tests;

/// <summary>Checks what people see when a text is not SQL: state, message, position, and what was expected.</summary>
public sealed class ErrorTests
{
    [Theory]
    [InlineData("SELEC 1", "syntax error at or near \"SELEC\"", 1)]
    [InlineData("SELECT 1 FORM t", "syntax error at or near \"t\"", 15)]
    [InlineData("SELECT * FROM", "syntax error at end of input", 14)]
    [InlineData("SELECT (1", "syntax error at end of input", 10)]
    [InlineData("SELECT 1)", "syntax error at or near \")\"", 9)]
    [InlineData("SELECT a FROM t WHERE", "syntax error at end of input", 22)]
    [InlineData("SELECT a b c FROM t", "syntax error at or near \"c\"", 12)]
    [InlineData("SELECT a = b = c", "syntax error at or near \"=\"", 14)]
    [InlineData("SELECT a IS DISTINCT FROM b IS NULL", "syntax error at or near \"IS\"", 29)]
    [InlineData("SELECT a IN ()", "syntax error at or near \")\"", 14)]
    [InlineData("SELECT 1 +", "syntax error at end of input", 11)]
    [InlineData("SELECT a FROM t JOIN u", "syntax error at end of input", 23)]
    [InlineData("SELECT a FROM t ON true", "syntax error at or near \"ON\"", 17)]
    [InlineData("SELECT 1 GROUP BY", "syntax error at end of input", 18)]
    [InlineData("SELECT CASE END", "syntax error at or near \"END\"", 13)]
    [InlineData("INSERT INTO t", "syntax error at end of input", 14)]
    [InlineData("CREATE TABLE t (a)", "syntax error at end of input", 19)]
    [InlineData("SELECT select", "syntax error at or near \"select\"", 8)]
    [InlineData("SELECT (a b)", "syntax error at or near \"b\"", 11)]
    [InlineData("SELECT (1 ORDER BY 2)", "syntax error at or near \"ORDER\"", 11)]
    [InlineData("SELECT * FROM (t)", "syntax error at or near \")\"", 17)]
    [InlineData("SELECT a[]", "syntax error at or near \"]\"", 10)]
    [InlineData("SELECT sum(a) OVER (ROWS CURRENT PRECEDING", "syntax error at end of input", 43)]
    [InlineData("SELECT 'abc", "unterminated quoted string at or near \"'abc\"", 8)]
    [InlineData("SELECT \"abc", "unterminated quoted identifier at or near \"\"abc\"", 8)]
    [InlineData("SELECT \"\"", "zero-length delimited identifier at or near \"\"\"\"", 8)]
    [InlineData("SELECT 1 /* x", "unterminated /* comment at or near \"/* x\"", 10)]
    [InlineData("SELECT $$abc", "unterminated dollar-quoted string at or near \"$$abc\"", 8)]
    [InlineData("SELECT 123abc", "trailing junk after numeric literal at or near \"123abc\"", 8)]
    [InlineData("SELECT B'012'", "\"2\" is not a valid binary digit", 8)]
    [InlineData("SELECT \\", "syntax error at or near \"\\\"", 8)]
    [InlineData("SELECT 1 LIMIT 1 LIMIT 2", "multiple LIMIT clauses not allowed", 18)]
    [InlineData("SELECT (SELECT 1 INTO t)", "SELECT ... INTO is not allowed here", 23)]
    [InlineData("select 1 union select 2 into n", "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT", 30)]
    [InlineData("select 1 union (select 2 into n)", "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT", 31)]
    [InlineData("select 1 union select nosuch into n2", "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT", 35)]
    [InlineData("select 1 intersect select 2 into n", "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT", 34)]
    [InlineData("SELECT 'é', '中😀', ?? ", "syntax error at or near \"?\"", 20)]
    public void NamesTextAndPosition(string sql, string message, int position)
    {
        ParseException error = Assert.Throws<ParseException>(() => SqlParser.ParseStatements(sql));
        Assert.Equal(("42601", message, position), (error.SqlState, error.Message, error.Position));
    }

    [Theory]
    [InlineData("SELECT E'\\u00'", "22025")]
    [InlineData("SELECT U&'\\D800'", "42601")]
    [InlineData("SELECT sum(a) OVER (ROWS UNBOUNDED FOLLOWING)", "42P20")]
    [InlineData("SELECT sum(a) OVER (ROWS BETWEEN CURRENT ROW AND 1 PRECEDING)", "42P20")]
    public void OtherStates(string sql, string state) => Assert.Equal(state, Assert.Throws<ParseException>(() => SqlParser.ParseStatements(sql)).SqlState);

    [Fact]
    public void NamesLineColumnAndToken()
    {
        ParseException error = Assert.Throws<ParseException>(() => SqlParser.ParseStatement("SELECT a\n  FROM t\n WHRE b"));
        Assert.Equal((3, 7, "b"), (error.Line, error.Column, error.OffendingText));
        Assert.StartsWith("line 3, column 7: found \"b\", expected ", error.Detail);
    }

    [Theory]
    [InlineData("SELECT a FROM t GROUP a", "BY")]
    [InlineData("SELECT a FROM", "identifier", "string", "\"(\"", "LATERAL", "ONLY")]
    [InlineData("SELECT a WHERE", "expression")]
    [InlineData("SELECT a FROM t WHERE a = 1 1", "operator", "AND", "OR", "IS", "GROUP", "ORDER", "LIMIT", "UNION", "the end of the text")]
    [InlineData("SELECT a FROM t ORDER BY a 1", "ASC", "DESC", "NULLS", "\",\"")]
    [InlineData("SELECT count(a", "\")\"", "\",\"", "ORDER")]
    [InlineData("SELECT a FROM t JOIN u", "ON", "USING")]
    [InlineData("CREATE", "TABLE", "VIEW", "SCHEMA", "INDEX")]
    [InlineData("DROP t", "TABLE", "VIEW")]
    [InlineData("SELECT a IS", "NOT", "NULL", "TRUE", "DISTINCT")]
    [InlineData("SELECT CAST(a int)", "AS")]
    public void TellsWhatWasExpected(string sql, params string[] expected)
    {
        ParseException error = Assert.Throws<ParseException>(() => SqlParser.ParseStatements(sql));
        Assert.All(expected, word => Assert.Contains(word, error.Expected));
        Assert.True(error.Expected.Count <= 60, string.Join(' ', error.Expected));
    }

    [Fact]
    public void OneStatementMeansOne()
    {
        Assert.Equal("syntax error at end of input", Assert.Throws<ParseException>(() => SqlParser.ParseStatement(" -- nothing\n;")).Message);
        Assert.Equal("cannot take more than one statement", Assert.Throws<ParseException>(() => SqlParser.ParseStatement("SELECT 1; SELECT 2")).Message);
        Assert.Empty(SqlParser.ParseStatements(" ; /* nothing */ ;"));
        Assert.Throws<ParseException>(() => SqlParser.ParseExpression("a; b"));
        Assert.Throws<ParseException>(() => SqlParser.ParseTypeName("int x"));
    }

    [Fact]
    public void EveryPrefixOfAQueryIsReadOrRefused()
    {
        const string sql = "WITH a (x) AS (SELECT 1) SELECT DISTINCT count(*) FILTER (WHERE b[1] > 'x') OVER (PARTITION BY c ROWS 1 PRECEDING), CASE WHEN d IS NOT NULL "
            + "THEN $1::numeric(10, 2) END FROM t AS u JOIN (VALUES (1, E'\\n')) v ON u.a = v.b /* c */ WHERE e BETWEEN 1 AND 2 GROUP BY ROLLUP (f) LIMIT 5";
        for (int length = 0; length < sql.Length; length++)
        {
            try
            {
                SqlParser.ParseStatements(sql[..length]);
            }
            catch (ParseException e)
            {
                Assert.InRange(e.Position, 1, length + 1);
            }
        }
        RoundTrip.Check(sql);
    }

    [Fact]
    public void MutatedQueriesAreReadOrRefused()
    {
        const int seed = 20261121;
        var random = new Random(seed);
        string[] words = ["SELECT", "FROM", "(", ")", ",", "a", "t", "1", "'x'", "WHERE", "=", "AND", "JOIN", "ON", "*", ".", "[", "]", "NOT", "CASE", "END", "ORDER", "BY", "::", "int",
            "UNION", "VALUES", "INTERVAL", "TIME", "WITH", "AS", "BETWEEN", "IN", "ANY", "-", "ROW", "GROUPING", "SETS", "OVER", "LATERAL", ";", "INSERT", "INTO", "SET", "EXPLAIN"];
        int read = 0;
        for (int i = 0; i < 30_000; i++)
        {
            string sql = string.Join(' ', Enumerable.Range(0, random.Next(1, 12)).Select(_ => words[random.Next(words.Length)]).Prepend(i % 2 == 0 ? "SELECT" : ""));
            try
            {
                RoundTrip.Check(sql);
                read++;
            }
            catch (ParseException)
            {
                // Refused, which is fine; any other exception fails the test.
            }
        }
        Assert.True(read > 500, $"only {read} texts were valid (seed {seed})");
    }
}
