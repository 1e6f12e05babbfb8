using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;
using SqlCluster.Parser.Tokens;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>Takes what CREATE TABLE and ALTER TABLE declare beyond columns and types: keys, checks, defaults.</summary>
internal static class TableDeclarations
{
    /// <summary>What CREATE TABLE declares.</summary>
    /// <param name="create">The statement.</param>
    /// <param name="tableColumns">Its columns, those of LIKE included.</param>
    /// <param name="session">Who makes the table.</param>
    /// <exception cref="Parser.Errors.QueryException">42P16: two primary keys, one of them of LIKE.</exception>
    public static TableFacts Of(CreateTable create, IReadOnlyList<TableColumn> tableColumns, Session session)
    {
        if (!create.Inherits.IsEmpty)
        {
            throw Execution.ExecutionErrors.Unsupported("CREATE TABLE with INHERITS");
        }

        var facts = new TableFacts { Owner = session.User, OnCommit = create.OnCommit };
        string[] columns = [.. tableColumns.Select(static column => column.Name)];
        foreach (LikeTable like in create.Elements.OfType<LikeTable>())
        {
            facts = LikeTables.WithFacts(facts, like, create.Name.Last.Value, columns, session);
        }

        foreach (ColumnDefinition column in create.Elements.OfType<ColumnDefinition>())
        {
            foreach (ColumnConstraint constraint in column.Constraints)
            {
                facts = WithConstraint(facts, create.Name.Last.Value, columns, constraint.Name?.Value, constraint.Constraint, column.Name.Value, session);
            }
        }

        foreach (TableConstraint constraint in create.Elements.OfType<TableConstraint>())
        {
            facts = WithConstraint(facts, create.Name.Last.Value, columns, constraint.Name?.Value, constraint.Constraint, null, session);
        }

        return facts.Constraints.Count(static constraint => constraint.Kind == 'p') > 1 ? throw StatementErrors.SecondPrimaryKey(create.Name.Last.Value, 0) : facts;
    }

    /// <summary>Adds a constraint or a column's default.</summary>
    /// <param name="facts">What is declared already.</param>
    /// <param name="table">Name of the table.</param>
    /// <param name="tableColumns">Its columns.</param>
    /// <param name="name">Name given to the constraint, or null.</param>
    /// <param name="constraint">The constraint.</param>
    /// <param name="column">The column it stands at, or null.</param>
    /// <param name="session">Who declares it.</param>
    public static TableFacts WithConstraint(TableFacts facts, string table, IReadOnlyList<string> tableColumns, string? name, Constraint constraint, string? column, Session session)
    {
        Interruption.Ask();
        ObjectIds ids = session.Engine.Database.Ids;
        switch (constraint)
        {
            case PrimaryKeyConstraint key:
                return Add('p', Columns(key.Columns), "pkey", ids.Next());
            case UniqueConstraint key:
                return Add('u', Columns(key.Columns), "key", ids.Next());
            case ForeignKeyConstraint key:
                (long oid, NodeList<string> referenced) = Referenced(key, table, facts, session);
                return Add('f', Columns(key.Columns), "fkey", 0, made => made with { ReferencedOid = oid, ReferencedColumns = referenced, ForeignKey = key });
            case CheckConstraint check:
                string condition = SqlPrinter.Print(check.Condition);
                return Add('c', ColumnsOf(condition, tableColumns), "check", 0, made => made with { Condition = condition });
            case DefaultConstraint { Value: var value } when column != null:
                return WithDefault(facts, new ColumnDefault(ids.Next(), column, value is BooleanLiteral truth ? (truth.Value ? "true" : "false") : SqlPrinter.Print(value), ' ') { Value = value });
            case GeneratedConstraint { Value: var value } when column != null:
                return WithDefault(facts, new ColumnDefault(ids.Next(), column, SqlPrinter.Print(value), 's') { Value = value });
            default:
                return facts;
        }

        NodeList<string> Columns(NodeList<Identifier> listed) => listed.IsEmpty && column != null ? [column] : listed.Map(static identifier => identifier.Value);

        TableFacts Add(char kind, NodeList<string> columns, string suffix, long indexOid, Func<DeclaredConstraint, DeclaredConstraint>? complete = null)
        {
            string made = name ?? FreeName(facts, kind == 'p' || columns.IsEmpty || (kind == 'c' && columns.Count > 1) ? $"{table}_{suffix}" : $"{table}_{string.Join('_', columns)}_{suffix}");
            var declared = new DeclaredConstraint(ids.Next(), indexOid, made, kind, columns);
            return facts with { Constraints = [.. facts.Constraints, complete == null ? declared : complete(declared)] };
        }
    }

    /// <summary>Columns that a condition names, each once.</summary>
    private static NodeList<string> ColumnsOf(string condition, IReadOnlyList<string> columns) =>
        [.. SqlTokenizer.Tokenize(condition).Select(token => condition.Substring(token.Span.Start, token.Span.Length).Trim('"')).Where(columns.Contains).Distinct(StringComparer.Ordinal)];

    /// <summary>Sets a column's default in place of the one it has.</summary>
    public static TableFacts WithDefault(TableFacts facts, ColumnDefault value) => facts with { Defaults = [.. facts.Defaults.Where(old => old.Column != value.Column), value] };

    /// <summary>The table a foreign key refers to (0: its own), if it is there, and its columns: those of the primary key when none are given.</summary>
    private static (long Oid, NodeList<string> Columns) Referenced(ForeignKeyConstraint key, string table, TableFacts facts, Session session)
    {
        if (key.ReferencedTable.IsSimple && key.ReferencedTable.Last.Value == table)
        {
            return (0, ColumnsOf(key, facts));
        }

        if (session.Catalog.Locate(key.ReferencedTable) is not var (database, schema, name))
        {
            throw CatalogErrors.NoRelation("relation", key.ReferencedTable.ToString());
        }

        CatalogEntry entry = database.FindEntry(schema, name)!;
        return (entry.Oid, ColumnsOf(key, entry.Facts));
    }

    private static NodeList<string> ColumnsOf(ForeignKeyConstraint key, TableFacts referenced) => key.ReferencedColumns.IsEmpty
        ? referenced.Constraints.FirstOrDefault(static constraint => constraint.Kind == 'p')?.Columns ?? []
        : key.ReferencedColumns.Map(static column => column.Value);

    private static string FreeName(TableFacts facts, string name)
    {
        string free = name;
        for (int i = 1; facts.Constraints.Any(constraint => constraint.Name == free); i++)
        {
            free = $"{name}{i}";
        }

        return free;
    }
}
