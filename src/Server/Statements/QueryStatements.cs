using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>Queries, and DESCRIBE and SUMMARIZE, which are queries about queries.</summary>
internal static class QueryStatements
{
    public static StatementResult Run(Query query, Session session, CancellationToken cancellation) => session.Pipeline.Run(query, "SELECT", cancellation);

    /// <summary>One row a column: name, type, nullability.</summary>
    public static StatementResult Describe(Describe describe, Session session, CancellationToken cancellation)
    {
        NodeList<ResultColumn> columns = session.Pipeline.Check(describe.Query ?? new Query(new TableQuery(describe.Table!)));
        var rows = columns.Select(static column => new object?[] { column.Name, column.Type.ToString(), column.IsNullable ? "YES" : "NO" });
        return session.Pipeline.RunValues([Text("column_name"), Text("column_type"), Text("null")], rows, "DESCRIBE", cancellation);
    }

    /// <summary>One row a column: least and greatest value, distinct values, nulls and rows, computed by one query.</summary>
    public static StatementResult Summarize(Summarize summarize, Session session, CancellationToken cancellation)
    {
        Query source = summarize.Query ?? new Query(new TableQuery(summarize.Table!));
        NodeList<ResultColumn> columns = session.Pipeline.Check(source);
        var names = columns.Select(static (_, index) => new Identifier($"c{index + 1}", true)).ToArray();
        QueryExpression[] lines = [.. columns.Select((column, index) => new Select([
            new SelectItem(new StringLiteral(column.Name), new Identifier("column_name")),
            new SelectItem(new StringLiteral(column.Type.ToString()), new Identifier("column_type")),
            new SelectItem(AsText(Aggregate("min", names[index])), new Identifier("min")),
            new SelectItem(AsText(Aggregate("max", names[index])), new Identifier("max")),
            new SelectItem(Aggregate("count", names[index], true), new Identifier("distinct_values")),
            new SelectItem(new BinaryExpression(new OperatorName("-"), CountRows(), Aggregate("count", names[index])), new Identifier("nulls")),
            new SelectItem(CountRows(), new Identifier("rows")),
        ])
        {
            From = [new NamedTable(QualifiedName.Of("summarized"))],
        })];
        var with = new WithClause(false, [new CommonTableExpression(new Identifier("summarized"), [.. names], new QueryStatement(source))]);
        QueryExpression body = lines.Length == 1 ? lines[0] : new SetOperation(SetOperator.Union, true, [.. lines]);
        return session.Pipeline.Run(new Query(body) { With = with }, "SUMMARIZE", cancellation);
    }

    private static FunctionCall Aggregate(string function, Identifier column, bool isDistinct = false) =>
        new(QualifiedName.Of(function), [new FunctionArgument(new ColumnReference(new QualifiedName([column])))]) { Distinct = isDistinct };

    private static FunctionCall CountRows() => new(QualifiedName.Of("count"), [new FunctionArgument(new Star(null, [], []))]);

    private static CastExpression AsText(Expression value) => new(value, Parser.SqlParser.ParseTypeName("text"));

    private static ResultColumn Text(string name) => new(name, SqlType.Text, false);
}
