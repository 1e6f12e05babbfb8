using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes statements that change data.</summary>
internal static class DataPrinter
{
    public static void Write(SqlWriter writer, Statement statement)
    {
        switch (statement)
        {
            case Insert insert:
                Write(writer, insert);
                break;
            case Update update:
                TablePrinter.Write(writer.With(update.With, QueryPrinter.Write).Add("UPDATE "), update.Table);
                writer.Add(" SET ").List(update.Assignments, Write);
                Tables(writer, " FROM ", update.From);
                writer.With(update.Where, ExpressionPrinter.Write, " WHERE ");
                Returning(writer, update.Returning);
                break;
            case Delete delete:
                TablePrinter.Write(writer.With(delete.With, QueryPrinter.Write).Add("DELETE FROM "), delete.Table);
                Tables(writer, " USING ", delete.Using);
                writer.With(delete.Where, ExpressionPrinter.Write, " WHERE ");
                Returning(writer, delete.Returning);
                break;
            case Merge merge:
                Write(writer, merge);
                break;
            case Truncate truncate:
                writer.Add("TRUNCATE TABLE ").List(truncate.Tables, TablePrinter.Write).AddIf(truncate.RestartIdentity, " RESTART IDENTITY")
                    .Add(DefinitionPrinter.Words(truncate.Behavior));
                break;
            case LockTable lockTable:
                writer.Add("LOCK TABLE ").List(lockTable.Tables, TablePrinter.Write).Add(" IN ").Add(lockTable.Mode.ToUpperInvariant()).Add(" MODE")
                    .AddIf(lockTable.NoWait, " NOWAIT");
                break;
            default:
                throw Unprintable.Node(statement);
        }
    }

    private static void Write(SqlWriter writer, Insert insert)
    {
        TablePrinter.Write(writer.With(insert.With, QueryPrinter.Write).Add("INSERT INTO "), insert.Table);
        Columns(writer, insert.Columns);
        writer.Add(Words(insert.Overriding)).AddIf(insert.Source is null, " DEFAULT VALUES").With(insert.Source, QueryPrinter.Write, " ");
        if (insert.OnConflict is { } conflict)
        {
            writer.Add(" ON CONFLICT").With(conflict.Target, Write).Add(conflict.Assignments.IsEmpty ? " DO NOTHING" : " DO UPDATE SET ")
                .List(conflict.Assignments, Write).With(conflict.Where, ExpressionPrinter.Write, " WHERE ");
        }
        Returning(writer, insert.Returning);
    }

    private static void Write(SqlWriter writer, ConflictTarget target)
    {
        if (target.Constraint is not null)
            writer.Add(" ON CONSTRAINT ").Name(target.Constraint);
        else
            writer.Add(" (").List(target.Keys, DefinitionPrinter.Write).Add(")").With(target.Where, ExpressionPrinter.Write, " WHERE ");
    }

    private static void Write(SqlWriter writer, Merge merge)
    {
        TablePrinter.Write(writer.With(merge.With, QueryPrinter.Write).Add("MERGE INTO "), merge.Target);
        bool join = merge.Source is JoinTable { Alias: null };
        TablePrinter.Write(writer.Add(" USING ").AddIf(join, "("), merge.Source);
        ExpressionPrinter.Write(writer.AddIf(join, ")").Add(" ON "), merge.Condition);
        foreach (MergeWhen branch in merge.Branches)
        {
            writer.Add(branch.Match switch
            {
                MergeMatch.Matched => " WHEN MATCHED",
                MergeMatch.NotMatchedByTarget => " WHEN NOT MATCHED",
                MergeMatch.NotMatchedBySource => " WHEN NOT MATCHED BY SOURCE",
            });
            Write(writer.With(branch.Condition, ExpressionPrinter.Write, " AND ").Add(" THEN "), branch.Action);
        }
        Returning(writer, merge.Returning);
    }

    private static void Write(SqlWriter writer, MergeAction action)
    {
        switch (action)
        {
            case MergeUpdate update:
                writer.Add("UPDATE SET ").List(update.Assignments, Write);
                break;
            case MergeDelete:
                writer.Add("DELETE");
                break;
            case MergeDoNothing:
                writer.Add("DO NOTHING");
                break;
            case MergeInsert insert:
                writer.Add("INSERT");
                Columns(writer, insert.Columns);
                writer.Add(Words(insert.Overriding));
                if (insert.Values.IsEmpty)
                    writer.Add(" DEFAULT VALUES");
                else
                    writer.Add(" VALUES (").List(insert.Values, ExpressionPrinter.Write).Add(")");
                break;
            default:
                throw Unprintable.Node(action);
        }
    }

    private static void Write(SqlWriter writer, Assignment assignment)
    {
        writer.AddIf(assignment.Multiple, "(").List(assignment.Targets, Write).AddIf(assignment.Multiple, ")");
        ExpressionPrinter.Write(writer.Add(" = "), assignment.Value);
    }

    private static void Columns(SqlWriter writer, NodeList<AssignmentTarget> columns)
    {
        if (!columns.IsEmpty)
            writer.Add(" (").List(columns, Write).Add(")");
    }

    private static void Write(SqlWriter writer, AssignmentTarget target)
    {
        writer.Name(target.Column);
        foreach (Accessor accessor in target.Accessors)
        {
            switch (accessor)
            {
                case FieldAccessor field:
                    writer.Add(".").Name(field.Field);
                    break;
                case IndexAccessor index:
                    ExpressionPrinter.Write(writer.Add("["), index.Index);
                    writer.Add("]");
                    break;
                case SliceAccessor slice:
                    writer.Add("[").With(slice.Lower, ExpressionPrinter.Write).Add(":").With(slice.Upper, ExpressionPrinter.Write).Add("]");
                    break;
                default:
                    throw Unprintable.Node(accessor);
            }
        }
    }

    private static void Tables(SqlWriter writer, string word, NodeList<TableReference> tables)
    {
        if (!tables.IsEmpty)
            writer.Add(word).List(tables, TablePrinter.Write);
    }

    private static void Returning(SqlWriter writer, NodeList<SelectItem> items)
    {
        if (!items.IsEmpty)
            writer.Add(" RETURNING ").List(items, QueryPrinter.Write);
    }

    private static string Words(InsertOverriding overriding) => overriding switch
    {
        InsertOverriding.None => "",
        InsertOverriding.SystemValue => " OVERRIDING SYSTEM VALUE",
        InsertOverriding.UserValue => " OVERRIDING USER VALUE",
    };
}
