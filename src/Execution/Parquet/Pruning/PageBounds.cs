using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Pages;
using SqlCluster.Execution.Parquet.Reading;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Parquet.Pruning;

/// <summary>Knows the rows and bounds of every data page of a column chunk, from the page index.</summary>
internal sealed class PageBounds
{
    private readonly ColumnIndex _columnIndex;
    private readonly OffsetIndex _offsetIndex;
    private readonly long _rowCount;

    private PageBounds(ColumnIndex columnIndex, OffsetIndex offsetIndex, long rowCount)
    {
        _columnIndex = columnIndex;
        _offsetIndex = offsetIndex;
        _rowCount = rowCount;
    }

    public int PageCount => _offsetIndex.Pages.Count;

    /// <summary>Reads a chunk's page index. Null when there is none or it is damaged: the index only saves work.</summary>
    public static PageBounds? Read(IRandomAccessFile file, ColumnChunk chunk, long rowCount)
    {
        if (chunk.ColumnIndex is not { } columns || !IsInside(columns, file) || OffsetIndexReader.TryRead(file, chunk) is not { } offsetIndex)
            return null;
        try
        {
            ColumnIndex columnIndex = ColumnIndex.Parse(ReadBytes(file, columns));
            bool agrees = columnIndex.NullPages.Count == offsetIndex.Pages.Count
                && (offsetIndex.Pages.Count == 0 || offsetIndex.Pages[^1].FirstRow <= rowCount);
            return agrees ? new PageBounds(columnIndex, offsetIndex, rowCount) : null;
        }
        catch (Exception error) when (error is ParquetException or EndOfStreamException)
        {
            return null;
        }
    }

    /// <summary>Gets the rows of a page within the row group.</summary>
    public (long First, long End) Rows(int page) =>
        (_offsetIndex.Pages[page].FirstRow, page + 1 < PageCount ? _offsetIndex.Pages[page + 1].FirstRow : _rowCount);

    public ColumnBounds Bounds(int page, ColumnDescriptor column, LeafType type) => BoundsReader.Read(_columnIndex, page, column, type);

    private static bool IsInside(FileRange range, IRandomAccessFile file) => range.Offset >= 4 && range.Offset <= file.LengthBytes - range.LengthBytes;

    private static byte[] ReadBytes(IRandomAccessFile file, FileRange range)
    {
        byte[] bytes = new byte[range.LengthBytes];
        file.Read(range.Offset, bytes);
        return bytes;
    }
}
