using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace SqlCluster.Execution.Kernels;

/// <summary>Checks that kernels make once on entry, before they leave bounds checks behind.</summary>
internal static class Check
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SameLength(int left, int right)
    {
        if (left != right)
        {
            Fail(left, right);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SameLength(int left, int right, int result)
    {
        if (left != right || left != result)
        {
            Fail(left, right);
        }
    }

    [DoesNotReturn]
    private static void Fail(int left, int right) => throw new ArgumentException($"kernel arguments of unequal length: {left} and {right}");
}
