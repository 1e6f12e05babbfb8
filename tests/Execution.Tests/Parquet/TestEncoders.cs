using System.Buffers.Binary;
using System.Numerics;

namespace SqlCluster.Execution.Tests.Parquet;

/// <summary>Encodes test data the plain way, bit by bit, from the text of Encodings.md; it shares nothing with the decoders.</summary>
internal static class TestEncoders
{
    public static void Varint(List<byte> target, ulong value)
    {
        while (value >= 0x80)
        {
            target.Add((byte)(value | 0x80));
            value >>= 7;
        }

        target.Add((byte)value);
    }

    public static void ZigZag(List<byte> target, long value) => Varint(target, (ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Packs from the least significant bit on, up to whole bytes.</summary>
    public static byte[] Pack(IReadOnlyList<ulong> values, int bitWidth)
    {
        byte[] packed = new byte[((values.Count * (long)bitWidth) + 7) / 8];
        long bit = 0;
        foreach (ulong value in values)
        {
            for (int i = 0; i < bitWidth; i++, bit++)
            {
                if ((value >> i & 1) != 0)
                    packed[bit >> 3] |= (byte)(1 << (int)(bit & 7));
            }
        }

        return packed;
    }

    /// <summary>Packs from the most significant bit on, as the deprecated BIT_PACKED does.</summary>
    public static byte[] PackHighFirst(IReadOnlyList<ulong> values, int bitWidth)
    {
        byte[] packed = new byte[((values.Count * (long)bitWidth) + 7) / 8];
        long bit = 0;
        foreach (ulong value in values)
        {
            for (int i = bitWidth - 1; i >= 0; i--, bit++)
            {
                if ((value >> i & 1) != 0)
                    packed[bit >> 3] |= (byte)(0x80 >> (int)(bit & 7));
            }
        }

        return packed;
    }

    /// <summary>Cuts values into runs and packed groups at random; a packed run that is not the last one has whole groups.</summary>
    public static byte[] RleBitPacked(IReadOnlyList<ulong> values, int bitWidth, Random random)
    {
        List<byte> target = [];
        int done = 0;
        while (done < values.Count)
        {
            int same = 1;
            while (done + same < values.Count && values[done + same] == values[done])
                same++;
            int left = values.Count - done;
            if (same >= 8 || random.Next(4) == 0)
            {
                int run = random.Next(1, same + 1);
                Varint(target, (ulong)run << 1);
                for (int i = 0; i < (bitWidth + 7) / 8; i++)
                    target.Add((byte)(values[done] >> (8 * i)));
                done += run;
                continue;
            }

            int groups = Math.Max(1, Math.Min(random.Next(1, 40), (left + 7) / 8));
            List<ulong> packed = [];
            for (int i = 0; i < groups * 8; i++)
                packed.Add(done + i < values.Count ? values[done + i] : 0);
            Varint(target, ((ulong)groups << 1) | 1);
            target.AddRange(Pack(packed, bitWidth));
            done += Math.Min(groups * 8, left);
        }

        return [.. target];
    }

    public static byte[] DeltaBinaryPacked(IReadOnlyList<long> values, int bits, int blockSize = 128, int miniblocks = 4)
    {
        List<byte> target = [];
        Varint(target, (ulong)blockSize);
        Varint(target, (ulong)miniblocks);
        Varint(target, (ulong)values.Count);
        ZigZag(target, values.Count == 0 ? 0 : values[0]);
        int miniblockSize = blockSize / miniblocks;
        for (int start = 1; start < values.Count; start += blockSize)
        {
            List<long> deltas = [];
            for (int i = start; i < Math.Min(start + blockSize, values.Count); i++)
                deltas.Add(bits == 32 ? unchecked((int)values[i] - (int)values[i - 1]) : unchecked(values[i] - values[i - 1]));
            long smallest = deltas.Min();
            ZigZag(target, smallest);
            List<byte> bodies = [];
            for (int block = 0; block < miniblocks; block++)
            {
                List<ulong> above = [];
                for (int i = block * miniblockSize; i < (block + 1) * miniblockSize; i++)
                {
                    ulong value = i < deltas.Count ? unchecked((ulong)(deltas[i] - smallest)) : 0;
                    above.Add(bits == 32 ? (uint)value : value);
                }

                int width = 64 - BitOperations.LeadingZeroCount(above.Max());
                target.Add(block * miniblockSize < deltas.Count ? (byte)width : (byte)0);
                if (block * miniblockSize < deltas.Count)
                    bodies.AddRange(Pack(above, width));
            }

            target.AddRange(bodies);
        }

        return [.. target];
    }

    public static byte[] PlainByteArrays(IEnumerable<byte[]> values)
    {
        List<byte> target = [];
        Span<byte> length = stackalloc byte[4];
        foreach (byte[] value in values)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, value.Length);
            target.AddRange(length);
            target.AddRange(value);
        }

        return [.. target];
    }

    public static byte[] DeltaLengthByteArrays(IReadOnlyList<byte[]> values)
    {
        List<byte> target = [.. DeltaBinaryPacked([.. values.Select(static value => (long)value.Length)], 32)];
        foreach (byte[] value in values)
            target.AddRange(value);
        return [.. target];
    }

    public static byte[] DeltaByteArrays(IReadOnlyList<byte[]> values)
    {
        List<long> prefixes = [];
        List<byte[]> suffixes = [];
        byte[] previous = [];
        foreach (byte[] value in values)
        {
            int prefix = previous.AsSpan().CommonPrefixLength(value);
            prefixes.Add(prefix);
            suffixes.Add(value[prefix..]);
            previous = value;
        }

        return [.. DeltaBinaryPacked(prefixes, 32), .. DeltaLengthByteArrays(suffixes)];
    }

    public static byte[] ByteStreamSplit(ReadOnlySpan<byte> values, int size)
    {
        byte[] split = new byte[values.Length];
        int count = values.Length / size;
        for (int i = 0; i < values.Length; i++)
            split[(i % size * count) + (i / size)] = values[i];
        return split;
    }

    /// <summary>Makes values that fit a width, with repeated stretches so that both kinds of run occur.</summary>
    public static ulong[] RunnyValues(Random random, int count, int bitWidth)
    {
        ulong[] values = new ulong[count];
        ulong mask = bitWidth == 64 ? ulong.MaxValue : (1UL << bitWidth) - 1;
        for (int i = 0; i < count;)
        {
            int stretch = random.Next(3) == 0 ? random.Next(1, 200) : 1;
            ulong value = (ulong)random.NextInt64(long.MinValue, long.MaxValue) & mask;
            for (int end = Math.Min(count, i + stretch); i < end; i++)
                values[i] = value;
        }

        return values;
    }

    public static byte[][] Strings(Random random, int count, int maxLength)
    {
        byte[][] values = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            byte[] value = new byte[random.Next(maxLength + 1)];
            random.NextBytes(value);
            if (i > 0 && random.Next(2) == 0)
                values[i - 1].AsSpan(0, Math.Min(value.Length, random.Next(values[i - 1].Length + 1))).CopyTo(value);
            values[i] = value;
        }

        return values;
    }
}
