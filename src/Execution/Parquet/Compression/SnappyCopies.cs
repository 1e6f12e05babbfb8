using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SqlCluster.Execution.Parquet.Compression;

/// <summary>Copies short runs for the Snappy decoder with one width of register.</summary>
/// <remarks>All methods may write up to 80 bytes from the target on and read 64 from the source on, whatever the length.</remarks>
internal unsafe interface ISnappyCopy
{
    static abstract bool IsSupported { get; }

    static abstract void Copy16(byte* source, byte* target);

    static abstract void Copy64(byte* source, byte* target);

    /// <summary>Copies 1 to 64 bytes from <paramref name="offset"/> bytes before the target; source and target may overlap, which repeats the source.</summary>
    static abstract void CopyWithin(byte* target, uint offset, uint length);
}

/// <summary>Copies with 16- and 32-byte registers (AVX2).</summary>
/// <remarks>
/// 64-byte registers measured no faster, nor did a separate path for far copies: it cost the hot loop registers, 10 % on integers. The path for a
/// period of 8 bytes gains a third on sorted int64 columns.
/// </remarks>
internal readonly unsafe struct SnappyCopyBy32 : ISnappyCopy
{
    public static bool IsSupported => Vector256.IsHardwareAccelerated;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy16(byte* source, byte* target) => Vector128.Store(Vector128.Load(source), target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy64(byte* source, byte* target)
    {
        Vector256<byte> first = Vector256.Load(source), second = Vector256.Load(source + 32);
        Vector256.Store(first, target);
        Vector256.Store(second, target + 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyWithin(byte* target, uint offset, uint length)
    {
        byte* source = target - offset;
        if (length <= 16 && offset >= length)
        {
            Vector128.Store(Vector128.Load(source), target);
        }
        else if (offset >= 16)
        {
            SnappyPattern.CopyBySixteens(source, target, length);
        }
        else if (offset == 8)
        {
            Vector256<byte> repeated = Vector256.Create(*(ulong*)source).AsByte();
            Vector256.Store(repeated, target);
            Vector256.Store(repeated, target + 32);
        }
        else
        {
            SnappyPattern.Repeat(source, target, offset, length);
        }
    }
}

/// <summary>Copies with 16-byte registers (SSE and NEON).</summary>
internal readonly unsafe struct SnappyCopyBy16 : ISnappyCopy
{
    public static bool IsSupported => Vector128.IsHardwareAccelerated;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy16(byte* source, byte* target) => Vector128.Store(Vector128.Load(source), target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy64(byte* source, byte* target)
    {
        for (int i = 0; i < 64; i += 16)
            Vector128.Store(Vector128.Load(source + i), target + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyWithin(byte* target, uint offset, uint length)
    {
        byte* source = target - offset;
        if (length <= 16 && offset >= length)
            Vector128.Store(Vector128.Load(source), target);
        else if (offset >= 16)
            SnappyPattern.CopyBySixteens(source, target, length);
        else
            SnappyPattern.Repeat(source, target, offset, length);
    }
}

/// <summary>Copies without vector instructions.</summary>
internal readonly unsafe struct SnappyCopyBy8 : ISnappyCopy
{
    public static bool IsSupported => true;

    public static void Copy16(byte* source, byte* target)
    {
        ulong first = *(ulong*)source, second = *(ulong*)(source + 8);
        *(ulong*)target = first;
        *(ulong*)(target + 8) = second;
    }

    public static void Copy64(byte* source, byte* target)
    {
        for (int i = 0; i < 64; i += 8)
            *(ulong*)(target + i) = *(ulong*)(source + i);
    }

    public static void CopyWithin(byte* target, uint offset, uint length)
    {
        byte* source = target - offset;
        if (offset >= 8)
        {
            for (uint i = 0; i < length; i += 8)
                *(ulong*)(target + i) = *(ulong*)(source + i);
            return;
        }

        for (uint i = 0; i < length; i++)
            target[i] = source[i];
    }
}

/// <summary>Copies overlapping runs with 16-byte registers.</summary>
internal static unsafe class SnappyPattern
{
    // Per offset of 1 to 15: the byte order that repeats a pattern of that many bytes over 16.
    private static readonly byte* Orders = BuildOrders();

    /// <summary>Copies up to 64 bytes, 16 at a time; source and target are at least 16 apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyBySixteens(byte* source, byte* target, uint length)
    {
        Vector128.Store(Vector128.Load(source), target);
        Vector128.Store(Vector128.Load(source + 16), target + 16);
        if (length > 32)
        {
            Vector128.Store(Vector128.Load(source + 32), target + 32);
            Vector128.Store(Vector128.Load(source + 48), target + 48);
        }
    }

    /// <summary>Repeats the 1 to 15 bytes at the source: the pattern is spread in a register and stepped by its largest multiple within 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Repeat(byte* source, byte* target, uint offset, uint length)
    {
        Vector128<byte> pattern = Vector128.ShuffleNative(Vector128.Load(source), Vector128.Load(Orders + (offset * 16)));
        uint step = 16 / offset * offset;
        byte* end = target + length;
        do
        {
            Vector128.Store(pattern, target);
            target += step;
        }
        while (target < end);
    }

    private static byte* BuildOrders()
    {
        byte* orders = (byte*)NativeMemory.AlignedAlloc(16 * 16, 64);
        for (int offset = 0; offset < 16; offset++)
        {
            for (int i = 0; i < 16; i++)
                orders[(offset * 16) + i] = (byte)(offset == 0 ? 0 : i % offset);
        }

        return orders;
    }
}
