using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Printing;
using SqlCluster.Server.Catalogs;

namespace SqlCluster.Server.PgCatalog;

/// <summary>Makes rows of pg_index of what was declared.</summary>
internal static class IndexRows
{
    /// <summary>An index that was made, or the one that stands for a key.</summary>
    public static IndexRow Of(CatalogView view, RelationRow table, DeclaredIndex? index, DeclaredConstraint? constraint)
    {
        RelationRow relation = view.Relation(index?.Oid ?? constraint!.IndexOid)!;
        if (constraint != null)
        {
            return new IndexRow(relation, table, [.. constraint.Columns.Select(name => Key(table, name, false, false))], true, constraint.Kind == 'p', "btree", null) { Constraint = constraint };
        }

        CreateIndex made = index!.Definition;
        return new IndexRow(
            relation, table, made.Keys.Map(key => Key(table, key)), made.Unique, false, made.Method?.Value ?? "btree", made.Where == null ? null : SqlPrinter.Print(made.Where));
    }

    /// <summary>CREATE INDEX as pg_get_indexdef prints it.</summary>
    public static string Definition(IndexRow index) =>
        $"CREATE {(index.IsUnique ? "UNIQUE " : "")}INDEX {Identifiers.Quote(index.Relation.Name)} ON {Identifiers.Quote(index.Table.Namespace.Name, index.Table.Name)}"
        + $" USING {index.Method} ({string.Join(", ", index.Keys.Select(KeyText))}){(index.Predicate == null ? "" : $" WHERE ({index.Predicate})")}";

    /// <summary>A key as it stands in the definition.</summary>
    public static string KeyText(IndexKeyRow key)
    {
        string text = key.Number > 0 ? Identifiers.Quote(key.Text) : $"({key.Text})";
        return key.IsDescending ? $"{text} DESC{(key.NullsFirst ? "" : " NULLS LAST")}" : $"{text}{(key.NullsFirst ? " NULLS FIRST" : "")}";
    }

    private static IndexKeyRow Key(RelationRow table, IndexKey key)
    {
        bool isDescending = key.Direction == SortDirection.Descending;
        bool nullsFirst = key.NullOrder == NullOrder.First || (key.NullOrder == NullOrder.Default && isDescending);
        return key.Value is ColumnReference { Name.IsSimple: true } column
            ? Key(table, column.Name.Last.Value, isDescending, nullsFirst)
            : new IndexKeyRow(0, SqlPrinter.Print(key.Value), SqlType.Text, isDescending, nullsFirst);
    }

    private static IndexKeyRow Key(RelationRow table, string column, bool isDescending, bool nullsFirst)
    {
        AttributeRow? found = table.Attributes.FirstOrDefault(attribute => attribute.Name == column);
        return new IndexKeyRow(found?.Number ?? 0, column, found?.Type ?? SqlType.Text, isDescending, nullsFirst);
    }
}
