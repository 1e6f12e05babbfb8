using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Kernels;

/// <summary>Copies elements by row number: result[i] = source[rows[i]].</summary>
/// <remarks>Row numbers are trusted (Debug builds of the operators check them). A negative row reads element 0, whatever it holds; buffers are padded, so that is safe even when empty.</remarks>
internal static class GatherKernels
{
    public static void Run<T>(ReadOnlySpan<T> source, ReadOnlySpan<int> rows, Span<T> result)
        where T : unmanaged
    {
        Check.SameLength(rows.Length, result.Length);
        ref T sourceRef = ref MemoryMarshal.GetReference(source);
        ref T resultRef = ref MemoryMarshal.GetReference(result);
        for (int i = 0; i < rows.Length; i++)
        {
            int row = rows[i];
            row &= ~(row >> 31);
            Unsafe.Add(ref resultRef, i) = Unsafe.Add(ref sourceRef, row);
        }
    }

    /// <summary>result[i] = source[codes[i]] for codes of a dictionary.</summary>
    public static void Decode<TCode, T>(ReadOnlySpan<TCode> codes, ReadOnlySpan<T> source, Span<T> result)
        where TCode : unmanaged
        where T : unmanaged
    {
        Check.SameLength(codes.Length, result.Length);
        ref TCode codesRef = ref MemoryMarshal.GetReference(codes);
        ref T sourceRef = ref MemoryMarshal.GetReference(source);
        ref T resultRef = ref MemoryMarshal.GetReference(result);
        for (int i = 0; i < codes.Length; i++)
        {
            Unsafe.Add(ref resultRef, i) = Unsafe.Add(ref sourceRef, Index(Unsafe.Add(ref codesRef, i)));
        }
    }

    /// <summary>result[i] = source[codes[rows[i]]] for codes of a dictionary; rows are not negative.</summary>
    public static void Decode<TCode, T>(ReadOnlySpan<TCode> codes, ReadOnlySpan<int> rows, ReadOnlySpan<T> source, Span<T> result)
        where TCode : unmanaged
        where T : unmanaged
    {
        Check.SameLength(rows.Length, result.Length);
        ref TCode codesRef = ref MemoryMarshal.GetReference(codes);
        ref T sourceRef = ref MemoryMarshal.GetReference(source);
        ref T resultRef = ref MemoryMarshal.GetReference(result);
        for (int i = 0; i < rows.Length; i++)
        {
            Unsafe.Add(ref resultRef, i) = Unsafe.Add(ref sourceRef, Index(Unsafe.Add(ref codesRef, rows[i])));
        }
    }

    /// <summary>result[i] = values[rows[i]], sign-extended; without rows, values[i].</summary>
    public static void Widen(ReadOnlySpan<int> values, ReadOnlySpan<int> rows, Span<long> result)
    {
        ref int valuesRef = ref MemoryMarshal.GetReference(values);
        if (rows.IsEmpty)
        {
            Check.SameLength(values.Length, result.Length);
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = Unsafe.Add(ref valuesRef, i);
            }

            return;
        }

        Check.SameLength(rows.Length, result.Length);
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = Unsafe.Add(ref valuesRef, rows[i]);
        }
    }

    /// <summary>Gathers values of any fixed width as bytes.</summary>
    public static void RunBytes(ReadOnlySpan<byte> source, int width, ReadOnlySpan<int> rows, Span<byte> result)
    {
        switch (width)
        {
            case 1: Run(source, rows, result); break;
            case 2: Run(Cast<ushort>(source), rows, Cast<ushort>(result)); break;
            case 4: Run(Cast<uint>(source), rows, Cast<uint>(result)); break;
            case 8: Run(Cast<ulong>(source), rows, Cast<ulong>(result)); break;
            case 16: Run(Cast<UInt128>(source), rows, Cast<UInt128>(result)); break;
            default:
                for (int i = 0; i < rows.Length; i++)
                {
                    source.Slice(Math.Max(rows[i], 0) * width, width).CopyTo(result[(i * width)..]);
                }

                break;
        }
    }

    /// <summary>Bit i of the result = bit rows[i] of the source and rows[i] not negative; an empty source counts as all set.</summary>
    /// <returns>Clear bits of the result.</returns>
    public static int Bits(ReadOnlySpan<byte> source, ReadOnlySpan<int> rows, Span<ulong> result)
    {
        int zeros = 0;
        for (int start = 0; start < rows.Length; start += 64)
        {
            int count = Math.Min(64, rows.Length - start);
            ulong word = 0;
            for (int i = 0; i < count; i++)
            {
                int row = rows[start + i];
                ulong bit = row < 0 ? 0 : source.IsEmpty ? 1 : (ulong)(source[row >> 3] >> (row & 7)) & 1;
                word |= bit << i;
            }

            zeros += count - System.Numerics.BitOperations.PopCount(word);
            result[start >> 6] = word;
        }

        return zeros;
    }

    /// <summary>Bit i of the result = bit codes[i] of the source.</summary>
    public static void DecodeBits<TCode>(ReadOnlySpan<TCode> codes, ReadOnlySpan<byte> source, Span<ulong> result)
        where TCode : unmanaged
    {
        for (int start = 0; start < codes.Length; start += 64)
        {
            int count = Math.Min(64, codes.Length - start);
            ulong word = 0;
            for (int i = 0; i < count; i++)
            {
                int code = Index(codes[start + i]);
                word |= ((ulong)(source[code >> 3] >> (code & 7)) & 1) << i;
            }

            result[start >> 6] = word;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Index<TCode>(TCode code)
        where TCode : unmanaged =>
        typeof(TCode) == typeof(byte) ? (byte)(object)code : typeof(TCode) == typeof(ushort) ? (ushort)(object)code : (int)(object)code;

    private static Span<T> Cast<T>(Span<byte> bytes)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(bytes);

    private static ReadOnlySpan<T> Cast<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(bytes);
}
