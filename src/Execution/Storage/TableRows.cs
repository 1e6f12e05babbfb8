using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;

namespace SqlCluster.Execution.Storage;

/// <summary>The rows of a table in memory at one moment, as a table of their own: what the queries read that a statement which changes rows is made of.</summary>
/// <remarks>
/// Numbered, it has the place of each row, from 0, as a hidden column behind the table's: what <see cref="RowReplacement"/> goes by. Holds the version until it is
/// disposed; a query that reads it holds the version itself, from its start to its end.
/// </remarks>
public sealed class TableRows : IScannableTable, IDisposable
{
    /// <summary>Name of the column of numbers: none that a statement could say. It may be null, as it is behind an outer join.</summary>
    public const string RowColumn = "\u0001row";

    private readonly MemoryTable _table;

    /// <param name="table">The table.</param>
    /// <param name="version">The rows; this takes over the caller's hold.</param>
    /// <param name="isNumbered">Whether the rows' places are a column.</param>
    public TableRows(MemoryTable table, TableVersion version, bool isNumbered = false)
    {
        _table = table;
        Version = version;
        Columns = isNumbered ? [.. table.Columns, new TableColumn(RowColumn, SqlType.BigInt, true, true)] : table.Columns;
    }

    public TableVersion Version { get; }

    public string Name => _table.Name;

    public NodeList<TableColumn> Columns { get; }

    public TableStatistics Statistics => new(Version.RowCount, true, Columns.Map(static _ => new ColumnStatistics(null, null)));

    public bool CanPushFilter(Expression predicate) => _table.CanPushFilter(predicate);

    public IScanSource OpenScan(ScanExec scan, QueryContext query) => new MemoryScan(scan, Version.Retain());

    /// <summary>Has a query hold the rows to its end.</summary>
    /// <param name="query">The query, before it starts.</param>
    public void Show(QueryContext query) => query.SharedByKey(this, () => new Hold(Version.Retain()));

    public void Dispose() => Version.Release();

    private sealed class Hold(TableVersion version) : IDisposable
    {
        public void Dispose() => version.Release();
    }
}
