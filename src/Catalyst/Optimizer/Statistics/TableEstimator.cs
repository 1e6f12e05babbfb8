using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Statistics;

/// <summary>Turns a table's statistics into estimates: what ANALYZE found, else what footers say, guessing distinct counts where they have none.</summary>
internal static class TableEstimator
{
    /// <summary>Rows of a table that does not know its size.</summary>
    private const double UnknownRows = 1000;

    /// <summary>Bytes of a text beside its characters.</summary>
    private const double ViewBytes = 16;

    public static double Rows(Scan scan) => scan.Analyzed is { } analyzed ? analyzed.Rows : Rows(scan.Table.Statistics);

    /// <summary>A column of a scan's table: what ANALYZE found in it, within the bounds that the table itself knows.</summary>
    public static ColumnEstimate Column(Scan scan, int ordinal, SqlType type)
    {
        ColumnEstimate known = Column(scan.Table.Statistics, Rows(scan), ordinal, type);
        if (scan.Analyzed?.Column(ordinal) is not { } found)
        {
            return known;
        }

        bool isCurrent = scan.Analyzed.IsCurrent;
        double rows = scan.Analyzed.Rows;
        double minimum = isCurrent && found.Minimum is { } least ? LiteralScale.Position(least) : known.Minimum;
        double maximum = isCurrent && found.Maximum is { } greatest ? LiteralScale.Position(greatest) : known.Maximum;
        double distinct = Math.Min(found.DistinctAmong(rows), Math.Max(1, rows * (1 - found.NullShare)));
        bool isView = type.IsText || type.Kind == TypeKind.Bytea;
        return known with
        {
            DistinctCount = distinct,
            DomainCount = distinct,
            NullFraction = found.NullShare,
            Minimum = minimum,
            Maximum = maximum,
            AverageBytes = isView ? ViewBytes + found.AverageBytes : known.AverageBytes,
            Distribution = new ColumnDistribution(found, distinct, scan.Analyzed.UnseenShare),
        };
    }

    private static double Rows(TableStatistics statistics) => statistics.RowCount < 0 ? UnknownRows : statistics.RowCount;

    private static ColumnEstimate Column(TableStatistics statistics, double rows, int ordinal, SqlType type)
    {
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
