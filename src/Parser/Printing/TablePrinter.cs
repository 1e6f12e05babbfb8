using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes the items of FROM.</summary>
internal static class TablePrinter
{
    public static void Write(SqlWriter writer, TableReference table)
    {
        switch (table)
        {
            case NamedTable named:
                writer.AddIf(named.Only, "ONLY ").Name(named.Name).With(named.Alias, Write).With(named.Sample, Write);
                break;
            case FileTable file:
                writer.String(file.Path).With(file.Alias, Write).With(file.Sample, Write);
                break;
            case SubqueryTable subquery:
                QueryPrinter.Write(writer.AddIf(subquery.Lateral, "LATERAL ").Add("("), subquery.Query);
                writer.Add(")").With(subquery.Alias, Write);
                break;
            case FunctionTable functions:
                Write(writer, functions);
                break;
            case JoinTable { Alias: { } alias } join:
                Write(writer.Add("("), join);
                Write(writer.Add(")"), alias);
                break;
            case JoinTable join:
                Write(writer, join);
                break;
            default:
                throw Unprintable.Node(table);
        }
    }

    private static void Write(SqlWriter writer, JoinTable join)
    {
        Write(writer, join.Left);
        writer.Add(join.Condition is NaturalCondition ? " NATURAL" : "").AddIf(join.Asof, " ASOF").Add(join.Kind switch
        {
            JoinKind.Inner => " JOIN ",
            JoinKind.Left => " LEFT JOIN ",
            JoinKind.Right => " RIGHT JOIN ",
            JoinKind.Full => " FULL JOIN ",
            JoinKind.Cross => " CROSS JOIN ",
            JoinKind.Semi => " SEMI JOIN ",
            JoinKind.Anti => " ANTI JOIN ",
        });
        bool parentheses = join.Right is JoinTable { Alias: null };
        writer.AddIf(parentheses, "(");
        Write(writer, join.Right);
        writer.AddIf(parentheses, ")");
        if (join.Condition is OnCondition on)
            ExpressionPrinter.Write(writer.Add(" ON "), on.Predicate);
        else if (join.Condition is UsingCondition columns)
            writer.Add(" USING (").Names(columns.Columns).Add(")").With(columns.Alias, static (target, alias) => target.Name(alias), " AS ");
    }

    private static void Write(SqlWriter writer, FunctionTable table)
    {
        writer.AddIf(table.Lateral, "LATERAL ");
        bool several = table.Functions.Count > 1 || (!table.Functions[0].Columns.IsEmpty && table.Alias is { Columns.IsEmpty: false });
        if (several)
            writer.Add("ROWS FROM (").List(table.Functions, static (target, function) => Write(target, function)).Add(")");
        else
            ExpressionPrinter.Write(writer, table.Functions[0].Call);
        writer.AddIf(table.WithOrdinality, " WITH ORDINALITY");
        if (several || table.Functions[0].Columns.IsEmpty)
            writer.With(table.Alias, Write);
        else
            WriteColumns(writer.Add(" AS ").With(table.Alias, static (target, alias) => target.Name(alias.Name).Add(" ")), table.Functions[0].Columns);
    }

    private static void Write(SqlWriter writer, TableFunction function)
    {
        ExpressionPrinter.Write(writer, function.Call);
        if (!function.Columns.IsEmpty)
            WriteColumns(writer.Add(" AS "), function.Columns);
    }

    private static void WriteColumns(SqlWriter writer, NodeList<FunctionColumn> columns) =>
        writer.Add("(").List(columns, static (target, column) =>
        {
            TypePrinter.Write(target.Name(column.Name).Add(" "), column.Type);
            target.With(column.Collation, static (inner, collation) => inner.Name(collation), " COLLATE ");
        }).Add(")");

    private static void Write(SqlWriter writer, TableAlias alias) => writer.Add(" AS ").Name(alias.Name).Columns(alias.Columns);

    private static void Write(SqlWriter writer, TableSample sample) =>
        writer.Add(" TABLESAMPLE ").Name(sample.Method).Add(" (").List(sample.Arguments, ExpressionPrinter.Write).Add(")")
            .With(sample.Repeatable, ExpressionPrinter.Write, " REPEATABLE (", ")");
}
