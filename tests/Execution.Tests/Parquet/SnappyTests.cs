using SqlCluster.Execution.Parquet.Compression;

namespace SqlCluster.Execution.Tests.Parquet;

public class SnappyTests
{
    private delegate bool Decoder(ReadOnlySpan<byte> input, Span<byte> output);

    private static readonly (string Name, Decoder Decode)[] Decoders =
    [
        ("32", SnappyDecoder.TryDecompress<SnappyCopyBy32>),
        ("16", SnappyDecoder.TryDecompress<SnappyCopyBy16>),
        ("8", SnappyDecoder.TryDecompress<SnappyCopyBy8>),
    ];

    [Fact]
    public void Blocks_of_the_reference_encoder_come_back()
    {
        foreach (byte[] original in CompressionTests.Samples())
        {
            byte[] block = IronSnappy.Snappy.Encode(original);
            foreach ((string name, Decoder decode) in Decoders)
                CheckDecode(name, decode, block, original);
        }
    }

    // Encoders emit few kinds of tag; this writes every kind, at every length and overlap.
    [Fact]
    public void Every_mix_of_tags_comes_back()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            Random random = new(seed);
            (byte[] block, byte[] original) = RandomBlock(random, random.Next(1, 300));
            foreach ((string name, Decoder decode) in Decoders)
                CheckDecode($"{name}, seed {seed}", decode, block, original);
        }
    }

    private static void CheckDecode(string name, Decoder decode, byte[] block, byte[] original)
    {
        foreach (bool atStart in new[] { false, true })
        {
            using GuardedMemory input = GuardedMemory.Copy(block, padding: 0, atStart);
            using GuardedMemory output = new(original.Length, padding: 0, atStart);
            Assert.True(decode(input.Span, output.Span), name);
            Assert.True(output.Span.SequenceEqual(original), name);
        }
    }

    [Fact]
    public void Damaged_blocks_are_refused_or_decoded_within_bounds()
    {
        int refused = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            byte[] block, original;
            if (seed % 2 == 0)
            {
                (block, original) = RandomBlock(random, 200);
            }
            else
            {
                original = CompressionTests.Samples().ElementAt(2 + (seed % 5));
                block = IronSnappy.Snappy.Encode(original);
            }

            for (int round = 0; round < 60; round++)
            {
                byte[] damaged = DecoderFuzz.Damage(block, random);
                foreach ((string _, Decoder decode) in Decoders)
                {
                    using GuardedMemory input = GuardedMemory.Copy(damaged, padding: 0, atStart: round % 2 == 0);
                    using GuardedMemory output = new(original.Length, padding: 0, atStart: round % 3 == 0);
                    if (!decode(input.Span, output.Span))
                        refused++;
                }
            }
        }

        Assert.True(refused > 3000, $"only {refused} damaged blocks were refused");
    }

    private static (byte[] Block, byte[] Original) RandomBlock(Random random, int tags)
    {
        List<byte> body = [], output = [];
        for (int i = 0; i < tags; i++)
        {
            if (output.Count == 0 || random.Next(5) < 2)
                Literal(random, body, output);
            else
                Copy(random, body, output);
        }

        List<byte> block = [];
        TestEncoders.Varint(block, (ulong)output.Count);
        block.AddRange(body);
        return ([.. block], [.. output]);
    }

    private static void Literal(Random random, List<byte> body, List<byte> output)
    {
        int length = random.Next(4) switch
        {
            0 => random.Next(1, 5),
            1 => random.Next(1, 61),
            2 => random.Next(61, 300),
            _ => random.Next(1, 17),
        };
        int extraBytes = length > 60 ? random.Next(length > 256 ? 2 : 1, 5) : 0;
        body.Add(extraBytes == 0 ? (byte)((length - 1) << 2) : (byte)((59 + extraBytes) << 2));
        for (int i = 0; i < extraBytes; i++)
            body.Add((byte)((length - 1) >> (8 * i)));
        for (int i = 0; i < length; i++)
        {
            byte value = (byte)random.Next(256);
            body.Add(value);
            output.Add(value);
        }
    }

    private static void Copy(Random random, List<byte> body, List<byte> output)
    {
        int offset = random.Next(3) switch
        {
            0 => random.Next(1, Math.Min(output.Count, 17) + 1),
            1 => random.Next(1, Math.Min(output.Count, 70) + 1),
            _ => random.Next(1, output.Count + 1),
        };
        int kind = offset < 2048 ? random.Next(1, 4) : offset < 65536 ? random.Next(2, 4) : 3;
        int length = kind == 1 ? random.Next(4, 12) : random.Next(1, 65);
        switch (kind)
        {
            case 1:
                body.Add((byte)(1 | ((length - 4) << 2) | (offset >> 8 << 5)));
                body.Add((byte)offset);
                break;
            default:
                body.Add((byte)(kind | ((length - 1) << 2)));
                for (int i = 0; i < (kind == 2 ? 2 : 4); i++)
                    body.Add((byte)(offset >> (8 * i)));
                break;
        }

        for (int i = 0; i < length; i++)
            output.Add(output[^offset]);
    }
}
