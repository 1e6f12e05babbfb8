using System.Buffers.Binary;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Writing;
using SqlCluster.Execution.Storage;
using SqlCluster.Tests.Clients;
using Encoding = System.Text.Encoding;

namespace SqlCluster.Execution.Tests.Parquet.Writing;

/// <summary>What a file says about itself is true.</summary>
public sealed class WriterStatisticsTests : IDisposable
{
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
    public void Bounds_and_null_counts_of_chunks_and_pages_hold(bool useDictionaries)
    {
        var random = new Random(3);
        long?[] values = [.. Enumerable.Range(0, 5000).Select(_ => random.Next(10) == 0 ? null : (long?)random.Next(-500, 500))];
        for (int i = 700; i < 900; i++)
            values[i] = null;                                                   // two pages of nulls only
        string path = Write(
            [new ArrowField("n", ArrowType.Int64)], [RowMaker.Vector(ArrowType.Int64, [.. values.Select(static value => (object?)value)], _account)],
            new ParquetWriteOptions { PageRows = 100, RowGroupRows = 2000, UseDictionaries = useDictionaries });

        using LocalFile file = LocalFile.Open(path);
        FileMetaData footer = FooterReader.Read(file);
        Assert.Equal([2000L, 2000L, 1000L], footer.RowGroups.Select(static group => group.RowCount));
        int groupStart = 0;
        foreach (RowGroup group in footer.RowGroups)
        {
            ColumnChunk chunk = group.Columns[0];
            long?[] rows = values[groupStart..(groupStart + (int)group.RowCount)];
            Assert.Equal(useDictionaries, chunk.IsAllDictionary);
            Assert.Equal(rows.Count(static value => value is null), chunk.Statistics!.NullCount);
            Assert.Equal(useDictionaries ? rows.Distinct().Count(static value => value is not null) : null, chunk.Statistics.DistinctCount);
            Assert.Equal(rows.Min(), Int64(chunk.Statistics.Min));
            Assert.Equal(rows.Max(), Int64(chunk.Statistics.Max));
            Assert.True(chunk.Statistics.IsMinExact & chunk.Statistics.IsMaxExact);
            CheckPages(file, chunk, rows);
            groupStart += (int)group.RowCount;
        }
    }

    public static MatrixTheoryData<ArrowTypeId, bool> OrderedTypes => new(
        [
            ArrowTypeId.Boolean, ArrowTypeId.Int8, ArrowTypeId.Int32, ArrowTypeId.Int64, ArrowTypeId.UInt16, ArrowTypeId.UInt32, ArrowTypeId.UInt64,
            ArrowTypeId.Float32, ArrowTypeId.Float64, ArrowTypeId.Decimal64, ArrowTypeId.Decimal128, ArrowTypeId.Date32, ArrowTypeId.Timestamp, ArrowTypeId.Utf8,
        ],
        [true, false]);

    [Theory]
    [MemberData(nameof(OrderedTypes))]
    public void Bounds_of_every_type_are_values(ArrowTypeId id, bool useDictionaries)
    {
        ArrowType type = id switch
        {
            ArrowTypeId.Decimal64 => ArrowType.Decimal64(15, 2),
            ArrowTypeId.Decimal128 => ArrowType.Decimal128(30, 4),
            _ => new ArrowType(id),
        };
        var random = new Random(23);
        var field = new ArrowField("c", type);
        object?[] values = [.. Enumerable.Range(0, 500).Select(_ => RowMaker.Value(field, random))];
        string path = Write([field], [RowMaker.Vector(type, values, _account)], new ParquetWriteOptions { UseDictionaries = useDictionaries });
        using LocalFile file = LocalFile.Open(path);
        ColumnStatistics statistics = FooterReader.Read(file).RowGroups[0].Columns[0].Statistics!;
        object[] present = [.. values.OfType<object>()];
        Assert.Equal(Stored(type, Extreme(present, 1)), statistics.Min!.Value.ToArray());
        Assert.Equal(Stored(type, Extreme(present, -1)), statistics.Max!.Value.ToArray());
    }

    [Fact]
    public void Pages_in_order_are_said_to_be()
    {
        object?[] ascending = [.. Enumerable.Range(0, 1000).Select(static i => (object?)(long)i)];
        string path = Write(
            [new ArrowField("up", ArrowType.Int64), new ArrowField("down", ArrowType.Int64), new ArrowField("mixed", ArrowType.Int64)],
            [
                RowMaker.Vector(ArrowType.Int64, ascending, _account),
                RowMaker.Vector(ArrowType.Int64, [.. ascending.Reverse()], _account),
                RowMaker.Vector(ArrowType.Int64, [.. ascending.Select(static i => (object?)((long)i! * 7919 % 1000 / 100 * 100))], _account),
            ],
            new ParquetWriteOptions { PageRows = 10 });
        using LocalFile file = LocalFile.Open(path);
        BoundaryOrder[] orders = [.. FooterReader.Read(file).RowGroups[0].Columns.Select(chunk => ReadColumnIndex(file, chunk).Order)];
        Assert.Equal([BoundaryOrder.Ascending, BoundaryOrder.Descending, BoundaryOrder.Unordered], orders);
    }

    [Fact]
    public void Long_texts_are_cut_to_true_bounds()
    {
        string[] texts = [new string('a', 100) + "z", new string('b', 70) + new string('ü', 50), "ä" + new string('y', 200), new string('ß', 100)];
        string path = Write([new ArrowField("t", ArrowType.Utf8)], [RowMaker.Vector(ArrowType.Utf8, texts, _account)], ParquetWriteOptions.Default);
        using LocalFile file = LocalFile.Open(path);
        ColumnStatistics statistics = FooterReader.Read(file).RowGroups[0].Columns[0].Statistics!;
        byte[] min = statistics.Min!.Value.ToArray(), max = statistics.Max!.Value.ToArray();
        Assert.Equal(64, min.Length);
        Assert.False(statistics.IsMinExact);
        Assert.False(statistics.IsMaxExact);
        var strict = new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true);
        Assert.NotEmpty(strict.GetString(min) + strict.GetString(max));
        foreach (string text in texts)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Assert.True(min.AsSpan().SequenceCompareTo(bytes) <= 0);
            Assert.True(max.AsSpan().SequenceCompareTo(bytes) >= 0);
        }
    }

    [Fact]
    public void Bounds_that_cannot_be_cut_upwards_stay_whole()
    {
        byte[] highest = [.. Enumerable.Repeat((byte)0xFF, 100)];
        string path = Write([new ArrowField("b", ArrowType.Binary)], [RowMaker.Vector(ArrowType.Binary, [highest], _account)], ParquetWriteOptions.Default);
        using LocalFile file = LocalFile.Open(path);
        ColumnStatistics statistics = FooterReader.Read(file).RowGroups[0].Columns[0].Statistics!;
        Assert.Equal(highest, statistics.Max!.Value.ToArray());
        Assert.True(statistics.IsMaxExact);
        Assert.False(statistics.IsMinExact);
    }

    [Fact]
    public void Floats_with_NaN_have_no_bounds_and_zeros_have_both_signs()
    {
        string path = Write(
            [new ArrowField("nan", ArrowType.Float64), new ArrowField("zero", ArrowType.Float64)],
            [RowMaker.Vector(ArrowType.Float64, [1.0, double.NaN, 3.0], _account), RowMaker.Vector(ArrowType.Float64, [0.0, 0.0, -0.0], _account)],
            ParquetWriteOptions.Default);
        using LocalFile file = LocalFile.Open(path);
        IReadOnlyList<ColumnChunk> chunks = FooterReader.Read(file).RowGroups[0].Columns;
        Assert.Null(chunks[0].Statistics!.Min);
        Assert.Null(chunks[0].Statistics!.Max);
        Assert.Null(chunks[0].ColumnIndex);
        Assert.NotNull(chunks[0].OffsetIndex);
        Assert.Equal(BitConverter.GetBytes(-0.0), chunks[1].Statistics!.Min!.Value.ToArray());
        Assert.Equal(BitConverter.GetBytes(0.0), chunks[1].Statistics!.Max!.Value.ToArray());
    }

    [Fact]
    public void Columns_of_few_values_are_codes_and_others_are_plain()
    {
        object?[] rows = [.. Enumerable.Range(0, 20_000).Select(static i => (object?)(long)i)];
        string path = Write(
            [new ArrowField("few", ArrowType.Int64), new ArrowField("many", ArrowType.Int64), new ArrowField("late", ArrowType.Int64)],
            [
                RowMaker.Vector(ArrowType.Int64, [.. rows.Select(static i => (object?)((long)i! % 100))], _account),
                RowMaker.Vector(ArrowType.Int64, rows, _account),
                RowMaker.Vector(ArrowType.Int64, [.. rows.Select(static i => (object?)Math.Max(5000, (long)i!))], _account),
            ],
            new ParquetWriteOptions { PageRows = 1000 });
        using LocalFile file = LocalFile.Open(path);
        bool?[] coded = [.. FooterReader.Read(file).RowGroups[0].Columns.Select(static chunk => chunk.IsAllDictionary)];
        Assert.Equal([true, false, false], coded);
    }

    [Fact]
    public async Task DuckDB_sees_types_statistics_and_metadata()
    {
        string path = Write(
            [
                new ArrowField("d", ArrowType.Decimal64(9, 2), Nullable: false), new ArrowField("t", ArrowType.TimestampUtc), new ArrowField("l", ArrowType.Timestamp),
                new ArrowField("j", ArrowType.Utf8, true, ParquetFieldMetadata.Json),
                new ArrowField("u", ArrowType.Uuid),
            ],
            [
                RowMaker.Vector(ArrowType.Decimal64(9, 2), [(Int128)(-150), (Int128)7], _account),
                RowMaker.Vector(ArrowType.TimestampUtc, [0L, null], _account),
                RowMaker.Vector(ArrowType.Timestamp, [1_000_000L, 0L], _account),
                RowMaker.Vector(ArrowType.Utf8, ["{\"a\": [1, 2]}", "null"], _account),
                RowMaker.Vector(ArrowType.Uuid, [Guid.Empty.ToByteArray(), null], _account),
            ],
            new ParquetWriteOptions { KeyValues = [new("answer", "42")] });
        CancellationToken token = TestContext.Current.CancellationToken;
        Assert.Equal(
            ["""["d","DECIMAL(9,2)"]""", """["t","TIMESTAMP WITH TIME ZONE"]""", """["l","TIMESTAMP"]""", """["j","JSON"]""", """["u","UUID"]"""],
            await NodeClient.DuckDbAsync($"SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet('{path}'))", token));
        Assert.Equal(
            ["""["d","-1.50","0.07","0"]"""],
            await NodeClient.DuckDbAsync(
                $"SELECT path_in_schema, stats_min_value, stats_max_value, stats_null_count FROM parquet_metadata('{path}') WHERE path_in_schema = 'd'", token));
        Assert.Equal(
            ["""["answer","42"]"""], await NodeClient.DuckDbAsync($"SELECT key::VARCHAR, value::VARCHAR FROM parquet_kv_metadata('{path}')", token));
    }

    [Fact]
    public async Task DuckDB_uses_the_Bloom_filters()
    {
        var random = new Random(5);
        long[] keys = [.. Enumerable.Range(0, 3000).Select(_ => random.NextInt64(1_000_000) * 2)];
        string path = Write(
            [new ArrowField("k", ArrowType.Int64), new ArrowField("s", ArrowType.Utf8)],
            [
                RowMaker.Vector(ArrowType.Int64, [.. keys.Select(static key => (object?)key)], _account),
                RowMaker.Vector(ArrowType.Utf8, [.. keys.Select(static key => (object?)$"key {key}")], _account),
            ],
            new ParquetWriteOptions { BloomFilterColumns = ["k", "s"] });
        string probes = string.Join(
            " UNION ALL ",
            keys[..30].SelectMany(key => new[]
            {
                $"SELECT 'present', bloom_filter_excludes FROM parquet_bloom_probe('{path}', 'k', {key})",
                $"SELECT 'present', bloom_filter_excludes FROM parquet_bloom_probe('{path}', 's', 'key {key}')",
                $"SELECT 'absent', bloom_filter_excludes FROM parquet_bloom_probe('{path}', 'k', {key + 1})",
                $"SELECT 'absent', bloom_filter_excludes FROM parquet_bloom_probe('{path}', 's', 'key {key + 1}')",
            }));
        string[] rows = await NodeClient.DuckDbAsync(probes, TestContext.Current.CancellationToken);
        Assert.Equal(60, rows.Count(static row => row == """["present","false"]"""));
        Assert.InRange(rows.Count(static row => row == """["absent","true"]"""), 54, 60);
    }

    private static object Extreme(object[] values, int sign) => values.Aggregate((left, right) =>
        sign * (left is string text ? string.CompareOrdinal(text, (string)right) : ((IComparable)left).CompareTo(right)) <= 0 ? left : right);

    private static byte[] Stored(ArrowType type, object value) => (type.Id, value) switch
    {
        (_, bool boolean) => [boolean ? (byte)1 : (byte)0],
        (ArrowTypeId.Float32, double number) => BitConverter.GetBytes((float)number),
        (_, double number) => BitConverter.GetBytes(number),
        (_, string text) => Encoding.UTF8.GetBytes(text),
        (ArrowTypeId.Decimal64, Int128 number) => BitConverter.GetBytes((long)number),
        (_, Int128 number) => BitConverter.GetBytes(number).Reverse().Skip(3).ToArray(),    // 30 digits take 13 bytes, high ones first
        (_, ulong number) => BitConverter.GetBytes(number),
        (ArrowTypeId.Int64 or ArrowTypeId.Timestamp, long number) => BitConverter.GetBytes(number),
        (_, long number) => BitConverter.GetBytes(unchecked((int)number)),
        _ => throw new InvalidOperationException($"unexpected {value}"),
    };

    private static long? Int64(ReadOnlyMemory<byte>? bytes) => bytes is { } known ? BinaryPrimitives.ReadInt64LittleEndian(known.Span) : null;

    private static void CheckPages(LocalFile file, ColumnChunk chunk, long?[] rows)
    {
        ColumnIndex index = ReadColumnIndex(file, chunk);
        IReadOnlyList<PageLocation> pages = OffsetIndex.Parse(Read(file, chunk.OffsetIndex!.Value)).Pages;
        Assert.Equal(rows.Length / 100, pages.Count);
        for (int i = 0; i < pages.Count; i++)
        {
            int start = (int)pages[i].FirstRow, end = i + 1 < pages.Count ? (int)pages[i + 1].FirstRow : rows.Length;
            long?[] some = rows[start..end];
            Assert.Equal(some.All(static value => value is null), index.NullPages[i]);
            Assert.Equal(some.Count(static value => value is null), index.NullCounts![i]);
            if (!index.NullPages[i])
            {
                Assert.Equal(some.Min(), Int64(index.MinValues[i]));
                Assert.Equal(some.Max(), Int64(index.MaxValues[i]));
            }

            PageHeader header = PageHeader.Parse(Read(file, new FileRange(pages[i].Offset, pages[i].CompressedSizeBytes)), out int headerBytes);
            Assert.Equal(PageType.DataV1, header.Type);
            Assert.Equal(some.Length, header.ValueCount);
            Assert.Equal(pages[i].CompressedSizeBytes, headerBytes + header.CompressedSizeBytes);
        }
    }

    private static ColumnIndex ReadColumnIndex(LocalFile file, ColumnChunk chunk) => ColumnIndex.Parse(Read(file, chunk.ColumnIndex!.Value));

    private static byte[] Read(LocalFile file, FileRange range)
    {
        byte[] bytes = new byte[range.LengthBytes];
        file.Read(range.Offset, bytes);
        return bytes;
    }

    private string Write(ArrowField[] fields, Vector[] columns, ParquetWriteOptions options)
    {
        string path = Path.Combine(_folder, "written.parquet");
        using ParquetWriter writer = ParquetWriter.Create(path, new ArrowSchema(fields), options);
        writer.Write(new Batch(columns, columns[0].Length));
        writer.Finish();
        return path;
    }
}
