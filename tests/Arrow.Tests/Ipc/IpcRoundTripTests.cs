using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Tests.Ipc;

/// <summary>What is written is read back, value by value; every buffer is given back.</summary>
public sealed class IpcRoundTripTests
{
    public static TheoryData<string> Variants => ["default", "lz4", "zstd", "views", "dictionaries", "small", "uuid"];

    [Theory]
    [MemberData(nameof(Variants))]
    public void StreamsOfEveryTypeComeBack(string variant)
    {
        IpcOptions options = Options(variant);
        for (int seed = 0; seed < 10; seed++)
        {
            using var account = new MemoryAccount($"seed {seed}");
            var random = new RandomBatches(seed, account);
            ArrowSchema schema = RandomBatches.Schema(RandomBatches.Types);
            var output = new MemoryStream();
            var writer = new ArrowStreamWriter(output, schema, options, account);
            var written = new List<string>();
            foreach (int length in (int[])[0, 1, 7, 64, 100, 301])
            {
                Batch batch = random.Next(schema, length);
                written.AddRange(CanonicalRows.Of(schema, batch));
                writer.Write(batch);
            }

            writer.Finish();
            using var readAccount = new MemoryAccount("reader");
            output.Position = 0;
            var read = new List<string>();
            using (ArrowStreamReader reader = ArrowStreamReader.Open(output, readAccount))
            {
                if (variant != "uuid")
                {
                    Assert.Equal(CanonicalRows.Schema(schema), CanonicalRows.Schema(reader.Schema));
                }

                while (reader.Read() is { } batch)
                {
                    read.AddRange(CanonicalRows.Of(reader.Schema, batch));
                    batch.Release();
                }
            }

            Assert.Equal(variant == "uuid" ? written.Count : 0, Differences(written, read, variant == "uuid"));
            Assert.Equal(0, readAccount.UsedBytes);
        }
    }

    [Fact]
    public void FilesAreReadInAnyOrder()
    {
        using var account = new MemoryAccount("files");
        var random = new RandomBatches(1, account);
        ArrowSchema schema = RandomBatches.Schema(RandomBatches.Types) with { Metadata = new Dictionary<string, string> { ["origin"] = "test" } };
        var output = new MemoryStream();
        var writer = new ArrowFileWriter(output, schema, IpcOptions.Default with { Compression = IpcCompression.Lz4, KeepDictionaries = true }, account);
        var written = new List<List<string>>();
        for (int i = 0; i < 5; i++)
        {
            Batch batch = random.Next(schema, 50 + i);
            written.Add([.. CanonicalRows.Of(schema, batch)]);
            writer.Write(batch);
        }

        writer.Finish();
        using ArrowFileReader reader = ArrowFileReader.Open(output, account);
        Assert.Equal("test", reader.Schema.Metadata!["origin"]);
        Assert.Equal(5, reader.BatchCount);
        for (int i = 4; i >= 0; i--)
        {
            Assert.Equal(written[i].Count, reader.RowCount(i));
            Assert.Equal(written[i], CanonicalRows.Of(schema, reader.Read(i)));
        }
    }

    [Fact]
    public void StreamsWithoutRowsOrColumnsHaveTheirSchema()
    {
        using var account = new MemoryAccount("empty");
        foreach (ArrowSchema schema in (ArrowSchema[])[RandomBatches.Schema(), RandomBatches.Schema(ArrowType.Utf8, ArrowType.List(ArrowType.Int32))])
        {
            var output = new MemoryStream();
            new ArrowStreamWriter(output, schema, IpcOptions.Default, account).Finish();
            output.Position = 0;
            using ArrowStreamReader reader = ArrowStreamReader.Open(output, account);
            Assert.Equal(CanonicalRows.Schema(schema), CanonicalRows.Schema(reader.Schema));
            Assert.Null(reader.Read());
        }
    }

    [Fact]
    public void RowsWithoutColumnsKeepTheirNumber()
    {
        using var account = new MemoryAccount("no columns");
        var schema = new ArrowSchema([]);
        IpcMessage message = Assert.Single(new BatchEncoder(schema, IpcOptions.Default, account).Encode(new Batch([], 17)));
        using var decoder = new BatchDecoder(SchemaMessage.Read(SchemaMessage.Write(schema)), account);
        Assert.Equal(17, decoder.Decode(message.Metadata.Span, null, 0, 0)!.RowCount);
    }

    [Fact]
    public void FixedWidthColumnsAreNotCopied()
    {
        using var account = new MemoryAccount("shared");
        var schema = new ArrowSchema([new ArrowField("n", ArrowType.Int64)]);
        Vector numbers = VectorBuilder.Of(ArrowType.Int64, account, [1L, 2L, 3L]);
        var batch = new Batch([numbers], 3);
        IpcMessage message = Assert.Single(new BatchEncoder(schema, IpcOptions.Flight, account).Encode(batch));
        IpcSegment segment = Assert.Single(message.Body);
        Assert.Same(((FixedVector)numbers).ValuesBuffer, segment.Buffer);
        Assert.True(segment.Buffer.IsShared);
        message.Release();
        Assert.False(segment.Buffer.IsShared);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void F1_EncodingOneHugeValueHearsACancellation(bool asUtf8)
    {
        using var account = new MemoryAccount("cancelled");
        var schema = new ArrowSchema([new ArrowField("t", ArrowType.Utf8)]);
        var batch = new Batch([VectorBuilder.Of(ArrowType.Utf8, account, ["small", new string('x', 5 << 20)])], 2);
        long before = account.UsedBytes;
        using var cancelled = new CancellationTokenSource();
        var encoder = new BatchEncoder(schema, IpcOptions.Flight with { ViewsAsUtf8 = asUtf8 }, account);
        long encoded = 0;
        foreach (IpcMessage message in encoder.Encode(batch, cancellation: cancelled.Token))
        {
            encoded += message.BodyLength;
            message.Release();
        }

        Assert.True(encoded > 5 << 20);
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (IpcMessage message in encoder.Encode(batch, cancellation: cancelled.Token))
            {
                message.Release();
            }
        });
        Assert.Equal(before, account.UsedBytes);
    }

    [Fact]
    public void F1_MessagesStayBelowTheLimitAndOneHugeRowStaysWhole()
    {
        using var account = new MemoryAccount("split");
        var schema = new ArrowSchema([new ArrowField("t", ArrowType.Utf8), new ArrowField("l", ArrowType.List(ArrowType.Int64)), new ArrowField("b", ArrowType.Boolean)]);
        string[] texts = [.. Enumerable.Range(0, 200).Select(static i => new string('x', i == 77 ? 100_000 : i * 10))];
        Vector text = VectorBuilder.Of(ArrowType.Utf8, account, texts);
        Vector lists = VectorBuilder.Of(ArrowType.List(ArrowType.Int64), account, texts.Select(static (_, i) => (object?)new object?[] { (long)i, null }));
        Vector flags = VectorBuilder.Of(ArrowType.Boolean, account, texts.Select(static (_, i) => i % 7 == 0 ? null : (object?)(i % 2 == 0)));
        var batch = new Batch([text, lists, flags], 200);
        using var decoder = new BatchDecoder(SchemaMessage.Read(SchemaMessage.Write(schema)), account);
        var rows = new List<string>();
        int huge = 0;
        foreach (IpcMessage message in new BatchEncoder(schema, IpcOptions.Default with { MaxMessageBytes = 20_000 }, account).Encode(batch))
        {
            huge += message.BodyLength > 20_000 ? 1 : 0;
            Assert.True(message.BodyLength <= 20_100 || message.RowCount == 1, $"{message.RowCount} rows in {message.BodyLength} bytes");
            (NativeBuffer body, long length) = Body(message, account);
            rows.AddRange(CanonicalRows.Of(schema, decoder.Decode(message.Metadata.Span, body, 0, length)!));
            message.Release();
        }

        Assert.Equal(1, huge);
        Assert.Equal(CanonicalRows.Of(schema, batch), rows);
    }

    [Fact]
    public void TimestampsConvertToOtherUnits()
    {
        using var account = new MemoryAccount("units");
        var schema = new ArrowSchema([new ArrowField("t", ArrowType.Timestamp)]);
        foreach ((IpcTimeUnit unit, long expected) in (ReadOnlySpan<(IpcTimeUnit, long)>)[(IpcTimeUnit.Second, -2_000_000), (IpcTimeUnit.Millisecond, -1_235_000), (IpcTimeUnit.Nanosecond, -1_234_567)])
        {
            IpcOptions options = IpcOptions.Default with { TimestampUnit = unit };
            IpcMessage message = Assert.Single(new BatchEncoder(schema, options, account).Encode(new Batch([VectorBuilder.Of(ArrowType.Timestamp, account, [-1_234_567L])], 1)));
            using var decoder = new BatchDecoder(SchemaMessage.Read(SchemaMessage.Write(schema, options)), account);
            (NativeBuffer body, long length) = Body(message, account);
            Assert.Equal(expected, VectorValues.Get(decoder.Decode(message.Metadata.Span, body, 0, length)!.Columns[0], 0));
        }
    }

    [Fact]
    public void I1_DenseUnionsComeBack()
    {
        using var account = new MemoryAccount("unions");
        ArrowType[] types =
        [
            ArrowType.Utf8, ArrowType.Boolean, ArrowType.Int64, ArrowType.Int32, ArrowType.List(ArrowType.Utf8), ArrowType.Map(ArrowType.Int32, ArrowType.List(ArrowType.Int32)),
        ];
        var union = new ArrowType(ArrowTypeId.DenseUnion, Children: [.. types.Select(static (type, i) => new ArrowField($"v{i}", type))]);
        var schema = new ArrowSchema([new ArrowField("info_name", ArrowType.UInt32, false), new ArrowField("value", union, false)]);
        object?[] values =
        [
            new UnionValue(0, "SqlCluster"), new UnionValue(1, true), new UnionValue(5, new object?[] { new object?[] { 3, new object?[] { 1, 2 } } }), new UnionValue(3, 7),
            new UnionValue(4, new object?[] { "a", "b" }), new UnionValue(2, 9L), new UnionValue(0, null),
        ];
        var batch = new Batch([VectorBuilder.Of(ArrowType.UInt32, account, values.Select(static (_, i) => (object?)(uint)i)), VectorBuilder.Of(union, account, values)], values.Length);
        IpcMessage message = Assert.Single(new BatchEncoder(schema, IpcOptions.Flight, account).Encode(batch));
        using var decoder = new BatchDecoder(SchemaMessage.Read(SchemaMessage.Write(schema)), account);
        (NativeBuffer body, long length) = Body(message, account);
        Assert.Equal(CanonicalRows.Of(schema, batch), CanonicalRows.Of(schema, decoder.Decode(message.Metadata.Span, body, 0, length)!));
    }

    internal static (NativeBuffer Body, long Length) Body(IpcMessage message, MemoryAccount account)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        message.WriteBody(bytes);
        Assert.Equal(message.BodyLength, bytes.WrittenCount);
        NativeBuffer body = NativeBuffer.Allocate(bytes.WrittenCount, account);
        bytes.WrittenSpan.CopyTo(body.Span<byte>(0, bytes.WrittenCount));
        return (body, bytes.WrittenCount);
    }

    internal static IpcOptions Options(string variant) => variant switch
    {
        "lz4" => IpcOptions.Default with { Compression = IpcCompression.Lz4 },
        "zstd" => IpcOptions.Default with { Compression = IpcCompression.Zstd },
        "views" => IpcOptions.Default with { ViewsAsUtf8 = false },
        "dictionaries" => IpcOptions.Default with { KeepDictionaries = true, Compression = IpcCompression.Lz4 },
        "small" => IpcOptions.Default with { MaxMessageBytes = 3000 },
        "uuid" => IpcOptions.Default with { UuidAsUtf8 = true },
        _ => IpcOptions.Default,
    };

    /// <summary>Rows that differ; uuids come back as text then, so that only the number of rows is compared.</summary>
    private static int Differences(List<string> written, List<string> read, bool countOnly)
    {
        Assert.Equal(written.Count, read.Count);
        return countOnly ? read.Count : written.Zip(read).Count(static pair => pair.First != pair.Second);
    }
}
