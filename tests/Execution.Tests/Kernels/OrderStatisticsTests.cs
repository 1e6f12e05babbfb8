using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Tests.Kernels;

/// <summary>Selection against sorting: the values at the places asked for, and the same values altogether.</summary>
public sealed class OrderStatisticsTests
{
    public static TheoryData<string, int> Shapes()
    {
        var data = new TheoryData<string, int>();
        foreach (string shape in (string[])["random", "few", "equal", "ascending", "descending", "organ pipes", "extremes"])
        {
            foreach (int length in (int[])[1, 2, 3, 17, 255, 256, 257, 1001, 5003, 200_003])
            {
                data.Add(shape, length);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SelectedPlacesHoldWhatSortingPutsThere(string shape, int length)
    {
        var random = new Random(length);
        long[] values = [.. Enumerable.Range(0, length).Select(i => shape switch
        {
            "random" => random.NextInt64(),
            "few" => random.Next(7),
            "equal" => 5,
            "ascending" => i,
            "descending" => -i,
            "organ pipes" => Math.Min(i, length - i),
            _ => random.Next(3) switch { 0 => long.MinValue, 1 => long.MaxValue, _ => 0 },
        })];
        long[] sorted = [.. values.Order()];
        int[][] asked = [[0], [length - 1], [length / 2], [length / 3, Math.Min((length / 3) + 1, length - 1)], [.. Enumerable.Range(0, 9).Select(_ => random.Next(length)).Order()]];
        foreach (int[] places in asked)
        {
            long[] selected = [.. values];
            OrderStatistics.Select<long>(selected, places, TestContext.Current.CancellationToken);
            Assert.Equal(places.Select(place => sorted[place]), places.Select(place => selected[place]));
            Assert.Equal(sorted, selected.Order());

            Int128[] wide = [.. values.Select(static value => (Int128)value << 40)];
            OrderStatistics.Select<Int128>(wide, places, TestContext.Current.CancellationToken);
            Assert.Equal(places.Select(place => (Int128)sorted[place] << 40), places.Select(place => wide[place]));
        }

        long[] all = [.. values];
        OrderStatistics.Sort<long>(all, TestContext.Current.CancellationToken);
        Assert.Equal(sorted, all);
    }

    [Fact]
    public void SelectionEndsWhenItIsCancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        long[] values = [.. Enumerable.Range(0, 5000)];
        Assert.Throws<OperationCanceledException>(() => OrderStatistics.Select<long>(values, [2500], source.Token));
        Assert.Throws<OperationCanceledException>(() => OrderStatistics.Sort<long>(values, source.Token));
    }
}
