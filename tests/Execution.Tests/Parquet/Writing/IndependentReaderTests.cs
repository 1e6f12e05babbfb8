using System.Text.Json.Nodes;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Writing;
using SqlCluster.Tests.Clients;

namespace SqlCluster.Execution.Tests.Parquet.Writing;

/// <summary>Other people's readers get back, value by value, what was written: every type under every setting.</summary>
public sealed class IndependentReaderTests(IndependentReaderTests.Files files) : IClassFixture<IndependentReaderTests.Files>
{
    private const int RowCount = 500;

    internal static readonly ArrowSchema AllTypes = new([.. FieldsOfAllTypes()]);

    internal static readonly Dictionary<string, ParquetWriteOptions> Settings = new()
    {
        ["default"] = ParquetWriteOptions.Default,
        ["small-pages"] = new() { PageRows = 100, RowGroupRows = 400 },
        ["tiny-row-groups"] = new() { RowGroupRows = 7, PageRows = 3 },
        ["version-2"] = new() { PageVersion = 2, PageRows = 100, WriteChecksums = true },
        ["version-2-uncompressed"] = new() { PageVersion = 2, Compression = ParquetCompression.Uncompressed },
        ["no-dictionary"] = new() { UseDictionaries = false, PageRows = 333 },
        ["compact"] = new() { Encodings = ParquetEncodingChoice.Compact, UseDictionaries = false, PageRows = 333 },
        ["compact-version-2"] = new() { Encodings = ParquetEncodingChoice.Compact, PageVersion = 2 },
        ["uncompressed"] = new() { Compression = ParquetCompression.Uncompressed },
        ["gzip"] = new() { Compression = ParquetCompression.Gzip },
        ["brotli"] = new() { Compression = ParquetCompression.Brotli },
        ["zstd"] = new() { Compression = ParquetCompression.Zstd, CompressionLevel = 9, PageRows = 200 },
        ["lz4"] = new() { Compression = ParquetCompression.Lz4, PageRows = 200 },
        ["checksums"] = new() { WriteChecksums = true },
        ["bare"] = new() { WriteStatistics = false, WritePageIndex = false },
        ["bloom"] = new() { BloomFilterColumns = [.. AllTypes.Fields.Select(static field => field.Name)], RowGroupRows = 500 },
        ["metadata"] = new() { KeyValues = [new("origin", "a test"), new("empty", "")] },
    };

    [Theory]
    [InlineData("duckdb")]
    [InlineData("hyparquet")]
    [InlineData("arrow")]
    [InlineData("polars")]
    public async Task Every_type_under_every_setting(string reader)
    {
        (int exitCode, string output) = await NodeClient.RunAsync("check-parquet.mjs", [reader, files.Folder], TestContext.Current.CancellationToken);
        Assert.True(exitCode == 0, output);
        Assert.Equal(files.Count, output.Split('\n').Count(static line => line.Contains(": equal", StringComparison.Ordinal)));
    }

    private static IEnumerable<ArrowField> FieldsOfAllTypes()
    {
        ArrowType[] leaves =
        [
            ArrowType.Boolean, ArrowType.Int8, ArrowType.Int16, ArrowType.Int32, ArrowType.Int64, ArrowType.UInt8, ArrowType.UInt16, ArrowType.UInt32,
            ArrowType.UInt64, ArrowType.Float32, ArrowType.Float64, ArrowType.Decimal64(12, 3), ArrowType.Decimal128(38, 10), ArrowType.Decimal128(19, 0),
            ArrowType.Date32, ArrowType.Time64, ArrowType.Timestamp, ArrowType.TimestampUtc, ArrowType.Utf8, ArrowType.Binary, ArrowType.Uuid,
        ];
        foreach (ArrowType type in leaves)
        {
            yield return new ArrowField($"{type} optional", type);
            yield return new ArrowField($"{type} required", type, Nullable: false);
        }

        yield return new ArrowField("interval", ArrowType.Interval);
        yield return new ArrowField("null", ArrowType.Null);
        yield return new ArrowField("list of int", ArrowType.List(ArrowType.Int32));
        yield return new ArrowField("required list of required text", ArrowType.List(ArrowType.Utf8, nullable: false), Nullable: false);
        yield return new ArrowField("list of smallint", ArrowType.List(ArrowType.Int16));
        yield return new ArrowField("list of decimal", ArrowType.List(ArrowType.Decimal64(15, 2)));
        yield return new ArrowField("list of list", ArrowType.List(ArrowType.List(ArrowType.Int64)));
        ArrowType pair = ArrowType.Struct(new ArrowField("a", ArrowType.Int32), new ArrowField("b", ArrowType.Utf8, false));
        yield return new ArrowField("struct", pair);
        yield return new ArrowField("required struct", pair, Nullable: false);
        yield return new ArrowField("struct of struct", ArrowType.Struct(new ArrowField("inner", pair), new ArrowField("c", ArrowType.Boolean)));
        yield return new ArrowField("list of struct", ArrowType.List(pair));
        yield return new ArrowField("struct of list", ArrowType.Struct(new ArrowField("items", ArrowType.List(ArrowType.Float64))));
        yield return new ArrowField("map", ArrowType.Map(ArrowType.Utf8, ArrowType.Int64));
        yield return new ArrowField("map of list", ArrowType.Map(ArrowType.Utf8, ArrowType.List(ArrowType.Date32)));
    }

    /// <summary>Writes a file for every setting, and beside each what a reader should say.</summary>
    public sealed class Files : IDisposable
    {
        private readonly MemoryAccount _account = new("test");

        public Files()
        {
            foreach ((string name, ParquetWriteOptions options) in Settings)
                Write(name, options, AllTypes, RowCount);
            Write("no-rows", ParquetWriteOptions.Default, AllTypes, 0);
            Write("one-row", ParquetWriteOptions.Default, AllTypes, 1);
        }

        public string Folder { get; } = Directory.CreateTempSubdirectory("sqlcluster-parquet-").FullName;

        public int Count { get; private set; }

        public void Dispose()
        {
            _account.Dispose();
            Directory.Delete(Folder, recursive: true);
        }

        /// <summary>Writes random rows in batches of uneven size, and beside them what a reader should say.</summary>
        private void Write(string name, ParquetWriteOptions options, ArrowSchema schema, int rowCount)
        {
            var random = new Random(++Count);
            object?[][] rows = [.. Enumerable.Range(0, rowCount).Select(_ => schema.Fields.Select(field => RowMaker.Value(field, random)).ToArray())];
            using (ParquetWriter writer = ParquetWriter.Create(Path.Combine(Folder, name + ".parquet"), schema, options))
            {
                for (int start = 0; start < rowCount;)
                {
                    object?[][] some = rows[start..Math.Min(rowCount, start + random.Next(1, 200))];
                    Vector[] columns = [.. schema.Fields.Select((field, i) => RowMaker.Vector(field.Type, Array.ConvertAll(some, row => row[i]), _account))];
                    writer.Write(new Batch(columns, some.Length));
                    start += some.Length;
                }

                Assert.Equal(rowCount, writer.RowCount);
                writer.Finish();
            }

            var expected = new JsonObject
            {
                ["columns"] = new JsonArray([.. schema.Fields.Select(static field => new JsonObject { ["name"] = field.Name, ["type"] = RowMaker.Describe(field.Type) })]),
                ["rows"] = new JsonArray([.. rows.Select(row => new JsonArray([.. row.Select((value, i) => RowMaker.Canonical(schema.Fields[i].Type, value))]))]),
            };
            File.WriteAllText(Path.Combine(Folder, name + ".expected.json"), expected.ToJsonString());
        }
    }
}
