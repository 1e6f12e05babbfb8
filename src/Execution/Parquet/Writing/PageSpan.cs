using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Says which part of a leaf buffer a page holds.</summary>
internal readonly record struct PageSpan(int FirstEntry, int EntryCount, int FirstValue, int ValueCount, int FirstRow, int RowCount)
{
    /// <summary>Cuts a buffer into pages that begin at row starts, of about equal row counts within the limits.</summary>
    public static List<PageSpan> Split(LeafBuffer leaf, int rowCount, ParquetWriteOptions options)
    {
        long pageCount = Math.Max(1, (leaf.PlainBytes + options.PageBytes - 1) / options.PageBytes);
        int rowsPerPage = (int)Math.Clamp((rowCount + pageCount - 1) / pageCount, 1, options.PageRows);
        if (rowsPerPage > Batch.DefaultRows)
            rowsPerPage -= rowsPerPage % Batch.DefaultRows;                     // a scan copies batches that lie across the end of a page
        var pages = new List<PageSpan>();
        int entry = 0, value = 0;
        for (int row = 0; row < rowCount; row += rowsPerPage)
        {
            int rows = Math.Min(rowsPerPage, rowCount - row);
            int end = EndOfRows(leaf.Repetitions.Written, entry, rows);
            int values = leaf.Column.MaxDefinitionLevel == 0
                ? end - entry
                : leaf.Definitions.Written[entry..end].Count((byte)leaf.Column.MaxDefinitionLevel);
            pages.Add(new PageSpan(entry, end - entry, value, values, row, rows));
            entry = end;
            value += values;
        }

        return pages;
    }

    /// <summary>Finds the entry behind some rows: a row starts where the repetition level is 0.</summary>
    private static int EndOfRows(ReadOnlySpan<byte> repetitions, int start, int rows)
    {
        if (repetitions.IsEmpty)
            return start + rows;
        int position = start;
        for (int row = 0; row < rows; row++)
        {
            int next = repetitions[(position + 1)..].IndexOf((byte)0);
            position = next < 0 ? repetitions.Length : position + 1 + next;
        }

        return position;
    }
}
