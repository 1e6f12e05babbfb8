using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Encodings;

/// <summary>Decodes BYTE_STREAM_SPLIT: all first bytes of the values, then all second bytes, and so on.</summary>
/// <remarks>
/// Values of 2, 4 and 8 bytes are woven 64 result bytes at a time: one load per stream, one VPERMB. The source needs
/// <see cref="BitUnpacker.PaddingBytes"/> readable bytes after its end, the target as many writable ones.
/// </remarks>
internal static class ByteStreamSplit
{
    private static readonly Vector512<byte> Order2 = Order(2), Order4 = Order(4), Order8 = Order(8);

    /// <summary>Weaves the streams of a page into values.</summary>
    /// <param name="source">The streams, each as long as there are values.</param>
    /// <param name="valueSizeBytes">Bytes of one value, which is the number of streams.</param>
    /// <param name="target">The values; its length is a multiple of their size.</param>
    /// <exception cref="ParquetException">The source is not exactly as long as the target.</exception>
    public static void Decode(ReadOnlySpan<byte> source, int valueSizeBytes, Span<byte> target)
    {
        Check(source, target);
        if (Simd.HasBytePermute && valueSizeBytes is 2 or 4 or 8)
            DecodeVbmi(source, valueSizeBytes, target);
        else
            DecodeScalar(source, valueSizeBytes, target);
    }

    public static void DecodeVbmi(ReadOnlySpan<byte> source, int valueSizeBytes, Span<byte> target)
    {
        Check(source, target);
        int count = target.Length / valueSizeBytes, perStep = 64 / valueSizeBytes;
        ref byte from = ref MemoryMarshal.GetReference(source);
        ref byte to = ref MemoryMarshal.GetReference(target);
        for (nint i = 0; i < count; i += perStep)
        {
            Vector512<byte> streams;
            Vector512<byte> order;
            switch (valueSizeBytes)
            {
                case 2:
                    order = Order2;
                    streams = Vector512.Create(Load256(ref from, i), Load256(ref from, count + i));
                    break;
                case 4:
                    order = Order4;
                    streams = Vector512.Create(
                        Vector256.Create(Load128(ref from, i), Load128(ref from, count + i)),
                        Vector256.Create(Load128(ref from, (2 * (nint)count) + i), Load128(ref from, (3 * (nint)count) + i)));
                    break;
                default:
                    order = Order8;
                    streams = Vector512.Create(
                        Load64(ref from, i), Load64(ref from, count + i),
                        Load64(ref from, (2 * (nint)count) + i), Load64(ref from, (3 * (nint)count) + i),
                        Load64(ref from, (4 * (nint)count) + i), Load64(ref from, (5 * (nint)count) + i),
                        Load64(ref from, (6 * (nint)count) + i), Load64(ref from, (7 * (nint)count) + i)).AsByte();
                    break;
            }

            Avx512Vbmi.PermuteVar64x8(streams, order).StoreUnsafe(ref Unsafe.Add(ref to, i * valueSizeBytes));
        }
    }

    public static void DecodeScalar(ReadOnlySpan<byte> source, int valueSizeBytes, Span<byte> target)
    {
        Check(source, target);
        int count = target.Length / valueSizeBytes;
        for (int stream = 0; stream < valueSizeBytes; stream++)
        {
            ReadOnlySpan<byte> bytes = source.Slice(stream * count, count);
            for (int i = 0; i < bytes.Length; i++)
                target[(i * valueSizeBytes) + stream] = bytes[i];
        }
    }

    private static void Check(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (source.Length != target.Length)
            ParquetException.ThrowCorrupted($"split streams have {source.Length} bytes, the values {target.Length}");
    }

    private static Vector512<byte> Order(int valueSizeBytes)
    {
        Span<byte> order = stackalloc byte[64];
        for (int i = 0; i < 64; i++)
            order[i] = (byte)((i % valueSizeBytes * (64 / valueSizeBytes)) + (i / valueSizeBytes));
        return Vector512.Create<byte>(order);
    }

    private static ulong Load64(ref byte from, nint offset) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, offset));

    private static Vector128<byte> Load128(ref byte from, nint offset) => Vector128.LoadUnsafe(ref from, (nuint)offset);

    private static Vector256<byte> Load256(ref byte from, nint offset) => Vector256.LoadUnsafe(ref from, (nuint)offset);
}
