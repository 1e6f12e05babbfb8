using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Kernels;

/// <summary>Views of bytes that already lie in off-heap memory.</summary>
internal static unsafe class ViewKernels
{
    /// <summary>A view of bytes in a native buffer or inside another view; nothing is copied.</summary>
    /// <param name="bytes">Off-heap: never managed memory, which moves.</param>
    public static StringView ViewOf(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* address = bytes)
        {
            return StringView.Create(address, bytes.Length);
        }
    }
}
