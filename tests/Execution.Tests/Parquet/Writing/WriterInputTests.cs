using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Writing;
using SqlCluster.Execution.Storage;
using SqlCluster.Execution.Tests.Kernels;

namespace SqlCluster.Execution.Tests.Parquet.Writing;

/// <summary>However rows arrive, the same file results; what cannot be written is refused and leaves nothing behind.</summary>
public sealed class WriterInputTests : IDisposable
{
    private static readonly ArrowField[] Fields =
    [
        new("i", ArrowType.Int32), new("l", ArrowType.Int64), new("b", ArrowType.Boolean), new("t", ArrowType.Utf8), new("d", ArrowType.Decimal128(30, 2)),
        new("s", ArrowType.Struct(new ArrowField("x", ArrowType.Int64), new ArrowField("y", ArrowType.List(ArrowType.Utf8)))),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-parquet-").FullName;
    private readonly MemoryAccount _account = new("test");

    public void Dispose()
    {
        _account.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Batch_sizes_selections_and_encodings_make_no_difference(bool useDictionaries)
    {
        var options = new ParquetWriteOptions { UseDictionaries = useDictionaries, RowGroupRows = 900, PageRows = 100 };
        var random = new Random(17);
        object?[][] rows = [.. Enumerable.Range(0, 2500).Select(_ => Row(random))];
        byte[] whole = Write(options, writer => writer.Write(Batch(rows)));
        Assert.Equal(whole, Write(options, writer =>
        {
            foreach (object?[][] some in rows.Chunk(7))
                writer.Write(Batch(some));
        }));
        Assert.Equal(whole, Write(options, writer => writer.Write(WithUnselectedRows(rows, random))));
        Assert.Equal(whole, Write(options, writer =>
        {
            Batch flat = Batch(rows);
            Vector[] columns = [.. flat.Columns.Select((column, i) => i is 0 or 1 or 3 ? TestVectors.AsDictionary(column, random, _account) : column)];
            writer.Write(new Batch(columns, flat.Length));
        }));
        Assert.Equal(whole, Write(options, writer =>
        {
            foreach (object?[][] some in rows.Chunk(900))
            {
                RowGroupEncoder encoder = writer.CreateRowGroup();
                encoder.Write(Batch(some));
                writer.Append(encoder);
            }
        }));
    }

    [Fact]
    public void Constants_are_written_as_if_spelled_out()
    {
        ArrowField[] fields = [Fields[0], Fields[3]];
        Vector[] constants =
        [
            new ConstantVector(RowMaker.Vector(ArrowType.Int32, [null], _account), 50),
            new ConstantVector(RowMaker.Vector(ArrowType.Utf8, ["every row"], _account), 50),
        ];
        Vector[] spelled =
        [
            RowMaker.Vector(ArrowType.Int32, new object?[50], _account),
            RowMaker.Vector(ArrowType.Utf8, [.. Enumerable.Repeat((object?)"every row", 50)], _account),
        ];
        Assert.Equal(
            Write(ParquetWriteOptions.Default, writer => writer.Write(new Batch(spelled, 50)), fields),
            Write(ParquetWriteOptions.Default, writer => writer.Write(new Batch(constants, 50)), fields));
    }

    [Fact]
    public void Decimals_are_taken_in_either_width()
    {
        object?[] values = [(Int128)12, null, (Int128)(-5)];
        foreach (ArrowType type in new[] { ArrowType.Decimal64(10, 2), ArrowType.Decimal128(30, 2) })
        {
            ArrowField[] fields = [new("d", type)];
            byte[] narrow = Write(ParquetWriteOptions.Default, writer => writer.Write(new Batch([RowMaker.Vector(ArrowType.Decimal64(18, 2), values, _account)], 3)), fields);
            byte[] wide = Write(ParquetWriteOptions.Default, writer => writer.Write(new Batch([RowMaker.Vector(ArrowType.Decimal128(38, 2), values, _account)], 3)), fields);
            Assert.Equal(narrow, wide);
        }
    }

    [Fact]
    public void Nulls_are_refused_where_the_schema_forbids_them()
    {
        Refused("23502", new ArrowField("n", ArrowType.Int32, Nullable: false), [1L, null]);
        Refused("23502", new ArrowField("n", ArrowType.List(ArrowType.Int32, nullable: false)), [new object?[] { 1L, null }]);
    }

    [Fact]
    public void A_file_with_half_a_batch_is_never_finished()
    {
        using var stream = new MemoryStream();
        using var writer = new ParquetWriter(stream, new ArrowSchema([new("a", ArrowType.Int32), new("b", ArrowType.Int32, Nullable: false)]));
        Vector[] columns = [RowMaker.Vector(ArrowType.Int32, [1L, 2L], _account), RowMaker.Vector(ArrowType.Int32, [1L, null], _account)];
        Assert.Throws<ParquetException>(() => writer.Write(new Batch(columns, 2)));
        Assert.Throws<InvalidOperationException>(() => writer.Write(new Batch([columns[0], columns[0]], 2)));
        Assert.Throws<InvalidOperationException>(writer.Finish);
    }

    [Fact]
    public void Row_groups_end_early_when_they_hold_many_bytes()
    {
        ArrowField[] fields = [new("t", ArrowType.Utf8)];
        object?[] texts = [.. Enumerable.Range(0, 100).Select(static i => new string((char)('a' + (i % 26)), 1000) + i)];
        byte[] bytes = Write(
            new ParquetWriteOptions { RowGroupBytes = 20_000 },
            writer =>
            {
                foreach (object?[] some in texts.Chunk(10))
                    writer.Write(new Batch([RowMaker.Vector(ArrowType.Utf8, some, _account)], some.Length));
            },
            fields);
        string path = Path.Combine(_folder, "early.parquet");
        File.WriteAllBytes(path, bytes);
        using LocalFile file = LocalFile.Open(path);
        Assert.Equal(Enumerable.Repeat(20L, 5), FooterReader.Read(file).RowGroups.Select(static group => group.RowCount));
        Assert.Equal(texts.Cast<string>(), CorpusReader.ReadAll(LocalFile.Open(path), 7)[0]);
    }

    [Fact]
    public void Dictionaries_of_long_texts_are_given_up()
    {
        ArrowField[] fields = [new("t", ArrowType.Utf8)];
        object?[] texts = [.. Enumerable.Range(0, 4000).Select(static i => new string('x', 3000) + (i % 400))];
        string path = Path.Combine(_folder, "long.parquet");
        File.WriteAllBytes(path, Write(ParquetWriteOptions.Default, writer => writer.Write(new Batch([RowMaker.Vector(ArrowType.Utf8, texts, _account)], texts.Length)), fields));
        using LocalFile file = LocalFile.Open(path);
        Assert.False(FooterReader.Read(file).RowGroups[0].Columns[0].IsAllDictionary);
        Assert.Equal(texts.Cast<string>(), CorpusReader.ReadAll(LocalFile.Open(path), Arrow.Vectors.Batch.DefaultRows)[0]);
    }

    [Fact]
    public void Values_that_Parquet_cannot_hold_are_refused()
    {
        Refused("22003", new ArrowField("i", ArrowType.Interval), [new Interval(-1, 0, 0)]);
        Refused("22003", new ArrowField("i", ArrowType.Interval), [new Interval(0, 0, 1)]);
        var error = Assert.Throws<ParquetException>(
            () => Write(
                ParquetWriteOptions.Default,
                writer => writer.Write(new Batch([RowMaker.Vector(ArrowType.Decimal128(38, 0), [(Int128)1e30], _account)], 1)),
                [new("d", ArrowType.Decimal64(18, 0))]));
        Assert.Equal("22003", error.SqlState);
    }

    [Fact]
    public void Types_and_schemas_that_Parquet_lacks_are_refused()
    {
        foreach (ArrowType type in new[] { new ArrowType(ArrowTypeId.DenseUnion), ArrowType.Struct() })
        {
            var error = Assert.Throws<ParquetException>(() => Write(ParquetWriteOptions.Default, static _ => { }, [new("x", type)]));
            Assert.Equal("0A000", error.SqlState);
        }

        Assert.Throws<ParquetException>(() => Write(ParquetWriteOptions.Default, static _ => { }, []));
    }

    [Fact]
    public void A_file_appears_only_when_finished()
    {
        string path = Path.Combine(_folder, "replaced.parquet");
        File.WriteAllText(path, "the old one");
        using (ParquetWriter writer = ParquetWriter.Create(path, new ArrowSchema(Fields)))
        {
            writer.Write(Batch([.. Enumerable.Range(0, 10).Select(_ => Row(new Random(1)))]));
            Assert.Equal("the old one", File.ReadAllText(path));
        }

        Assert.Equal("the old one", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
        using (ParquetWriter writer = ParquetWriter.Create(path, new ArrowSchema(Fields)))
            writer.Finish();
        Assert.StartsWith("PAR1", File.ReadAllText(path), StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        ParquetWriteOptions[] wrong =
        [
            new() { RowGroupRows = 0 }, new() { PageVersion = 3 }, new() { Compression = ParquetCompression.Zstd, CompressionLevel = 23 },
            new() { Compression = ParquetCompression.Snappy, CompressionLevel = 1 }, new() { BloomFilterFalsePositives = 0 },
        ];
        foreach (ParquetWriteOptions options in wrong)
            Assert.Throws<ArgumentOutOfRangeException>(() => Write(options, static _ => { }));
    }

    private static object?[] Row(Random random) =>
    [
        random.Next(5) == 0 ? null : (long)random.Next(50), random.NextInt64(1 << 12), random.Next(2) == 0, $"word {random.Next(40)}",
        random.Next(3) == 0 ? null : (Int128)random.Next(100) * 1_000_000_000_000, RowMaker.Value(Fields[5], random),
    ];

    private Batch Batch(object?[][] rows) =>
        new([.. Fields.Select((field, i) => RowMaker.Vector(field.Type, Array.ConvertAll(rows, row => row[i]), _account))], rows.Length);

    private Batch WithUnselectedRows(object?[][] rows, Random random)
    {
        var all = new List<object?[]>();
        var selected = new List<int>();
        foreach (object?[] row in rows)
        {
            while (random.Next(3) == 0)
                all.Add(Row(random));
            selected.Add(all.Count);
            all.Add(row);
        }

        NativeBuffer buffer = NativeBuffer.Allocate(selected.Count * 4L, _account);
        selected.ToArray().CopyTo(buffer.Span<int>());
        Batch batch = Batch([.. all]);
        return new Batch(batch.Columns, batch.Length, new SelectionVector(buffer, selected.Count));
    }

    private void Refused(string sqlState, ArrowField field, object?[] values)
    {
        var error = Assert.Throws<ParquetException>(
            () => Write(ParquetWriteOptions.Default, writer => writer.Write(new Batch([RowMaker.Vector(field.Type, values, _account)], values.Length)), [field]));
        Assert.Equal(sqlState, error.SqlState);
    }

    private static byte[] Write(ParquetWriteOptions options, Action<ParquetWriter> write, ArrowField[]? fields = null)
    {
        using var stream = new MemoryStream();
        using var writer = new ParquetWriter(stream, new ArrowSchema(fields ?? Fields), options);
        write(writer);
        writer.Finish();
        return stream.ToArray();
    }
}
