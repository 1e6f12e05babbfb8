using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Tests.Aggregation;
using SqlCluster.Parser.Collections;

namespace SqlCluster.Execution.Tests.Joins;

/// <summary>ASOF joins against a search of all right rows.</summary>
public class AsOfJoinTests
{
    [Theory]
    [InlineData(ComparisonOperator.GreaterOrEqual, true)]
    [InlineData(ComparisonOperator.GreaterOrEqual, false)]
    [InlineData(ComparisonOperator.Greater, true)]
    [InlineData(ComparisonOperator.Less, false)]
    [InlineData(ComparisonOperator.LessOrEqual, true)]
    public void FindsTheNearestRow(ComparisonOperator comparison, bool isOuter)
    {
        foreach (int keyCount in new[] { 0, 1, 2 })
        {
            foreach ((int leftRows, int rightRows) in new[] { (100, 80), (10, 0), (0, 10) })
            {
                RowTable left = Rows(leftRows, 1), right = Rows(rightRows, 2);
                var plan = new AsOfJoinExec(
                    isOuter, left.Scan(), right.Scan(), [.. Enumerable.Range(0, keyCount).Select(left.Column)], [.. Enumerable.Range(0, keyCount).Select(right.Column)],
                    comparison, left.Column(2), right.Column(2), [0, 1, 2, 3, 4, 5]);
                string[] expected = RowTable.Sorted(Naive(left, right, keyCount, comparison, isOuter));
                Assert.Equal(expected, RowTable.Sorted(RowTable.Run(plan, new ExecutionSettings { BatchSize = 7 })));
            }
        }
    }

    private static RowTable Rows(int count, int seed)
    {
        var random = new Random(seed);
        int[] times = [.. Enumerable.Range(0, 1000)];
        random.Shuffle(times);
        return new RowTable(
            [SqlType.Integer, SqlType.Text, SqlType.Timestamp],
            [.. Enumerable.Range(0, count).Select(i => new object?[] { random.Next(9) == 0 ? null : (long)random.Next(3), $"k{random.Next(2)}", random.Next(9) == 0 ? null : (long)times[i] })], seed);
    }

    private static IEnumerable<object?[]> Naive(RowTable left, RowTable right, int keyCount, ComparisonOperator comparison, bool isOuter)
    {
        foreach (object?[] l in left.Rows)
        {
            IEnumerable<object?[]> partners = right.Rows.Where(r => l[2] != null && r[2] != null && Enumerable.Range(0, keyCount).All(k => l[k] != null && l[k]!.Equals(r[k])) && Holds((long)l[2]!, (long)r[2]!, comparison));
            object?[]? nearest = partners.MinBy(r => Math.Abs((long)l[2]! - (long)r[2]!));
            if (nearest != null || isOuter)
            {
                yield return [.. l, .. nearest ?? new object?[3]];
            }
        }
    }

    private static bool Holds(long left, long right, ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Greater => left > right,
        ComparisonOperator.GreaterOrEqual => left >= right,
        ComparisonOperator.Less => left < right,
        _ => left <= right,
    };
}
