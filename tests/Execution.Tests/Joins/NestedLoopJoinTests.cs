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

    /// <summary>Conditions that set limits to right rows: of one key, of two, with more beside them, with nulls, and as limits that cannot be computed for every row.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(4096)]
    public void FindsPartnersBetweenLimits(int batchSize)
    {
        InputReference a = new(0, "a", SqlType.BigInt, true), b = new(1, "b", SqlType.BigInt, true), c = new(2, "c", SqlType.BigInt, true), d = new(3, "d", SqlType.BigInt, true);
        (string Name, Expression Condition, Func<long, long, long, long, bool> Holds)[] cases =
        [
            ("one limit", new Comparison(ComparisonOperator.Less, a, c), static (a, b, c, d) => a < c),
            ("both limits", new And([new Comparison(ComparisonOperator.GreaterOrEqual, c, a), new Comparison(ComparisonOperator.Less, c, b)]), static (a, b, c, d) => c >= a && c < b),
            ("two keys", new And([new Comparison(ComparisonOperator.LessOrEqual, c, a), new Comparison(ComparisonOperator.LessOrEqual, a, d)]), static (a, b, c, d) => c <= a && a <= d),
            ("two keys below", new And([new Comparison(ComparisonOperator.Greater, c, a), new Comparison(ComparisonOperator.Greater, b, d)]), static (a, b, c, d) => c > a && b > d),
            ("a rest", new And([new Comparison(ComparisonOperator.Greater, a, d), new Comparison(ComparisonOperator.NotEqual, b, c), new Comparison(ComparisonOperator.Less, b, d)]), static (a, b, c, d) => a > d && b != c && b < d),
        ];
        foreach (ExecJoinKind kind in Enum.GetValues<ExecJoinKind>().Where(static kind => kind is not (ExecJoinKind.LeftSingle or ExecJoinKind.LeftMark)))
        {
            foreach (int rightRows in new[] { 64, 300, 1100 })
            {
                var random = new Random(rightRows);
                RowTable left = Pairs(90, random, rightRows), right = Pairs(rightRows, random, rightRows + 1);
                int[] ordinals = kind switch
                {
                    ExecJoinKind.LeftSemi or ExecJoinKind.LeftAnti => [1, 0],
                    ExecJoinKind.RightSemi or ExecJoinKind.RightAnti => [2, 3],
                    _ => [3, 0, 2, 1],
                };
                foreach ((string name, Expression condition, Func<long, long, long, long, bool> holds) in cases)
                {
                    var plan = new NestedLoopJoinExec(kind, left.Scan(), right.Scan(), condition, [.. ordinals]);
                    string[] expected = RowTable.Sorted(NestedLoops.Join(
                        kind, left.Rows, right.Rows, 2, 2,
                        (l, r) => JoinConditionIsNull(name, l, r) ? null : holds((long)(l[0] ?? 0L), (long)(l[1] ?? 0L), (long)(r[0] ?? 0L), (long)(r[1] ?? 0L)))
                        .Select(row => ordinals.Select(ordinal => row[ordinal]).ToArray()));
                    string[] actual = RowTable.Sorted(RowTable.Run(plan, new ExecutionSettings { BatchSize = batchSize }));
                    Assert.True(expected.SequenceEqual(actual), $"{kind} {name} {rightRows}: {expected.Length} against {actual.Length}");
                }
            }
        }
    }

    /// <summary>None of these joins tells a null condition from a false one.</summary>
    private static bool JoinConditionIsNull(string name, object?[] left, object?[] right) => name switch
    {
        "one limit" => left[0] is null || right[0] is null,
        "both limits" => left[0] is null || left[1] is null || right[0] is null,
        "two keys" => left[0] is null || right[0] is null || right[1] is null,
        _ => left[0] is null || left[1] is null || right[0] is null || right[1] is null,
    };

    private static RowTable Pairs(int count, Random random, int seed) => new(
        [SqlType.BigInt, SqlType.BigInt],
        [.. Enumerable.Range(0, count).Select(_ => new object?[] { random.Next(9) == 0 ? null : (long)random.Next(40), random.Next(9) == 0 ? null : (long)random.Next(60) })],
        seed);

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
