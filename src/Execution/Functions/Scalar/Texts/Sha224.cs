using System.Buffers.Binary;
using System.Numerics;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Computes SHA-224 (FIPS 180-4, section 6.3), which the runtime lacks: SHA-256 with other initial words, cut to 28 bytes.</summary>
internal sealed class Sha224
{
    private const int BlockBytes = 64;
    private const int LengthBytes = 8;
    private const int DigestBytes = 28;

    /// <summary>The fractional parts of the cube roots of the first 64 primes (section 4.2.2).</summary>
    private static readonly uint[] Constants = MakeConstants();

    private readonly uint[] _state = [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4];
    private long _length;

    /// <summary>Takes whole blocks of 64 bytes.</summary>
    public void Append(ReadOnlySpan<byte> blocks)
    {
        _length += blocks.Length;
        for (; !blocks.IsEmpty; blocks = blocks[BlockBytes..])
        {
            Compress(blocks[..BlockBytes]);
        }
    }

    /// <summary>Takes what is left and returns the digest.</summary>
    public byte[] Finish(ReadOnlySpan<byte> rest)
    {
        int whole = rest.Length / BlockBytes * BlockBytes;
        Append(rest[..whole]);
        rest = rest[whole..];
        _length += rest.Length;
        Span<byte> last = stackalloc byte[2 * BlockBytes];
        last.Clear();
        rest.CopyTo(last);
        last[rest.Length] = 0x80;
        int end = rest.Length + 1 + LengthBytes <= BlockBytes ? BlockBytes : 2 * BlockBytes;
        BinaryPrimitives.WriteInt64BigEndian(last[(end - LengthBytes)..end], _length * 8);
        for (int start = 0; start < end; start += BlockBytes)
        {
            Compress(last.Slice(start, BlockBytes));
        }

        var digest = new byte[DigestBytes];
        for (int i = 0; i < DigestBytes; i += sizeof(uint))
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest.AsSpan(i), _state[i / sizeof(uint)]);
        }

        return digest;
    }

    /// <summary>Section 6.2.2, with the names of its variables.</summary>
    private void Compress(ReadOnlySpan<byte> block)
    {
        Span<uint> w = stackalloc uint[64];
        for (int t = 0; t < 16; t++)
        {
            w[t] = BinaryPrimitives.ReadUInt32BigEndian(block[(t * sizeof(uint))..]);
        }

        for (int t = 16; t < 64; t++)
        {
            uint sigma0 = BitOperations.RotateRight(w[t - 15], 7) ^ BitOperations.RotateRight(w[t - 15], 18) ^ (w[t - 15] >> 3);
            uint sigma1 = BitOperations.RotateRight(w[t - 2], 17) ^ BitOperations.RotateRight(w[t - 2], 19) ^ (w[t - 2] >> 10);
            w[t] = unchecked(sigma1 + w[t - 7] + sigma0 + w[t - 16]);
        }

        (uint a, uint b, uint c, uint d, uint e, uint f, uint g, uint h) = (_state[0], _state[1], _state[2], _state[3], _state[4], _state[5], _state[6], _state[7]);
        for (int t = 0; t < 64; t++)
        {
            uint sum1 = BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
            uint t1 = unchecked(h + sum1 + ((e & f) ^ (~e & g)) + Constants[t] + w[t]);
            uint sum0 = BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
            uint t2 = unchecked(sum0 + ((a & b) ^ (a & c) ^ (b & c)));
            (h, g, f, e, d, c, b, a) = (g, f, e, unchecked(d + t1), c, b, a, unchecked(t1 + t2));
        }

        ReadOnlySpan<uint> words = [a, b, c, d, e, f, g, h];
        for (int i = 0; i < words.Length; i++)
        {
            _state[i] = unchecked(_state[i] + words[i]);
        }
    }

    /// <summary>floor(cbrt(p) * 2^32) mod 2^32, exactly: the largest x whose cube is at most p * 2^96.</summary>
    private static uint[] MakeConstants()
    {
        var constants = new uint[64];
        int count = 0;
        for (int p = 2; count < constants.Length; p++)
        {
            if (Enumerable.Range(2, p - 2).Any(divisor => p % divisor == 0))
            {
                continue;
            }

            BigInteger target = (BigInteger)p << 96, root = BigInteger.Zero;
            for (int bit = 35; bit >= 0; bit--)
            {
                BigInteger tried = root | (BigInteger.One << bit);
                root = tried * tried * tried <= target ? tried : root;
            }

            constants[count++] = (uint)(root & uint.MaxValue);
        }

        return constants;
    }
}
