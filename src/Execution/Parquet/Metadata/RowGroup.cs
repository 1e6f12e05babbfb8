namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Describes one row group: its rows and, in the schema's leaf order, its column chunks.</summary>
internal sealed class RowGroup
{
    public required long RowCount { get; init; }

    public required long TotalSizeBytes { get; init; }

    public required IReadOnlyList<ColumnChunk> Columns { get; init; }

    /// <summary>Gets the columns the rows are sorted by, most significant first; empty when the writer claims no order.</summary>
    public required IReadOnlyList<SortingColumn> SortingColumns { get; init; }

    public static RowGroup Read(ref ThriftReader reader)
    {
        long rowCount = -1, totalSize = 0;
        ColumnChunk[]? columns = null;
        SortingColumn[] sorting = [];
        short outer = reader.EnterListStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 1:
                    columns = new ColumnChunk[reader.BeginList(ThriftType.Struct)];
                    for (int i = 0; i < columns.Length; i++)
                        columns[i] = ColumnChunk.Read(ref reader);
                    break;
                case 2: totalSize = reader.Int64(); break;
                case 3: rowCount = reader.Int64(); break;
                case 4:
                    sorting = new SortingColumn[reader.BeginList(ThriftType.Struct)];
                    for (int i = 0; i < sorting.Length; i++)
                        sorting[i] = SortingColumn.Read(ref reader);
                    break;
                default: reader.Skip(); break;
            }
        }

        reader.ExitStruct(outer);
        if (columns is null || rowCount < 0)
            throw new ParquetException("row group without columns or row count");
        return new RowGroup { RowCount = rowCount, TotalSizeBytes = totalSize, Columns = columns, SortingColumns = sorting };
    }
}

/// <summary>Names a leaf column by its index and the order of the rows by it.</summary>
internal readonly record struct SortingColumn(int ColumnIndex, bool Descending, bool NullsFirst)
{
    public static SortingColumn Read(ref ThriftReader reader)
    {
        int column = 0;
        bool descending = false, nullsFirst = false;
        short outer = reader.EnterListStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 1: column = reader.Int32(); break;
                case 2: descending = reader.Bool(); break;
                case 3: nullsFirst = reader.Bool(); break;
                default: reader.Skip(); break;
            }
        }

        reader.ExitStruct(outer);
        return new SortingColumn(column, descending, nullsFirst);
    }
}
