using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Tests.Parquet;

public class ValueEncodingTests
{
    private const int Padding = BitUnpacker.PaddingBytes;
    private const int ViewBytes = 16;

    [Fact]
    public void Delta_packed_integers_of_every_width_come_back()
    {
        for (int width = 0; width <= 64; width++)
        {
            Random random = new(width);
            foreach (int count in new[] { 0, 1, 2, 32, 33, 129, 1000 })
            {
                long mask = width == 64 ? -1 : (1L << width) - 1;
                long[] values = [.. Enumerable.Range(0, count).Select(_ => random.NextInt64(long.MinValue, long.MaxValue) & mask)];
                CheckLongs(values, 128, 4);
                CheckLongs(values, 256, 1);
                if (width <= 32)
                    CheckInts([.. values.Select(static value => (int)value)]);
            }
        }

        CheckLongs([long.MinValue, long.MaxValue, 0, -1, long.MinValue], 128, 4);
        CheckInts([int.MinValue, int.MaxValue, 0, -1, int.MinValue]);
    }

    private static void CheckLongs(long[] values, int blockSize, int miniblocks)
    {
        byte[] encoded = TestEncoders.DeltaBinaryPacked(values, 64, blockSize, miniblocks);
        using GuardedMemory source = GuardedMemory.Copy(encoded, Padding);
        using GuardedMemory target = new(values.Length * sizeof(long), Padding);
        Assert.Equal(encoded.Length, DeltaBinaryPacked.Decode(source.Span, target.As<long>()));
        Assert.Equal(values, target.As<long>().ToArray());
        Assert.Equal(values.Length, DeltaBinaryPacked.ReadCount(source.Span));
    }

    private static void CheckInts(int[] values)
    {
        byte[] encoded = TestEncoders.DeltaBinaryPacked([.. values.Select(static value => (long)value)], 32);
        using GuardedMemory source = GuardedMemory.Copy(encoded, Padding);
        using GuardedMemory target = new(values.Length * sizeof(int), Padding);
        Assert.Equal(encoded.Length, DeltaBinaryPacked.Decode(source.Span, target.As<int>()));
        Assert.Equal(values, target.As<int>().ToArray());
    }

    [Fact]
    public void Damaged_delta_integers_are_refused_or_decoded_within_bounds()
    {
        Random random = new(1);
        long[] values = [.. Enumerable.Range(0, 500).Select(i => (long)random.NextInt64(1L << (i / 16)))];
        int refused = DecoderFuzz.Run(TestEncoders.DeltaBinaryPacked(values, 64), 8000, 2, static source =>
        {
            using GuardedMemory target = new(500 * sizeof(long), Padding);
            DeltaBinaryPacked.Decode(source, target.As<long>());
            using GuardedMemory narrow = new(500 * sizeof(int), Padding);
            DeltaBinaryPacked.Decode(source, narrow.As<int>());
        });
        Assert.True(refused > 1000);
    }

    [Theory]
    [InlineData(4), InlineData(12), InlineData(13), InlineData(40)]
    public void Byte_arrays_of_every_encoding_come_back_as_views(int maxLength)
    {
        for (int seed = 0; seed < 30; seed++)
        {
            Random random = new(seed);
            byte[][] values = TestEncoders.Strings(random, random.Next(0, 300), maxLength);
            CheckViews(values, TestEncoders.PlainByteArrays(values), ByteArrayViews.ReadPlain);
            CheckViews(values, TestEncoders.DeltaLengthByteArrays(values), DeltaLengthByteArray.Read);
            CheckDeltaByteArrays(values);
        }
    }

    [Fact]
    public void Fixed_length_byte_arrays_come_back_as_views()
    {
        foreach (int length in new[] { 1, 3, 4, 12, 13, 16, 33 })
        {
            byte[][] values = [.. TestEncoders.Strings(new Random(length), 50, 0).Select((_, i) => Enumerable.Repeat((byte)i, length).ToArray())];
            byte[] source = [.. values.SelectMany(static value => value)];
            CheckViews(values, source, (bytes, views) =>
            {
                ByteArrayViews.FromFixed(bytes, length, views);
                return bytes.Length;
            });
        }

        Assert.Throws<ParquetException>(() => ByteArrayViews.FromFixed(new byte[9], 5, new StringView[2]));
    }

    private delegate int ViewReader(ReadOnlySpan<byte> source, Span<StringView> target);

    private static void CheckViews(byte[][] expected, byte[] encoded, ViewReader read)
    {
        using GuardedMemory source = GuardedMemory.Copy(encoded, Padding);
        using GuardedMemory target = new(expected.Length * ViewBytes, 0);
        Assert.Equal(encoded.Length, read(source.Span, target.As<StringView>()));
        Span<StringView> views = target.As<StringView>();
        for (int i = 0; i < expected.Length; i++)
            CheckView(expected[i], views[i]);
    }

    private static void CheckView(byte[] expected, StringView view)
    {
        Assert.Equal(expected.Length, view.Length);
        Assert.Equal(expected, StringView.Bytes(in view).ToArray());
        ReadOnlySpan<byte> raw = MemoryMarshal.AsBytes(new ReadOnlySpan<StringView>(in view));
        if (expected.Length > StringView.InlineBytes)
            Assert.Equal(expected[..4], raw[4..8].ToArray());
        else
            Assert.Equal(-1, raw[(4 + expected.Length)..].IndexOfAnyExcept((byte)0));
    }

    private static void CheckDeltaByteArrays(byte[][] values)
    {
        using GuardedMemory source = GuardedMemory.Copy(TestEncoders.DeltaByteArrays(values), Padding);
        using DeltaByteArray decoder = new(source.Span, values.Length);
        Assert.Equal(values.Sum(static value => value.Length), decoder.TotalBytes);
        using GuardedMemory buffer = new(decoder.TotalBytes, Padding);
        StringView[] views = new StringView[values.Length];
        decoder.Write(buffer.Span, views);
        for (int i = 0; i < values.Length; i++)
            CheckView(values[i], views[i]);
    }

    [Fact]
    public void Damaged_byte_arrays_are_refused_or_read_within_bounds()
    {
        byte[][] values = TestEncoders.Strings(new Random(3), 300, 30);
        int refused = DecoderFuzz.Run(TestEncoders.PlainByteArrays(values), 6000, 1, static source =>
        {
            StringView[] views = new StringView[300];
            ByteArrayViews.ReadPlain(source, views);
            CheckInside(views);
        });
        refused += DecoderFuzz.Run(TestEncoders.DeltaLengthByteArrays(values), 6000, 2, static source =>
        {
            StringView[] views = new StringView[300];
            DeltaLengthByteArray.Read(source, views);
            CheckInside(views);
        });
        refused += DecoderFuzz.Run(TestEncoders.DeltaByteArrays(values), 6000, 3, static source =>
        {
            using DeltaByteArray decoder = new(source, 300);
            using GuardedMemory buffer = new(decoder.TotalBytes, Padding);
            StringView[] views = new StringView[300];
            decoder.Write(buffer.Span, views);
            CheckInside(views);
        });
        Assert.True(refused > 3000);
    }

    // Reads every byte that a view promises; one outside the guarded memory ends the run.
    private static void CheckInside(StringView[] views)
    {
        long sum = 0;
        foreach (ref readonly StringView view in views.AsSpan())
        {
            foreach (byte value in StringView.Bytes(in view))
                sum += value;
        }

        Assert.True(sum >= 0);
    }

    [Fact]
    public void Prefixes_that_multiply_the_page_are_refused()
    {
        const int Count = 2_000;
        byte[] first = new byte[1 << 20];
        byte[] source =
        [
            .. TestEncoders.DeltaBinaryPacked([0, .. Enumerable.Repeat((long)first.Length, Count - 1)], 32),
            .. TestEncoders.DeltaLengthByteArrays([first, .. Enumerable.Repeat(Array.Empty<byte>(), Count - 1)]),
        ];
        ParquetException error = Assert.Throws<ParquetException>(() =>
        {
            using DeltaByteArray decoder = new(source, Count);
        });
        Assert.Equal(ParquetException.Unsupported, error.SqlState);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(7), InlineData(8), InlineData(16)]
    public void Split_streams_come_back(int size)
    {
        foreach (int count in new[] { 0, 1, 7, 16, 33, 1000 })
        {
            byte[] values = new byte[count * size];
            new Random(size).NextBytes(values);
            using GuardedMemory source = GuardedMemory.Copy(TestEncoders.ByteStreamSplit(values, size), Padding);
            using GuardedMemory target = new(values.Length, Padding);
            ByteStreamSplit.Decode(source.Span, size, target.Span);
            Assert.Equal(values, target.Span.ToArray());
            target.Span.Clear();
            ByteStreamSplit.DecodeScalar(source.Span, size, target.Span);
            Assert.Equal(values, target.Span.ToArray());
        }

        Assert.Throws<ParquetException>(() => ByteStreamSplit.Decode(new byte[8], 4, new byte[12]));
    }

    [Fact]
    public void Values_move_to_the_rows_that_are_not_null()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            Random random = new(seed);
            int rows = random.Next(0, 600);
            ulong[] valid = TestEncoders.RunnyValues(random, rows, 1);
            CheckSpread<byte>(valid, random);
            CheckSpread<ushort>(valid, random);
            CheckSpread<uint>(valid, random);
            CheckSpread<ulong>(valid, random);
            CheckSpread<UInt128>(valid, random);
        }
    }

    private static void CheckSpread<T>(ulong[] valid, Random random)
        where T : unmanaged
    {
        int size = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        int count = valid.Count(static bit => bit != 0);
        byte[] values = new byte[count * size];
        random.NextBytes(values);
        using GuardedMemory packed = GuardedMemory.Copy(values, Padding);
        using GuardedMemory validity = GuardedMemory.Copy(TestEncoders.Pack(valid, 1), padding: 8);
        using GuardedMemory target = new(valid.Length * size, Padding);
        byte[] expected = new byte[valid.Length * size];
        for (int i = 0, next = 0; i < valid.Length; i++)
        {
            if (valid[i] != 0)
                values.AsSpan(size * next++, size).CopyTo(expected.AsSpan(i * size));
        }

        NullSpreader.Spread(packed.As<T>(), validity.Span, target.As<T>());
        Assert.Equal(expected, target.Span.ToArray());
        target.Span.Fill(0xEE);
        NullSpreader.SpreadScalar(packed.As<T>(), validity.Span, target.As<T>());
        Assert.Equal(expected, target.Span.ToArray());
    }
}
