using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Reading;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Tests.Parquet;

/// <summary>Reads whole Parquet files to text, a list of values per column.</summary>
internal static class CorpusReader
{
    public static List<string>[] ReadAll(IRandomAccessFile source, int batchRows, bool verifyChecksums = true, long memoryLimit = 2L << 30)
    {
        using MemoryAccount account = new("test", memoryLimit);
        using ParquetFile file = ParquetFile.Open(source);
        int[] ordinals = [.. Enumerable.Range(0, file.Columns.Count)];
        List<string>[] columns = [.. ordinals.Select(static _ => new List<string>())];
        using RowGroupReader reader = new(file, ordinals, account, new ReadOptions(verifyChecksums));
        for (int group = 0; group < file.MetaData.RowGroups.Count; group++)
        {
            reader.Open(group);
            int rows;
            while ((rows = reader.NextRows(batchRows)) > 0)
            {
                Vector[] vectors = [.. ordinals.Select(column => reader.Read(column, rows))];
                for (int column = 0; column < vectors.Length; column++)
                {
                    Assert.Equal(rows, vectors[column].Length);
                    for (int row = 0; row < rows; row++)
                        columns[column].Add(ValueText.Of(vectors[column], row));
                }

                reader.Advance(rows);
            }
        }

        return columns;
    }
}
