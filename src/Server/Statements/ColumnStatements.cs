using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;
using SqlCluster.Parser.Tokens;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements.Changes;

namespace SqlCluster.Server.Statements;

/// <summary>ALTER TABLE of columns: adds, drops, renames and changes them, with the rows that are there.</summary>
internal static class ColumnStatements
{
    /// <returns>A notice, or null.</returns>
    public static async Task<StatementNotice?> AddAsync(AddColumn add, TableShape shape, CancellationToken cancellation)
    {
        WrittenTable table = shape.Table;
        string name = add.Column.Name.Value;
        if (table.Columns.Any(column => column.Name == name))
        {
            return add.IfNotExists
                ? new StatementNotice($"column \"{name}\" of relation \"{shape.Name}\" already exists, skipping", "42701")
                : throw StatementErrors.ColumnExists(name, shape.Name);
        }

        Constraint[] constraints = [.. add.Column.Constraints.Select(static constraint => constraint.Constraint)];
        SqlType? serial = SequenceStatements.SerialType(add.Column.Type);
        SqlType type = serial ?? shape.Session.Pipeline.ResolveType(add.Column.Type);
        bool isRequired = serial != null || constraints.Any(static constraint => constraint is NotNullConstraint or PrimaryKeyConstraint or IdentityConstraint);
        int added = table.Columns.Count;
        NodeList<TableColumn> columns = [.. table.Columns, new TableColumn(name, type, !isRequired)];
        string[] names = [.. columns.Select(static column => column.Name)];
        ColumnDeclarationChecks.CheckConflicts(add.Column, shape.Name, shape.Session);
        ColumnDeclarationChecks.CheckExpressions(
            add.Column,
            columns,
            other => other == name ? constraints.Any(static constraint => constraint is GeneratedConstraint) : table.Entry.Facts.Defaults.Any(value => value.Kind == 's' && value.Column == other),
            shape.Session);
        await shape.RewriteAsync(columns, (written, ordinal) => ordinal == added ? written.Default(ordinal) : Column(columns[ordinal].Name), Declare, cancellation).ConfigureAwait(false);
        foreach (DeclaredConstraint key in shape.Entry.Facts.Constraints.Where(constraint => constraint.Kind is 'p' or 'u' && constraint.Columns.Contains(name)))
        {
            await UniqueKeys.RequireUniqueAsync(shape.Table, key.Name, key.Columns, shape.Session, cancellation).ConfigureAwait(false);
        }

        return null;

        void Declare()
        {
            foreach (ColumnConstraint constraint in add.Column.Constraints)
            {
                shape.Declare(facts => TableDeclarations.WithConstraint(facts, shape.Name, names, constraint.Name?.Value, constraint.Constraint, name, shape.Session));
            }

            TableStatements.AttachSequence(add.Column, type, shape.Database, shape.Schema, shape.Name, shape.Session);
        }
    }

    /// <returns>A notice, or null.</returns>
    public static StatementNotice? Drop(DropColumn drop, TableShape shape)
    {
        WrittenTable table = shape.Table;
        string name = drop.Column.Value;
        if (!table.Columns.Any(column => column.Name == name))
        {
            return drop.IfExists ? new StatementNotice($"column \"{name}\" of relation \"{shape.Name}\" does not exist, skipping") : throw StatementErrors.NoColumn(name, shape.Name);
        }

        CatalogEntry[] views = Readers(name, shape);
        if (views.Length > 0)
        {
            throw drop.Behavior == DropBehavior.Cascade
                ? Execution.ExecutionErrors.Unsupported("DROP COLUMN ... CASCADE of a column that a view reads")
                : StatementErrors.ColumnNeeded(name, shape.Name, $"view {views[0].Name} depends on column {name} of table {shape.Name}");
        }

        if (table.Entry.Facts.Defaults.FirstOrDefault(value => value.Kind == 's' && value.Column != name && Mentions(value.Expression, name)) is { } generated)
        {
            throw StatementErrors.ColumnNeeded(name, shape.Name, $"column {generated.Column} of table {shape.Name} depends on column {name} of table {shape.Name}");
        }

        foreach (CatalogEntry owned in SequenceStatements.OwnedBy(shape.Database, shape.Schema, table.Entry.Oid, name))
        {
            shape.Database.Remove(shape.Schema, owned.Name);
        }

        foreach (DeclaredIndex index in shape.Database.State.IndexesOf(shape.Schema, shape.Name).Where(index => index.Definition.Keys.Any(key => Mentions(SqlPrinter.Print(key.Value), name))))
        {
            shape.Database.RemoveIndex(shape.Schema, index.Name);
        }

        int[] kept = [.. Enumerable.Range(0, table.Columns.Count).Where(ordinal => table.Columns[ordinal].Name != name)];
        shape.Relabel([.. kept.Select(ordinal => table.Columns[ordinal])], kept);
        shape.Declare(facts => facts with
        {
            Defaults = [.. facts.Defaults.Where(value => value.Column != name)],
            Constraints = [.. facts.Constraints.Where(constraint => !constraint.Columns.Contains(name))],
            ColumnComments = [.. facts.ColumnComments.Where(comment => comment.Key != name)],
        });
        return null;
    }

    public static void Rename(RenameColumn rename, TableShape shape)
    {
        WrittenTable table = shape.Table;
        string name = rename.Column.Value, given = rename.NewName.Value;
        int renamed = table.Columns.Any(column => column.Name == name) ? Ordinal(table, name) : throw StatementErrors.MissingColumn(name, 0);
        if (table.Columns.Any(column => column.Name == given))
        {
            throw StatementErrors.ColumnExists(given, shape.Name);
        }

        if (Readers(name, shape).Length > 0)
        {
            throw Execution.ExecutionErrors.Unsupported("RENAME of a column that a view reads");
        }

        shape.Relabel([.. table.Columns.Select((column, ordinal) => ordinal == renamed ? column with { Name = given } : column)], [.. Enumerable.Range(0, table.Columns.Count)]);
        shape.Declare(facts => facts with
        {
            Defaults = facts.Defaults.Map(value => value with { Column = Named(value.Column), Expression = value.Kind == 's' ? Text(value.Expression!) : value.Expression, Value = value.Kind == 's' ? SqlParser.ParseExpression(Text(value.Expression!)) : value.Value }),
            Constraints = facts.Constraints.Map(constraint => constraint with
            {
                Columns = constraint.Columns.Map(Named),
                Condition = constraint.Condition == null ? null : Text(constraint.Condition),
                ReferencedColumns = constraint is { Kind: 'f', ReferencedOid: 0 } ? constraint.ReferencedColumns.Map(Named) : constraint.ReferencedColumns,
            }),
            ColumnComments = [.. facts.ColumnComments.Select(comment => KeyValuePair.Create(Named(comment.Key), comment.Value))],
        });
        foreach (CatalogEntry owned in SequenceStatements.OwnedBy(shape.Database, shape.Schema, table.Entry.Oid, name))
        {
            shape.Database.Declare(shape.Schema, owned.Name, facts => facts with { OwnedBy = facts.OwnedBy! with { Column = given } });
        }

        foreach (DeclaredIndex index in shape.Database.State.IndexesOf(shape.Schema, shape.Name).Where(index => index.Definition.Keys.Any(key => Mentions(SqlPrinter.Print(key.Value), name))))
        {
            CreateIndex definition = index.Definition with { Keys = index.Definition.Keys.Map(key => key with { Value = SqlParser.ParseExpression(Text(SqlPrinter.Print(key.Value))) }) };
            shape.Database.RemoveIndex(shape.Schema, index.Name);
            shape.Database.TryAddIndex(shape.Schema, index.Name, shape.Name, definition);
        }

        string Named(string column) => column == name ? given : column;
        string Text(string expression) => Renamed(expression, name, given);
    }

    public static async Task ChangeTypeAsync(AlterColumnType alter, TableShape shape, CancellationToken cancellation)
    {
        WrittenTable table = shape.Table;
        int changed = Ordinal(table, alter.Column.Value);
        SqlType type = shape.Session.Pipeline.ResolveType(alter.Type);
        TableColumn column = table.Columns[changed];
        if (Readers(column.Name, shape).Length > 0)
        {
            throw StatementErrors.ViewReads();
        }

        Expression value = alter.Using ?? Column(column.Name);
        IReadOnlyList<ResultColumn> given = shape.Session.Pipeline.Check(new Query(new Select([new SelectItem(value)]) { From = [table.Reference] }));
        if (!CastRules.CanCast(given[0].Type, type, CoercionContext.Assignment) && !(alter.Using is StringLiteral or NullLiteral))
        {
            throw StatementErrors.NotCastable(column.Name, type, alter.Using != null);
        }

        NodeList<TableColumn> columns = [.. table.Columns.Select((known, ordinal) => ordinal == changed ? known with { Type = type } : known)];
        await shape.RewriteAsync(columns, (_, ordinal) => ordinal == changed ? value : Column(columns[ordinal].Name), null, cancellation).ConfigureAwait(false);
        foreach (DeclaredConstraint key in shape.Entry.Facts.Constraints.Where(constraint => constraint.Kind is 'p' or 'u' && constraint.Columns.Contains(column.Name)))
        {
            await UniqueKeys.RequireUniqueAsync(shape.Table, key.Name, key.Columns, shape.Session, cancellation).ConfigureAwait(false);
        }
    }

    public static void SetDefault(AlterColumnDefault alter, TableShape shape)
    {
        int ordinal = Ordinal(shape.Table, alter.Column.Value);
        switch (shape.Table.DefaultOf(ordinal)?.Kind)
        {
            case 'a' or 'd': throw StatementErrors.IsIdentity(alter.Column.Value, shape.Name);
            case 's': throw StatementErrors.IsGenerated(alter.Column.Value, shape.Name);
        }

        if (alter.Value == null)
        {
            shape.Declare(facts => facts with { Defaults = [.. facts.Defaults.Where(value => value.Column != alter.Column.Value)] });
            return;
        }

        DeclaredExpressions.CheckDefault(alter.Value, shape.Table.Columns[ordinal], shape.Session);
        shape.Declare(facts => TableDeclarations.WithConstraint(facts, shape.Name, [], null, new DefaultConstraint(alter.Value), alter.Column.Value, shape.Session));
    }

    public static async Task SetNullabilityAsync(Identifier column, bool isNullable, TableShape shape, CancellationToken cancellation)
    {
        WrittenTable table = shape.Table;
        int changed = Ordinal(table, column.Value);
        if (table.Columns[changed].IsNullable == isNullable)
        {
            return;
        }

        if (isNullable && table.Entry.Facts.Constraints.Any(constraint => constraint.Kind == 'p' && constraint.Columns.Contains(column.Value)))
        {
            throw StatementErrors.ColumnOfPrimaryKey(column.Value);
        }

        if (isNullable && table.DefaultOf(changed) is { Kind: 'a' or 'd' })
        {
            throw StatementErrors.IsIdentity(column.Value, shape.Name);
        }

        if (!isNullable)
        {
            await shape.RequireValuesAsync(column.Value, cancellation).ConfigureAwait(false);
        }

        shape.Relabel(
            [.. table.Columns.Select((known, ordinal) => ordinal == changed ? known with { IsNullable = isNullable } : known)], [.. Enumerable.Range(0, table.Columns.Count)]);
    }

    public static void AddIdentity(AddIdentity add, TableShape shape)
    {
        TableColumn column = shape.Table.Columns[Ordinal(shape.Table, add.Column.Value)];
        if (column.IsNullable)
        {
            throw StatementErrors.IdentityNeedsNotNull(column.Name, shape.Name);
        }

        if (shape.Table.DefaultOf(Ordinal(shape.Table, column.Name)) is { } value)
        {
            throw value.Kind is 'a' or 'd' ? StatementErrors.IdentityExists(column.Name, shape.Name) : StatementErrors.HasDefault(column.Name, shape.Name);
        }

        SequenceStatements.Attach(shape.Database, shape.Schema, shape.Name, column.Name, column.Type, add.Identity, shape.Session);
    }

    /// <returns>A notice, or null.</returns>
    public static StatementNotice? DropGenerated(DropGenerated drop, TableShape shape)
    {
        string name = drop.Column.Value;
        char kind = shape.Table.DefaultOf(Ordinal(shape.Table, name))?.Kind ?? ' ';
        if (drop.Identity ? kind is not ('a' or 'd') : kind != 's')
        {
            string what = drop.Identity ? "an identity column" : "a stored generated column";
            return drop.IfExists ? new StatementNotice($"column \"{name}\" of relation \"{shape.Name}\" is not {what}, skipping")
                : drop.Identity ? throw StatementErrors.NoIdentity(name, shape.Name) : throw StatementErrors.NotGenerated(name, shape.Name);
        }

        foreach (CatalogEntry owned in drop.Identity ? SequenceStatements.OwnedBy(shape.Database, shape.Schema, shape.Entry.Oid, name) : [])
        {
            shape.Database.Remove(shape.Schema, owned.Name);
        }

        shape.Declare(facts => facts with { Defaults = [.. facts.Defaults.Where(value => value.Column != name)] });
        return null;
    }

    /// <summary>Views that may read a column: those that read its table and say its name, or take all columns.</summary>
    private static CatalogEntry[] Readers(string column, TableShape shape) =>
    [
        .. new[] { shape.Session.Catalog.Shared, shape.Session.Catalog.Temporary }.SelectMany(static database => database.State.Contents()).SelectMany(static schema => schema.Relations)
            .Where(entry => entry.Facts.Reads.Contains(shape.Entry.Oid) && entry.Relation is Relation.OfView { View.Query: var query } && SqlPrinter.Print(query) is var text && (Mentions(text, column) || text.Contains('*', StringComparison.Ordinal))),
    ];

    private static bool Mentions(string? sql, string name) => sql != null && SqlTokenizer.Tokenize(sql).Any(token => IsName(sql, token, name));

    private static string Renamed(string sql, string name, string given)
    {
        var result = new System.Text.StringBuilder();
        int end = 0;
        foreach (SqlTextToken token in SqlTokenizer.Tokenize(sql).Where(token => IsName(sql, token, name)))
        {
            result.Append(sql, end, token.Span.Start - end).Append(PgCatalog.Identifiers.Quote(given));
            end = token.Span.Start + token.Span.Length;
        }

        return result.Append(sql, end, sql.Length - end).ToString();
    }

    private static bool IsName(string sql, SqlTextToken token, string name) => token.Kind is SqlTokenKind.Identifier or SqlTokenKind.QuotedIdentifier or SqlTokenKind.Keyword
        && sql.AsSpan(token.Span.Start, token.Span.Length).Trim('"').Equals(name, token.Kind == SqlTokenKind.QuotedIdentifier ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    private static int Ordinal(WrittenTable table, string name)
    {
        for (int i = 0; i < table.Columns.Count; i++)
        {
            if (table.Columns[i].Name == name)
            {
                return i;
            }
        }

        throw StatementErrors.NoColumn(name, table.Table.Name);
    }

    private static ColumnReference Column(string name) => new(new QualifiedName([new Identifier(name, true)]));
}
