using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SqlCluster.Execution.Kernels;

/// <summary>Which vector widths kernels use: what the processor has, unless the environment variable SQLCLUSTER_SIMD says scalar, avx2 or avx512.</summary>
/// <remarks>Read once, into constants for the JIT. Tests run the whole suite with each value.</remarks>
internal static class Simd
{
    private static readonly string Limit = Environment.GetEnvironmentVariable("SQLCLUSTER_SIMD") ?? "";

    /// <summary>512-bit vectors.</summary>
    public static readonly bool Has512 = Vector512.IsHardwareAccelerated && Limit is not ("scalar" or "avx2");

    /// <summary>256-bit vectors.</summary>
    public static readonly bool Has256 = Vector256.IsHardwareAccelerated && Limit != "scalar";

    /// <summary>Compress of 32-bit lanes by mask (AVX-512F).</summary>
    public static readonly bool HasCompress = Has512 && Avx512F.IsSupported;

    /// <summary>Byte permutes across 512 bits (AVX-512 VBMI).</summary>
    public static readonly bool HasBytePermute = Has512 && Avx512Vbmi.IsSupported;
}
