using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>INSERT, UPDATE, DELETE and TRUNCATE on tables in memory: each is a query whose rows are added to the table or take the place of its rows, in the transaction of the statement.</summary>
internal static class DataStatements
{
    public static async Task<StatementResult> InsertAsync(Insert insert, Session session, CancellationToken cancellation)
    {
        RefuseClauses(insert.OnConflict != null, insert.Returning);
        MemoryTable table = Target(insert.Table, session);
        int[] targets = TargetOrdinals(insert, table);
        Query source = insert.Source == null
            ? new Query(new ValuesQuery([table.Columns.Map(static Expression (_) => new NullLiteral())]))
            : WithoutDefaults(insert.Source);
        if (insert.With != null)
        {
            source = source with { With = insert.With };
        }

        using MemoryTable.Writer writer = table.OpenWriter();
        await FillAsync(writer, Assign(source, targets, table, session, cancellation), cancellation).ConfigureAwait(false);
        session.Changes.Add(writer);
        return new StatementResult.Command($"INSERT 0 {writer.RowCount}");
    }

    public static async Task<StatementResult> DeleteAsync(Delete delete, Session session, CancellationToken cancellation)
    {
        RefuseClauses(!delete.Using.IsEmpty, delete.Returning);
        MemoryTable table = Target(delete.Table, session);
        long before = session.Changes.RowCount(table);
        if (delete.Where == null)
        {
            Clear(table, session);
            return new StatementResult.Command($"DELETE {before}");
        }

        Select survivors = From(delete.Table, [new SelectItem(new Star(null, [], []))])
            with { Where = new IsTruthExpression(delete.Where, TruthValue.True, Negated: true) };
        using MemoryTable.Writer writer = table.OpenWriter();
        await FillAsync(writer, session.Pipeline.Run(new Query(survivors) { With = delete.With }, "DELETE", cancellation), cancellation).ConfigureAwait(false);
        session.Changes.Replace(writer);
        return new StatementResult.Command($"DELETE {before - writer.RowCount}");
    }

    public static async Task<StatementResult> UpdateAsync(Update update, Session session, CancellationToken cancellation)
    {
        RefuseClauses(!update.From.IsEmpty, update.Returning);
        MemoryTable table = Target(update.Table, session);
        var values = new Dictionary<string, Expression>(StringComparer.Ordinal);
        foreach (Assignment assignment in update.Assignments)
        {
            if (assignment.Multiple || assignment.Targets is not [{ Accessors.IsEmpty: true } target])
            {
                throw Execution.ExecutionErrors.Unsupported("UPDATE of several columns at once or of parts of a column");
            }

            if (!table.Columns.Any(column => column.Name == target.Column.Value))
            {
                throw StatementErrors.NoColumn(target.Column.Value, table.Name);
            }

            values[target.Column.Value] = assignment.Value is DefaultValue ? new NullLiteral() : assignment.Value;
        }

        Expression? condition = update.Where;
        NodeList<SelectItem> items = table.Columns.Map(column => new SelectItem(
            !values.TryGetValue(column.Name, out Expression? value) ? Reference(column)
                : condition == null ? Store(value, column) : new CaseExpression(null, [new CaseBranch(condition, Store(value, column))], Reference(column)),
            new Identifier(column.Name, true)));
        Query changed = new(From(update.Table, items)) { With = update.With };
        long count = condition == null ? session.Changes.RowCount(table) : await CountAsync(update, session, cancellation).ConfigureAwait(false);
        using MemoryTable.Writer writer = table.OpenWriter();
        await FillAsync(writer, session.Pipeline.Run(changed, "UPDATE", cancellation), cancellation).ConfigureAwait(false);
        session.Changes.Replace(writer);
        return new StatementResult.Command($"UPDATE {count}");
    }

    public static StatementResult Truncate(Truncate truncate, Session session)
    {
        foreach (MemoryTable table in truncate.Tables.Select(table => Target(table, session)).ToArray())
        {
            Clear(table, session);
        }

        return new StatementResult.Command("TRUNCATE TABLE");
    }

    /// <summary>Moves all rows of a result into a table's writer.</summary>
    /// <exception cref="Parser.Errors.QueryException">23502: a null in a NOT NULL column.</exception>
    internal static async Task FillAsync(MemoryTable.Writer writer, StatementResult.Rows rows, CancellationToken cancellation)
    {
        await using (rows.ConfigureAwait(false))
        {
            while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
            {
                writer.Append(batch);
                batch.Release();
            }
        }
    }

    /// <summary>A table that can be written.</summary>
    internal static MemoryTable Target(NamedTable name, Session session) =>
        session.Catalog.Find([.. name.Name.Parts.Select(static part => part.Value)]) switch
        {
            Relation.OfTable { Table: MemoryTable table } => table,
            Relation.OfTable { Table: var table } => throw CatalogErrors.ReadOnlyTable(table.Name),
            Relation.OfView => throw CatalogErrors.WrongKind(name.Name.ToString(), "table"),
            _ => throw CatalogErrors.NoRelation("relation", name.Name.ToString()),
        };

    private static int[] TargetOrdinals(Insert insert, MemoryTable table)
    {
        if (insert.Columns.IsEmpty)
        {
            return [.. Enumerable.Range(0, table.Columns.Count)];
        }

        var ordinals = new int[insert.Columns.Count];
        for (int i = 0; i < ordinals.Length; i++)
        {
            string name = insert.Columns[i].Column.Value;
            ordinals[i] = table.Columns.Select(static (column, ordinal) => (column, ordinal)).Where(pair => pair.column.Name == name)
                .Select(static pair => (int?)pair.ordinal).FirstOrDefault() ?? throw StatementErrors.NoColumn(name, table.Name);
            if (ordinals.AsSpan(0, i).Contains(ordinals[i]))
            {
                throw StatementErrors.DuplicateColumn(name);
            }
        }

        return ordinals;
    }

    /// <summary>The source's rows, converted to the table's columns; columns that are not targets are null.</summary>
    private static StatementResult.Rows Assign(Query source, int[] targets, MemoryTable table, Session session, CancellationToken cancellation)
    {
        NodeList<ResultColumn> given = session.Pipeline.Check(source);
        int width = given.Count;
        if (width > targets.Length)
        {
            throw StatementErrors.TooManyExpressions();
        }

        bool isExplicit = targets.Length != table.Columns.Count;
        if (isExplicit && width < targets.Length)
        {
            throw StatementErrors.TooFewExpressions();
        }

        for (int i = 0; i < width; i++)
        {
            TableColumn target = table.Columns[targets[i]];
            if (!given[i].Type.IsText || !IsUntyped(source.Body, i))
            {
                RequireAssignable(given[i].Type, target);
            }
        }

        Identifier[] names = [.. Enumerable.Range(0, width).Select(static index => new Identifier($"column{index + 1}", true))];
        NodeList<SelectItem> items = [.. table.Columns.Select((column, ordinal) =>
        {
            int position = Array.IndexOf(targets, ordinal);
            Expression value = position >= 0 && position < width ? new ColumnReference(new QualifiedName([names[position]])) : new NullLiteral();
            return new SelectItem(Store(value, column), new Identifier(column.Name, true));
        })];
        var rows = new SubqueryTable(source) { Alias = new TableAlias(new Identifier("source", true), [.. names]) };
        return session.Pipeline.Run(new Query(new Select(items) { From = [rows] }), "INSERT", cancellation);
    }

    /// <summary>Whether a column is of string literals, which take the type of the column they are stored in.</summary>
    private static bool IsUntyped(QueryExpression body, int column) => body switch
    {
        ValuesQuery => true,
        Select select => column < select.Items.Count && select.Items.Take(column).All(static item => item.Expression is not Star) && select.Items[column].Expression is StringLiteral or NullLiteral,
        SetOperation operation => operation.Operands.All(operand => IsUntyped(operand, column)),
        Query query => IsUntyped(query.Body, column),
        _ => false,
    };

    private static async Task<long> CountAsync(Update update, Session session, CancellationToken cancellation)
    {
        Select count = From(update.Table, [new SelectItem(new NumberLiteral("1", NumberKind.Integer))]) with { Where = update.Where };
        await using StatementResult.Rows rows = session.Pipeline.Run(new Query(count) { With = update.With }, "SELECT", cancellation);
        long matched = 0;
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
        {
            matched += batch.RowCount;
            batch.Release();
        }

        return matched;
    }

    private static void Clear(MemoryTable table, Session session)
    {
        using MemoryTable.Writer writer = table.OpenWriter();
        session.Changes.Replace(writer);
    }

    private static Select From(NamedTable table, NodeList<SelectItem> items) => new(items) { From = [table] };

    private static ColumnReference Reference(TableColumn column) => new(new QualifiedName([new Identifier(column.Name, true)]));

    /// <summary>DEFAULT in VALUES is NULL: columns have no other default.</summary>
    private static Query WithoutDefaults(Query source) => source.Body is ValuesQuery values && values.Rows.Any(static row => row.Any(static value => value is DefaultValue))
        ? source with { Body = new ValuesQuery(values.Rows.Map(static row => row.Map(static value => value is DefaultValue ? new NullLiteral() : value))) }
        : source;

    private static void RequireAssignable(SqlType from, TableColumn to)
    {
        if (!CastRules.CanCast(from, to.Type, CoercionContext.Assignment))
        {
            throw StatementErrors.NotAssignable(to.Name, to.Type, from);
        }
    }

    /// <summary>Converts a value for a column. Text that is too long for its column keeps its length, for the table to refuse it; blanks beyond the length go.</summary>
    private static Expression Store(Expression value, TableColumn column)
    {
        if (column.Type.Kind is not (TypeKind.Varchar or TypeKind.Char) || column.Type.Precision == 0)
        {
            return Convert(value, column);
        }

        var text = new CastExpression(value, SqlParser.ParseTypeName("text"));
        var length = new FunctionCall("length", new FunctionCall("rtrim", text));
        var fits = new BinaryExpression(new OperatorName("<="), length, new NumberLiteral($"{column.Type.Precision}", NumberKind.Integer));
        return new CaseExpression(null, [new CaseBranch(fits, Convert(value, column))], text);
    }

    private static CastExpression Convert(Expression value, TableColumn column) => new(value, SqlParser.ParseTypeName(column.Type.ToString()));

    private static void RefuseClauses(bool otherTables, NodeList<SelectItem> returning)
    {
        if (otherTables)
        {
            throw Execution.ExecutionErrors.Unsupported("ON CONFLICT, USING and FROM in INSERT, DELETE and UPDATE");
        }

        if (!returning.IsEmpty)
        {
            throw Execution.ExecutionErrors.Unsupported("RETURNING");
        }
    }
}
