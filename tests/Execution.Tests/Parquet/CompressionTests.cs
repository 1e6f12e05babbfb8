using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using SqlCluster.Execution.Parquet.Compression;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Tests.Parquet;

public partial class CompressionTests
{
    private static readonly CompressionCodec[] Codecs =
    [
        CompressionCodec.Uncompressed, CompressionCodec.Snappy, CompressionCodec.Gzip, CompressionCodec.Brotli,
        CompressionCodec.Zstd, CompressionCodec.Lz4Raw, CompressionCodec.Lz4,
    ];

    [Fact]
    public void Every_codec_returns_what_its_reference_compressor_took()
    {
        foreach (byte[] original in Samples())
        {
            foreach (CompressionCodec codec in Codecs)
            {
                using GuardedMemory input = GuardedMemory.Copy(Compress(codec, original), padding: 0);
                using GuardedMemory output = new(original.Length, padding: 0);
                PageDecompressor.Decompress(codec, input.Span, output.Span);
                Assert.True(output.Span.SequenceEqual(original), $"{codec}, {original.Length} bytes");
            }
        }
    }

    [Fact]
    public void A_wrong_size_is_refused()
    {
        byte[] original = Samples().ElementAt(4);
        foreach (CompressionCodec codec in Codecs)
        {
            byte[] compressed = Compress(codec, original);
            Assert.Throws<ParquetException>(() => PageDecompressor.Decompress(codec, compressed, new byte[original.Length - 1]));
            Assert.Throws<ParquetException>(() => PageDecompressor.Decompress(codec, compressed, new byte[original.Length + 1]));
        }
    }

    [Fact]
    public void Unknown_codecs_are_unsupported_not_damaged()
    {
        ParquetException error = Assert.Throws<ParquetException>(() => PageDecompressor.Decompress(CompressionCodec.Lzo, [1], new byte[1]));
        Assert.Equal(ParquetException.Unsupported, error.SqlState);
        Assert.Throws<ParquetException>(() => PageDecompressor.Decompress((CompressionCodec)200, [1], new byte[1]));
    }

    [Fact]
    public void Damaged_input_is_refused_or_decompressed_within_bounds()
    {
        foreach (CompressionCodec codec in Codecs)
        {
            byte[] original = Samples().ElementAt(5);
            DecoderFuzz.Run(Compress(codec, original), 600, 4, source =>
            {
                using GuardedMemory output = new(original.Length, padding: 0);
                PageDecompressor.Decompress(codec, source, output.Span);
            }, padding: 0);
        }
    }

    [Fact]
    public void Deprecated_lz4_is_read_with_and_without_framing()
    {
        byte[] original = Samples().ElementAt(6);
        byte[] output = new byte[original.Length];
        PageDecompressor.Decompress(CompressionCodec.Lz4, Lz4(original), output);
        Assert.Equal(original, output);
        byte[] twoFrames = [.. Hadoop(original.AsSpan(0, 1000)), .. Hadoop(original.AsSpan(1000))];
        output.AsSpan().Clear();
        PageDecompressor.Decompress(CompressionCodec.Lz4, twoFrames, output);
        Assert.Equal(original, output);
    }

    [Fact]
    public void Checksum_is_that_of_gzip()
    {
        Assert.Equal(0xCBF43926u, Crc32.Compute("123456789"u8));
        Assert.Equal(0u, Crc32.Compute([]));
        byte[] original = Samples().ElementAt(5);
        byte[] gzip = Compress(CompressionCodec.Gzip, original);
        Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(gzip.AsSpan(gzip.Length - 8)), Crc32.Compute(original));
    }

    internal static IEnumerable<byte[]> Samples()
    {
        Random random = new(42);
        yield return [];
        yield return [7];
        yield return "abcabcabcabc"u8.ToArray();
        byte[] noise = new byte[5000];
        random.NextBytes(noise);
        yield return noise;
        byte[] integers = new byte[8 * 3000];
        for (int i = 0; i < 3000; i++)
            BinaryPrimitives.WriteInt64LittleEndian(integers.AsSpan(i * 8), 90_000 + random.Next(10_000_000));
        yield return integers;
        List<byte> text = [];
        string[] words = ["furiously", "special", "requests", "sleep", "carefully", "a", "the", "deposits"];
        while (text.Count < 30_000)
            text.AddRange(System.Text.Encoding.UTF8.GetBytes(words[random.Next(words.Length)] + " "));
        yield return [.. text];
        List<byte> repeats = [];
        while (repeats.Count < 40_000)
        {
            int period = random.Next(1, 80);
            byte[] pattern = new byte[period];
            random.NextBytes(pattern);
            for (int i = random.Next(1, 400); i > 0; i--)
                repeats.Add(pattern[i % period]);
        }

        yield return [.. repeats];
    }

    internal static byte[] Compress(CompressionCodec codec, byte[] original)
    {
        MemoryStream target = new();
        switch (codec)
        {
            case CompressionCodec.Snappy:
                return IronSnappy.Snappy.Encode(original);
            case CompressionCodec.Gzip:
                using (GZipStream gzip = new(target, CompressionLevel.Optimal))
                    gzip.Write(original);
                // The framework writes nothing at all for no input.
                return original.Length > 0 ? target.ToArray() : [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            case CompressionCodec.Brotli:
                using (BrotliStream brotli = new(target, CompressionLevel.Fastest))
                    brotli.Write(original);
                return target.ToArray();
            case CompressionCodec.Zstd:
                byte[] zstd = new byte[original.Length + (original.Length / 128) + 256];
                return zstd[..(int)ZSTD_compress(zstd, (nuint)zstd.Length, original, (nuint)original.Length, 1)];
            case CompressionCodec.Lz4Raw:
                return Lz4(original);
            case CompressionCodec.Lz4:
                return Hadoop(original);
            default:
                return original;
        }
    }

    private static byte[] Lz4(ReadOnlySpan<byte> original)
    {
        byte[] target = new byte[original.Length + (original.Length / 200) + 64];
        return target[..LZ4_compress_default(original.ToArray(), target, original.Length, target.Length)];
    }

    private static byte[] Hadoop(ReadOnlySpan<byte> original)
    {
        if (original.IsEmpty)
            return [];
        byte[] block = Lz4(original);
        byte[] framed = new byte[block.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(framed, original.Length);
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(4), block.Length);
        block.CopyTo(framed, 8);
        return framed;
    }

    [LibraryImport("libzstd.so.1")]
    private static partial nuint ZSTD_compress(byte[] target, nuint capacity, byte[] source, nuint length, int level);

    [LibraryImport("liblz4.so.1")]
    private static partial int LZ4_compress_default(byte[] source, byte[] target, int length, int capacity);
}
