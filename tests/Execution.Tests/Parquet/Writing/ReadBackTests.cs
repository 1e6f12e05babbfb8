using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Writing;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Tests.Parquet.Writing;

/// <summary>Our own reader gets back what was written, whatever the setting and the batch size. That others do is in <see cref="IndependentReaderTests"/>.</summary>
public sealed class ReadBackTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-parquet-").FullName;
    private readonly MemoryAccount _account = new("test");

    public static TheoryData<string> SettingNames => [.. IndependentReaderTests.Settings.Keys];

    public void Dispose()
    {
        _account.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(SettingNames))]
    public void Every_type_under_every_setting(string setting)
    {
        const int RowCount = 1200;
        ArrowSchema schema = IndependentReaderTests.AllTypes;
        var random = new Random(setting.Length);
        object?[][] rows = [.. Enumerable.Range(0, RowCount).Select(_ => schema.Fields.Select(field => RowMaker.Value(field, random)).ToArray())];
        Vector[] vectors = [.. schema.Fields.Select((field, i) => RowMaker.Vector(field.Type, Array.ConvertAll(rows, row => row[i]), _account))];
        string path = Path.Combine(_folder, "written.parquet");
        using (ParquetWriter writer = ParquetWriter.Create(path, schema, IndependentReaderTests.Settings[setting]))
        {
            writer.Write(new Batch(vectors, RowCount));
            writer.Finish();
        }

        foreach (int batchRows in new[] { 1, 77, Batch.DefaultRows })
        {
            List<string>[] columns = CorpusReader.ReadAll(LocalFile.Open(path), batchRows);
            for (int column = 0; column < vectors.Length; column++)
            {
                for (int row = 0; row < RowCount; row++)
                    Assert.Equal((schema.Fields[column].Name, row, ValueText.Of(vectors[column], row)), (schema.Fields[column].Name, row, columns[column][row]));
            }
        }
    }
}
