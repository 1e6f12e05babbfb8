using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace SqlCluster.Execution.Kernels;

/// <summary>MD5 (RFC 1321) of short values: a call of the operating system's library for each costs several times the digest itself.</summary>
internal static class Md5
{
    public const int DigestBytes = 16;
    private const int BlockBytes = 64;

    /// <summary>floor(2^32 * |sin(i + 1)|).</summary>
    private static readonly uint[] Sines = [.. Enumerable.Range(1, 64).Select(static i => (uint)Math.Floor(4294967296.0 * Math.Abs(Math.Sin(i))))];

    /// <summary>Digests a value.</summary>
    /// <param name="bytes">The value.</param>
    /// <param name="digest">Receives <see cref="DigestBytes"/> bytes.</param>
    /// <param name="pulse">Hears of every 64 KB of it.</param>
    public static void Hash(ReadOnlySpan<byte> bytes, Span<byte> digest, ref Pulse pulse)
    {
        State state = new() { A = 0x67452301, B = 0xEFCDAB89, C = 0x98BADCFE, D = 0x10325476 };
        ReadOnlySpan<byte> rest = bytes;
        for (; rest.Length >= BlockBytes; rest = rest[BlockBytes..])
        {
            state.Add(rest);
            pulse.Spend(BlockBytes);
        }

        // The rest, a bit, zeros, and the length in bits at the end of a block.
        Span<byte> last = stackalloc byte[2 * BlockBytes];
        last.Clear();
        rest.CopyTo(last);
        last[rest.Length] = 0x80;
        int length = rest.Length < BlockBytes - 8 ? BlockBytes : 2 * BlockBytes;
        BinaryPrimitives.WriteUInt64LittleEndian(last[(length - 8)..], (ulong)bytes.Length * 8);
        state.Add(last);
        if (length > BlockBytes)
        {
            state.Add(last[BlockBytes..]);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(digest, state.A);
        BinaryPrimitives.WriteUInt32LittleEndian(digest[4..], state.B);
        BinaryPrimitives.WriteUInt32LittleEndian(digest[8..], state.C);
        BinaryPrimitives.WriteUInt32LittleEndian(digest[12..], state.D);
    }

    private struct State
    {
        public uint A;
        public uint B;
        public uint C;
        public uint D;

        /// <summary>Adds the first 64 bytes: four rounds of sixteen steps.</summary>
        public void Add(ReadOnlySpan<byte> block)
        {
            ReadOnlySpan<uint> x = MemoryMarshal.Cast<byte, uint>(block[..BlockBytes]), sines = Sines;
            if (!BitConverter.IsLittleEndian)
            {
                var swapped = new uint[BlockBytes / 4];
                BinaryPrimitives.ReverseEndianness(x, swapped);
                x = swapped;
            }

            uint a = A, b = B, c = C, d = D;
            for (int i = 0; i < 16; i += 4)
            {
                a = b + BitOperations.RotateLeft(a + (d ^ (b & (c ^ d))) + x[i] + sines[i], 7);
                d = a + BitOperations.RotateLeft(d + (c ^ (a & (b ^ c))) + x[i + 1] + sines[i + 1], 12);
                c = d + BitOperations.RotateLeft(c + (b ^ (d & (a ^ b))) + x[i + 2] + sines[i + 2], 17);
                b = c + BitOperations.RotateLeft(b + (a ^ (c & (d ^ a))) + x[i + 3] + sines[i + 3], 22);
            }

            for (int i = 16; i < 32; i += 4)
            {
                a = b + BitOperations.RotateLeft(a + ((d & b) + (~d & c)) + x[((5 * i) + 1) & 15] + sines[i], 5);
                d = a + BitOperations.RotateLeft(d + ((c & a) + (~c & b)) + x[((5 * i) + 6) & 15] + sines[i + 1], 9);
                c = d + BitOperations.RotateLeft(c + ((b & d) + (~b & a)) + x[((5 * i) + 11) & 15] + sines[i + 2], 14);
                b = c + BitOperations.RotateLeft(b + ((a & c) + (~a & d)) + x[(5 * i) & 15] + sines[i + 3], 20);
            }

            for (int i = 32; i < 48; i += 4)
            {
                a = b + BitOperations.RotateLeft(a + (b ^ c ^ d) + x[((3 * i) + 5) & 15] + sines[i], 4);
                d = a + BitOperations.RotateLeft(d + (a ^ b ^ c) + x[((3 * i) + 8) & 15] + sines[i + 1], 11);
                c = d + BitOperations.RotateLeft(c + (d ^ a ^ b) + x[((3 * i) + 11) & 15] + sines[i + 2], 16);
                b = c + BitOperations.RotateLeft(b + (c ^ d ^ a) + x[((3 * i) + 14) & 15] + sines[i + 3], 23);
            }

            for (int i = 48; i < 64; i += 4)
            {
                a = b + BitOperations.RotateLeft(a + (c ^ (b | ~d)) + x[(7 * i) & 15] + sines[i], 6);
                d = a + BitOperations.RotateLeft(d + (b ^ (a | ~c)) + x[((7 * i) + 7) & 15] + sines[i + 1], 10);
                c = d + BitOperations.RotateLeft(c + (a ^ (d | ~b)) + x[((7 * i) + 14) & 15] + sines[i + 2], 15);
                b = c + BitOperations.RotateLeft(b + (d ^ (c | ~a)) + x[((7 * i) + 21) & 15] + sines[i + 3], 21);
            }

            A += a;
            B += b;
            C += c;
            D += d;
        }
    }
}
