using System.Text;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Storage;

/// <summary>Reads columns of text.</summary>
public static class RowTexts
{
    /// <summary>The first row of a batch of texts.</summary>
    public static string?[] First(Batch batch)
    {
        int row = batch.Selection is { } selection ? selection.Rows[0] : 0;
        return Array.ConvertAll(batch.Columns, column => new VectorReader(column) is var reader && reader.IsNull(row) ? null : Encoding.UTF8.GetString(reader.Bytes(row)));
    }
}
