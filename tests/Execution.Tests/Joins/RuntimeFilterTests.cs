using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Operators.Joins;
using SqlCluster.Execution.Tests.Aggregation;
using SqlCluster.Execution.Tests.Kernels;

namespace SqlCluster.Execution.Tests.Joins;

/// <summary>A filter never drops a row with a partner; exact ones drop every row without.</summary>
public class RuntimeFilterTests
{
    [Theory]
    [InlineData(1000, 5000, true)]
    [InlineData(1000, 2_000_000_000_000, false)]
    public void IntegersPassOrDoNot(int keys, long range, bool isExact)
    {
        using var account = new MemoryAccount("test");
        var random = new Random(keys);
        long?[] build = [.. Enumerable.Range(0, keys).Select(_ => random.Next(10) == 0 ? (long?)null : random.NextInt64(range))];
        long?[] probe = [.. Enumerable.Range(0, 4000).Select(_ => random.Next(10) == 0 ? null : random.Next(2) == 0 ? build[random.Next(keys)] : random.NextInt64(-100, range + 100))];
        Vector buildVector = TestVectors.Fixed(ArrowType.Int64, build, account), flat = TestVectors.Fixed(ArrowType.Int64, probe, account);
        using RuntimeFilter filter = RuntimeFilter.Build([(buildVector, null)], account);
        Assert.Equal(isExact, filter.IsExact);
        var partners = build.Where(static key => key != null).ToHashSet();
        Assert.Equal(partners.Min(), filter.Least);
        Assert.Equal(partners.Max(), filter.Most);
        foreach (Vector vector in new[] { flat, TestVectors.AsDictionary(flat, random, account) })
        {
            using var reader = new RuntimeFilterReader(filter, account);
            NativeBuffer? buffer = null;
            int[] kept = reader.ApplyTo(vector, null, ref buffer).Rows.ToArray();
            int[] wanted = [.. Enumerable.Range(0, probe.Length).Where(row => probe[row] != null && partners.Contains(probe[row]))];
            Assert.Empty(wanted.Except(kept));
            Assert.True(isExact ? kept.Length == wanted.Length : kept.Length < wanted.Length + 200, $"{kept.Length} against {wanted.Length}");
            int[] some = [.. wanted.Where((_, index) => index % 3 == 0)];
            Assert.Equal(some.Length, reader.Apply(vector, some, some.Length, new int[some.Length]));
        }

        Assert.False(filter.MightContainRange(range + 1, range + 100));
        Assert.True(filter.MightContainRange(filter.Most, long.MaxValue));
        if (isExact)
        {
            long gap = Enumerable.Range(0, (int)range).First(value => !partners.Contains(value) && value > filter.Least);
            Assert.False(filter.MightContainRange(gap, gap));
        }
    }

    [Fact]
    public void TextsGoThroughABloomFilter()
    {
        using var account = new MemoryAccount("test");
        string?[] build = [.. Enumerable.Range(0, 500).Select(static i => $"a key of some length {i}")];
        string?[] probe = [.. Enumerable.Range(0, 2000).Select(static i => i % 50 == 0 ? null : $"a key of some length {i}")];
        using RuntimeFilter filter = RuntimeFilter.Build([(TestVectors.Text(build, account), null)], account);
        using var reader = new RuntimeFilterReader(filter, account);
        NativeBuffer? buffer = null;
        int[] kept = reader.ApplyTo(TestVectors.Text(probe, account), null, ref buffer).Rows.ToArray();
        Assert.Equal(490, kept.Count(static row => row < 500));
        Assert.InRange(kept.Count(static row => row >= 500), 0, 100);
    }

    [Fact]
    public void AJoinPublishesItsFilterBeforeItReadsItsProbeSide()
    {
        var left = new RowTable([SqlType.Integer], [[1L], [2L]], 1);
        var right = new RowTable([SqlType.Integer], [[2L], [7L], [null]], 2);
        var id = new RuntimeFilterId(4);
        var plan = new HashJoinExec(
            ExecJoinKind.Inner, left.Scan(), right.Scan(), [left.Column(0)], [right.Column(0)], [false], null, false, [0], [new RuntimeFilterSource(id, 0)]);
        using var query = new QueryContext("test", ExecutionSettings.Default, TestContext.Current.CancellationToken);
        using Operator root = OperatorFactory.Create(plan, new TaskContext(query, 0, 1));
        RuntimeFilter? filter = RuntimeFilter.Find(query, id);
        Assert.NotNull(filter);
        Assert.Equal((2L, 7L, 2L), (filter.Least, filter.Most, filter.KeyCount));
        Assert.Equal([[2L]], RowTable.Drain(root));
    }
}
