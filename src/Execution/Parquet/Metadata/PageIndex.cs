namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Holds the bounds of every page of a column chunk.</summary>
/// <remarks>All lists have one entry per data page; a page of nulls only has no bounds. Bounds may be truncated, as in <see cref="ColumnStatistics"/>.</remarks>
internal sealed class ColumnIndex
{
    public required IReadOnlyList<bool> NullPages { get; init; }

    public required IReadOnlyList<ReadOnlyMemory<byte>> MinValues { get; init; }

    public required IReadOnlyList<ReadOnlyMemory<byte>> MaxValues { get; init; }

    public required BoundaryOrder Order { get; init; }

    public IReadOnlyList<long>? NullCounts { get; init; }

    public IReadOnlyList<long>? NanCounts { get; init; }

    /// <exception cref="ParquetException">The bytes are damaged or the lists disagree.</exception>
    public static ColumnIndex Parse(ReadOnlyMemory<byte> memory)
    {
        ThriftReader reader = new(memory);
        bool[]? nullPages = null;
        ReadOnlyMemory<byte>[]? min = null, max = null;
        int order = 0;
        long[]? nullCounts = null, nanCounts = null;
        short outer = reader.EnterStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 1:
                    nullPages = new bool[reader.BeginList(ThriftType.True)];
                    for (int i = 0; i < nullPages.Length; i++)
                        nullPages[i] = reader.ListBool();
                    break;
                case 2: min = ReadValues(ref reader); break;
                case 3: max = ReadValues(ref reader); break;
                case 4: order = reader.Int32(); break;
                case 5: nullCounts = ReadCounts(ref reader); break;
                case 8: nanCounts = ReadCounts(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        reader.ExitStruct(outer);
        if (nullPages is null || min is null || max is null || min.Length != nullPages.Length || max.Length != nullPages.Length)
            throw new ParquetException("column index has lists of different lengths");
        return new ColumnIndex
        {
            NullPages = nullPages,
            MinValues = min,
            MaxValues = max,
            Order = order is 1 or 2 ? (BoundaryOrder)order : BoundaryOrder.Unordered,
            NullCounts = nullCounts?.Length == nullPages.Length ? nullCounts : null,
            NanCounts = nanCounts?.Length == nullPages.Length ? nanCounts : null,
        };
    }

    private static ReadOnlyMemory<byte>[] ReadValues(ref ThriftReader reader)
    {
        ReadOnlyMemory<byte>[] values = new ReadOnlyMemory<byte>[reader.BeginList(ThriftType.Binary)];
        for (int i = 0; i < values.Length; i++)
            values[i] = reader.Binary();
        return values;
    }

    private static long[] ReadCounts(ref ThriftReader reader)
    {
        long[] counts = new long[reader.BeginList(ThriftType.I64)];
        for (int i = 0; i < counts.Length; i++)
            counts[i] = reader.Int64();
        return counts;
    }
}

/// <summary>Says where a data page lies and which row it starts with.</summary>
/// <param name="Offset">Position of the page's header in the file.</param>
/// <param name="CompressedSizeBytes">Length of header and page.</param>
/// <param name="FirstRow">Index of its first row within the row group.</param>
internal readonly record struct PageLocation(long Offset, int CompressedSizeBytes, long FirstRow);

/// <summary>Holds the location of every data page of a column chunk, in the order of their rows.</summary>
internal sealed class OffsetIndex
{
    public required IReadOnlyList<PageLocation> Pages { get; init; }

    /// <exception cref="ParquetException">The bytes are damaged or rows do not ascend.</exception>
    public static OffsetIndex Parse(ReadOnlyMemory<byte> memory)
    {
        ThriftReader reader = new(memory);
        PageLocation[]? pages = null;
        short outer = reader.EnterStruct();
        while (reader.NextField(out int id))
        {
            if (id != 1)
            {
                reader.Skip();
                continue;
            }

            pages = new PageLocation[reader.BeginList(ThriftType.Struct)];
            for (int i = 0; i < pages.Length; i++)
                pages[i] = ReadLocation(ref reader);
        }

        reader.ExitStruct(outer);
        if (pages is null)
            throw new ParquetException("offset index without pages");
        for (int i = 0; i < pages.Length; i++)
        {
            bool ascends = i == 0 ? pages[i].FirstRow == 0 : pages[i].FirstRow >= pages[i - 1].FirstRow;
            if (!ascends || pages[i].Offset < 0 || pages[i].CompressedSizeBytes < 0)
                throw new ParquetException("offset index has pages out of order");
        }

        return new OffsetIndex { Pages = pages };
    }

    private static PageLocation ReadLocation(ref ThriftReader reader)
    {
        long offset = -1, firstRow = -1;
        int size = -1;
        short outer = reader.EnterListStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 1: offset = reader.Int64(); break;
                case 2: size = reader.Int32(); break;
                case 3: firstRow = reader.Int64(); break;
                default: reader.Skip(); break;
            }
        }

        reader.ExitStruct(outer);
        return new PageLocation(offset, size, firstRow);
    }
}
