using SqlCluster.Execution.Functions.Scalar.Numbers;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Exact variances and deviations of sums so small that 128 bits hold every step: those of most groups, without a big number in sight. The digits are those of <see cref="ExactMomentState.LargeResult"/>.</summary>
internal static class SmallMoments
{
    private const ulong LargestDividend = 1UL << 53;
    private const int LargestQuotientScale = 20;

    /// <summary>The scale of a square whose root has 16 digits after the point.</summary>
    private const int SquareScale = 32;

    private const int RootScale = SquareScale / 2;

    /// <summary>The variance or its root at a scale; null where 128 bits may not be enough.</summary>
    public static Int128? Result(in ExactMomentState state, bool isSample, bool isDeviation, int inputScale, int scale)
    {
        if (state.High != 0 || state.Low < 0 || state.Low > (Int128)1 << 95 || state.Count > int.MaxValue || Int128.Abs(state.Sum) > (Int128)1 << 62)
        {
            return null;
        }

        Int128 dividend = (state.Count * state.Low) - (state.Sum * state.Sum);
        if (dividend >= LargestDividend)
        {
            return null;
        }

        ulong above = (ulong)dividend, below = (ulong)state.Count * (ulong)(isSample ? state.Count - 1 : state.Count);
        int quotientScale = isDeviation ? Math.Max(scale, ResultScales.OfQuotient(above, 2 * inputScale, below)) : scale, shift = quotientScale - (2 * inputScale);
        if (shift is < 0 or > LargestQuotientScale || (isDeviation && (scale != RootScale || quotientScale > SquareScale)))
        {
            return null;
        }

        (UInt128 variance, UInt128 rest) = UInt128.DivRem(above * (UInt128)DecimalMath.PowerOfTen(shift), below);
        variance += rest * 2 >= below ? UInt128.One : UInt128.Zero;
        if (!isDeviation)
        {
            return (Int128)variance;
        }

        UInt128 unit = (UInt128)DecimalMath.PowerOfTen(SquareScale - quotientScale);
        return variance > (UInt128.One << 125) / unit ? null : (Int128)RoundedRoot(variance * unit);
    }

    /// <summary>The square root of a number below 2^126, rounded: double precision gives 53 bits of it, a step of Newton's method the rest.</summary>
    private static ulong RoundedRoot(UInt128 square)
    {
        if (square == 0)
        {
            return 0;
        }

        UInt128 root = (UInt128)Math.Sqrt((double)square);
        root = (root + (square / root)) >> 1;
        while (root * root > square)
        {
            root--;
        }

        while ((root + 1) * (root + 1) <= square)
        {
            root++;
        }

        // Beyond the middle between two roots: (root + 1/2)^2 = root^2 + root + 1/4.
        return (ulong)(square - (root * root) > root ? root + 1 : root);
    }
}
