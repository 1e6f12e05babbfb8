using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SqlCluster.Execution.Kernels;

/// <summary>Turns dictionary codes into a bitmap through a bitmap over the dictionary: bit i = entries[codes[i]].</summary>
internal static class CodeLookupKernels
{
    /// <summary>Codes of one byte. <paramref name="entries"/> has a bit an entry.</summary>
    public static void Run(ReadOnlySpan<byte> codes, ReadOnlySpan<ulong> entries, int entryCount, Span<ulong> result)
    {
        Span<byte> table = stackalloc byte[256];
        FillTable(entries, Math.Min(entryCount, 256), table);
        int start = 0;
        if (Simd.HasBytePermute)
        {
            ref byte codesRef = ref MemoryMarshal.GetReference(codes);
            ref byte tableRef = ref MemoryMarshal.GetReference(table);
            Vector512<byte> first = Vector512.LoadUnsafe(ref tableRef), second = Vector512.LoadUnsafe(ref tableRef, 64);
            Vector512<byte> third = Vector512.LoadUnsafe(ref tableRef, 128), fourth = Vector512.LoadUnsafe(ref tableRef, 192);
            if (entryCount <= 64)
            {
                for (; start + 64 <= codes.Length; start += 64)
                {
                    result[start >> 6] = Avx512Vbmi.PermuteVar64x8(first, Vector512.LoadUnsafe(ref codesRef, (nuint)start)).ExtractMostSignificantBits();
                }
            }
            else
            {
                for (; start + 64 <= codes.Length; start += 64)
                {
                    Vector512<byte> code = Vector512.LoadUnsafe(ref codesRef, (nuint)start);
                    ulong low = Avx512Vbmi.PermuteVar64x8x2(first, code, second).ExtractMostSignificantBits();
                    ulong high = Avx512Vbmi.PermuteVar64x8x2(third, code, fourth).ExtractMostSignificantBits();
                    ulong isHigh = code.ExtractMostSignificantBits();
                    result[start >> 6] = (low & ~isHigh) | (high & isHigh);
                }
            }
        }

        RunScalar<byte>(codes, table, start, result);
    }

    /// <summary>Dictionary entries whose bitmap fits eight 64-byte registers.</summary>
    public const int MaxRegisterEntries = 4096;

    /// <summary>Codes of two bytes into a dictionary of at most <see cref="MaxRegisterEntries"/> entries, whose bitmap stays in registers.</summary>
    /// <remarks>Needs <see cref="Simd.HasBytePermute"/>. 0.1 to 0.2 ns a row where loads from a table of bytes take 0.6.</remarks>
    public static void RunInRegisters(ReadOnlySpan<ushort> codes, ReadOnlySpan<ulong> entries, int entryCount, Span<ulong> result)
    {
        Span<byte> bitmap = stackalloc byte[MaxRegisterEntries / 8];
        ReadOnlySpan<byte> entryBytes = MemoryMarshal.AsBytes(entries)[..((entryCount + 7) / 8)];
        entryBytes.CopyTo(bitmap);
        bitmap[entryBytes.Length..].Clear();
        ref byte table = ref MemoryMarshal.GetReference(bitmap);
        Vector512<byte> t0 = Vector512.LoadUnsafe(ref table), t1 = Vector512.LoadUnsafe(ref table, 64);
        Vector512<byte> t2 = Vector512.LoadUnsafe(ref table, 128), t3 = Vector512.LoadUnsafe(ref table, 192);
        Vector512<byte> t4 = Vector512.LoadUnsafe(ref table, 256), t5 = Vector512.LoadUnsafe(ref table, 320);
        Vector512<byte> t6 = Vector512.LoadUnsafe(ref table, 384), t7 = Vector512.LoadUnsafe(ref table, 448);
        Vector512<byte> powers = Vector512.Create(0x8040_2010_0804_0201ul).AsByte(), evenBytes = Vector512<byte>.Indices << 1;
        Vector512<byte> one = Vector512<byte>.One, two = Vector512.Create((byte)2), seven = Vector512.Create((byte)7);
        ref ushort codesRef = ref MemoryMarshal.GetReference(codes);
        int start = 0;
        for (; start + 64 <= codes.Length; start += 64)
        {
            Vector512<ushort> low = Vector512.LoadUnsafe(ref codesRef, (nuint)start), high = Vector512.LoadUnsafe(ref codesRef, (nuint)start + 32);
            Vector512<byte> bitIndex = Avx512Vbmi.PermuteVar64x8x2(low.AsByte(), evenBytes, high.AsByte());
            Vector512<byte> byteIndex = Avx512Vbmi.PermuteVar64x8x2((low >>> 3).AsByte(), evenBytes, (high >>> 3).AsByte());
            Vector512<byte> pair = Avx512Vbmi.PermuteVar64x8x2((low >>> 10).AsByte(), evenBytes, (high >>> 10).AsByte());
            Vector512<byte> isOdd = Vector512.Equals(pair & one, one), isUpper = Vector512.Equals(pair & two, two);
            Vector512<byte> found = Vector512.ConditionalSelect(
                isUpper,
                Vector512.ConditionalSelect(isOdd, Avx512Vbmi.PermuteVar64x8x2(t6, byteIndex, t7), Avx512Vbmi.PermuteVar64x8x2(t4, byteIndex, t5)),
                Vector512.ConditionalSelect(isOdd, Avx512Vbmi.PermuteVar64x8x2(t2, byteIndex, t3), Avx512Vbmi.PermuteVar64x8x2(t0, byteIndex, t1)));
            Vector512<byte> bit = Avx512BW.Shuffle(powers, bitIndex & seven);
            result[start >> 6] = Vector512.Equals(found & bit, bit).ExtractMostSignificantBits();
        }

        for (; start < codes.Length; start += 64)
        {
            ulong word = 0;
            ReadOnlySpan<ushort> part = codes[start..];
            for (int i = 0; i < part.Length; i++)
            {
                word |= ((entries[part[i] >> 6] >> (part[i] & 63)) & 1) << i;
            }

            result[start >> 6] = word;
        }
    }

    /// <summary>Codes of two bytes; <paramref name="table"/> has 0x00 or 0xFF an entry.</summary>
    public static void Run(ReadOnlySpan<ushort> codes, ReadOnlySpan<byte> table, Span<ulong> result) => RunScalar(codes, table, 0, result);

    /// <summary>Codes of four bytes; <paramref name="table"/> has 0x00 or 0xFF an entry.</summary>
    public static void Run(ReadOnlySpan<int> codes, ReadOnlySpan<byte> table, Span<ulong> result) => RunScalar(codes, table, 0, result);

    /// <summary>Keeps the rows whose code's entry is set.</summary>
    /// <param name="codes">Codes of the column; each has its entry.</param>
    /// <param name="entries">One an entry of the dictionary.</param>
    /// <param name="rows">Rows to look at; empty: the first <paramref name="count"/>.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="result">Receives the rows kept, with room for <paramref name="count"/>.</param>
    /// <returns>How many.</returns>
    public static int Keep<TCode>(ReadOnlySpan<TCode> codes, ReadOnlySpan<bool> entries, ReadOnlySpan<int> rows, int count, Span<int> result)
        where TCode : unmanaged
    {
        result = result[..count];
        ref bool entry = ref MemoryMarshal.GetReference(entries);
        int kept = 0;
        if (rows.IsEmpty)
        {
            codes = codes[..count];
            for (int i = 0; i < codes.Length; i++)
            {
                result[kept] = i;
                kept += Unsafe.BitCast<bool, byte>(Unsafe.Add(ref entry, GatherKernels.Index(codes[i])));
            }

            return kept;
        }

        ref TCode code = ref MemoryMarshal.GetReference(codes);
        foreach (int row in rows[..count])
        {
            result[kept] = row;
            kept += Unsafe.BitCast<bool, byte>(Unsafe.Add(ref entry, GatherKernels.Index(Unsafe.Add(ref code, row))));
        }

        return kept;
    }

    /// <summary>0xFF for a set bit, 0x00 for a clear one.</summary>
    public static void FillTable(ReadOnlySpan<ulong> entries, int count, Span<byte> table)
    {
        for (int i = 0; i < count; i++)
        {
            table[i] = (byte)-(int)((entries[i >> 6] >> (i & 63)) & 1);
        }

        table[count..].Clear();
    }

    private static void RunScalar<TCode>(ReadOnlySpan<TCode> codes, ReadOnlySpan<byte> table, int start, Span<ulong> result)
        where TCode : unmanaged
    {
        for (; start < codes.Length; start += 64)
        {
            ulong word = 0;
            ReadOnlySpan<TCode> part = codes.Slice(start, Math.Min(64, codes.Length - start));
            for (int i = 0; i < part.Length; i++)
            {
                word |= (ulong)(table[GatherKernels.Index(part[i])] & 1) << i;
            }

            result[start >> 6] = word;
        }
    }
}
