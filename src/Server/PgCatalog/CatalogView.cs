using System.Collections.Frozen;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.PgCatalog;

/// <summary>Everything in the catalog that a session sees at one moment: what the rows of the system relations are made of. Immutable but for columns, which are made when asked for.</summary>
internal sealed class CatalogView
{
    public const long PgCatalogOid = 11;
    public const long ToastOid = 99;
    public const long InformationSchemaOid = 13000;

    /// <summary>What xmin shows: the catalog has no transactions.</summary>
    public const long TransactionId = 1;

    private readonly Session _session;
    private readonly Lazy<FrozenDictionary<long, RelationRow>> _byOid;
    private readonly Lazy<Dictionary<(long Namespace, string Name), RelationRow>> _byName;
    private readonly Lazy<Dictionary<ITable, long>> _oids;
    private readonly Lazy<IReadOnlyList<AttributeRow>> _attributes;
    private readonly Lazy<IReadOnlyList<IndexRow>> _indexes;
    private readonly Lazy<IReadOnlyList<ConstraintRow>> _constraints;

    public CatalogView(Session session, IReadOnlyList<SchemaContents> schemas, SchemaContents temporary)
    {
        _session = session;
        NamespaceRow catalog = new(PgCatalogOid, SystemShape.PgCatalog, Roles.SuperuserOid, "system catalog schema");
        NamespaceRow standard = new(InformationSchemaOid, SystemShape.InformationSchema, Roles.SuperuserOid, null);
        List<NamespaceRow> namespaces = [catalog, new(ToastOid, "pg_toast", Roles.SuperuserOid, "reserved schema for TOAST tables"), standard];
        List<RelationRow> relations = [.. SystemShape.All.Values.OrderBy(static shape => shape.Oid).Select(shape => OfShape(shape, shape.Schema == SystemShape.PgCatalog ? catalog : standard))];
        var indexes = new List<(RelationRow Table, DeclaredIndex? Index, DeclaredConstraint? Constraint)>();
        foreach (SchemaContents schema in temporary.Relations.Count > 0 ? [.. schemas, temporary] : schemas)
        {
            var space = new NamespaceRow(schema.Oid, schema.Name, session.Objects.Roles.OidOf(schema.Owner), schema.Comment);
            namespaces.Add(space);
            foreach (CatalogEntry entry in schema.Relations)
            {
                RelationRow row = OfEntry(entry, space, ReferenceEquals(schema, temporary));
                relations.Add(row);
                indexes.AddRange(entry.Facts.Constraints.Where(static constraint => constraint.IndexOid > 0).Select(constraint => (row, (DeclaredIndex?)null, (DeclaredConstraint?)constraint)));
                indexes.AddRange(schema.Indexes.Where(index => index.Table == entry.Name).Select(index => (row, (DeclaredIndex?)index, (DeclaredConstraint?)null)));
            }
        }

        Namespaces = namespaces;
        foreach ((RelationRow table, DeclaredIndex? index, DeclaredConstraint? constraint) in indexes)
        {
            table.HasIndexes = true;
            relations.Add(new RelationRow
            {
                Oid = index?.Oid ?? constraint!.IndexOid, Name = index?.Name ?? constraint!.Name, Namespace = table.Namespace, Kind = 'i', Owner = table.Owner, IsTemporary = table.IsTemporary, IndexedTable = table,
                MakeAttributes = IndexAttributes,
            });
        }

        Relations = relations;
        NoteForeignKeys(relations);
        _byOid = new(() => relations.ToFrozenDictionary(static relation => relation.Oid));
        _byName = new(() => relations.ToDictionary(static relation => (relation.Namespace.Oid, relation.Name)));
        _oids = new(() =>
        {
            var oids = new Dictionary<ITable, long>(ReferenceEqualityComparer.Instance);
            foreach (RelationRow relation in relations)
            {
                if (relation.Table is { } table)
                {
                    oids.TryAdd(table, relation.Oid);
                }
            }

            return oids;
        });
        _attributes = new(() => [.. relations.SelectMany(static relation => relation.Attributes)]);
        _indexes = new(() => [.. indexes.Select(found => IndexRows.Of(this, found.Table, found.Index, found.Constraint))]);
        _constraints = new(() => [.. relations.Where(static relation => relation.Entry != null).SelectMany(ConstraintsOf)]);
    }

    /// <summary>The session that looks.</summary>
    public SessionObjects Session => _session.Objects;

    public IReadOnlyList<NamespaceRow> Namespaces { get; }

    public IReadOnlyList<RelationRow> Relations { get; }

    /// <summary>Columns of all relations. The first who asks waits for every file's schema.</summary>
    public IReadOnlyList<AttributeRow> Attributes => _attributes.Value;

    public IReadOnlyList<IndexRow> Indexes => _indexes.Value;

    public IReadOnlyList<ConstraintRow> Constraints => _constraints.Value;

    /// <summary>Tables and views that users made.</summary>
    public IEnumerable<RelationRow> UserRelations => Relations.Where(static relation => relation.Entry != null);

    public RelationRow? Relation(long oid) => _byOid.Value.GetValueOrDefault(oid);

    public RelationRow? Relation(long schema, string name) => _byName.Value.GetValueOrDefault((schema, name));

    /// <summary>The id of a user's table; 0 when it is none.</summary>
    public long OidOf(ITable table) => _oids.Value.GetValueOrDefault(table);

    public NamespaceRow? Namespace(string name) => Namespaces.FirstOrDefault(space => space.Name == name);

    public NamespaceRow? Namespace(long oid) => Namespaces.FirstOrDefault(space => space.Oid == oid);

    /// <summary>Schemas in the order in which unqualified names are looked for.</summary>
    public IEnumerable<NamespaceRow> SearchPath()
    {
        IReadOnlyList<string> named = _session.Settings.SearchPath;
        string[] path = named.Contains(SystemShape.PgCatalog) ? [SessionCatalog.TemporarySchema, .. named] : [SessionCatalog.TemporarySchema, SystemShape.PgCatalog, .. named];
        return path.Distinct(StringComparer.Ordinal).Select(Namespace).OfType<NamespaceRow>();
    }

    /// <summary>The relation that an unqualified name means, or null.</summary>
    public RelationRow? Find(string name) => SearchPath().Select(space => Relation(space.Oid, name)).FirstOrDefault(static relation => relation != null);

    /// <summary>Whether a relation's name alone means it.</summary>
    public bool IsVisible(RelationRow relation) => ReferenceEquals(Find(relation.Name), relation);

    private static void NoteForeignKeys(List<RelationRow> relations)
    {
        HashSet<long> referenced = [];
        foreach (RelationRow relation in relations)
        {
            foreach (DeclaredConstraint constraint in relation.Entry?.Facts.Constraints ?? [])
            {
                if (constraint.Kind == 'f')
                {
                    relation.HasForeignKeys = true;
                    referenced.Add(constraint.ReferencedOid);
                }
            }
        }

        foreach (RelationRow relation in referenced.Count == 0 ? [] : relations)
        {
            relation.HasForeignKeys |= referenced.Contains(relation.Oid);
        }
    }

    private static RelationRow OfShape(SystemShape shape, NamespaceRow space) => new()
    {
        Oid = shape.Oid, Name = shape.Name, Namespace = space, Kind = shape.Kind, Owner = Roles.SuperuserOid,
        MakeAttributes = row => [.. shape.Columns.Select((column, index) =>
            new AttributeRow(row, (short)shape.NumberOf(index), column.Name, column.Type, !column.IsNullable))],
    };

    private RelationRow OfEntry(CatalogEntry entry, NamespaceRow space, bool isTemporary) => new()
    {
        Oid = entry.Oid, Name = entry.Name, Namespace = space, Entry = entry, IsTemporary = isTemporary,
        Kind = entry.Relation is Catalyst.Catalog.Relation.OfView ? 'v' : entry.Relation is Catalyst.Catalog.Relation.OfTable { Table: Sequence } ? 'S' : 'r',
        Owner = _session.Objects.Roles.OidOf(entry.Facts.Owner), Comment = entry.Facts.Comment, MakeAttributes = Columns,
    };

    private IReadOnlyList<AttributeRow> Columns(RelationRow row)
    {
        TableFacts facts = row.Entry!.Facts;
        IEnumerable<(string Name, SqlType Type, bool IsNullable)> columns = row.View is { } view
            ? ViewColumns(view)
            : row.Table!.Columns.Select(static column => (column.Name, column.Type, column.IsNullable));
        return [.. columns.Select((column, index) => new AttributeRow(row, (short)(index + 1), column.Name, column.Type, !column.IsNullable)
        {
            Default = facts.Defaults.FirstOrDefault(value => value.Column == column.Name) is { } declared ? AsSeenFromHere(declared, row) : null,
            Comment = facts.ColumnComments.FirstOrDefault(comment => comment.Key == column.Name).Value,
        })];
    }

    /// <summary>The text of a serial column's default: with the sequence's schema where the search path does not lead to the sequence.</summary>
    private ColumnDefault AsSeenFromHere(ColumnDefault declared, RelationRow table)
    {
        const string Start = "nextval('";
        return declared.Kind == ' ' && !table.IsTemporary && declared.Expression!.StartsWith(Start, StringComparison.Ordinal) && !_session.Settings.SearchPath.Contains(table.Namespace.Name) && IsNextOfOwn(declared)
            ? declared with { Expression = $"{Start}{Identifiers.Quote(table.Namespace.Name)}.{declared.Expression[Start.Length..]}" }
            : declared;
    }

    /// <summary>Whether a default names its sequence by id, as those of serial columns do, and not by a name that a user wrote.</summary>
    private static bool IsNextOfOwn(ColumnDefault declared) =>
        declared.Value is Parser.Ast.FunctionCall { Arguments: [{ Value: Parser.Ast.CastExpression { Operand: Parser.Ast.StringLiteral { Value: var id } } }] } && long.TryParse(id, out _);

    /// <summary>Columns of a view's query, which is analyzed anew; none when what it reads is gone.</summary>
    private IEnumerable<(string, SqlType, bool)> ViewColumns(ViewDefinition view)
    {
        try
        {
            return _session.Pipeline.Check(view.Query)
                .Select((column, index) => (index < (view.ColumnNames?.Count ?? 0) ? view.ColumnNames![index] : column.Name, column.Type, true));
        }
        catch (Parser.Errors.QueryException)
        {
            return [];
        }
    }

    private IReadOnlyList<AttributeRow> IndexAttributes(RelationRow row) => Indexes.FirstOrDefault(index => index.Relation.Oid == row.Oid) is { } found
        ? [.. found.Keys.Select((key, index) => new AttributeRow(row, (short)(index + 1), key.Number > 0 ? key.Text : "expr", key.Type, false))]
        : [];

    private IEnumerable<ConstraintRow> ConstraintsOf(RelationRow table)
    {
        foreach (DeclaredConstraint declared in table.Entry!.Facts.Constraints)
        {
            RelationRow? referenced = declared.Kind != 'f' ? null : declared.ReferencedOid == 0 ? table : Relation(declared.ReferencedOid);
            yield return new ConstraintRow(declared, table, referenced, Attributes(table, declared.Columns), referenced == null ? [] : Attributes(referenced, declared.ReferencedColumns));
        }

        static NodeList<AttributeRow> Attributes(RelationRow relation, NodeList<string> names) =>
            [.. names.Select(name => relation.Attributes.FirstOrDefault(attribute => attribute.Name == name)).OfType<AttributeRow>()];
    }
}
