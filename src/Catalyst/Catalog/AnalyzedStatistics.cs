using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Catalog;

/// <summary>A value that many rows have, and its share of all rows.</summary>
public readonly record struct CommonValue(Literal Value, double Share);

/// <summary>What ANALYZE found in a column.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">Its type then.</param>
/// <param name="NullShare">Share of rows that are null.</param>
/// <param name="AverageBytes">Mean length of texts and byte strings, size of other values; nulls aside.</param>
/// <param name="Distinct">Distinct values; negative: distinct values for each row, for columns in which they grow with the table (-1: all differ). PostgreSQL's n_distinct.</param>
/// <param name="Minimum">Least value, or null.</param>
/// <param name="Maximum">Greatest value, or null.</param>
/// <param name="CommonValues">Most common ones, most common first.</param>
/// <param name="Histogram">Values that cut the rows that have none of the common ones into parts of equal size, in order; empty, or two at least.</param>
public sealed record AnalyzedColumn(
    string Name, SqlType Type, double NullShare, double AverageBytes, double Distinct, Literal? Minimum, Literal? Maximum, NodeList<CommonValue> CommonValues, NodeList<Literal> Histogram)
{
    /// <summary>Share of rows from which on distinct values are taken to grow with the table.</summary>
    private const double Proportional = 0.1;

    /// <summary><see cref="Distinct"/> of a column with so many distinct values among so many rows.</summary>
    public static double DistinctOf(double distinct, double rows) => distinct > Proportional * rows ? -distinct / rows : distinct;

    /// <summary>Distinct values among so many rows of the table.</summary>
    public double DistinctAmong(double rows) => Math.Max(1, Distinct < 0 ? -Distinct * rows : Distinct);
}

/// <summary>What ANALYZE found in a table, and in which contents of it. Immutable; compared by reference.</summary>
public sealed class AnalyzedStatistics
{
    /// <summary>Rows that were read.</summary>
    public required long RowCount { get; init; }

    /// <summary><see cref="TableStatistics.RowCount"/> at that time, which may have been a guess.</summary>
    public required long KnownRowCount { get; init; }

    /// <summary><see cref="ITable.ContentVersion"/> before the rows were read.</summary>
    public required string ContentVersion { get; init; }

    /// <summary>When they were read.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>How often the table was analyzed.</summary>
    public int Times { get; init; } = 1;

    /// <summary>By position in the table; null where a column was not analyzed.</summary>
    public required NodeList<AnalyzedColumn?> Columns { get; init; }

    /// <summary>Looks how the table is now. For files, costs a look at each one's directory entry.</summary>
    public AnalyzedTable For(ITable table)
    {
        TableStatistics now = table.Statistics;
        bool isCurrent = ContentVersion.Length > 0 && table.ContentVersion == ContentVersion;
        double rows = isCurrent || now.RowCount < 0 ? RowCount
            : now.IsExact || KnownRowCount <= 0 ? now.RowCount
            : (double)RowCount * now.RowCount / KnownRowCount;
        return new AnalyzedTable(this, table, rows, isCurrent);
    }
}

/// <summary>What ANALYZE found in a table beside what the table is when a query is planned. Compared by reference.</summary>
public sealed class AnalyzedTable
{
    private readonly AnalyzedStatistics _statistics;
    private readonly ITable _table;

    internal AnalyzedTable(AnalyzedStatistics statistics, ITable table, double rows, bool isCurrent)
    {
        _statistics = statistics;
        _table = table;
        Rows = rows;
        IsCurrent = isCurrent;
        UnseenShare = isCurrent || rows <= statistics.RowCount ? 0 : 1 - (statistics.RowCount / rows);
    }

    /// <summary>Rows now: those read, grown as the table has since.</summary>
    public double Rows { get; }

    /// <summary>Whether the table has the rows that were read, so that bounds hold. Shares of values are taken to last.</summary>
    public bool IsCurrent { get; }

    /// <summary>Share of the rows that came after they were read.</summary>
    public double UnseenShare { get; }

    /// <summary>What was found in a column; null when it was not analyzed, or has become another one.</summary>
    public AnalyzedColumn? Column(int ordinal) =>
        ordinal < _statistics.Columns.Count && _statistics.Columns[ordinal] is { } found && found.Name == _table.Columns[ordinal].Name && found.Type == _table.Columns[ordinal].Type
            ? found : null;
}
