using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes queries.</summary>
internal static class QueryPrinter
{
    public static void Write(SqlWriter writer, QueryExpression query)
    {
        switch (query)
        {
            case Query whole:
                Write(writer, whole);
                break;
            case Select select:
                Write(writer, select);
                break;
            case ValuesQuery values:
                writer.Add("VALUES ").List(values.Rows, static (target, row) => target.Add("(").List(row, ExpressionPrinter.Write).Add(")"));
                break;
            case TableQuery table:
                TablePrinter.Write(writer.Add("TABLE "), table.Table);
                break;
            case SetOperation operation:
                string words = $" {operation.Operator.ToString().ToUpperInvariant()}{(operation.All ? " ALL" : "")}{(operation.ByName ? " BY NAME" : "")} ";
                writer.List(operation.Operands, WriteOperand, words);
                break;
            default:
                throw Unprintable.Node(query);
        }
    }

    public static void Write(SqlWriter writer, Query query)
    {
        writer.With(query.With, Write);
        if (query.Body is Query)
            WriteOperand(writer, query.Body);
        else
            Write(writer, query.Body);
        if (!query.OrderBy.IsEmpty)
            writer.Add(" ORDER BY ").List(query.OrderBy, Write);
        if (query.Limit is { } limit)
        {
            if (limit.WithTies)
                writer.With(limit.Count, ExpressionPrinter.Write, " FETCH FIRST (", ") ROWS WITH TIES");
            else
                writer.With(limit.Count, ExpressionPrinter.Write, " LIMIT ");
            writer.With(limit.Offset, ExpressionPrinter.Write, " OFFSET ");
        }
        foreach (LockingClause locking in query.Locking)
            Write(writer, locking);
    }

    private static void WriteOperand(SqlWriter writer, QueryExpression operand)
    {
        bool parentheses = operand is Query or SetOperation;
        writer.AddIf(parentheses, "(");
        Write(writer, operand);
        writer.AddIf(parentheses, ")");
    }

    public static void Write(SqlWriter writer, WithClause with)
    {
        if (!with.Tables.IsEmpty)
            writer.Add(with.Recursive ? "WITH RECURSIVE " : "WITH ").List(with.Tables, Write).Add(" ");
    }

    private static void Write(SqlWriter writer, CommonTableExpression table)
    {
        writer.Name(table.Name).Columns(table.Columns).Add(" AS ");
        if (table.Materialized is { } materialized)
            writer.Add(materialized ? "MATERIALIZED " : "NOT MATERIALIZED ");
        StatementPrinter.Write(writer.Add("("), table.Body);
        writer.Add(")");
        if (table.Search is { } search)
            writer.Add(search.BreadthFirst ? " SEARCH BREADTH FIRST BY " : " SEARCH DEPTH FIRST BY ").Names(search.By).Add(" SET ").Name(search.Sequence);
        if (table.Cycle is { } cycle)
        {
            writer.Add(" CYCLE ").Names(cycle.Columns).Add(" SET ").Name(cycle.Mark)
                .With(cycle.MarkValue, ExpressionPrinter.WriteValue, " TO ").With(cycle.MarkDefault, ExpressionPrinter.WriteValue, " DEFAULT ")
                .Add(" USING ").Name(cycle.Path);
        }
    }

    private static void Write(SqlWriter writer, Select select)
    {
        writer.Add("SELECT");
        if (select.Distinct is { } distinct)
        {
            writer.Add(" DISTINCT");
            if (!distinct.On.IsEmpty)
                writer.Add(" ON (").List(distinct.On, ExpressionPrinter.Write).Add(")");
        }
        if (!select.Items.IsEmpty)
            writer.Add(" ").List(select.Items, Write);
        if (!select.From.IsEmpty)
            writer.Add(" FROM ").List(select.From, TablePrinter.Write);
        writer.With(select.Where, ExpressionPrinter.Write, " WHERE ").With(select.GroupBy, Write).With(select.Having, ExpressionPrinter.Write, " HAVING ");
        if (!select.Windows.IsEmpty)
            writer.Add(" WINDOW ").List(select.Windows, static (target, window) => FunctionPrinter.Write(target.Name(window.Name).Add(" AS "), window.Specification));
        writer.With(select.Qualify, ExpressionPrinter.Write, " QUALIFY ");
    }

    public static void Write(SqlWriter writer, SelectItem item)
    {
        ExpressionPrinter.Write(writer, item.Expression);
        writer.With(item.Alias, static (target, alias) => target.Name(alias), " AS ");
    }

    private static void Write(SqlWriter writer, GroupByClause clause) =>
        writer.Add(" GROUP BY").AddIf(clause.Distinct, " DISTINCT").AddIf(clause.All, " ALL").AddIf(!clause.All, " ").List(clause.Elements, Write);

    private static void Write(SqlWriter writer, GroupingElement element)
    {
        switch (element)
        {
            case GroupingSet { Expressions: [var single] }:
                ExpressionPrinter.Write(writer, single);
                break;
            case GroupingSet set:
                writer.Add("(").List(set.Expressions, ExpressionPrinter.Write).Add(")");
                break;
            case Rollup rollup:
                writer.Add("ROLLUP (").List(rollup.Sets, Write).Add(")");
                break;
            case Cube cube:
                writer.Add("CUBE (").List(cube.Sets, Write).Add(")");
                break;
            case GroupingSets sets:
                writer.Add("GROUPING SETS (").List(sets.Elements, Write).Add(")");
                break;
            default:
                throw Unprintable.Node(element);
        }
    }

    public static void Write(SqlWriter writer, SortItem item)
    {
        if (item.Expression is Star { Qualifier: null })
            writer.Add("ALL");
        else
            ExpressionPrinter.Write(writer, item.Expression);
        writer.With(item.Using, ExpressionPrinter.Write, " USING ").Add(Words(item.Direction)).Add(Words(item.NullOrder));
    }

    public static string Words(SortDirection direction) => direction switch
    {
        SortDirection.Default => "",
        SortDirection.Ascending => " ASC",
        SortDirection.Descending => " DESC",
    };

    public static string Words(NullOrder order) => order switch
    {
        NullOrder.Default => "",
        NullOrder.First => " NULLS FIRST",
        NullOrder.Last => " NULLS LAST",
    };

    private static void Write(SqlWriter writer, LockingClause locking)
    {
        writer.Add(locking.Strength switch
        {
            LockStrength.Update => " FOR UPDATE",
            LockStrength.NoKeyUpdate => " FOR NO KEY UPDATE",
            LockStrength.Share => " FOR SHARE",
            LockStrength.KeyShare => " FOR KEY SHARE",
        });
        if (!locking.Of.IsEmpty)
            writer.Add(" OF ").Names(locking.Of);
        writer.Add(locking.Wait switch
        {
            LockWait.Block => "",
            LockWait.NoWait => " NOWAIT",
            LockWait.SkipLocked => " SKIP LOCKED",
        });
    }
}
