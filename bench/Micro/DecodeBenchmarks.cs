using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using SqlCluster.Arrow.Memory;
using SqlCluster.Execution.Parquet.Compression;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Bench.Micro;

/// <summary>Pages to values: Parquet's main encodings, and snappy.</summary>
public class DecodeBenchmarks
{
    private const int Rows = 128 * 1024;
    private const int TextBytes = 24;
    private readonly byte[] _plain = new byte[Rows * 8];
    private readonly byte[] _output = new byte[(Rows * 8) + 64];
    private readonly byte[] _text = new byte[Rows * (TextBytes + 4)];
    private readonly byte[] _split = new byte[Rows * 8];
    private readonly byte[] _narrowCodes = new byte[Rows];
    private readonly ushort[] _wideCodes = new ushort[Rows];
    private readonly long[] _longs = new long[Rows];
    private readonly StringView[] _views = new StringView[Rows];
    private byte[] _snappyNumbers = [];
    private byte[] _snappyText = [];
    private byte[] _packed3 = [];
    private byte[] _packed11 = [];
    private byte[] _deltas = [];

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (int i = 0; i < Rows; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_plain.AsSpan(i * 8), 90_000 + random.Next(10_000_000));
            Span<byte> text = _text.AsSpan(i * (TextBytes + 4));
            BinaryPrimitives.WriteInt32LittleEndian(text, TextBytes);
            for (int k = 0; k < TextBytes; k += 4)
            {
                Words[random.Next(Words.Length)].AsSpan().CopyTo(text[(4 + k)..]);
            }
        }

        random.NextBytes(_split);
        _snappyNumbers = Compress(_plain);
        _snappyText = Compress(_text);
        _packed3 = Packed(3, random);
        _packed11 = Packed(11, random);
        _deltas = Deltas(random);
    }

    [Benchmark, OutputBytes(Rows * 8)]
    public void SnappyIntegers() => PageDecompressor.Decompress(CompressionCodec.Snappy, _snappyNumbers, _output.AsSpan(0, _plain.Length));

    [Benchmark, OutputBytes(Rows * (TextBytes + 4))]
    public bool SnappyText() => SnappyDecoder.TryDecompress(_snappyText, TextOutput);

    [Benchmark, Rows(Rows)]
    public int BitPackedCodes3() => RleBitPacked.Decode<byte>(_packed3, 3, _narrowCodes);

    [Benchmark, Rows(Rows)]
    public int BitPackedCodes11() => RleBitPacked.Decode<ushort>(_packed11, 11, _wideCodes);

    [Benchmark, OutputBytes(Rows * 8)]
    public int DeltaBinaryPacked64() => DeltaBinaryPacked.Decode(_deltas, _longs);

    [Benchmark, OutputBytes(Rows * 8)]
    public void ByteStreamSplit64() => ByteStreamSplit.Decode(_split, 8, _output.AsSpan(0, Rows * 8));

    [Benchmark, Rows(Rows)]
    public int PlainTextToViews() => ByteArrayViews.ReadPlain(_text, _views);

    private static readonly byte[][] Words = ["the "u8.ToArray(), "fox "u8.ToArray(), "sly "u8.ToArray(), "bold"u8.ToArray(), "ly q"u8.ToArray(), "uick"u8.ToArray()];

    private Span<byte> TextOutput => _textOutput;

    private readonly byte[] _textOutput = new byte[Rows * (TextBytes + 4)];

    private static byte[] Compress(byte[] input)
    {
        byte[] output = new byte[SnappyEncoder.MaxLength(input.Length)];
        return output[..SnappyEncoder.Compress(input, output)];
    }

    // One bit-packed run: its header, then any bits.
    private static byte[] Packed(int bitWidth, Random random)
    {
        List<byte> target = [];
        WriteVarint(target, ((ulong)Rows / 8 << 1) | 1);
        byte[] bits = new byte[Rows * bitWidth / 8];
        random.NextBytes(bits);
        return [.. target, .. bits];
    }

    // Blocks of 128 values in four miniblocks of 12 bits: least delta -2048, so that any bits are values.
    private static byte[] Deltas(Random random)
    {
        List<byte> target = [];
        WriteVarint(target, 128);
        WriteVarint(target, 4);
        WriteVarint(target, Rows);
        WriteVarint(target, 0);
        byte[] bits = new byte[32 * 12 / 8];
        for (int written = 1; written < Rows; written += 128)
        {
            WriteVarint(target, (2048 << 1) - 1);
            int miniblocks = Math.Min(4, (Rows - written + 31) / 32);
            for (int m = 0; m < 4; m++)
            {
                target.Add((byte)(m < miniblocks ? 12 : 0));
            }

            for (int m = 0; m < miniblocks; m++)
            {
                random.NextBytes(bits);
                target.AddRange(bits);
            }
        }

        return [.. target];
    }

    private static void WriteVarint(List<byte> target, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            target.Add((byte)(value | 0x80));
        }

        target.Add((byte)value);
    }
}
