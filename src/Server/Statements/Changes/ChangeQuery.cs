using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>Writes the query that a change's rows come from.</summary>
/// <remarks><code>
/// given      SELECT row number, values as given, columns beside them     FROM the table, others WHERE …
/// stored     SELECT row number, values as stored, columns beside them    FROM given
/// computed   SELECT …, generated columns computed                       FROM stored      if there are any
/// checked    SELECT …, conditions of CHECK                              FROM computed    if there are any
/// </code>
/// The number of the row that is changed comes first, where there is one; the columns beside are other tables', for RETURNING.
/// </remarks>
internal static class ChangeQuery
{
    private static readonly Identifier Row = new(TableRows.RowColumn, true);

    /// <summary>The number of a row of the table that is changed.</summary>
    public static SelectItem RowOf(WrittenTable table) => new(new ColumnReference(new QualifiedName([table.Name, Row])), Row);

    /// <summary>Puts what was declared about a table's columns around a query for its rows.</summary>
    /// <param name="table">The table.</param>
    /// <param name="given">The query.</param>
    /// <param name="isNumbered">Whether it has row numbers in front.</param>
    /// <param name="beside">Columns behind the table's.</param>
    /// <param name="storing">Expressions over the given columns, one a column of the table: what is stored.</param>
    public static Query Stored(WrittenTable table, QueryExpression given, bool isNumbered, int beside, Func<int, Expression, Expression> storing)
    {
        Identifier[] names = Names(table, isNumbered, beside);
        int first = isNumbered ? 1 : 0;
        Query stored = Layer(given, table, names, i => i < first || i >= first + table.Columns.Count ? Value(names[i]) : storing(i - first, Value(names[i])));
        return Checked(table, Computed(table, stored, names, first), names);
    }

    /// <summary>The conditions of the table's CHECK constraints.</summary>
    public static IReadOnlyList<DeclaredConstraint> Checks(WrittenTable table) =>
        table.Entry.Facts.Constraints.IsEmpty ? [] : [.. table.Entry.Facts.Constraints.Where(static constraint => constraint is { Kind: 'c', Condition: not null })];

    private static Query Computed(WrittenTable table, Query stored, Identifier[] names, int first)
    {
        bool hasGenerated = table.Entry.Facts.Defaults.Any(static value => value.Kind == 's');
        return !hasGenerated ? stored : Layer(stored, table, names, i =>
            i >= first && i < first + table.Columns.Count && table.DefaultOf(i - first) is { Kind: 's', Value: { } value } ? table.Store(value, i - first) : Value(names[i]));
    }

    private static Query Checked(WrittenTable table, Query computed, Identifier[] names)
    {
        IReadOnlyList<DeclaredConstraint> checks = Checks(table);
        return checks.Count == 0 ? computed : Layer(computed, table, names, i => i < names.Length ? Value(names[i])
            : new CastExpression(SqlParser.ParseExpression(checks[i - names.Length].Condition!), SqlParser.ParseTypeName("boolean")), checks.Count);
    }

    private static Query Layer(QueryExpression below, WrittenTable table, Identifier[] names, Func<int, Expression> value, int more = 0)
    {
        var items = new SelectItem[names.Length + more];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = new SelectItem(value(i), i < names.Length ? names[i] : new Identifier($"\u0001check{i}", true));
        }

        var from = new SubqueryTable(below as Query ?? new Query(below)) { Alias = new TableAlias(new Identifier(table.Table.Name, true), [.. names]) };
        return new Query(new Select([.. items]) { From = [from] });
    }

    private static Identifier[] Names(WrittenTable table, bool isNumbered, int beside) =>
    [
        .. isNumbered ? [Row] : (Identifier[])[],
        .. table.Columns.Select(static column => new Identifier(column.Name, true)),
        .. Enumerable.Range(0, beside).Select(BesideName),
    ];

    /// <summary>Name of a column beside the table's.</summary>
    public static Identifier BesideName(int index) => new($"\u0001beside{index}", true);

    private static ColumnReference Value(Identifier name) => new(new QualifiedName([name]));
}
