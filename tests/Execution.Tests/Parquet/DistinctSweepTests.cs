using SqlCluster.Execution.Parquet.Reading;

namespace SqlCluster.Execution.Tests.Parquet;

public sealed class DistinctSweepTests
{
    private static double Count(params (int Least, int Greatest, int Distinct)[] groups)
    {
        var sweep = new DistinctSweep();
        foreach ((int least, int greatest, int distinct) in groups)
        {
            sweep.Add(least, greatest, distinct);
        }

        return sweep.Count();
    }

    [Fact]
    public void RowGroupsOfTheSameValuesCountOnce() => Assert.Equal(50, Count((0, 99, 50), (0, 99, 40), (0, 99, 50)), 9);

    [Fact]
    public void RowGroupsApartAddUp() => Assert.Equal(17, Count((100, 109, 5), (0, 9, 10), (1000, 1000, 1), (1001, 1001, 1)), 9);

    [Fact]
    public void OverlappingRowGroupsShareTheValuesOfTheOverlap() => Assert.Equal(15 + 5, Count((0, 19, 20 / 2), (10, 19, 10), (0, 9, 2), (30, 34, 5)), 9);

    [Fact]
    public void SortedRowGroupsThatMeetAddUpButForWhatTheyShare()
    {
        // A table sorted by a key of 261 values, of which neighbours share the one at the border.
        (int, int, int)[] groups = [.. Enumerable.Range(0, 87).Select(static group => (group * 21, (group * 21) + 21, 4))];
        Assert.InRange(Count(groups), 261, 360);
    }
}
