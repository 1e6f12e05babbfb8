using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Storage;

/// <summary>Checks rows against what a table's columns demand: NOT NULL, and the length of varchar(n) and char(n).</summary>
public static class RowConstraints
{
    /// <exception cref="Parser.Errors.QueryException">23502: a null where none may be; 22001: a text that is too long.</exception>
    internal static void Check(NodeList<TableColumn> columns, string table, Batch batch) => Check(columns, table, batch, default, batch.RowCount);

    /// <summary>As above, for some rows of a batch.</summary>
    internal static void Check(NodeList<TableColumn> columns, string table, Batch batch, ReadOnlySpan<int> rows) => Check(columns, table, batch, rows, rows.Length);

    private static void Check(NodeList<TableColumn> columns, string table, Batch batch, ReadOnlySpan<int> rows, int count)
    {
        ReadOnlySpan<int> selected = rows.IsEmpty && batch.Selection is { } selection ? selection.Rows : rows;
        for (int i = 0; i < columns.Count; i++)
        {
            TableColumn column = columns[i];
            int length = column.Type.Kind is TypeKind.Varchar or TypeKind.Char ? column.Type.Precision : 0;
            if (!column.IsNullable || length > 0)
            {
                CheckColumn(columns, column, length, table, batch, selected, count, new VectorReader(batch.Columns[i]));
            }
        }
    }

    /// <summary>Checks that a condition was not false for any row: CHECK.</summary>
    /// <param name="table">The table that the rows are for.</param>
    /// <param name="batch">The rows, with what the condition was for each.</param>
    /// <param name="condition">Column of the condition.</param>
    /// <param name="rows">Rows of the batch that count; empty: all that it selects.</param>
    /// <param name="constraint">Name of the constraint.</param>
    /// <param name="first">Where the table's columns begin.</param>
    /// <exception cref="Parser.Errors.QueryException">23514.</exception>
    public static void RequireTrue(MemoryTable table, Batch batch, int condition, ReadOnlySpan<int> rows, string constraint, int first)
    {
        ReadOnlySpan<int> selected = rows.IsEmpty && batch.Selection is { } selection ? selection.Rows : rows;
        var reader = new VectorReader(batch.Columns[condition]);
        int count = rows.IsEmpty ? batch.RowCount : rows.Length;
        for (int i = 0; i < count; i++)
        {
            int row = selected.IsEmpty ? i : selected[i];
            if (!reader.IsNull(row) && !reader.Boolean(row))
            {
                throw ExecutionErrors.CheckViolated(table.Name, constraint, FailingRow.Shown(table.Columns, batch, row, first));
            }
        }
    }

    private static void CheckColumn(NodeList<TableColumn> columns, TableColumn column, int length, string table, Batch batch, ReadOnlySpan<int> rows, int count, VectorReader reader)
    {
        for (int i = 0; i < count; i++)
        {
            int row = rows.IsEmpty ? i : rows[i];
            if (reader.IsNull(row))
            {
                if (!column.IsNullable)
                {
                    throw ExecutionErrors.NullInColumn(column.Name, table, FailingRow.Shown(columns, batch, row));
                }
            }
            else if (length > 0 && Characters(reader.Bytes(row)) > length)
            {
                throw ExecutionErrors.ValueTooLong(column.Type.ToString());
            }
        }
    }

    /// <summary>Counts the bytes of UTF-8 that begin a character.</summary>
    private static int Characters(ReadOnlySpan<byte> text)
    {
        int count = 0;
        foreach (byte value in text)
        {
            count += (value & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }
}
