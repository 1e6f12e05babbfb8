using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Moves values that a page stores without gaps to the rows that are not null; null rows receive zero.</summary>
internal static class NullSpreader
{
    /// <summary>Spreads values of 1, 2, 4, 8 or 16 bytes.</summary>
    /// <param name="packed">The values of the rows that are not null, in any alignment, followed by 64 readable bytes.</param>
    /// <param name="validity">A bit per row; as many set as there are packed values, and 8 readable bytes after the last.</param>
    /// <param name="target">One slot per row, followed by 64 writable bytes. Must not overlap the packed values.</param>
    public static void Spread<T>(ReadOnlySpan<T> packed, ReadOnlySpan<byte> validity, Span<T> target)
        where T : unmanaged
    {
        if (Simd.Has512 && Avx512Vbmi2.IsSupported && Unsafe.SizeOf<T>() <= 8)
            SpreadExpand(packed, validity, target);
        else
            SpreadScalar(packed, validity, target);
    }

    /// <summary>Spreads values of a width known only at run time: 1, 2, 4, 8 or 16 bytes.</summary>
    public static void Spread(int width, ReadOnlySpan<byte> packed, ReadOnlySpan<byte> validity, Span<byte> target)
    {
        switch (width)
        {
            case 1: Spread(packed, validity, target); break;
            case 2: Spread(MemoryMarshal.Cast<byte, ushort>(packed), validity, MemoryMarshal.Cast<byte, ushort>(target)); break;
            case 4: Spread(MemoryMarshal.Cast<byte, uint>(packed), validity, MemoryMarshal.Cast<byte, uint>(target)); break;
            case 8: Spread(MemoryMarshal.Cast<byte, ulong>(packed), validity, MemoryMarshal.Cast<byte, ulong>(target)); break;
            case 16: Spread(MemoryMarshal.Cast<byte, UInt128>(packed), validity, MemoryMarshal.Cast<byte, UInt128>(target)); break;
            default: throw new ArgumentOutOfRangeException(nameof(width));
        }
    }

    /// <summary>Spreads bits, 64 rows per step.</summary>
    /// <param name="packed">The values of the rows that are not null, followed by 16 readable bytes.</param>
    /// <param name="firstBit">Where the first value is.</param>
    /// <param name="validity">A bit per row, in whole words.</param>
    /// <param name="target">A bit per row, in whole words.</param>
    public static void SpreadBits(ReadOnlySpan<byte> packed, int firstBit, ReadOnlySpan<byte> validity, Span<byte> target)
    {
        ReadOnlySpan<ulong> valid = MemoryMarshal.Cast<byte, ulong>(validity);
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(target)[..valid.Length];
        ref byte from = ref MemoryMarshal.GetReference(packed);
        long bit = firstBit;
        for (int i = 0; i < words.Length; i++)
        {
            int count = System.Numerics.BitOperations.PopCount(valid[i]), shift = (int)(bit & 7);
            ulong bits = 0;
            if (count > 0)
            {
                bits = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, (nint)(bit >> 3))) >> shift;
                if (shift + count > 64)
                    bits |= (ulong)Unsafe.Add(ref from, (nint)(bit >> 3) + 8) << (64 - shift);
            }

            words[i] = Deposit(bits, valid[i]);
            bit += count;
        }
    }

    private static ulong Deposit(ulong bits, ulong mask)
    {
        if (Bmi2.X64.IsSupported)
            return Bmi2.X64.ParallelBitDeposit(bits, mask);
        ulong result = 0;
        for (; mask != 0; mask &= mask - 1, bits >>= 1)
            result |= (bits & 1) != 0 ? mask & (0 - mask) : 0;
        return result;
    }

    /// <summary>Spreads a register per step with the expand instructions of AVX-512.</summary>
    public static void SpreadExpand<T>(ReadOnlySpan<T> packed, ReadOnlySpan<byte> validity, Span<T> target)
        where T : unmanaged
    {
        CheckLengths(packed.Length, validity, target.Length);
        if (packed.IsEmpty)
        {
            target.Clear();
            return;
        }

        ref T from = ref MemoryMarshal.GetReference(packed);
        ref byte bits = ref MemoryMarshal.GetReference(validity);
        ref T to = ref MemoryMarshal.GetReference(target);
        int perStep = 64 / Unsafe.SizeOf<T>();
        for (nint i = 0; i < target.Length; i += perStep)
        {
            ulong valid = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bits, i >> 3));
            if (perStep < 64)
                valid &= (1UL << perStep) - 1;
            Vector512<byte> values = Unsafe.ReadUnaligned<Vector512<byte>>(ref Unsafe.As<T, byte>(ref from));
            Unsafe.WriteUnaligned(ref Unsafe.As<T, byte>(ref Unsafe.Add(ref to, i)), Expand<T>(values, valid));
            from = ref Unsafe.Add(ref from, System.Numerics.BitOperations.PopCount(valid));
        }
    }

    /// <summary>Spreads one value per step; the reference for the other form.</summary>
    public static void SpreadScalar<T>(ReadOnlySpan<T> packed, ReadOnlySpan<byte> validity, Span<T> target)
        where T : unmanaged
    {
        CheckLengths(packed.Length, validity, target.Length);
        int next = 0;
        for (int i = 0; i < target.Length; i++)
            target[i] = (validity[i >> 3] >> (i & 7) & 1) != 0 ? packed[next++] : default;
    }

    private static void CheckLengths(int packedCount, ReadOnlySpan<byte> validity, int count)
    {
        if (ValidityDecoder.CountSet(validity, count) != packedCount)
            throw new ArgumentException("validity has another number of bits set than there are values");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Expand<T>(Vector512<byte> values, ulong valid)
        where T : unmanaged
    {
        if (Unsafe.SizeOf<T>() == 1)
        {
            // Byte i of the mask tests bit i: bring byte i / 8 of the bits to it first.
            Vector512<byte> spread = Avx512BW.Shuffle(Vector512.Create(valid).AsByte(), ByteOfBit);
            Vector512<byte> mask = Vector512.Equals(spread & BitOfByte, BitOfByte);
            return Avx512Vbmi2.Expand(Vector512<byte>.Zero, mask, values);
        }

        if (Unsafe.SizeOf<T>() == 2)
        {
            Vector512<ushort> lanes = BitOfWord;
            Vector512<ushort> low = Vector512.Create((ushort)valid), high = Vector512.Create((ushort)(valid >> 16));
            Vector512<ushort> spread = Vector512.Create(low.GetLower(), high.GetLower());
            return Avx512Vbmi2.Expand(Vector512<ushort>.Zero, Vector512.Equals(spread & lanes, lanes), values.AsUInt16()).AsByte();
        }

        if (Unsafe.SizeOf<T>() == 4)
        {
            Vector512<uint> lanes = Vector512.Create(1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
            Vector512<uint> mask = Vector512.Equals(Vector512.Create((uint)valid) & lanes, lanes);
            return Avx512F.Expand(Vector512<uint>.Zero, mask, values.AsUInt32()).AsByte();
        }
        else
        {
            Vector512<ulong> lanes = Vector512.Create(1ul, 2, 4, 8, 16, 32, 64, 128);
            Vector512<ulong> mask = Vector512.Equals(Vector512.Create(valid) & lanes, lanes);
            return Avx512F.Expand(Vector512<ulong>.Zero, mask, values.AsUInt64()).AsByte();
        }
    }

    private static Vector512<byte> ByteOfBit => (Vector512<byte>.Indices >> 3) & Vector512.Create((byte)7);

    private static Vector512<byte> BitOfByte => Vector512.Create(0x8040_2010_0804_0201ul).AsByte();

    private static Vector512<ushort> BitOfWord
    {
        get
        {
            Vector256<ushort> half = Vector256.Create((ushort)1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
            return Vector512.Create(half, half);
        }
    }
}
