using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SqlCluster.Execution.Kernels;

/// <summary>MD5 (RFC 1321) of short texts: what a library's call costs besides the digest is several times the digest. A checksum here, nothing that keeps a secret.</summary>
internal static class Md5Kernel
{
    /// <summary>Bytes of a digest.</summary>
    public const int DigestBytes = 16;

    private const int BlockBytes = 64;
    private const int LengthBytes = 8;

    /// <summary>2^32 times the sines of 1 to 64 (RFC 1321, section 3.4).</summary>
    private static ReadOnlySpan<uint> Sines =>
    [
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
        0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
        0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
        0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
    ];

    /// <summary>Computes the digest of a whole text.</summary>
    /// <param name="text">The text, bytes.</param>
    /// <param name="digest">At least <see cref="DigestBytes"/>.</param>
    public static void Hash(ReadOnlySpan<byte> text, Span<byte> digest)
    {
        State state = new(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
        ReadOnlySpan<byte> rest = text;
        for (; rest.Length >= BlockBytes; rest = rest[BlockBytes..])
        {
            state = Mix(state, rest[..BlockBytes]);
        }

        Span<byte> last = stackalloc byte[2 * BlockBytes];
        int blocks = rest.Length + 1 + LengthBytes <= BlockBytes ? 1 : 2;
        last = last[..(blocks * BlockBytes)];
        last.Clear();
        rest.CopyTo(last);
        last[rest.Length] = 0x80;
        BinaryPrimitives.WriteUInt64LittleEndian(last[^LengthBytes..], (ulong)text.Length * 8);
        for (int block = 0; block < blocks; block++)
        {
            state = Mix(state, last.Slice(block * BlockBytes, BlockBytes));
        }

        BinaryPrimitives.WriteUInt32LittleEndian(digest, state.A);
        BinaryPrimitives.WriteUInt32LittleEndian(digest[4..], state.B);
        BinaryPrimitives.WriteUInt32LittleEndian(digest[8..], state.C);
        BinaryPrimitives.WriteUInt32LittleEndian(digest[12..], state.D);
    }

    /// <summary>Four rounds of sixteen steps over a block, four steps at a time: after them the registers have their places again.</summary>
    private static State Mix(State state, ReadOnlySpan<byte> block)
    {
        Debug.Assert(block.Length == BlockBytes && BitConverter.IsLittleEndian, "a block of another size, or words of another byte order");
        ref uint words = ref Unsafe.As<byte, uint>(ref MemoryMarshal.GetReference(block));
        ref uint sines = ref MemoryMarshal.GetReference(Sines);
        (uint a, uint b, uint c, uint d) = state;
        for (int i = 0; i < 16; i += 4)
        {
            a = b + BitOperations.RotateLeft(a + (d ^ (b & (c ^ d))) + Unsafe.Add(ref words, i) + Unsafe.Add(ref sines, i), 7);
            d = a + BitOperations.RotateLeft(d + (c ^ (a & (b ^ c))) + Unsafe.Add(ref words, i + 1) + Unsafe.Add(ref sines, i + 1), 12);
            c = d + BitOperations.RotateLeft(c + (b ^ (d & (a ^ b))) + Unsafe.Add(ref words, i + 2) + Unsafe.Add(ref sines, i + 2), 17);
            b = c + BitOperations.RotateLeft(b + (a ^ (c & (d ^ a))) + Unsafe.Add(ref words, i + 3) + Unsafe.Add(ref sines, i + 3), 22);
        }

        for (int i = 16, word = 1; i < 32; i += 4, word += 20)
        {
            a = b + BitOperations.RotateLeft(a + (d & b) + (~d & c) + Unsafe.Add(ref words, word & 15) + Unsafe.Add(ref sines, i), 5);
            d = a + BitOperations.RotateLeft(d + (c & a) + (~c & b) + Unsafe.Add(ref words, (word + 5) & 15) + Unsafe.Add(ref sines, i + 1), 9);
            c = d + BitOperations.RotateLeft(c + (b & d) + (~b & a) + Unsafe.Add(ref words, (word + 10) & 15) + Unsafe.Add(ref sines, i + 2), 14);
            b = c + BitOperations.RotateLeft(b + (a & c) + (~a & d) + Unsafe.Add(ref words, (word + 15) & 15) + Unsafe.Add(ref sines, i + 3), 20);
        }

        for (int i = 32, word = 5; i < 48; i += 4, word += 12)
        {
            a = b + BitOperations.RotateLeft(a + (b ^ c ^ d) + Unsafe.Add(ref words, word & 15) + Unsafe.Add(ref sines, i), 4);
            d = a + BitOperations.RotateLeft(d + (a ^ b ^ c) + Unsafe.Add(ref words, (word + 3) & 15) + Unsafe.Add(ref sines, i + 1), 11);
            c = d + BitOperations.RotateLeft(c + (d ^ a ^ b) + Unsafe.Add(ref words, (word + 6) & 15) + Unsafe.Add(ref sines, i + 2), 16);
            b = c + BitOperations.RotateLeft(b + (c ^ d ^ a) + Unsafe.Add(ref words, (word + 9) & 15) + Unsafe.Add(ref sines, i + 3), 23);
        }

        for (int i = 48, word = 0; i < 64; i += 4, word += 28)
        {
            a = b + BitOperations.RotateLeft(a + (c ^ (b | ~d)) + Unsafe.Add(ref words, word & 15) + Unsafe.Add(ref sines, i), 6);
            d = a + BitOperations.RotateLeft(d + (b ^ (a | ~c)) + Unsafe.Add(ref words, (word + 7) & 15) + Unsafe.Add(ref sines, i + 1), 10);
            c = d + BitOperations.RotateLeft(c + (a ^ (d | ~b)) + Unsafe.Add(ref words, (word + 14) & 15) + Unsafe.Add(ref sines, i + 2), 15);
            b = c + BitOperations.RotateLeft(b + (d ^ (c | ~a)) + Unsafe.Add(ref words, (word + 21) & 15) + Unsafe.Add(ref sines, i + 3), 21);
        }

        return new State(state.A + a, state.B + b, state.C + c, state.D + d);
    }

    private readonly record struct State(uint A, uint B, uint C, uint D);
}
