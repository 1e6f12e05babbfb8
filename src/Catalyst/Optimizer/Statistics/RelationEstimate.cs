using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>Expected rows and columns of one plan node's output.</summary>
public sealed class RelationEstimate
{
    private readonly Dictionary<ColumnId, ColumnEstimate> _columns;

    internal RelationEstimate(double rows, Dictionary<ColumnId, ColumnEstimate> columns)
    {
        Rows = Math.Max(0, rows);
        _columns = columns;
    }

    public double Rows { get; }

    public ColumnEstimate Of(Column column) =>
        _columns.TryGetValue(column.Id, out ColumnEstimate estimate) ? estimate : ColumnEstimate.Unknown(Rows, TypeWidth.Of(column.Type));

    /// <summary>Mean bytes of a row of these columns.</summary>
    public double WidthOf(IEnumerable<Column> columns)
    {
        double width = 0;
        foreach (Column column in columns)
        {
            width += Of(column).AverageBytes;
        }

        return Math.Max(1, width);
    }

    internal bool Contains(ColumnId id) => _columns.ContainsKey(id);

    internal Dictionary<ColumnId, ColumnEstimate> CopyColumns() => new(_columns);

    /// <summary>The same columns where rows were picked by their values, so that nothing is known of how many have which.</summary>
    internal RelationEstimate WithoutDistributions() => new(Rows, _columns.ToDictionary(static pair => pair.Key, static pair => pair.Value with { Distribution = null }));

    /// <summary>The same columns when a condition on none of them in particular keeps so many rows.</summary>
    internal RelationEstimate WithRows(double rows)
    {
        if (rows >= Rows)
        {
            return rows == Rows ? this : new RelationEstimate(rows, _columns);
        }

        double fraction = Rows == 0 ? 0 : rows / Rows;
        var columns = new Dictionary<ColumnId, ColumnEstimate>(_columns.Count);
        foreach ((ColumnId id, ColumnEstimate column) in _columns)
        {
            columns[id] = column.Sample(Rows, fraction);
        }

        return new RelationEstimate(rows, columns);
    }
}

/// <summary>Bytes of a value in memory where no statistics say otherwise.</summary>
internal static class TypeWidth
{
    private const double View = 16, ShortText = 8;

    public static double Of(SqlType type) => type.Kind switch
    {
        TypeKind.Boolean => 1,
        TypeKind.SmallInt => 2,
        TypeKind.Integer or TypeKind.Real or TypeKind.Date => 4,
        TypeKind.BigInt or TypeKind.DoublePrecision or TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz or TypeKind.Oid => 8,
        TypeKind.Numeric => type.Precision <= 18 ? 8 : 16,
        TypeKind.Interval or TypeKind.Uuid => 16,
        TypeKind.Unknown or TypeKind.Text or TypeKind.Varchar or TypeKind.Char or TypeKind.Name or TypeKind.Bytea => View + ShortText,
        TypeKind.Json or TypeKind.Jsonb => 64,
        TypeKind.Array => 8 + (4 * Of(type.Element!)),
        TypeKind.Map => 8 + (4 * (Of(type.Key!) + Of(type.Element!))),
        TypeKind.Row => type.Fields!.Sum(static field => Of(field.Type)),
        TypeKind.Void => 1,
    };
}
