using SqlCluster.Execution.Parquet.Compression;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Pruning;
using Encoding = System.Text.Encoding;

namespace SqlCluster.Execution.Tests.Parquet.Writing;

public class EncoderTests
{
    [Fact]
    public void Snappy_blocks_are_read_by_another_decoder()
    {
        var random = new Random(7);
        foreach (byte[] original in CompressionTests.Samples().Concat(Enumerable.Range(0, 300).Select(_ => Compressible(random))))
        {
            using GuardedMemory input = GuardedMemory.Copy(original, padding: 0);
            using var output = new GuardedMemory(SnappyEncoder.MaxLength(original.Length), padding: 0);
            byte[] block = output.Span[..SnappyEncoder.Compress(input.Span, output.Span)].ToArray();
            Assert.Equal(original, IronSnappy.Snappy.Decode(block));
        }
    }

    [Fact]
    public void Snappy_shrinks_about_as_well_as_another_encoder()
    {
        foreach (byte[] original in CompressionTests.Samples().Where(static sample => sample.Length > 1000))
        {
            int ours = SnappyEncoder.Compress(original, new byte[SnappyEncoder.MaxLength(original.Length)]);
            int theirs = IronSnappy.Snappy.Encode(original).Length;
            Assert.True(ours <= theirs * 1.05 + 16, $"{ours} bytes, the other encoder {theirs}");
        }
    }

    [Theory]
    [InlineData(CompressionCodec.Uncompressed, 0)]
    [InlineData(CompressionCodec.Snappy, 0)]
    [InlineData(CompressionCodec.Gzip, 1)]
    [InlineData(CompressionCodec.Gzip, 9)]
    [InlineData(CompressionCodec.Brotli, 0)]
    [InlineData(CompressionCodec.Brotli, 11)]
    [InlineData(CompressionCodec.Zstd, 1)]
    [InlineData(CompressionCodec.Zstd, 19)]
    [InlineData(CompressionCodec.Lz4Raw, 0)]
    internal void Every_codec_comes_back(CompressionCodec codec, int level)
    {
        foreach (byte[] original in CompressionTests.Samples())
        {
            var output = new ByteBuilder(1);
            output.Append(9);                                                   // what is there already stays
            PageCompressor.Compress(codec, level, original, output);
            Assert.Equal(9, output.Written[0]);
            byte[] decompressed = new byte[original.Length];
            PageDecompressor.Decompress(codec, output.Written[1..], decompressed);
            Assert.Equal(original, decompressed);
        }
    }

    [Fact]
    public void Deprecated_codecs_are_refused()
    {
        var error = Assert.Throws<ParquetException>(() => PageCompressor.Compress(CompressionCodec.Lzo, 0, [1], new ByteBuilder()));
        Assert.Equal("0A000", error.SqlState);
    }

    [Fact]
    public void Runs_and_packed_values_come_back_in_every_width()
    {
        var random = new Random(11);
        for (int width = 1; width <= 32; width++)
        {
            for (int round = 0; round < 20; round++)
            {
                uint[] values = Runs(random, random.Next(0, 2000), width);
                var output = new ByteBuilder();
                RleBitPackedEncoder.Encode<uint>(values, width, output);
                using GuardedMemory source = GuardedMemory.Copy(output.Written, BitUnpacker.PaddingBytes);
                using var decoded = new GuardedMemory(values.Length * 4, BitUnpacker.PaddingBytes);
                RleBitPacked.Decode(source.Span, width, decoded.As<uint>());
                Assert.Equal(values, decoded.As<uint>());
            }
        }
    }

    [Fact]
    public void A_long_run_takes_a_few_bytes()
    {
        var output = new ByteBuilder();
        RleBitPackedEncoder.Encode<byte>(new byte[100_000], 1, output);
        Assert.InRange(output.Length, 1, 4);
    }

    [Fact]
    public void Deltas_come_back_whatever_the_values()
    {
        var random = new Random(13);
        for (int round = 0; round < 200; round++)
        {
            int count = random.Next(0, 600), bits = random.Next(1, 64);
            long[] values = [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(long.MinValue, long.MaxValue) >> bits)];
            if (round % 3 == 0)
                Array.Sort(values);
            CheckDeltas<long>(values, static (source, target) => DeltaBinaryPacked.Decode(source, target));
            CheckDeltas<int>(Array.ConvertAll(values, static value => unchecked((int)value)), static (source, target) => DeltaBinaryPacked.Decode(source, target));
        }
    }

    private static void CheckDeltas<T>(T[] values, Decoder<T> decode)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        var output = new ByteBuilder();
        DeltaBinaryPackedEncoder.Encode<T>(values, output);
        using GuardedMemory source = GuardedMemory.Copy(output.Written, BitUnpacker.PaddingBytes);
        using var decoded = new GuardedMemory(values.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), BitUnpacker.PaddingBytes);
        Assert.Equal(output.Length, decode(source.Span, decoded.As<T>()));
        Assert.Equal(values, decoded.As<T>());
    }

    private delegate int Decoder<T>(ReadOnlySpan<byte> source, Span<T> target);

    // Values of the reference implementation.
    [Theory]
    [InlineData("", 0xEF46DB3751D8E999)]
    [InlineData("a", 0xD24EC4F1A98C6E5B)]
    [InlineData("abc", 0x44BC2CF5AD770999)]
    [InlineData("Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1)]
    public void Hashes_are_those_of_xxHash64(string text, ulong hash) => Assert.Equal(hash, XxHash64.Compute(Encoding.UTF8.GetBytes(text)));

    private static byte[] Compressible(Random random)
    {
        byte[] bytes = new byte[random.Next(1, 200_000)];
        int alphabet = random.Next(1, 256), repeat = random.Next(1, 400);
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = i >= repeat && random.Next(20) != 0 ? bytes[i - repeat] : (byte)random.Next(alphabet);
        return bytes;
    }

    private static uint[] Runs(Random random, int count, int width)
    {
        uint[] values = new uint[count];
        for (int i = 0; i < count;)
        {
            int length = Math.Min(count - i, random.Next(4) == 0 ? random.Next(1, 200) : random.Next(1, 12));
            values.AsSpan(i, length).Fill((uint)(random.NextInt64() & ((1L << width) - 1)));
            i += length;
        }

        return values;
    }
}
