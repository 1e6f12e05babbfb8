using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;

namespace SqlCluster.Parser.Tests;

/// <summary>Checks positions, equality and the outline of EXPLAIN (AST).</summary>
public sealed class SyntaxTreeTests
{
    [Fact]
    public void NodesKnowWhereTheyWereWritten()
    {
        const string sql = "SELECT a + b AS c,\n  f(x, 'y')\nFROM s.t AS u";
        var select = (Select)((QueryStatement)SqlParser.ParseStatement(sql)).Query.Body;
        Assert.Equal("a + b AS c", TextOf(select.Items[0]));
        Assert.Equal("a + b", TextOf(select.Items[0].Expression));
        Assert.Equal("f(x, 'y')", TextOf(select.Items[1].Expression));
        Assert.Equal("'y'", TextOf(((FunctionCall)select.Items[1].Expression).Arguments[1].Value));
        Assert.Equal("s.t AS u", TextOf(select.From[0]));
        Assert.Equal((2, 3), select.Items[1].Span.LineAndColumn(sql));

        string TextOf(SyntaxNode node) => sql.Substring(node.Span.Start, node.Span.Length);
    }

    [Fact]
    public void LayoutIsNotPartOfEquality()
    {
        Statement compact = SqlParser.ParseStatement("select a,b from t where c in(1,2)");
        Statement spread = SqlParser.ParseStatement("SELECT  A , B\nFROM t /* x */ WHERE (c) IN ( 1, 2 );");
        Assert.Equal(compact, spread);
        Assert.Equal(compact.GetHashCode(), spread.GetHashCode());
        Assert.NotEqual(compact, SqlParser.ParseStatement("select a,b from t where c in(2,1)"));
        Assert.NotEqual(compact, SqlParser.ParseStatement("select \"a\",b from t where c in(1,2)"));
    }

    [Fact]
    public void OutlineShowsTheWholeTree()
    {
        string outline = SyntaxTreePrinter.Print(SqlParser.ParseStatement("SELECT DISTINCT l_orderkey AS k FROM lineitem l WHERE l_tax > 0.05 LIMIT 2"));
        Assert.Equal(
            """
            QueryStatement
              Query: Query
                Body: Select
                  Items: SelectItem
                    Expression: ColumnReference l_orderkey
                    Alias: k
                  Distinct: DistinctClause
                  From: NamedTable lineitem
                    Alias: TableAlias l
                  Where: BinaryExpression >
                    Left: ColumnReference l_tax
                    Right: NumberLiteral '0.05' Decimal
                Limit: LimitClause
                  Count: NumberLiteral '2' Integer
            """.ReplaceLineEndings("\n"),
            outline);
    }

    [Fact]
    public void CharacterPositionsCountCodePoints()
    {
        var span = new TextSpan(3, 1);
        Assert.Equal(3, span.CharacterPosition("😀x y"));
    }
}
