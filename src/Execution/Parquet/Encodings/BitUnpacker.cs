using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Unpacks integers of a fixed bit width, packed from the least significant bit on, into 8, 16, 32 or 64 bits each.</summary>
/// <remarks>
/// <para>All forms read whole registers: the source needs <see cref="PaddingBytes"/> readable bytes after the packed bits, the target as many
/// writable bytes after its last element (they receive nothing meaningful). <c>count</c> may stop anywhere inside a group of 8.</para>
/// <para>With AVX-512 VBMI a 64-byte result takes one load, one VPERMB that brings the source bytes of each 8-byte lane together, one
/// VPMULTISHIFTQB that extracts 8 bits at any bit offset, and a mask: 0.02 to 0.04 ns a value against 0.7 for the scalar loop. Both
/// control vectors depend on the width alone, because 64 values of w bits are always 8 w bytes. A few widths (31 for 32-bit results; 59, 61,
/// 62, 63 for 64-bit ones) straddle nine bytes and take the scalar loop.</para>
/// </remarks>
internal static class BitUnpacker
{
    /// <summary>Bytes that must be readable after every source and writable after every target of this folder's decoders.</summary>
    public const int PaddingBytes = 64;

    /// <summary>Unpacks with the widest instructions that the processor has.</summary>
    /// <param name="source">The first packed byte.</param>
    /// <param name="bitWidth">0 to the bits of <typeparamref name="T"/>.</param>
    /// <param name="count">Values to unpack.</param>
    /// <param name="target">The first result.</param>
    public static void Unpack<T>(ref byte source, int bitWidth, int count, ref T target)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        Debug.Assert((uint)bitWidth <= (uint)Unsafe.SizeOf<T>() * 8 && count >= 0);
        if (Simd.HasBytePermute && VbmiPlan<T>.CanUnpack(bitWidth))
            UnpackVbmi(ref source, bitWidth, count, ref target);
        else if (Simd.Has256 && Avx2.IsSupported && Avx2Plan.CanUnpack<T>(bitWidth))
            UnpackAvx2(ref source, bitWidth, count, ref target);
        else
            UnpackScalar(ref source, bitWidth, count, ref target);
    }

    /// <summary>Unpacks 64 result bytes per step.</summary>
    public static void UnpackVbmi<T>(ref byte source, int bitWidth, int count, ref T target)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        Debug.Assert(VbmiPlan<T>.CanUnpack(bitWidth));
        VbmiPlan<T>.Get(bitWidth, out Vector512<byte> permutation, out Vector512<byte> shifts);
        Vector512<T> mask = Vector512.Create(Mask<T>(bitWidth));
        int perStep = Vector512<T>.Count;
        nuint sourceStep = (nuint)(perStep * bitWidth / 8);
        for (nint i = 0; i < count; i += perStep)
        {
            Vector512<byte> gathered = Avx512Vbmi.PermuteVar64x8(Vector512.LoadUnsafe(ref source), permutation);
            Vector512<T> values = Avx512Vbmi.MultiShift(shifts, gathered.AsUInt64()).As<byte, T>() & mask;
            values.StoreUnsafe(ref Unsafe.Add(ref target, i));
            source = ref Unsafe.Add(ref source, sourceStep);
        }
    }

    /// <summary>Unpacks groups of 8 values through 32-bit lanes and narrows them.</summary>
    public static void UnpackAvx2<T>(ref byte source, int bitWidth, int count, ref T target)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        Debug.Assert(Avx2Plan.CanUnpack<T>(bitWidth));
        Avx2Plan plan = Avx2Plan.Get(bitWidth);
        nuint position = 0;
        nint i = 0;
        if (typeof(T) == typeof(uint))
        {
            for (; i < count; i += 8)
                plan.Next(ref source, ref position).StoreUnsafe(ref Unsafe.As<T, uint>(ref Unsafe.Add(ref target, i)));
        }
        else if (typeof(T) == typeof(ushort))
        {
            for (; i < count; i += 16)
            {
                Vector256<uint> low = plan.Next(ref source, ref position), high = plan.Next(ref source, ref position);
                Vector256.Narrow(low, high).StoreUnsafe(ref Unsafe.As<T, ushort>(ref Unsafe.Add(ref target, i)));
            }
        }
        else
        {
            for (; i < count; i += 32)
            {
                Vector256<uint> first = plan.Next(ref source, ref position), second = plan.Next(ref source, ref position);
                Vector256<uint> third = plan.Next(ref source, ref position), fourth = plan.Next(ref source, ref position);
                Vector256.Narrow(Vector256.Narrow(first, second), Vector256.Narrow(third, fourth))
                    .StoreUnsafe(ref Unsafe.As<T, byte>(ref Unsafe.Add(ref target, i)));
            }
        }
    }

    /// <summary>Unpacks one value per step, any width; the reference for the other forms.</summary>
    public static void UnpackScalar<T>(ref byte source, int bitWidth, int count, ref T target)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        ulong mask = ulong.CreateTruncating(Mask<T>(bitWidth));
        long bit = 0;
        for (nint i = 0; i < count; i++, bit += bitWidth)
        {
            nint position = (nint)(bit >> 3);
            int shift = (int)(bit & 7);
            ulong word = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, position)) >> shift;
            if (shift + bitWidth > 64)
                word |= (ulong)Unsafe.Add(ref source, position + 8) << (64 - shift);
            Unsafe.Add(ref target, i) = T.CreateTruncating(word & mask);
        }
    }

    private static T Mask<T>(int bitWidth)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T> =>
        bitWidth == Unsafe.SizeOf<T>() * 8 ? T.AllBitsSet : (T.One << bitWidth) - T.One;

    // Control vectors of the VBMI form for results of one width, by bit width of the source.
    private static class VbmiPlan<T>
        where T : unmanaged
    {
        private static readonly Controls[] Plans = Build();

        public static bool CanUnpack(int bitWidth) => Unsafe.SizeOf<T>() switch
        {
            4 => bitWidth != 31,
            8 => bitWidth is not (59 or 61 or 62 or 63),
            _ => true,
        };

        public static void Get(int bitWidth, out Vector512<byte> permutation, out Vector512<byte> shifts)
        {
            ref Controls controls = ref Plans[bitWidth];
            permutation = controls.Permutation;
            shifts = controls.Shifts;
        }

        private static Controls[] Build()
        {
            int resultBytes = Unsafe.SizeOf<T>(), perLane = 8 / resultBytes;
            Controls[] plans = new Controls[(resultBytes * 8) + 1];
            Span<byte> permutation = stackalloc byte[64];
            Span<byte> shifts = stackalloc byte[64];
            for (int bitWidth = 0; bitWidth < plans.Length; bitWidth++)
            {
                for (int lane = 0; lane < 8; lane++)
                {
                    int bit = lane * perLane * bitWidth;
                    for (int i = 0; i < 8; i++)
                        permutation[(lane * 8) + i] = (byte)Math.Min(63, (bit >> 3) + i);
                    for (int value = 0; value < perLane; value++)
                    {
                        for (int i = 0; i < resultBytes; i++)
                            shifts[(lane * 8) + (value * resultBytes) + i] = (byte)(((bit & 7) + (value * bitWidth) + (8 * i)) & 63);
                    }
                }

                plans[bitWidth] = new Controls(Vector512.Create<byte>(permutation), Vector512.Create<byte>(shifts));
            }

            return plans;
        }

        private readonly record struct Controls(Vector512<byte> Permutation, Vector512<byte> Shifts);
    }

    // Unpacks 8 values of up to 25 bits: each 128-bit half loads the bytes of its 4 values, moves the 4 bytes that hold a value into
    // its lane, and shifts it down by 0 to 7.
    private readonly struct Avx2Plan(int bitWidth, Vector256<byte> order, Vector256<uint> shifts)
    {
        private const int MaxBitWidth = 25;

        private static readonly Avx2Plan[] Plans = Build();

        private readonly Vector256<uint> _mask = Vector256.Create((1u << bitWidth) - 1);
        private readonly Vector256<byte> _order = order;
        private readonly Vector256<uint> _shifts = shifts;
        private readonly nuint _step = (nuint)bitWidth;
        private readonly nuint _half = (nuint)(bitWidth / 2);

        public static bool CanUnpack<T>(int bitWidth) => Unsafe.SizeOf<T>() <= 4 && bitWidth <= MaxBitWidth;

        public static Avx2Plan Get(int bitWidth) => Plans[bitWidth];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<uint> Next(ref byte source, ref nuint position)
        {
            Vector256<byte> bytes = Vector256.Create(
                Vector128.LoadUnsafe(ref source, position), Vector128.LoadUnsafe(ref source, position + _half));
            position += _step;
            return Avx2.ShiftRightLogicalVariable(Avx2.Shuffle(bytes, _order).AsUInt32(), _shifts) & _mask;
        }

        private static Avx2Plan[] Build()
        {
            Avx2Plan[] plans = new Avx2Plan[MaxBitWidth + 1];
            Span<byte> order = stackalloc byte[32];
            Span<uint> shifts = stackalloc uint[8];
            for (int bitWidth = 0; bitWidth < plans.Length; bitWidth++)
            {
                for (int value = 0; value < 8; value++)
                {
                    int bit = value * bitWidth;
                    if (value >= 4)
                        bit -= bitWidth / 2 * 8;
                    for (int i = 0; i < 4; i++)
                        order[(value * 4) + i] = (byte)Math.Min(15, (bit >> 3) + i);
                    shifts[value] = (uint)(bit & 7);
                }

                plans[bitWidth] = new Avx2Plan(bitWidth, Vector256.Create<byte>(order), Vector256.Create<uint>(shifts));
            }

            return plans;
        }
    }
}
