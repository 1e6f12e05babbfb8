using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Storage;

/// <summary>Checks rows against what a table's columns demand: NOT NULL, and the length of varchar(n) and char(n).</summary>
internal static class RowConstraints
{
    /// <exception cref="Parser.Errors.QueryException">23502: a null where none may be; 22001: a text that is too long.</exception>
    public static void Check(NodeList<TableColumn> columns, string table, Batch batch)
    {
        for (int i = 0; i < columns.Count; i++)
        {
            TableColumn column = columns[i];
            int length = column.Type.Kind is TypeKind.Varchar or TypeKind.Char ? column.Type.Precision : 0;
            if (!column.IsNullable || length > 0)
            {
                CheckColumn(column, length, table, batch, new VectorReader(batch.Columns[i]));
            }
        }
    }

    private static void CheckColumn(TableColumn column, int length, string table, Batch batch, VectorReader reader)
    {
        for (int i = 0; i < batch.RowCount; i++)
        {
            int row = batch.Selection is { } selection ? selection.Rows[i] : i;
            if (reader.IsNull(row))
            {
                if (!column.IsNullable)
                {
                    throw ExecutionErrors.NullInColumn(column.Name, table);
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
