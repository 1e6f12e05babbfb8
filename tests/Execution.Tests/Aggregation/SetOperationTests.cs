using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Parser.Collections;

namespace SqlCluster.Execution.Tests.Aggregation;

/// <summary>INTERSECT and EXCEPT against counting texts.</summary>
public class SetOperationTests
{
    [Theory]
    [InlineData(SetOperationKind.Intersect, false)]
    [InlineData(SetOperationKind.Intersect, true)]
    [InlineData(SetOperationKind.Except, false)]
    [InlineData(SetOperationKind.Except, true)]
    public void CountsEqualRows(SetOperationKind kind, bool isAll)
    {
        foreach ((int leftRows, int rightRows) in new[] { (300, 200), (0, 5), (5, 0) })
        {
            RowTable left = Rows(leftRows, 1), right = Rows(rightRows, 2);
            var plan = new SetOperationExec(kind, isAll, left.Scan(), right.Scan(), [.. left.Types.Select(HashAggregateTests.Column)]);
            Dictionary<string, int> counts = right.Rows.GroupBy(RowTable.Text).ToDictionary(static group => group.Key, static group => group.Count());
            IEnumerable<object?[]> expected = left.Rows.GroupBy(RowTable.Text).SelectMany(group =>
            {
                int l = group.Count(), r = counts.GetValueOrDefault(group.Key);
                int copies = kind == SetOperationKind.Intersect ? (isAll ? Math.Min(l, r) : r > 0 ? 1 : 0) : isAll ? Math.Max(l - r, 0) : r == 0 ? 1 : 0;
                return Enumerable.Repeat(group.First(), copies);
            });
            Assert.Equal(RowTable.Sorted(expected), RowTable.Sorted(RowTable.Run(plan, new ExecutionSettings { BatchSize = 16 })));
        }
    }

    private static RowTable Rows(int count, int seed)
    {
        var random = new Random(seed);
        return new RowTable(
            [SqlType.Integer, SqlType.Text],
            [.. Enumerable.Range(0, count).Select(_ => new object?[] { random.Next(5) == 0 ? null : (long)random.Next(8), random.Next(5) == 0 ? null : $"{random.Next(4)}" })], seed);
    }
}
