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

    public TableStatistics Statistics => new(1000, false, Columns.Map(static _ => new ColumnStatistics(null, null)));

    /// <summary>Whether scans apply filters themselves.</summary>
    public bool PushesFilters { get; init; }

    public bool CanPushFilter(Expression predicate) => PushesFilters;

    /// <summary>Reads every column under new ids.</summary>
    public Scan Scan(ColumnIdSource ids) =>
        new(this, [.. Columns.Select((column, index) => new ScanColumn(index, ids.Column(column.Name, column.Type, column.IsNullable)))], [], []);

    public static MemoryTable OfIntegers(string name, params string[] columns) =>
        new(name, [.. columns.Select(static column => new TableColumn(column, SqlType.Integer))]);
}
