using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using Google.Protobuf;
using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Flight.FlightData;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using Message = SqlCluster.Flight.Protos.FlightData;

namespace SqlCluster.Flight.Tests;

/// <summary>FlightData framed by hand against the class that protoc generates from the same .proto.</summary>
public sealed class FlightDataTests : IDisposable
{
    private readonly MemoryAccount _account = new("test");

    public void Dispose() => _account.Dispose();

    /// <summary>What was written, taken apart by protobuf.</summary>
    private static async Task<List<Message>> WrittenAsync(Func<PipeWriter, Task> write)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await write(pipe.Writer);
        await pipe.Writer.CompleteAsync();
        using var bytes = new MemoryStream();
        await pipe.Reader.CopyToAsync(bytes);
        var messages = new List<Message>();
        ReadOnlySpan<byte> left = bytes.ToArray();
        while (!left.IsEmpty)
        {
            Assert.Equal(0, left[0]);
            int length = (int)BinaryPrimitives.ReadUInt32BigEndian(left[1..]);
            messages.Add(Message.Parser.ParseFrom(left.Slice(5, length)));
            left = left[(5 + length)..];
        }

        return messages;
    }

    private static async Task<List<Message>> WrittenAsync(ArrowSchema schema, IpcOptions? options, MemoryAccount account, params Batch[] batches) =>
        await WrittenAsync(async output =>
        {
            FlightBatchWriter writer = FlightBatchWriter.ForRequest(output, async () => await output.FlushAsync(), schema, account, options);
            await writer.WriteSchemaAsync(new FlightDescriptor { Path = { "a", "b" } }, "meta"u8.ToArray());
            foreach (Batch batch in batches)
            {
                await writer.WriteAsync(batch, "more"u8.ToArray());
            }

            await writer.WriteMetadataAsync("alone"u8.ToArray());
            await writer.FlushAsync();
        });

    private static Stream Framed(params byte[][] messages)
    {
        var stream = new MemoryStream();
        foreach (byte[] message in messages)
        {
            byte[] prefix = new byte[5];
            BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(1), (uint)message.Length);
            stream.Write(prefix);
            stream.Write(message);
        }

        stream.Position = 0;
        return stream;
    }

    [Fact]
    public async Task ProtobufReadsWhatWeWrite()
    {
        Batch batch = FlightServer.Rows(3, 1000, _account);
        List<Message> messages = await WrittenAsync(FlightServer.Schema, null, _account, batch);
        Assert.Equal(3, messages.Count);
        Assert.Equal(["a", "b"], messages[0].FlightDescriptor.Path);
        Assert.Equal("meta", messages[0].AppMetadata.ToStringUtf8());
        Assert.Equal(SchemaMessage.Write(FlightServer.Schema), messages[0].DataHeader.ToByteArray());
        Assert.Equal("more", messages[1].AppMetadata.ToStringUtf8());
        Assert.Equal("alone", messages[2].AppMetadata.ToStringUtf8());
        IpcMessage expected = new BatchEncoder(FlightServer.Schema, IpcOptions.Flight, _account).Encode(batch).Single();
        var body = new System.Buffers.ArrayBufferWriter<byte>();
        expected.WriteBody(body);
        Assert.Equal(body.WrittenSpan.ToArray(), messages[1].DataBody.ToByteArray());
        Assert.Equal(expected.BodyLength, messages[1].DataBody.Length);
        expected.Release();
    }

    [Fact]
    public async Task F1_NoMessageIsLargerThan2MB()
    {
        Batch batch = FlightServer.Rows(0, 200_000, _account);
        List<Message> messages = await WrittenAsync(FlightServer.Schema, null, _account, batch);
        Assert.True(messages.Count > 3, "the batch was meant to be split");
        Assert.All(messages, static message => Assert.InRange(message.CalculateSize(), 0, (2 << 20) + 4096));
        Assert.Single(messages, static message => message.AppMetadata.ToStringUtf8() == "more");
    }

    [Fact]
    public async Task DictionariesGoInFrontOfTheirBatches()
    {
        var schema = new ArrowSchema([new("word", ArrowType.Utf8)]);
        Vector words = VectorBuilder.Of(ArrowType.Utf8, _account, "one", "two", "three");
        NativeBuffer codes = NativeBuffer.AllocateZeroed(4, _account);
        new byte[] { 2, 0, 1, 2 }.CopyTo(codes.Span<byte>());
        var batch = new Batch([new DictionaryVector(4, codes, 0, 1, words)], 4);
        List<Message> messages = await WrittenAsync(schema, IpcOptions.Flight with { KeepDictionaries = true }, _account, batch, batch);
        using var reader = new FlightDataReader(Framed([.. messages.Select(static message => message.ToByteArray())]), null, 1 << 20, _account);
        using FlightBatchReader batches = await FlightBatchReader.OpenAsync(reader, _account, null, default);
        Assert.Equal(5, messages.Count);   // schema, dictionary, two batches, metadata
        for (int i = 0; i < 2; i++)
        {
            Batch read = (await batches.ReadAsync(default))!;
            var column = (DictionaryVector)read.Columns[0];
            var values = (ViewVector)column.Dictionary;
            Assert.Equal(["three", "one", "two", "three"], Enumerable.Range(0, 4).Select(row => values.Text(column.Codes32[row])));
            read.Release();
        }

        Assert.Null(await batches.ReadAsync(default));
    }

    [Fact]
    public async Task FieldsMayComeInAnyOrderAndUnknownOnesAreSkipped()
    {
        byte[] body = new byte[300_000];
        new Random(2).NextBytes(body);
        var unknown = new byte[] { 0x38, 0x96, 0x01, 0x41, 1, 2, 3, 4, 5, 6, 7, 8, 0x4D, 1, 2, 3, 4, 0x52, 3, 1, 2, 3 };   // fields 7 to 10, one of each wire type
        byte[] bodyFirst = [.. new Message { DataBody = ByteString.CopyFrom(body) }.ToByteArray(), .. unknown, .. new Message { DataHeader = ByteString.CopyFrom(9), AppMetadata = ByteString.CopyFrom(8) }.ToByteArray()];
        using var reader = new FlightDataReader(Framed(bodyFirst, [], bodyFirst), null, 1 << 20, _account);
        for (int i = 0; i < 3; i++)
        {
            FlightDataMessage message = (await reader.ReadAsync(default))!;
            if (i == 1)
            {
                Assert.True(message.Header.IsEmpty && message.Body == null);
                continue;
            }

            Assert.Equal([9], message.Header.ToArray());
            Assert.Equal([8], message.AppMetadata.ToArray());
            Assert.True(message.Body!.Span<byte>(0, body.Length).SequenceEqual(body));
            Assert.Equal(body.Length, message.BodyLength);
        }

        Assert.Null(await reader.ReadAsync(default));
    }

    [Fact]
    public async Task CompressedMessagesAreInflatedWithinTheLimit()
    {
        byte[] plain = new Message { DataHeader = ByteString.CopyFrom(1, 2), DataBody = ByteString.CopyFrom(new byte[500_000]) }.ToByteArray();
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, true))
        {
            gzip.Write(plain);
        }

        async Task<FlightDataMessage?> ReadAsync(long limit)
        {
            Stream input = Framed(compressed.ToArray());
            input.WriteByte(1);
            input.Position = 0;
            using var reader = new FlightDataReader(input, "gzip", limit, _account);
            FlightDataMessage? message = await reader.ReadAsync(default);
            Assert.Equal(500_000, message!.BodyLength);
            Assert.Equal([1, 2], message.Header.ToArray());
            return message;
        }

        await ReadAsync(1 << 20);
        Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<GrpcStatusException>(() => ReadAsync(400_000))).Code);
    }

    /// <summary>Every prefix and many mutations of a message: an error or a message, never anything else, and no memory kept.</summary>
    [Fact]
    public async Task DamagedMessagesAreRefused()
    {
        using var account = new MemoryAccount("damaged", 8 << 20);
        byte[] valid = new Message { FlightDescriptor = new() { Path = { "p" } }, DataHeader = ByteString.CopyFrom(1, 2, 3), AppMetadata = ByteString.CopyFrom(4), DataBody = ByteString.CopyFrom(new byte[50]) }.ToByteArray();
        using var framed = new MemoryStream();
        Framed(valid).CopyTo(framed);
        byte[] whole = framed.ToArray();
        int refused = 0, read = 0;
        async Task TryAsync(byte[] bytes)
        {
            using var reader = new FlightDataReader(new MemoryStream(bytes), null, 1 << 20, account);
            try
            {
                while (await reader.ReadAsync(default) != null)
                {
                    read++;
                }
            }
            catch (GrpcStatusException)
            {
                refused++;
            }
        }

        for (int length = 1; length < whole.Length; length++)
        {
            int before = refused;
            await TryAsync(whole[..length]);
            Assert.Equal(before + 1, refused);
        }

        var random = new Random(77);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = [.. whole];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            await TryAsync(damaged);
        }

        Assert.True(refused > 1000 && read > 1000, $"{refused} refused, {read} read");
        Assert.Equal(0, account.UsedBytes);
    }
}
