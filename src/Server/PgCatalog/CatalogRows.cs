using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.PgWire.Types;

namespace SqlCluster.Server.PgCatalog;

/// <summary>A schema.</summary>
internal sealed record NamespaceRow(long Oid, string Name, long Owner, string? Comment);

/// <summary>A row of pg_class: a system relation, table, view or index.</summary>
internal sealed class RelationRow
{
    private IReadOnlyList<AttributeRow>? _attributes;

    public required long Oid { get; init; }

    public required string Name { get; init; }

    public required NamespaceRow Namespace { get; init; }

    /// <summary>'r' table, 'f' table of files, 'v' view, 'i' index, 'S' sequence.</summary>
    public required char Kind { get; init; }

    public required long Owner { get; init; }

    /// <summary>What makes the columns, when they are asked for first.</summary>
    public required Func<RelationRow, IReadOnlyList<AttributeRow>> MakeAttributes { get; init; }

    /// <summary>The user's relation; null for system relations and indexes.</summary>
    public CatalogEntry? Entry { get; init; }

    public string? Comment { get; init; }

    public bool IsTemporary { get; init; }

    public bool IsSystem => Namespace.Oid is CatalogView.PgCatalogOid or CatalogView.InformationSchemaOid;

    public bool HasIndexes { get; set; }

    /// <summary>Whether it has foreign keys or is referred to: clients look for them only where there are triggers, by which PostgreSQL checks them.</summary>
    public bool HasForeignKeys { get; set; }

    /// <summary>Table of the rows; null for views and indexes.</summary>
    public ITable? Table => Entry?.Relation is Relation.OfTable { Table: var table } ? table : null;

    /// <summary>What ANALYZE found; null: it never ran on this table.</summary>
    public AnalyzedStatistics? Analyzed => Entry?.Relation is Relation.OfTable { Analyzed: var analyzed } ? analyzed : null;

    public ViewDefinition? View => Entry?.Relation is Relation.OfView { View: var view } ? view : null;

    public IReadOnlyList<AttributeRow> Attributes => _attributes ??= MakeAttributes(this);

    /// <summary>Attributes that users see.</summary>
    public IEnumerable<AttributeRow> Columns => Attributes.Where(static attribute => attribute.Number > 0);

    /// <summary>Table of an index.</summary>
    public RelationRow? IndexedTable { get; init; }

    /// <summary>Rows, -1 when unknown. May read file footers.</summary>
    public double RowCount => IndexedTable is { } indexed ? Math.Max(0, indexed.RowCount) : Table is { } table ? table.Statistics.RowCount : Kind == 'v' ? 0 : -1;

    /// <summary>Rows as ANALYZE has counted them, else as far as known.</summary>
    public double CountedRows => Analyzed?.RowCount ?? RowCount;

    /// <summary>Bytes in memory or files, as far as rows and columns tell.</summary>
    public long SizeBytes => Table is { } table ? table.Statistics.RowCount * Math.Max(8, table.Columns.Sum(static column => (long)Math.Max(8, PgTypes.Size(column.Type)))) : 0;
}

/// <summary>A row of pg_attribute.</summary>
internal sealed record AttributeRow(RelationRow Relation, short Number, string Name, SqlType Type, bool IsRequired)
{
    /// <summary>DEFAULT, GENERATED or IDENTITY, or null.</summary>
    public ColumnDefault? Default { get; init; }

    public string? Comment { get; init; }

    public PgType PgType { get; } = PgCatalog.PgType.ByOid[PgTypes.Oid(Type)];

    public int Modifier => PgTypes.Modifier(Type);

    /// <summary>Type with modifiers, as format_type prints it.</summary>
    public string TypeText => PgCatalog.PgType.Format(PgType.Oid, Modifier);

    public int Dimensions => Type is { Kind: TypeKind.Array, Variant: TypeVariant.None } ? 1 : 0;
}

/// <summary>An index: one that was made, or the one that stands for a key.</summary>
internal sealed record IndexRow(RelationRow Relation, RelationRow Table, NodeList<IndexKeyRow> Keys, bool IsUnique, bool IsPrimary, string Method, string? Predicate)
{
    /// <summary>The key it stands for, or null.</summary>
    public DeclaredConstraint? Constraint { get; init; }
}

/// <summary>A key column of an index: a column of the table, or an expression (number 0).</summary>
internal sealed record IndexKeyRow(short Number, string Text, SqlType Type, bool IsDescending, bool NullsFirst);

/// <summary>A row of pg_constraint.</summary>
internal sealed record ConstraintRow(DeclaredConstraint Declared, RelationRow Table, RelationRow? Referenced, NodeList<AttributeRow> Columns, NodeList<AttributeRow> ReferencedColumns);

/// <summary>A user.</summary>
internal sealed record RoleRow(long Oid, string Name);
