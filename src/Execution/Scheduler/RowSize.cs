using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Scheduler;

/// <summary>Says about how many bytes rows take, and how many they keep in memory: a few rows of a page hold the whole page.</summary>
/// <remarks>Cheap enough for every batch of a result: text is measured in a sample of rows.</remarks>
internal static class RowSize
{
    private const int ViewBytes = 16;
    private const int SampledRows = 32;

    /// <summary>Bytes that a batch's columns take without what else lies in their pages: with codes instead of a dictionary's short values, a constant for nothing.</summary>
    public static long Of(Batch batch)
    {
        double rowBytes = 0;
        foreach (Vector column in batch.Columns)
        {
            rowBytes += column switch
            {
                ConstantVector => 0,
                DictionaryVector dictionary => Math.Max(sizeof(int), OfFlat(dictionary.Dictionary) - ViewBytes),
                _ => OfFlat(column),
            };
        }

        return (long)(rowBytes * batch.Length);
    }

    /// <summary>Bytes that a batch's rows take in flat columns of their own.</summary>
    public static long OfCopy(Batch batch) => (long)(batch.Columns.Sum(OfFlat) * batch.RowCount);

    /// <summary>Bytes of all buffers that a batch keeps in memory, dictionaries included.</summary>
    public static long OfBuffers(Batch batch)
    {
        var seen = new HashSet<NativeBuffer>(ReferenceEqualityComparer.Instance);
        long bytes = 0;
        foreach (Vector column in batch.Columns)
        {
            column.VisitBuffers(buffer => bytes += seen.Add(buffer) ? buffer.SizeBytes + NativeBuffer.PaddingBytes : 0);
        }

        return bytes + (batch.Selection?.Buffer.SizeBytes ?? 0);
    }

    /// <summary>Bytes of one row of a column, on average.</summary>
    private static double OfFlat(Vector column) => column switch
    {
        ConstantVector constant => OfFlat(constant.Value),
        DictionaryVector dictionary => OfFlat(dictionary.Dictionary),
        FixedVector => column.Type.Width,
        BooleanVector => 1,
        ViewVector views => OfViews(views.Views),
        ListVector list => sizeof(int) + (list.Length == 0 ? 0 : (list.Offsets[^1] - list.Offsets[0]) / (double)list.Length * OfFlat(list.Child)),
        StructVector row => row.Children.Sum(OfFlat),
        _ => ViewBytes,
    };

    private static double OfViews(ReadOnlySpan<StringView> views)
    {
        int step = Math.Max(1, views.Length / SampledRows), sampled = 0;
        long bytes = 0;
        for (int row = 0; row < views.Length; row += step, sampled++)
        {
            int length = views[row].Length;
            bytes += length > StringView.InlineBytes ? length : 0;
        }

        return ViewBytes + (sampled == 0 ? 0 : (double)bytes / sampled);
    }
}
