using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Tests.Kernels;

/// <summary>The set against .NET's own, as a bitmap and as a table, by blocks and by rows.</summary>
public sealed class IntegerSetTests
{
    public static TheoryData<string, int> Shapes()
    {
        var data = new TheoryData<string, int>();
        foreach (string shape in (string[])["close", "wide", "extremes", "negative"])
        {
            foreach (int count in (int[])[1, 9, 64, 1000])
            {
                data.Add(shape, count);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void FindsWhatIsInIt(string shape, int count)
    {
        var random = new Random(count);
        long[] items = [.. Enumerable.Range(0, count).Select(i => shape switch
        {
            "close" => 100 + (3L * i),
            "wide" => random.NextInt64(long.MinValue, long.MaxValue),
            "negative" => -random.Next(1_000_000),
            _ => (i % 4) switch { 0 => long.MinValue, 1 => long.MaxValue, 2 => 0, _ => i },
        })];
        var set = new IntegerSet(items);
        HashSet<long> expected = [.. items];
        long[] probes = [.. items, .. items.Select(static item => unchecked(item + 1)), .. items.Select(static item => unchecked(item - 1)), 0, 1, -1, long.MinValue, long.MaxValue];

        var bits = new ulong[(probes.Length + 63) / 64];
        set.Test(probes, bits);
        Assert.All(probes, (probe, i) => Assert.Equal(expected.Contains(probe), ((bits[i / 64] >> (i % 64)) & 1) != 0));
        Assert.All(probes, probe => Assert.Equal(expected.Contains(probe), set.Contains(probe)));

        int[] narrow = [.. probes.Where(static probe => probe is >= int.MinValue and <= int.MaxValue).Select(static probe => (int)probe)];
        int[] rows = [.. Enumerable.Range(0, narrow.Length).Where(static row => row % 3 != 1)];
        var some = new ulong[(narrow.Length + 63) / 64];
        set.Test(narrow, rows, some);
        Assert.All(narrow, (probe, i) => Assert.Equal(i % 3 != 1 && expected.Contains(probe), ((some[i / 64] >> (i % 64)) & 1) != 0));
    }
}
