using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Parquet.Pages;

/// <summary>Reads the offset index of a chunk and finds pages in it.</summary>
internal static class OffsetIndexReader
{
    /// <summary>Reads a chunk's offset index. Null when there is none or it is damaged: it only saves work.</summary>
    public static OffsetIndex? TryRead(IRandomAccessFile file, ColumnChunk chunk)
    {
        if (chunk.OffsetIndex is not { } range || range.Offset < 4 || range.Offset > file.LengthBytes - range.LengthBytes)
            return null;
        try
        {
            byte[] bytes = new byte[range.LengthBytes];
            file.Read(range.Offset, bytes);
            OffsetIndex index = OffsetIndex.Parse(bytes);
            return index.Pages.Count > 0 ? index : null;
        }
        catch (Exception error) when (error is ParquetException or EndOfStreamException)
        {
            return null;
        }
    }

    /// <summary>Finds the last page whose first row is not behind a row.</summary>
    public static int FindPage(OffsetIndex index, long row)
    {
        int low = 0, high = index.Pages.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (index.Pages[middle].FirstRow <= row)
                low = middle;
            else
                high = middle - 1;
        }

        return low;
    }
}
