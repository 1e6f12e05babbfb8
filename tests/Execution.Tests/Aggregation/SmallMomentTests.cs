using SqlCluster.Execution.Functions.Aggregate;

namespace SqlCluster.Execution.Tests.Aggregation;

/// <summary>Variances and deviations in 128 bits against those in numbers of any size.</summary>
public sealed class SmallMomentTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(0, 1_000)]
    [InlineData(0, 1_000_000)]
    [InlineData(2, 100)]
    [InlineData(2, 5_000_000)]
    [InlineData(4, 30_000)]
    public void DigitsAreThoseOfBigNumbers(int inputScale, int largest)
    {
        var random = new Random(20261122 + largest);
        int small = 0;
        for (int i = 0; i < 3000; i++)
        {
            var state = default(ExactMomentState);
            int count = random.Next(2, 30);
            for (int row = 0; row < count; row++)
            {
                state.Add(random.Next(-largest, largest + 1));
            }

            foreach ((bool isSample, bool isDeviation) in new[] { (true, false), (true, true), (false, false), (false, true) })
            {
                if (SmallMoments.Result(in state, isSample, isDeviation, inputScale, 16) is { } value)
                {
                    small++;
                    Assert.Equal(state.LargeResult(isSample, isDeviation, inputScale, 16), value);
                }
            }
        }

        Assert.True(small > 1000, $"vacuous: {small} results of 12,000 were small");
    }

    /// <summary>All the same, next to a square, and just beyond what 128 bits hold.</summary>
    [Theory]
    [InlineData(new long[] { 7, 7, 7 }, "0")]
    [InlineData(new long[] { 1, 3 }, "1.4142135623730950")]
    [InlineData(new long[] { 0, 6, 6, 0 }, "3.4641016151377546")]
    [InlineData(new long[] { 0, 2_000_000 }, "1414213.5623730950488017")]
    public void DeviationsOfFewRows(long[] values, string expected)
    {
        var state = default(ExactMomentState);
        foreach (long value in values)
        {
            state.Add(value);
        }

        Assert.Equal(decimal.Parse(expected, System.Globalization.CultureInfo.InvariantCulture) * 10_000_000_000_000_000m, (decimal)state.Result(true, true, 0, 16)!.Value);
    }
}
