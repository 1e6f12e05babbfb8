using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Storage;

/// <summary>A table of rows that were made when it was opened.</summary>
/// <param name="name">Name for EXPLAIN.</param>
/// <param name="columns">Columns.</param>
/// <param name="rows">A value for each column, as <see cref="CellWriter.SetValue"/> takes it; null is null.</param>
internal sealed class RowsTable(string name, NodeList<TableColumn> columns, IReadOnlyList<object?[]> rows) : ComputedTable
{
    public override string Name => name;

    public override NodeList<TableColumn> Columns => columns;

    public override TableStatistics Statistics => new(rows.Count, IsExact: true, columns.Map(static _ => new ColumnStatistics(null, null)));

    protected override ComputedRows OpenRows() => new Reader(rows);

    private sealed class Reader(IReadOnlyList<object?[]> rows) : ComputedRows
    {
        public override int Count => rows.Count;

        public override void Fill(int ordinal, int start, CellWriter cells, int count)
        {
            for (int i = 0; i < count; i++)
            {
                cells.MoveTo(i);
                cells.SetValue(rows[start + i][ordinal]);
            }
        }
    }
}
