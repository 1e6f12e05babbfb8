using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes statements about queries; the others are in the printers it turns to.</summary>
internal static class StatementPrinter
{
    public static void Write(SqlWriter writer, Statement statement)
    {
        switch (statement)
        {
            case QueryStatement query:
                QueryPrinter.Write(writer, query.Query);
                break;
            case ChangingQuery query:
                QueryPrinter.Write(writer, query.Query);
                break;
            case Explain explain:
                Write(writer.Add("EXPLAIN ").With(Optional(explain.Options), OptionPrinter.WriteList, after: " "), explain.Statement);
                break;
            case Analyze analyze:
                Write(writer.Add("ANALYZE"), analyze.Options, analyze.Tables);
                break;
            case Vacuum vacuum:
                Write(writer.Add("VACUUM"), vacuum.Options, vacuum.Tables);
                break;
            case Describe describe:
                writer.Add("DESCRIBE ").With(describe.Table, TablePrinter.Write).With(describe.Query, QueryPrinter.Write);
                break;
            case Summarize summarize:
                writer.Add("SUMMARIZE ").With(summarize.Table, TablePrinter.Write).With(summarize.Query, QueryPrinter.Write);
                break;
            case Copy copy:
                Write(writer, copy);
                break;
            case Prepare prepare:
                writer.Add("PREPARE ").Name(prepare.Name);
                if (!prepare.ParameterTypes.IsEmpty)
                    writer.Add(" (").List(prepare.ParameterTypes, TypePrinter.Write).Add(")");
                Write(writer.Add(" AS "), prepare.Statement);
                break;
            case Execute execute:
                writer.Add("EXECUTE ").Name(execute.Name);
                if (!execute.Arguments.IsEmpty)
                    writer.Add(" (").List(execute.Arguments, ExpressionPrinter.Write).Add(")");
                break;
            case Deallocate deallocate:
                NameOrAll(writer.Add("DEALLOCATE "), deallocate.Name);
                break;
            case DeclareCursor cursor:
                writer.Add("DECLARE ").Name(cursor.Name).AddIf(cursor.Binary, " BINARY");
                if (cursor.Insensitive is { } insensitive)
                    writer.Add(insensitive ? " INSENSITIVE" : " ASENSITIVE");
                if (cursor.Scroll is { } scroll)
                    writer.Add(scroll ? " SCROLL" : " NO SCROLL");
                QueryPrinter.Write(writer.Add(" CURSOR").AddIf(cursor.WithHold, " WITH HOLD").Add(" FOR "), cursor.Query);
                break;
            case FetchCursor fetch:
                Write(writer, fetch);
                break;
            case CloseCursor close:
                NameOrAll(writer.Add("CLOSE "), close.Name);
                break;
            case Insert or Update or Delete or Merge or Truncate or LockTable:
                DataPrinter.Write(writer, statement);
                break;
            default:
                if (!SessionPrinter.TryWrite(writer, statement))
                    DefinitionPrinter.Write(writer, statement);
                break;
        }
    }

    private static NodeList<StatementOption>? Optional(NodeList<StatementOption> options) => options.IsEmpty ? null : options;

    private static void NameOrAll(SqlWriter writer, Identifier? name)
    {
        if (name is null)
            writer.Add("ALL");
        else
            writer.Name(name);
    }

    private static void Write(SqlWriter writer, NodeList<StatementOption> options, NodeList<MaintainedTable> tables)
    {
        writer.With(Optional(options), OptionPrinter.WriteList, " ");
        if (!tables.IsEmpty)
            writer.Add(" ").List(tables, static (target, table) => target.Name(table.Name).Columns(table.Columns));
    }

    private static void Write(SqlWriter writer, Copy copy)
    {
        writer.Add("COPY ");
        if (copy.Table is not null)
            writer.Name(copy.Table).Columns(copy.Columns);
        writer.With(copy.Query, QueryPrinter.Write, "(", ")").Add(copy.Direction == CopyDirection.To ? " TO " : " FROM ").AddIf(copy.Endpoint.Program, "PROGRAM ");
        if (copy.Endpoint.Path is { } path)
            writer.String(path);
        else
            writer.Add(copy.Direction == CopyDirection.To ? "STDOUT" : "STDIN");
        writer.With(Optional(copy.Options), OptionPrinter.WriteList, " WITH ").With(copy.Where, ExpressionPrinter.Write, " WHERE ");
    }

    private static void Write(SqlWriter writer, FetchCursor fetch)
    {
        writer.Add(fetch.Move ? "MOVE " : "FETCH ").Add(fetch.Direction.ToString().ToUpperInvariant()).Add(" ");
        if (fetch.Count is { } count)
            writer.Number(count).Add(" ");
        else if (fetch.Direction is FetchDirection.Forward or FetchDirection.Backward)
            writer.Add("ALL ");
        writer.Add("FROM ").Name(fetch.Name);
    }
}
