using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Tests;

/// <summary>A table that exists only as names and types.</summary>
internal sealed class MemoryTable(string name, params TableColumn[] columns) : ITable
{
    public string Name => name;

    public NodeList<TableColumn> Columns { get; } = NodeList.From(columns);

    public TableStatistics Statistics => new(RowCount, false, Columns.Map(_ => new ColumnStatistics(null, null, DistinctCount: DistinctCount)));

    public long RowCount { get; init; } = 1000;

    /// <summary>Distinct values of each column; -1: not known.</summary>
    public double DistinctCount { get; init; } = -1;

    /// <summary>Whether scans apply filters themselves.</summary>
    public bool PushesFilters { get; init; }

    public bool CanPushFilter(Expression predicate) => PushesFilters;

    /// <summary>Reads every column under new ids.</summary>
    public Scan Scan(ColumnIdSource ids) =>
        new(this, [.. Columns.Select((column, index) => new ScanColumn(index, ids.Column(column.Name, column.Type, column.IsNullable)))], [], []);

    public static MemoryTable OfIntegers(string name, params string[] columns) =>
        new(name, [.. columns.Select(static column => new TableColumn(column, SqlType.Integer))]);
}
