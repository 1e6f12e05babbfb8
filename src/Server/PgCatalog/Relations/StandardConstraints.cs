using System.Globalization;
using SqlCluster.Parser.Ast;
using static SqlCluster.Server.PgCatalog.Relations.StandardTables;

namespace SqlCluster.Server.PgCatalog.Relations;

/// <summary>information_schema: keys, foreign keys and checks.</summary>
internal static class StandardConstraints
{
    public static IEnumerable<SystemRelation> All =>
    [
        SystemRelation.OfStandard("table_constraints", static view => Rows(view).Concat(Required(view)).ToList())
            .Text("constraint_catalog", static row => Catalog(row.View)).Text("constraint_schema", static row => row.Table.Namespace.Name).Text("constraint_name", static row => row.Name)
            .Text("table_catalog", static row => Catalog(row.View)).Text("table_schema", static row => row.Table.Namespace.Name).Text("table_name", static row => row.Table.Name)
            .Text("constraint_type", static row => row.Row?.Declared.Kind switch { 'p' => "PRIMARY KEY", 'u' => "UNIQUE", 'f' => "FOREIGN KEY", _ => "CHECK" })
            .YesNo("is_deferrable", static _ => false).YesNo("initially_deferred", static _ => false).YesNo("enforced", static _ => true).Text("nulls_distinct", static row => row.Row?.Declared.Kind == 'u' ? "YES" : null),
        SystemRelation.OfStandard("key_column_usage", static view => Rows(view).Where(static row => row.Row!.Declared.Kind != 'c').SelectMany(static row => row.Row!.Columns.Select((column, index) => (Key: row, Column: column, Index: index))).ToList())
            .Text("constraint_catalog", static row => Catalog(row.Key.View)).Text("constraint_schema", static row => row.Key.Table.Namespace.Name).Text("constraint_name", static row => row.Key.Name)
            .Text("table_catalog", static row => Catalog(row.Key.View)).Text("table_schema", static row => row.Key.Table.Namespace.Name).Text("table_name", static row => row.Key.Table.Name)
            .Text("column_name", static row => row.Column.Name).Long("ordinal_position", static row => row.Index + 1)
            .Value("position_in_unique_constraint", static row => row.Key.Row!.Declared.Kind == 'f' ? row.Index + 1L : null),
        SystemRelation.OfStandard("referential_constraints", static view => Rows(view).Where(static row => row.Row!.Declared.Kind == 'f').ToList())
            .Text("constraint_catalog", static row => Catalog(row.View)).Text("constraint_schema", static row => row.Table.Namespace.Name).Text("constraint_name", static row => row.Name)
            .Text("unique_constraint_catalog", static row => Catalog(row.View)).Text("unique_constraint_schema", static row => row.Row!.Referenced?.Namespace.Name).Text("unique_constraint_name", static row => ReferencedKey(row.Row!))
            .Text("match_option", static _ => "NONE").Text("update_rule", static row => Rule(row.Row!.Declared.ForeignKey?.OnUpdate)).Text("delete_rule", static row => Rule(row.Row!.Declared.ForeignKey?.OnDelete)),
        SystemRelation.OfStandard("constraint_column_usage", static view => Rows(view).SelectMany(static row => (row.Row!.Declared.Kind == 'f' ? row.Row.ReferencedColumns : row.Row.Columns).Select(column => (Key: row, Column: column))).ToList())
            .Text("table_catalog", static row => Catalog(row.Key.View)).Text("table_schema", static row => row.Column.Relation.Namespace.Name).Text("table_name", static row => row.Column.Relation.Name)
            .Text("column_name", static row => row.Column.Name).Text("constraint_catalog", static row => Catalog(row.Key.View)).Text("constraint_schema", static row => row.Key.Table.Namespace.Name)
            .Text("constraint_name", static row => row.Key.Name),
        SystemRelation.OfStandard("constraint_table_usage", static view => Rows(view).Where(static row => row.Row!.Declared.Kind != 'c').ToList())
            .Text("table_catalog", static row => Catalog(row.View)).Text("table_schema", static row => (row.Row!.Referenced ?? row.Table).Namespace.Name).Text("table_name", static row => (row.Row!.Referenced ?? row.Table).Name)
            .Text("constraint_catalog", static row => Catalog(row.View)).Text("constraint_schema", static row => row.Table.Namespace.Name).Text("constraint_name", static row => row.Name),
        SystemRelation.OfStandard("check_constraints", static view => Rows(view).Where(static row => row.Row!.Declared.Kind == 'c').Concat(Required(view)).ToList())
            .Text("constraint_catalog", static row => Catalog(row.View)).Text("constraint_schema", static row => row.Table.Namespace.Name).Text("constraint_name", static row => row.Name)
            .Text("check_clause", static row => row.Row is { } check ? $"({check.Declared.Condition})" : $"{row.Column} IS NOT NULL"),
    ];

    /// <summary>A declared constraint, or (without <paramref name="Row"/>) a column's NOT NULL.</summary>
    private sealed record Constraint(CatalogView View, RelationRow Table, string Name, ConstraintRow? Row, string? Column = null);

    private static IEnumerable<Constraint> Rows(CatalogView view) => view.Constraints.Select(row => new Constraint(view, row.Table, row.Declared.Name, row));

    /// <summary>NOT NULL of columns, under the names that PostgreSQL gives it.</summary>
    private static IEnumerable<Constraint> Required(CatalogView view) => view.UserRelations.Where(static relation => relation.Kind == 'r').SelectMany(relation => relation.Columns.Where(static column => column.IsRequired)
        .Select(column => new Constraint(view, relation, string.Create(CultureInfo.InvariantCulture, $"{relation.Namespace.Oid}_{relation.Oid}_{column.Number}_not_null"), null, column.Name)));

    private static string? ReferencedKey(ConstraintRow row) =>
        row.Referenced?.Entry?.Facts.Constraints.FirstOrDefault(key => key.IndexOid > 0 && key.Columns.SequenceEqual(row.Declared.ReferencedColumns))?.Name;

    private static string Rule(ReferentialAction? action) => action switch
    {
        ReferentialAction.Restrict => "RESTRICT",
        ReferentialAction.Cascade => "CASCADE",
        ReferentialAction.SetNull => "SET NULL",
        ReferentialAction.SetDefault => "SET DEFAULT",
        null or ReferentialAction.Default or ReferentialAction.NoAction => "NO ACTION",
    };
}
