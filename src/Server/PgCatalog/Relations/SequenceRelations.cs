using System.Globalization;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.PgWire.Types;

namespace SqlCluster.Server.PgCatalog.Relations;

/// <summary>Sequences: pg_sequence, pg_sequences, information_schema.sequences, and the columns they belong to in pg_depend.</summary>
internal static class SequenceRelations
{
    private const long ClassCatalog = 1259;
    private const long DefaultCatalog = 2604;

    public static IEnumerable<SystemRelation> All =>
    [
        SystemRelation.Of("pg_sequence", Sequences)
            .Long("seqrelid", static row => row.Relation.Oid).Long("seqtypid", static row => PgTypes.Oid(row.Definition.Type)).Long("seqstart", static row => row.Definition.Start)
            .Long("seqincrement", static row => row.Definition.Increment).Long("seqmax", static row => row.Definition.Maximum).Long("seqmin", static row => row.Definition.Minimum)
            .Long("seqcache", static row => row.Definition.Cache).Flag("seqcycle", static row => row.Definition.Cycles),
        SystemRelation.Of("pg_sequences", Sequences)
            .Text("schemaname", static row => row.Relation.Namespace.Name).Text("sequencename", static row => row.Relation.Name).Text("sequenceowner", static row => ListViews.Owner(row.View, row.Relation))
            .Long("data_type", static row => PgTypes.Oid(row.Definition.Type)).Long("start_value", static row => row.Definition.Start).Long("min_value", static row => row.Definition.Minimum)
            .Long("max_value", static row => row.Definition.Maximum).Long("increment_by", static row => row.Definition.Increment).Flag("cycle", static row => row.Definition.Cycles)
            .Long("cache_size", static row => row.Definition.Cache).Value("last_value", static row => row.Sequence.State is (var last, true) ? last : null),
        SystemRelation.OfStandard("sequences", static view => Sequences(view).Where(static row => row.Relation.Entry?.Facts.OwnedBy is not { IsIdentity: true }).ToList())
            .Text("sequence_catalog", static row => row.View.Session.Session.Engine.Database.Name).Text("sequence_schema", static row => row.Relation.Namespace.Name).Text("sequence_name", static row => row.Relation.Name)
            .Text("data_type", static row => row.Definition.Type.ToString()).Long("numeric_precision", static row => 8 * (long)PgType.ByOid[PgTypes.Oid(row.Definition.Type)].Length)
            .Long("numeric_precision_radix", static _ => 2).Long("numeric_scale", static _ => 0).Text("start_value", static row => Text(row.Definition.Start))
            .Text("minimum_value", static row => Text(row.Definition.Minimum)).Text("maximum_value", static row => Text(row.Definition.Maximum)).Text("increment", static row => Text(row.Definition.Increment))
            .YesNo("cycle_option", static row => row.Definition.Cycles),
        SystemRelation.Of("pg_depend", Dependencies)
            .Long("classid", static row => row.Catalog).Long("objid", static row => row.Object).Long("objsubid", static _ => 0).Long("refclassid", static _ => ClassCatalog)
            .Long("refobjid", static row => row.Referenced).Long("refobjsubid", static row => row.Column).Letter("deptype", static row => row.Kind),
    ];

    private static List<(RelationRow Relation, Sequence Sequence, SequenceDefinition Definition, CatalogView View)> Sequences(CatalogView view) =>
        [.. view.Relations.Where(static relation => relation.Kind == 'S').Select(relation => (relation, (Sequence)relation.Table!, ((Sequence)relation.Table!).Definition, view))];

    /// <summary>A sequence on its column ('a' for serial, 'i' for identity), a default on its column and on its sequence.</summary>
    private static List<(long Catalog, long Object, long Referenced, long Column, char Kind)> Dependencies(CatalogView view)
    {
        var rows = new List<(long, long, long, long, char)>();
        foreach (RelationRow sequence in view.Relations.Where(static relation => relation.Kind == 'S'))
        {
            if (sequence.Entry!.Facts.OwnedBy is { } owner && view.Relation(owner.TableOid) is { } table && table.Attributes.FirstOrDefault(attribute => attribute.Name == owner.Column) is { } column)
            {
                rows.Add((ClassCatalog, sequence.Oid, table.Oid, column.Number, owner.IsIdentity ? 'i' : 'a'));
                if (!owner.IsIdentity && column.Default is { } value)
                {
                    rows.Add((DefaultCatalog, value.Oid, table.Oid, column.Number, 'a'));
                    rows.Add((DefaultCatalog, value.Oid, sequence.Oid, 0, 'n'));
                }
            }
        }

        return rows;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
