using SqlCluster.Parser.Ast;

namespace SqlCluster.Parser.Printing;

/// <summary>Writes CREATE, ALTER, DROP and what grants and describes objects.</summary>
internal static class DefinitionPrinter
{
    public static void Write(SqlWriter writer, Statement statement)
    {
        switch (statement)
        {
            case CreateTable table:
                Elements(Created(writer, table.OrReplace, Words(table.Persistence) + "TABLE ", table.IfNotExists).Name(table.Name), table.Elements, always: true);
                if (!table.Inherits.IsEmpty)
                    writer.Add(" INHERITS (").Names(table.Inherits).Add(")");
                With(writer, table.Options).Add(Words(table.OnCommit));
                break;
            case CreateTableAs table:
                Created(writer, table.OrReplace, Words(table.Persistence) + "TABLE ", table.IfNotExists).Name(table.Name).Columns(table.Columns);
                StatementPrinter.Write(With(writer, table.Options).Add(Words(table.OnCommit)).Add(" AS "), table.Source);
                writer.AddIf(table.WithNoData, " WITH NO DATA");
                break;
            case CreateExternalTable table:
                Write(writer, table);
                break;
            case CreateView view:
                string kind = $"{(view.Temporary ? "TEMPORARY " : "")}{(view.Recursive ? "RECURSIVE " : "")}VIEW ";
                Created(writer, view.OrReplace, kind, view.IfNotExists).Name(view.Name).Columns(view.Columns);
                QueryPrinter.Write(With(writer, view.Options).Add(" AS "), view.Query);
                if (view.CheckOption is { } check)
                    writer.Add(" WITH ").Add(check.ToUpperInvariant()).Add(" CHECK OPTION");
                break;
            case CreateMaterializedView view:
                Created(writer, view.OrReplace, "MATERIALIZED VIEW ", view.IfNotExists).Name(view.Name).Columns(view.Columns);
                QueryPrinter.Write(With(writer, view.Options).Add(" AS "), view.Query);
                writer.AddIf(view.WithNoData, " WITH NO DATA");
                break;
            case RefreshMaterializedView refresh:
                writer.Add("REFRESH MATERIALIZED VIEW ").AddIf(refresh.Concurrently, "CONCURRENTLY ").Name(refresh.Name).AddIf(refresh.WithNoData, " WITH NO DATA");
                break;
            case CreateSchema schema:
                writer.Add("CREATE SCHEMA").AddIf(schema.IfNotExists, " IF NOT EXISTS").With(schema.Name, static (target, name) => target.Name(name), " ")
                    .With(schema.Authorization, static (target, name) => target.Name(name), " AUTHORIZATION ");
                break;
            case CreateSequence sequence:
                writer.Add(sequence.Temporary ? "CREATE TEMPORARY SEQUENCE " : "CREATE SEQUENCE ").AddIf(sequence.IfNotExists, "IF NOT EXISTS ").Name(sequence.Name)
                    .AddIf(!sequence.Options.IsEmpty, " ");
                SequencePrinter.WriteAll(writer, sequence.Options);
                break;
            case CreateIndex index:
                Write(writer, index);
                break;
            case Drop drop:
                writer.Add("DROP ").Add(Words(drop.Kind)).AddIf(drop.Concurrently, " CONCURRENTLY").AddIf(drop.IfExists, " IF EXISTS").Add(" ").Names(drop.Names)
                    .Add(Words(drop.Behavior));
                break;
            case Alter alter:
                writer.Add("ALTER ").Add(Words(alter.Kind)).AddIf(alter.IfExists, " IF EXISTS").AddIf(alter.Only, " ONLY").Add(" ").Name(alter.Name).Add(" ")
                    .List(alter.Actions, AlterPrinter.Write);
                break;
            case Comment comment:
                Write(writer, comment);
                break;
            case Grant grant:
                GrantPrinter.Write(writer, grant);
                break;
            case GrantRole grant:
                GrantPrinter.Write(writer, grant);
                break;
            default:
                throw Unprintable.Node(statement);
        }
    }

    private static SqlWriter Created(SqlWriter writer, bool orReplace, string kind, bool ifNotExists) =>
        writer.Add("CREATE ").AddIf(orReplace, "OR REPLACE ").Add(kind).AddIf(ifNotExists, "IF NOT EXISTS ");

    private static SqlWriter With(SqlWriter writer, NodeList<StatementOption> options)
    {
        if (!options.IsEmpty)
            OptionPrinter.WriteList(writer.Add(" WITH "), options);
        return writer;
    }

    private static void Elements(SqlWriter writer, NodeList<TableElement> elements, bool always)
    {
        if (always || !elements.IsEmpty)
            writer.Add(" (").List(elements, Write).Add(")");
    }

    private static void Write(SqlWriter writer, CreateExternalTable table)
    {
        Elements(Created(writer, table.OrReplace, "EXTERNAL TABLE ", table.IfNotExists).Name(table.Name), table.Elements, always: false);
        writer.Add(" STORED AS ").Name(new Identifier(table.Format)).Add(" LOCATION ").String(table.Location);
        if (!table.Options.IsEmpty)
            writer.Add(" OPTIONS (").List(table.Options, static (target, option) => target.String(option.Name).With(option.Value, OptionPrinter.WriteValue, " ")).Add(")");
        if (!table.PartitionedBy.IsEmpty)
            writer.Add(" PARTITIONED BY (").List(table.PartitionedBy, static (target, column) => target.Name(column.Name).With(column.Type, TypePrinter.Write, " ")).Add(")");
    }

    private static void Write(SqlWriter writer, CreateIndex index)
    {
        writer.Add("CREATE ").AddIf(index.Unique, "UNIQUE ").Add("INDEX ").AddIf(index.Concurrently, "CONCURRENTLY ").AddIf(index.IfNotExists, "IF NOT EXISTS ")
            .With(index.Name, static (target, name) => target.Name(name), after: " ");
        TablePrinter.Write(writer.Add("ON "), index.Table);
        writer.With(index.Method, static (target, name) => target.Name(name), " USING ").Add(" (").List(index.Keys, Write).Add(")");
        if (!index.Include.IsEmpty)
            writer.Add(" INCLUDE (").Names(index.Include).Add(")");
        With(writer.AddIf(index.NullsNotDistinct, " NULLS NOT DISTINCT"), index.Options).With(index.Where, ExpressionPrinter.Write, " WHERE ");
    }

    public static void Write(SqlWriter writer, IndexKey key)
    {
        // A COLLATE of the expression itself is in parentheses, so that it isn't taken for the key's.
        bool parentheses = key.Value is not (ColumnReference or FunctionCall);
        ExpressionPrinter.Write(writer.AddIf(parentheses, "("), key.Value);
        writer.AddIf(parentheses, ")").With(key.Collation, static (target, name) => target.Name(name), " COLLATE ")
            .With(key.OperatorClass, static (target, name) => target.Name(name), " ").Add(QueryPrinter.Words(key.Direction)).Add(QueryPrinter.Words(key.NullOrder));
    }

    private static void Write(SqlWriter writer, Comment comment)
    {
        writer.Add("COMMENT ON ").Add(Words(comment.Kind)).Add(" ");
        if (comment.Kind == ObjectKind.Constraint)
            writer.Name(comment.Name.Last).Add(" ON ").Name(new QualifiedName(NodeList.From(comment.Name.Parts.SkipLast(1))));
        else
            writer.Name(comment.Name);
        writer.Add(" IS ");
        if (comment.Text is null)
            writer.Add("NULL");
        else
            writer.String(comment.Text);
    }

    private static void Write(SqlWriter writer, TableElement element)
    {
        switch (element)
        {
            case ColumnDefinition column:
                Write(writer, column);
                break;
            case TableConstraint constraint:
                Write(writer, constraint);
                break;
            case LikeTable like:
                writer.Add("LIKE ").Name(like.Table);
                foreach (string option in like.Options)
                    writer.Add(" ").Add(option.ToUpperInvariant());
                break;
            default:
                throw Unprintable.Node(element);
        }
    }

    public static void Write(SqlWriter writer, ColumnDefinition column)
    {
        TypePrinter.Write(writer.Name(column.Name).Add(" "), column.Type);
        writer.With(column.Collation, static (target, name) => target.Name(name), " COLLATE ");
        foreach (ColumnConstraint constraint in column.Constraints)
            ConstraintPrinter.Write(writer.Add(" ").With(constraint.Name, static (target, name) => target.Name(name), "CONSTRAINT ", " "), constraint.Constraint);
    }

    public static void Write(SqlWriter writer, TableConstraint constraint) =>
        ConstraintPrinter.Write(writer.With(constraint.Name, static (target, name) => target.Name(name), "CONSTRAINT ", " "), constraint.Constraint);

    public static string Words(DropBehavior behavior) => behavior switch
    {
        DropBehavior.Default => "",
        DropBehavior.Cascade => " CASCADE",
        DropBehavior.Restrict => " RESTRICT",
    };

    public static string Words(ObjectKind kind) => kind switch
    {
        ObjectKind.MaterializedView => "MATERIALIZED VIEW",
        ObjectKind.ForeignTable => "FOREIGN TABLE",
        _ => kind.ToString().ToUpperInvariant(),
    };

    private static string Words(TablePersistence persistence) => persistence switch
    {
        TablePersistence.Permanent => "",
        TablePersistence.Temporary => "TEMPORARY ",
        TablePersistence.Unlogged => "UNLOGGED ",
    };

    private static string Words(OnCommit onCommit) => onCommit switch
    {
        OnCommit.Default => "",
        OnCommit.PreserveRows => " ON COMMIT PRESERVE ROWS",
        OnCommit.DeleteRows => " ON COMMIT DELETE ROWS",
        OnCommit.Drop => " ON COMMIT DROP",
    };
}
