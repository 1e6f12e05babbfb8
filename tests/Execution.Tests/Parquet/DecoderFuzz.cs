using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Tests.Parquet;

/// <summary>Runs a decoder on damaged copies of sound input, placed against inaccessible pages.</summary>
internal static class DecoderFuzz
{
    public delegate void Decoder(ReadOnlySpan<byte> source);

    /// <summary>Flips, overwrites, cuts and repeats bytes. The decoder may raise <see cref="ParquetException"/> and nothing else.</summary>
    /// <returns>How many damaged inputs were refused.</returns>
    public static int Run(byte[] sound, int rounds, int seed, Decoder decode, int padding = BitUnpacker.PaddingBytes)
    {
        Random random = new(seed);
        int refused = 0;
        for (int round = 0; round < rounds; round++)
        {
            byte[] damaged = Damage(sound, random);
            using GuardedMemory memory = GuardedMemory.Copy(damaged, padding);
            try
            {
                decode(memory.Span);
            }
            catch (ParquetException)
            {
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}, round {round}: {error}");
            }
        }

        return refused;
    }

    public static byte[] Damage(byte[] sound, Random random)
    {
        byte[] damaged = (byte[])sound.Clone();
        int changes = random.Next(1, 5);
        for (int i = 0; i < changes && damaged.Length > 0; i++)
        {
            int at = random.Next(3) == 0 ? random.Next(Math.Min(16, damaged.Length)) : random.Next(damaged.Length);
            switch (random.Next(5))
            {
                case 0: damaged[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: damaged[at] = (byte)random.Next(256); break;
                case 2: damaged[at] = 0xFF; break;
                case 3: damaged[at] = 0; break;
                default: damaged = damaged[..at]; break;
            }
        }

        return damaged;
    }
}
