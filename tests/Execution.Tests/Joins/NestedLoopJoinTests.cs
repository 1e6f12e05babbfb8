using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Tests.Aggregation;
using SqlCluster.Parser.Collections;

namespace SqlCluster.Execution.Tests.Joins;

/// <summary>Joins without hash keys, against two nested loops.</summary>
public class NestedLoopJoinTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(4096)]
    public void JoinsOnAnyCondition(int batchSize)
    {
        foreach (ExecJoinKind kind in Enum.GetValues<ExecJoinKind>())
        {
            foreach ((int leftRows, int rightRows) in new[] { (0, 3), (20, 0), (50, 1), (40, 30) })
            {
                foreach (bool hasCondition in new[] { false, true })
                {
                    if (kind == ExecJoinKind.LeftSingle && rightRows > 1)
                    {
                        continue;
                    }

                    Check(kind, leftRows, rightRows, hasCondition, batchSize);
                }
            }
        }
    }

    private static void Check(ExecJoinKind kind, int leftRows, int rightRows, bool hasCondition, int batchSize)
    {
        int seed = leftRows + rightRows;
        var random = new Random(seed);
        RowTable left = Rows(leftRows, random, seed), right = Rows(rightRows, random, seed + 1);
        int[] ordinals = kind switch
        {
            ExecJoinKind.LeftSemi or ExecJoinKind.LeftAnti => [1, 0],
            ExecJoinKind.LeftMark => [0, 1, 4],
            ExecJoinKind.RightSemi or ExecJoinKind.RightAnti => [2, 3],
            _ => [3, 0, 2, 1],
        };
        var condition = new Comparison(ComparisonOperator.GreaterOrEqual, left.Column(0), new InputReference(2, "r", SqlType.BigInt, true));
        var plan = new NestedLoopJoinExec(kind, left.Scan(), right.Scan(), hasCondition ? condition : null, [.. ordinals]);
        string[] expected = RowTable.Sorted(NestedLoops.Join(kind, left.Rows, right.Rows, 2, 2, (l, r) => !hasCondition ? true : l[0] == null || r[0] == null ? null : (long)l[0]! >= (long)r[0]!)
            .Select(row => ordinals.Select(ordinal => row[ordinal]).ToArray()));
        string[] actual = RowTable.Sorted(RowTable.Run(plan, new ExecutionSettings { BatchSize = batchSize }));
        Assert.True(expected.SequenceEqual(actual), $"{kind} {leftRows} x {rightRows} condition {hasCondition}: {expected.Length} against {actual.Length}");
    }

    private static RowTable Rows(int count, Random random, int seed) => new(
        [SqlType.BigInt, SqlType.Text],
        [.. Enumerable.Range(0, count).Select(i => new object?[] { random.Next(6) == 0 ? null : (long)random.Next(20), i % 5 == 0 ? null : $"a text that is long {i}" })],
        seed);
}
