using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>Expected rows and columns of one plan node's output.</summary>
/// <remarks>
/// What a node leaves of its input's columns is computed for those that somebody asks for: else each of n joins in a chain would copy the columns of all joins below.
/// Answers are kept where they were asked for, so that the next node above goes down one step only. Not thread-safe.
/// </remarks>
public sealed class RelationEstimate
{
    /// <summary>Columns that are not the input's, and those asked for before.</summary>
    private readonly Dictionary<ColumnId, ColumnEstimate> _columns;

    private readonly RelationEstimate? _input;

    /// <summary>Share of the input's rows, picked by other columns.</summary>
    private readonly double _fraction;

    internal RelationEstimate(double rows, Dictionary<ColumnId, ColumnEstimate> columns)
    {
        Rows = Math.Max(0, rows);
        _columns = columns;
    }

    private RelationEstimate(double rows, Dictionary<ColumnId, ColumnEstimate> columns, RelationEstimate input, double fraction)
        : this(rows, columns)
    {
        _input = input;
        _fraction = fraction;
    }

    public double Rows { get; }

    public ColumnEstimate Of(Column column) =>
        TryFind(column.Id, out ColumnEstimate estimate) ? estimate : ColumnEstimate.Unknown(Rows, TypeWidth.Of(column.Type));

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

    /// <summary>What is known of a column, if anything.</summary>
    internal bool TryFind(ColumnId id, out ColumnEstimate estimate)
    {
        if (!Look(id, out estimate))
        {
            return false;
        }

        _columns.TryAdd(id, estimate);
        return true;
    }

    private bool Look(ColumnId id, out ColumnEstimate estimate)
    {
        RelationEstimate relation = this;
        while (!relation._columns.TryGetValue(id, out estimate))
        {
            if (relation._input is not { } input)
            {
                return false;
            }

            if (relation._fraction < 1)
            {
                bool isKnown = input.Look(id, out estimate);
                estimate = isKnown ? estimate.Sample(input.Rows, relation._fraction) : estimate;
                return isKnown;
            }

            relation = input;
        }

        return true;
    }

    /// <summary>An estimate for a node that adds columns to those of this one, or knows better about some of them.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Those columns; the new estimate's own from now on.</param>
    /// <param name="fraction">Share of this one's rows that it keeps, whatever the other columns hold.</param>
    internal RelationEstimate With(double rows, Dictionary<ColumnId, ColumnEstimate> columns, double fraction = 1) => new(rows, columns, this, fraction);

    /// <summary>The given columns where rows were picked by their values, so that nothing is known of how many have which.</summary>
    internal RelationEstimate WithoutDistributions(NodeList<Column> columns)
    {
        var known = new Dictionary<ColumnId, ColumnEstimate>(columns.Count);
        foreach (Column column in columns)
        {
            if (TryFind(column.Id, out ColumnEstimate estimate))
            {
                known[column.Id] = estimate with { Distribution = null };
            }
        }

        return new(Rows, known);
    }

    /// <summary>The same columns when a condition on none of them in particular keeps so many rows.</summary>
    internal RelationEstimate WithRows(double rows)
    {
        return rows == Rows ? this : With(rows, [], rows >= Rows ? 1 : rows / Rows);
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
