using System.Diagnostics;

namespace SqlCluster.Generators.Tpch.Random;

/// <summary>Draws the numbers of one column: Lehmer's generator x' = 16807 x mod (2^31 - 1), as dbgen uses it.</summary>
/// <remarks>
/// A row may draw at most <c>drawsPerRow</c> numbers and, once finished, always counts as having drawn exactly that many. So the state at
/// any row is a power of the multiplier away from the seed, and any range of rows can be generated on its own. Not thread-safe.
/// </remarks>
internal sealed class RandomStream(long seed, int drawsPerRow)
{
    private const long Multiplier = 16807;
    private const long Modulus = int.MaxValue;

    /// <summary>Largest range for which exact integer scaling and dbgen's floating-point scaling agree on every state.</summary>
    /// <remarks>state * range is never a multiple of the prime modulus, so the exact quotient is at least 2^-31 away from an integer; the two roundings of
    /// the floating-point form err by at most range * 2^-52.</remarks>
    private const int ExactRange = 1 << 20;

    private readonly long[] _restOfRow = PowersOfMultiplier(drawsPerRow);
    private long _state = seed;
    private int _drawn;

    /// <summary>Draws a number between <paramref name="low"/> and <paramref name="high"/>, both included.</summary>
    public int Next(int low, int high)
    {
        long state = NextState();
        int range = unchecked(high - low + 1);
        return range is > 0 and <= ExactRange
            ? low + (int)((ulong)(state * range) / (ulong)Modulus)
            : low + (int)((double)state / Modulus * range);
    }

    /// <summary>Draws 31 bits the way dbgen asks for a number between 0 and the largest integer: its range overflows, so the result is negative.</summary>
    public long NextBits() => (long)((double)NextState() / Modulus * int.MinValue);

    /// <summary>Moves to the first number of the next row.</summary>
    public void FinishRow()
    {
        _state = MultiplyModulo(_state, _restOfRow[drawsPerRow - _drawn]);
        _drawn = 0;
    }

    /// <summary>Moves over whole rows. Costs a logarithm of <paramref name="rowCount"/>.</summary>
    public void SkipRows(long rowCount)
    {
        Debug.Assert(_drawn == 0, "rows are skipped between rows");
        long power = Multiplier;
        for (long count = rowCount * drawsPerRow; count > 0; count >>= 1)
        {
            if ((count & 1) != 0)
                _state = MultiplyModulo(_state, power);
            power = MultiplyModulo(power, power);
        }
    }

    /// <summary>The state that follows <paramref name="state"/>.</summary>
    public static long Advance(long state) => MultiplyModulo(state, Multiplier);

    /// <summary>Scales a state to 0 .. <paramref name="range"/> - 1, for ranges up to 2^20.</summary>
    public static int Scale(long state, int range) => (int)((ulong)(state * range) / (ulong)Modulus);

    private long NextState()
    {
        Debug.Assert(_drawn < drawsPerRow, "a row draws no more than its share");
        _drawn++;
        return _state = MultiplyModulo(_state, Multiplier);
    }

    /// <summary>left * right mod 2^31 - 1 for factors below the modulus: high and low 31 bits of the product are added.</summary>
    private static long MultiplyModulo(long left, long right)
    {
        long product = left * right;
        long sum = (product & Modulus) + (product >> 31);
        return sum >= Modulus ? sum - Modulus : sum;
    }

    private static long[] PowersOfMultiplier(int highest)
    {
        var powers = new long[highest + 1];
        powers[0] = 1;
        for (int i = 1; i <= highest; i++)
            powers[i] = MultiplyModulo(powers[i - 1], Multiplier);
        return powers;
    }
}
