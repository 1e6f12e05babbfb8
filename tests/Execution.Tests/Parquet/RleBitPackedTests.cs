using System.Numerics;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Tests.Parquet;

public class RleBitPackedTests
{
    private const int Padding = BitUnpacker.PaddingBytes;

    private delegate void Unpacker<T>(ref byte source, int bitWidth, int count, ref T target);

    [Fact]
    public void Every_unpacker_agrees_with_bits_read_one_by_one()
    {
        CheckWidths<byte>(8);
        CheckWidths<ushort>(16);
        CheckWidths<uint>(32);
        CheckWidths<ulong>(64);
    }

    private static void CheckWidths<T>(int bits)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        Random random = new(bits);
        for (int width = 0; width <= bits; width++)
        {
            foreach (int count in new[] { 1, 7, 8, 31, 64, 65, 200, 1000 })
            {
                ulong[] values = TestEncoders.RunnyValues(random, count, width);
                byte[] packed = TestEncoders.Pack(values, width);
                Check<T>(packed, width, values, BitUnpacker.Unpack);
                Check<T>(packed, width, values, BitUnpacker.UnpackScalar);
                if (System.Runtime.Intrinsics.X86.Avx2.IsSupported && width <= 25 && bits <= 32)
                    Check<T>(packed, width, values, BitUnpacker.UnpackAvx2);
            }
        }
    }

    private static void Check<T>(byte[] packed, int width, ulong[] expected, Unpacker<T> unpack)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        using GuardedMemory source = GuardedMemory.Copy(packed, Padding);
        using GuardedMemory target = new(expected.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), Padding);
        unpack(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(source.Span), width, expected.Length, ref target.As<T>()[0]);
        Span<T> actual = target.As<T>();
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], ulong.CreateTruncating(actual[i]));
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(5), InlineData(8), InlineData(9), InlineData(12)]
    [InlineData(16), InlineData(17), InlineData(24), InlineData(31), InlineData(32)]
    public void Runs_and_packed_groups_come_back(int bitWidth)
    {
        Random random = new(bitWidth);
        foreach (int count in new[] { 1, 8, 9, 100, 5000 })
        {
            ulong[] values = TestEncoders.RunnyValues(random, count, bitWidth);
            byte[] encoded = TestEncoders.RleBitPacked(values, bitWidth, random);
            if (bitWidth <= 8)
                CheckDecode<byte>(encoded, bitWidth, values);
            if (bitWidth <= 16)
                CheckDecode<ushort>(encoded, bitWidth, values);
            CheckDecode<uint>(encoded, bitWidth, values);
        }
    }

    private static void CheckDecode<T>(byte[] encoded, int bitWidth, ulong[] expected)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        using GuardedMemory source = GuardedMemory.Copy(encoded, Padding);
        using GuardedMemory target = new(expected.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), Padding);
        Assert.Equal(encoded.Length, RleBitPacked.Decode(source.Span, bitWidth, target.As<T>()));
        Span<T> actual = target.As<T>();
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], ulong.CreateTruncating(actual[i]));
    }

    [Fact]
    public void One_run_is_recognized()
    {
        Assert.True(RleBitPacked.TryReadSingleRun([200, 1, 1], 1, 100, out uint value));
        Assert.Equal(1u, value);
        Assert.False(RleBitPacked.TryReadSingleRun([200, 1, 1], 1, 101, out _));
        Assert.False(RleBitPacked.TryReadSingleRun([3, 0xFF], 1, 8, out _));
        Assert.Throws<ParquetException>(() => RleBitPacked.TryReadSingleRun([200, 1], 1, 100, out _));
        Assert.Throws<ParquetException>(() => RleBitPacked.TryReadSingleRun([200, 1, 2], 1, 100, out _));
    }

    [Fact]
    public void Damaged_input_is_refused_or_decoded_within_bounds()
    {
        int refused = 0;
        foreach (int bitWidth in new[] { 1, 3, 7, 8, 11, 16, 20, 32 })
        {
            Random random = new(bitWidth);
            byte[] encoded = TestEncoders.RleBitPacked(TestEncoders.RunnyValues(random, 700, bitWidth), bitWidth, random);
            refused += DecoderFuzz.Run(encoded, 2000, bitWidth, source =>
            {
                using GuardedMemory target = new(700 * sizeof(uint), Padding);
                RleBitPacked.Decode(source, bitWidth, target.As<uint>());
                if (bitWidth <= 8)
                {
                    using GuardedMemory narrow = new(700, Padding);
                    RleBitPacked.Decode(source, bitWidth, narrow.As<byte>());
                }
            });
        }

        Assert.True(refused > 1000, $"only {refused} damaged inputs were refused");
    }

    [Fact]
    public void Bits_become_a_bitmap_with_a_count()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            ulong[] values = TestEncoders.RunnyValues(random, random.Next(1, 2000), 1);
            using GuardedMemory source = GuardedMemory.Copy(TestEncoders.RleBitPacked(values, 1, random), Padding);
            using GuardedMemory target = new(((values.Length + 7) / 8) + 8, 0);
            target.Span.Fill(0xFF);
            Assert.Equal(values.Count(static value => value != 0), ValidityDecoder.Decode(source.Span, values.Length, target.Span));
            byte[] expected = new byte[target.Length];
            TestEncoders.Pack(values, 1).CopyTo(expected, 0);
            Assert.Equal(expected, target.Span.ToArray());
        }
    }

    [Fact]
    public void Damaged_bits_are_refused_or_decoded_within_bounds()
    {
        Random random = new(5);
        byte[] encoded = TestEncoders.RleBitPacked(TestEncoders.RunnyValues(random, 3000, 1), 1, random);
        int refused = DecoderFuzz.Run(encoded, 5000, 6, static source =>
        {
            using GuardedMemory target = new((3000 / 8) + 8, 0);
            ValidityDecoder.Decode(source, 3000, target.Span);
        });
        Assert.True(refused > 100);
    }

    [Fact]
    public void Deprecated_levels_come_back()
    {
        for (int width = 0; width <= 8; width++)
        {
            ulong[] values = TestEncoders.RunnyValues(new Random(width), 501, width);
            using GuardedMemory source = GuardedMemory.Copy(TestEncoders.PackHighFirst(values, width), padding: 0);
            byte[] target = new byte[values.Length];
            Assert.Equal(source.Length, BitPackedLevels.Decode(source.Span, width, target));
            Assert.Equal(values, target.Select(static value => (ulong)value));
        }

        Assert.Throws<ParquetException>(() => BitPackedLevels.Decode([1, 2], 3, new byte[6]));
    }

    [Fact]
    public void Codes_beyond_the_dictionary_are_refused()
    {
        byte[] codes = new byte[1000];
        codes[777] = 9;
        CodeBounds.Check<byte>(codes, 10, "code");
        Assert.Throws<ParquetException>(() => CodeBounds.Check<byte>(codes, 9, "code"));
        CodeBounds.Check<byte>(codes, 256, "code");
        CodeBounds.Check<uint>([], 0, "code");
        Assert.Throws<ParquetException>(() => CodeBounds.Check<uint>([3, uint.MaxValue], int.MaxValue, "code"));
    }
}
