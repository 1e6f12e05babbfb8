using System.Numerics;
using SqlCluster.Execution.Functions;

namespace SqlCluster.Execution.Tests.Functions;

/// <summary>Quotients and changes of scale against big integers.</summary>
public sealed class DecimalMathTests
{
    private static readonly Int128[] Edges =
    [
        0, 1, 2, 3, 5, 7, 10, 99, uint.MaxValue - 1, uint.MaxValue, (Int128)uint.MaxValue + 1, long.MaxValue, (Int128)long.MaxValue + 1, ulong.MaxValue, (Int128)ulong.MaxValue + 1,
        DecimalMath.PowerOfTen(9), DecimalMath.PowerOfTen(10), DecimalMath.PowerOfTen(19), DecimalMath.PowerOfTen(38), DecimalMath.PowerOfTen(38) - 1, Int128.MaxValue,
    ];

    [Fact]
    public void QuotientsAreRoundedHalfAwayFromZero()
    {
        var random = new Random(38);
        foreach (Int128 left in Values(random))
        {
            foreach (Int128 right in Values(random).Where(static value => value != 0))
            {
                BigInteger twice = BigInteger.Abs(left) * 2 / BigInteger.Abs(right);
                BigInteger expected = ((twice + 1) / 2) * ((left < 0) == (right < 0) ? 1 : -1);
                Assert.True(expected == (BigInteger)DecimalMath.DivideRounded(left, right), $"{left} / {right}");
            }
        }
    }

    [Fact]
    public void ScalesChangeWhereTheNumberFits()
    {
        var random = new Random(128);
        int fitting = 0, beyond = 0;
        foreach (Int128 value in Values(random))
        {
            for (int shift = 0; shift <= 40; shift++)
            {
                BigInteger scaled = (BigInteger)value * BigInteger.Pow(10, shift);
                bool fits = BigInteger.Abs(scaled) <= (BigInteger)Int128.MaxValue;
                Assert.True(fits == DecimalMath.TryRescale(value, 2, 2 + shift, out Int128 result), $"{value} by {shift}");
                Assert.True(!fits || (BigInteger)result == scaled, $"{value} by {shift}");
                _ = fits ? fitting++ : beyond++;
            }
        }

        Assert.True(fitting > 100 && beyond > 100, "both ends were tried");
    }

    private static IEnumerable<Int128> Values(Random random)
    {
        foreach (Int128 edge in Edges)
        {
            yield return edge;
            yield return -edge;
        }

        for (int i = 0; i < 200; i++)
        {
            Int128 value = new Int128((ulong)random.NextInt64() >> random.Next(1, 65), (ulong)random.NextInt64()) >> random.Next(0, 120);
            yield return i % 2 == 0 ? value : -value;
        }
    }
}
