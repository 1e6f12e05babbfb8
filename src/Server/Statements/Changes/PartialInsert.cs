using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>INSERT with parts of columns as targets, written as one with whole columns.</summary>
/// <remarks><code>
/// INSERT INTO t (a[1], b, a[2]) source   =>
/// INSERT INTO t (a, b) SELECT array_set(array_set(NULL, x0, 1), x2, 2), x1 FROM (source) AS given(x0, x1, x2)
/// </code></remarks>
internal static class PartialInsert
{
    private static readonly Identifier SourceName = new("\u0001parts", true);

    /// <summary>Whether a list of targets has parts of columns.</summary>
    public static bool HasParts(NodeList<AssignmentTarget> columns) => columns.Any(static column => !column.Accessors.IsEmpty);

    /// <summary>Writes the statement with whole columns.</summary>
    /// <exception cref="Parser.Errors.QueryException">42701, 42804, 0A000: a column is a target as a whole and in part; it has no such parts; values are not of their type.</exception>
    public static Insert Whole(Insert insert, WrittenTable target, Session session)
    {
        int[] ordinals = Ordinals(insert.Columns, target, session);
        Query source = InsertStatement.WithTypedValues(WithTypedParts(insert, ordinals, target, session), [.. ordinals.Select((ordinal, index) => insert.Columns[index].Accessors.IsEmpty ? ordinal : -1)], target);
        IReadOnlyList<ResultColumn> given = session.Pipeline.Check(new Query(source) { With = insert.With });
        InsertStatement.CheckWidth(insert, ordinals, given.Count, session);
        Identifier[] names = [.. Enumerable.Range(0, given.Count).Select(static index => new Identifier($"\u0001part{index}", true))];
        int[] columns = [.. ordinals.Distinct()];
        var values = new Expression?[columns.Length];
        for (int i = 0; i < ordinals.Length; i++)
        {
            int at = Array.IndexOf(columns, ordinals[i]);
            var value = new ColumnReference(new QualifiedName([names[i]]));
            bool isUntyped = InsertStatement.IsUntyped(source.Body, i) && given[i].Type.IsText;
            Catalyst.Catalog.TableColumn column = target.Columns[ordinals[i]];
            if (insert.Columns[i].Accessors.IsEmpty)
            {
                values[at] = isUntyped && !column.Type.IsText ? new CastExpression(value, ParameterInference.TypeNameOf(column.Type)) : value;
                continue;
            }

            if (!isUntyped)
            {
                PartialValue.RequireAssignable(column, insert.Columns[i], given[i].Type, session);
            }

            Expression before = values[at] ?? new CastExpression(new NullLiteral(), ParameterInference.TypeNameOf(column.Type));
            values[at] = PartialValue.Of(column, before, insert.Columns[i], value, session);
        }

        var rows = new SubqueryTable(source) { Alias = new TableAlias(SourceName, [.. names]) };
        return insert with
        {
            Columns = [.. columns.Select(ordinal => new AssignmentTarget(new Identifier(target.Columns[ordinal].Name, true), []))],
            Source = new Query(new Select([.. values.Select(static value => new SelectItem(value!))]) { From = [rows] }),
        };
    }

    /// <summary>VALUES with literals of the types of the parts that they are stored in, so that errors point at them.</summary>
    private static Query WithTypedParts(Insert insert, int[] ordinals, WrittenTable target, Session session)
    {
        if (insert.Source!.Body is not ValuesQuery values)
        {
            return insert.Source;
        }

        return insert.Source with { Body = new ValuesQuery(values.Rows.Map(row => (NodeList<Expression>)[.. row.Select(Typed)])) { Span = values.Span } };

        Expression Typed(Expression value, int index) => value is StringLiteral && index < ordinals.Length && !insert.Columns[index].Accessors.IsEmpty
            ? new CastExpression(value, ParameterInference.TypeNameOf(PartialValue.TypeOf(target.Columns[ordinals[index]].Type, insert.Columns[index], session))) { Span = value.Span }
            : value;
    }

    private static int[] Ordinals(NodeList<AssignmentTarget> columns, WrittenTable target, Session session)
    {
        var ordinals = new int[columns.Count];
        for (int i = 0; i < ordinals.Length; i++)
        {
            ordinals[i] = target.Ordinal(columns[i].Column, session);
            int before = ordinals.AsSpan(0, i).IndexOf(ordinals[i]);
            if (before >= 0 && (columns[i].Accessors.IsEmpty || columns[before].Accessors.IsEmpty))
            {
                throw StatementErrors.DuplicateColumn(columns[i].Column.Value, session.Pipeline.Position(columns[i]));
            }

            if (!columns[i].Accessors.IsEmpty)
            {
                PartialValue.TypeOf(target.Columns[ordinals[i]].Type, columns[i], session);
            }
        }

        return ordinals;
    }
}
