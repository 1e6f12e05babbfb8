using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Tests.Ipc;

/// <summary>Damaged streams and files end in <see cref="IpcException"/> or in readable values; nothing else is thrown, and no memory is lost.</summary>
public sealed class MutationTests
{
    private const int Rounds = 2000;
    private const int SlowRounds = 60_000;
    private const long MemoryLimit = 1L << 30;

    [Theory]
    [InlineData("default", false)]
    [InlineData("views", false)]
    [InlineData("dictionaries", false)]
    [InlineData("zstd", true)]
    [InlineData("lz4", true)]
    public void DamageIsRefusedOrHarmless(string variant, bool isFile)
    {
        byte[] whole = Write(variant, isFile);
        int rounds = Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1" ? SlowRounds : Rounds, refused = 0, read = 0;
        for (int seed = 0; seed < rounds; seed++)
        {
            byte[] damaged = Damage(whole, new Random(seed));
            using var account = new MemoryAccount($"seed {seed}", MemoryLimit);
            try
            {
                ReadAll(damaged, isFile, account);
                read++;
            }
            catch (IpcException)
            {
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}: {error}");
            }

            Assert.True(account.UsedBytes == 0, $"seed {seed} lost {account.UsedBytes} bytes");
        }

        Assert.True(refused > rounds / 20 && read > rounds / 20, $"vacuous: {refused} refused, {read} read");
    }

    [Fact]
    public void EveryTruncationIsRefusedOrEndsEarly()
    {
        byte[] whole = Write("default", false);
        for (int length = 0; length < whole.Length; length += 37)
        {
            using var account = new MemoryAccount($"length {length}", MemoryLimit);
            try
            {
                ReadAll(whole[..length], false, account);
            }
            catch (IpcException)
            {
            }

            Assert.Equal(0, account.UsedBytes);
        }
    }

    [Fact]
    public void SharedFieldsDoNotUnfoldWithoutEnd()
    {
        // A struct whose two children are the same field, forty times over: 2^40 fields in a few hundred bytes.
        var writer = new FlatWriter();
        int field = Field(writer, IpcTypeId.Null, []);
        for (int i = 0; i < 40; i++)
        {
            field = Field(writer, IpcTypeId.Struct, [field, field]);
        }

        int fields = writer.Tables([field]);
        writer.StartTable();
        writer.Reference(1, fields);
        byte[] message = MessageHeader.Write(writer, IpcMessageKind.Schema, writer.EndTable(), 0);
        Assert.Contains("unfolds", Assert.Throws<IpcException>(() => SchemaMessage.Read(message)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DeepTypesAreRefused()
    {
        ArrowType type = ArrowType.Int32;
        for (int i = 0; i < 100; i++)
        {
            type = ArrowType.List(type);
        }

        byte[] message = SchemaMessage.Write(RandomBatches.Schema(type));
        Assert.Contains("deep", Assert.Throws<IpcException>(() => SchemaMessage.Read(message)).Message, StringComparison.Ordinal);
    }

    private static int Field(FlatWriter writer, IpcTypeId type, ReadOnlySpan<int> children)
    {
        int vector = writer.Tables(children);
        writer.StartTable();
        int typeTable = writer.EndTable();
        writer.StartTable();
        writer.Reference(3, typeTable);
        writer.Reference(5, vector);
        writer.Field(2, (byte)type);
        return writer.EndTable();
    }

    private static byte[] Write(string variant, bool isFile)
    {
        using var account = new MemoryAccount("writer");
        ArrowSchema schema = RandomBatches.Schema(RandomBatches.Types);
        var random = new RandomBatches(11, account);
        var output = new MemoryStream();
        Batch[] batches = [random.Next(schema, 9), random.Next(schema, 30, isPlain: true)];
        if (isFile)
        {
            var writer = new ArrowFileWriter(output, schema, IpcRoundTripTests.Options(variant), account);
            writer.Write(batches[0]);
            writer.Write(batches[1]);
            writer.Finish();
        }
        else
        {
            var writer = new ArrowStreamWriter(output, schema, IpcRoundTripTests.Options(variant), account);
            writer.Write(batches[0]);
            writer.Write(batches[1]);
            writer.Finish();
        }

        return output.ToArray();
    }

    /// <summary>One to eight changes: a bit, a byte, a small or extreme number in place of 1 to 8 aligned bytes.</summary>
    private static byte[] Damage(byte[] whole, Random random)
    {
        byte[] damaged = [.. whole];
        for (int i = random.Next(1, 9); i > 0; i--)
        {
            int position = random.Next(damaged.Length);
            switch (random.Next(4))
            {
                case 0:
                    damaged[position] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    damaged[position] = (byte)random.Next();
                    break;
                default:
                    int width = 1 << random.Next(4);
                    position = position / width * width;
                    long value = random.Next(6) switch { 0 => -1, 1 => 0, 2 => long.MaxValue, 3 => int.MaxValue, 4 => 1L << random.Next(40), _ => random.Next(300) };
                    BitConverter.GetBytes(value).AsSpan(0, Math.Min(width, damaged.Length - position)).CopyTo(damaged.AsSpan(position));
                    break;
            }
        }

        return damaged;
    }

    private static void ReadAll(byte[] bytes, bool isFile, MemoryAccount account)
    {
        if (isFile)
        {
            using ArrowFileReader file = ArrowFileReader.Open(new MemoryStream(bytes), account);
            for (int i = 0; i < file.BatchCount; i++)
            {
                Use(file.Schema, file.Read(i));
            }

            return;
        }

        using ArrowStreamReader stream = ArrowStreamReader.Open(new MemoryStream(bytes), account);
        while (stream.Read() is { } batch)
        {
            Use(stream.Schema, batch);
        }
    }

    /// <summary>Reads some values of a batch: nothing of it may lead out of its buffers.</summary>
    private static void Use(ArrowSchema schema, Batch batch)
    {
        var first = new Batch(batch.Columns, batch.Length);
        foreach (string row in CanonicalRows.Of(schema, first).Take(50))
        {
            Assert.NotEmpty(row);
        }

        batch.Release();
    }
}
