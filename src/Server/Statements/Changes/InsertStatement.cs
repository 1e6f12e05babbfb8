using SqlCluster.Catalyst.Types;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>INSERT: rows of a query, with defaults where they have no value.</summary>
internal static class InsertStatement
{
    private static readonly Identifier SourceName = new("\u0001source", true);

    public static async Task<StatementResult> RunAsync(Insert insert, StatementChanges changes, Session session, CancellationToken cancellation)
    {
        var target = WrittenTable.Of(insert.Table, session);
        Query query = RowsOf(insert, target, session) with { With = insert.With };
        using var changed = new ChangedRows(target, [], changes);
        string[] checks = [.. ChangeQuery.Checks(target).Select(static check => check.Name)];
        await changed.FillAsync(session.Pipeline.Run(query, "INSERT", cancellation), null, checks, cancellation).ConfigureAwait(false);
        IReadOnlyList<UniqueKey> keys = UniqueKeys.Of(target, session);
        ConflictClause? conflict = insert.OnConflict == null ? null : ConflictClause.Of(insert.OnConflict, target, keys, session);
        TableChanges own = changes.Of(target);
        if (keys.Count > 0)
        {
            await UniqueKeys.LockAsync(target, keys, changed, session, cancellation).ConfigureAwait(false);
            if (conflict != null)
            {
                using ChangedRows decided = await conflict.DecideAsync(changed, insert, changes, session, cancellation).ConfigureAwait(false);
                return await EndAsync(insert, target, decided, own, session, cancellation).ConfigureAwait(false);
            }

            await UniqueKeys.CheckAsync(target, keys, changed, own, session, cancellation).ConfigureAwait(false);
        }

        return await EndAsync(insert, target, changed, own, session, cancellation).ConfigureAwait(false);
    }

    /// <summary>The query that the rows come from.</summary>
    public static Query QueryOf(Insert insert, Session session) => RowsOf(insert, WrittenTable.Of(insert.Table, session), session) with { With = insert.With };

    private static async Task<StatementResult> EndAsync(
        Insert insert, WrittenTable target, ChangedRows changed, TableChanges own, Session session, CancellationToken cancellation)
    {
        string tag = $"INSERT 0 {changed.Count}";
        StatementResult result = insert.Returning.IsEmpty
            ? new StatementResult.Command(tag)
            : await Returning.RunAsync(insert.Returning, target, changed, OtherTables.None, insert.With, tag, session, cancellation).ConfigureAwait(false);
        own.Add(changed);
        return result;
    }

    /// <summary>The query for the rows to be stored, without WITH.</summary>
    public static Query RowsOf(Insert insert, WrittenTable target, Session session)
    {
        if (insert.Source == null)
        {
            return Stored(target, [], new Query(new ValuesQuery([[new NullLiteral()]])), [], session);
        }

        if (PartialInsert.HasParts(insert.Columns))
        {
            insert = PartialInsert.Whole(insert, target, session);
        }

        int[] targets = TargetOrdinals(insert.Columns, target, session);
        Query source = WithTypedValues(insert.Source!, targets, target);
        if (source.Body is ValuesQuery { Rows.Count: > 1 } values && values.Rows.Any(row => row.Count != targets.Length))
        {
            // That the first row does not fit the table is said before the others are looked at.
            var first = new ValuesQuery([values.Rows[0]]) { Span = values.Span };
            CheckWidth(insert, targets, session.Pipeline.Check(new Query(source with { Body = first }) { With = insert.With }).Count, session);
        }

        IReadOnlyList<ResultColumn> given = session.Pipeline.Check(new Query(source) { With = insert.With });
        CheckWidth(insert, targets, given.Count, session);
        var ignored = new HashSet<int>();
        for (int i = 0; i < given.Count; i++)
        {
            Expression? expression = ExpressionOf(insert.Source!.Body, i);
            if (!given[i].Type.IsText || !IsUntyped(source.Body, i))
            {
                target.RequireAssignable(given[i].Type, targets[i], session.Pipeline.Position(expression));
            }

            if (!MayBeGiven(insert, target, targets[i], i))
            {
                ignored.Add(i);
            }
        }

        int[] stored = [.. targets.Take(given.Count).Select((ordinal, index) => ignored.Contains(index) ? -1 : ordinal)];
        return Stored(target, stored, source, given, session);
    }

    /// <summary>The places of the columns that are given values.</summary>
    public static int[] TargetOrdinals(NodeList<AssignmentTarget> columns, WrittenTable target, Session session)
    {
        if (columns.IsEmpty)
        {
            return [.. Enumerable.Range(0, target.Columns.Count)];
        }

        var ordinals = new int[columns.Count];
        for (int i = 0; i < ordinals.Length; i++)
        {
            ordinals[i] = target.Ordinal(columns[i].Column, session);
            if (!columns[i].Accessors.IsEmpty)
            {
                throw Execution.ExecutionErrors.Unsupported("MERGE that inserts parts of a column");
            }

            if (ordinals.AsSpan(0, i).Contains(ordinals[i]))
            {
                throw StatementErrors.DuplicateColumn(columns[i].Column.Value, session.Pipeline.Position(columns[i]));
            }
        }

        return ordinals;
    }

    /// <summary>A query's rows, put into the table's columns.</summary>
    private static Query Stored(WrittenTable target, int[] targets, Query source, IReadOnlyList<ResultColumn> given, Session session)
    {
        Identifier[] names = [.. Enumerable.Range(0, Math.Max(1, given.Count)).Select(static index => new Identifier($"\u0001given{index}", true))];
        var items = new SelectItem[target.Columns.Count];
        var isNull = new bool[items.Length];
        for (int i = 0; i < items.Length; i++)
        {
            int position = Array.IndexOf(targets, i);
            Expression value = position >= 0 ? new ColumnReference(new QualifiedName([names[position]])) : target.Default(i);
            isNull[i] = value is NullLiteral;
            items[i] = new SelectItem(value);
        }

        var rows = new SubqueryTable(source) { Alias = new TableAlias(SourceName, [.. names]) };
        return ChangeQuery.Stored(target, new Select([.. items]) { From = [rows] }, false, 0, (i, value) => target.Store(isNull[i] ? new NullLiteral() : value, i));
    }

    internal static void CheckWidth(Insert insert, int[] targets, int width, Session session)
    {
        if (width > targets.Length)
        {
            throw StatementErrors.TooManyExpressions(session.Pipeline.Position(ExpressionOf(insert.Source!.Body, targets.Length)));
        }

        if (!insert.Columns.IsEmpty && width < targets.Length)
        {
            throw StatementErrors.TooFewExpressions(session.Pipeline.Position(insert.Columns[width]));
        }
    }

    /// <summary>Whether a value given for a column is stored: values for identity columns can be overridden by the identity's own.</summary>
    /// <exception cref="Parser.Errors.QueryException">428C9: the column takes no values but DEFAULT.</exception>
    private static bool MayBeGiven(Insert insert, WrittenTable target, int ordinal, int position)
    {
        char kind = target.DefaultOf(ordinal)?.Kind ?? ' ';
        bool isIdentity = kind is 'a' or 'd';
        if (isIdentity && insert.Overriding == InsertOverriding.UserValue)
        {
            return false;
        }

        if (!(insert.Source!.Body is ValuesQuery values && values.Rows.All(row => row[position] is DefaultValue)))
        {
            RequireGivable(target, ordinal, insert.Overriding);
        }

        return true;
    }

    /// <summary>Checks that a column may be given a value.</summary>
    /// <exception cref="Parser.Errors.QueryException">428C9: it takes none but DEFAULT.</exception>
    internal static void RequireGivable(WrittenTable target, int ordinal, InsertOverriding overriding)
    {
        string name = target.Columns[ordinal].Name;
        switch (target.DefaultOf(ordinal)?.Kind)
        {
            case 's': throw StatementErrors.InsertNotDefault(name, $"Column \"{name}\" is a generated column.", null);
            case 'a' when overriding == InsertOverriding.None:
                throw StatementErrors.InsertNotDefault(name, $"Column \"{name}\" is an identity column defined as GENERATED ALWAYS.", "Use OVERRIDING SYSTEM VALUE to override.");
        }
    }

    /// <summary>VALUES with their defaults, and with literals of the types they are stored as: rows may differ in what they give for a column.</summary>
    internal static Query WithTypedValues(Query source, int[] targets, WrittenTable target)
    {
        if (source.Body is not ValuesQuery values)
        {
            return source;
        }

        return source with
        {
            Body = new ValuesQuery(values.Rows.Map(row => (NodeList<Expression>)[.. row.Select((value, index) => index < targets.Length && targets[index] >= 0 ? Typed(value, targets[index]) : value)])) { Span = values.Span },
        };

        Expression Typed(Expression value, int ordinal) => value switch
        {
            DefaultValue => target.Default(ordinal) is var standard && standard is NullLiteral ? standard : new CastExpression(standard, ParameterInference.TypeNameOf(target.Columns[ordinal].Type)),
            StringLiteral when !target.Columns[ordinal].Type.IsText => new CastExpression(value, ParameterInference.TypeNameOf(target.Columns[ordinal].Type)) { Span = value.Span },
            not (NullLiteral or StringLiteral) when values.Rows.Count > 1 && target.Columns[ordinal].Type.IsText => new CastExpression(value, SqlParser.ParseTypeName("text")) { Span = value.Span },
            _ => value,
        };
    }

    /// <summary>Whether a column is of string literals, which take the type of the column they are stored in.</summary>
    internal static bool IsUntyped(QueryExpression body, int column) => body switch
    {
        ValuesQuery => true,
        Select => ExpressionOf(body, column) is StringLiteral or NullLiteral,
        SetOperation operation => operation.Operands.All(operand => IsUntyped(operand, column)),
        Query query => IsUntyped(query.Body, column),
        _ => false,
    };

    /// <summary>What stands in a column of the first row; null where a star hides it.</summary>
    private static Expression? ExpressionOf(QueryExpression body, int column) => body switch
    {
        ValuesQuery values => values.Rows[0].ElementAtOrDefault(column),
        Select select => column < select.Items.Count && select.Items.Take(column + 1).All(static item => item.Expression is not Star) ? select.Items[column].Expression : null,
        Query query => ExpressionOf(query.Body, column),
        _ => null,
    };
}
