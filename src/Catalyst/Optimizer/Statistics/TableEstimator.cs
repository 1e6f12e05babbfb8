using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>Turns a table's statistics into estimates, guessing distinct counts where footers have none.</summary>
internal static class TableEstimator
{
    /// <summary>Rows of a table that does not know its size.</summary>
    private const double UnknownRows = 1000;

    public static double Rows(TableStatistics statistics) => statistics.RowCount < 0 ? UnknownRows : statistics.RowCount;

    public static ColumnEstimate Column(TableStatistics statistics, int ordinal, SqlType type)
    {
        double rows = Rows(statistics);
        if (ordinal >= statistics.Columns.Count)
        {
            return ColumnEstimate.Unknown(rows, TypeWidth.Of(type));
        }

        ColumnStatistics column = statistics.Columns[ordinal];
        double minimum = column.Min is null ? double.NaN : LiteralScale.Position(column.Min);
        double maximum = column.Max is null ? double.NaN : LiteralScale.Position(column.Max);
        double step = LiteralScale.Step(type);
        double nulls = column.NullCount < 0 || rows == 0 ? 0 : Math.Min(1, column.NullCount / rows);
        double distinct = Math.Max(1, Math.Min(Distinct(column, type, rows, maximum - minimum), Math.Max(1, rows * (1 - nulls))));
        double bytes = column.AverageBytes > 0 ? column.AverageBytes : TypeWidth.Of(type);
        return new ColumnEstimate(distinct, distinct, nulls, minimum, maximum, step, bytes);
    }

    private static double Distinct(ColumnStatistics column, SqlType type, double rows, double range)
    {
        if (column.DistinctCount > 0)
        {
            return column.DistinctCount;
        }

        if (type.Kind == TypeKind.Boolean)
        {
            return 2;
        }

        if (double.IsNaN(range))
        {
            return ColumnEstimate.UnknownDistinct(rows);
        }

        // A key's values fill their range; a measure's values repeat.
        return type.IsInteger || type.Kind == TypeKind.Date ? range + 1
            : type.Kind == TypeKind.Numeric ? Math.Min((range * Math.Pow(10, type.Scale)) + 1, rows / 2)
            : range == 0 ? 1
            : type.IsText ? ColumnEstimate.UnknownDistinct(rows) : rows / 2;
    }
}
