using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Server.PgWire.Types;

namespace SqlCluster.Server.PgCatalog.Relations;

/// <summary>pg_stats: a row for each column that ANALYZE has read, with what the optimizer knows of it.</summary>
internal static class ColumnStatisticsRelations
{
    private const int ShortHeaderBytes = 1, LongHeaderBytes = 4, LongestShort = 126;

    public static IEnumerable<SystemRelation> All =>
    [
        SystemRelation.Of("pg_stats", Rows)
            .Text("schemaname", static row => row.Attribute.Relation.Namespace.Name).Text("tablename", static row => row.Attribute.Relation.Name).Text("attname", static row => row.Attribute.Name)
            .Flag("inherited", static _ => false).Real("null_frac", static row => row.Column.NullShare).Long("avg_width", static row => Width(row.Column)).Real("n_distinct", static row => row.Column.Distinct)
            .Value("most_common_vals", static row => Texts(row.View, row.Column, row.Column.CommonValues.Map(static common => common.Value)))
            .Value("most_common_freqs", static row => row.Column.CommonValues.IsEmpty ? null : row.Column.CommonValues.Map(static common => new Literal((double)(float)common.Share, SqlType.Real)))
            .Value("histogram_bounds", static row => Texts(row.View, row.Column, row.Column.Histogram)),
    ];

    private static List<(CatalogView View, AttributeRow Attribute, AnalyzedColumn Column)> Rows(CatalogView view)
    {
        var rows = new List<(CatalogView, AttributeRow, AnalyzedColumn)>();
        foreach (RelationRow relation in view.UserRelations)
        {
            foreach (AttributeRow attribute in relation.Analyzed is { RowCount: > 0 } ? relation.Columns : [])
            {
                if (relation.Analyzed!.Columns.ElementAtOrDefault(attribute.Number - 1) is { } column && column.Name == attribute.Name)
                {
                    rows.Add((view, attribute, column));
                }
            }
        }

        return rows;
    }

    private static NodeList<Literal>? Texts(CatalogView view, AnalyzedColumn column, NodeList<Literal> values) =>
        values.IsEmpty ? null
        : column.Type.Kind == TypeKind.Boolean ? values.Map(static value => Literal.Text(value.Value is true ? "t" : "f"))
        : view.Session.Session.Pipeline.AsTexts(values, column.Type);

    /// <summary>Bytes as PostgreSQL stores them: texts have a header of one or four.</summary>
    private static long Width(AnalyzedColumn column) => PgTypes.Size(column.Type) is > 0 and var size ? size
        : column.AverageBytes == 0 ? 0
        : (long)(column.AverageBytes + (column.AverageBytes <= LongestShort ? ShortHeaderBytes : LongHeaderBytes));
}
