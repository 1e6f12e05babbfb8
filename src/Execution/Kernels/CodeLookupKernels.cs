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

    /// <summary>Codes of two bytes; <paramref name="table"/> has 0x00 or 0xFF an entry.</summary>
    public static void Run(ReadOnlySpan<ushort> codes, ReadOnlySpan<byte> table, Span<ulong> result) => RunScalar(codes, table, 0, result);

    /// <summary>Codes of four bytes; <paramref name="table"/> has 0x00 or 0xFF an entry.</summary>
    public static void Run(ReadOnlySpan<int> codes, ReadOnlySpan<byte> table, Span<ulong> result) => RunScalar(codes, table, 0, result);

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
