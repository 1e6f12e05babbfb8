using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Tests.Aggregation;
using SqlCluster.Parser.Collections;

namespace SqlCluster.Execution.Tests.Joins;

/// <summary>Joins random tables in every way and compares with two nested loops.</summary>
public class HashJoinTests
{
    private static readonly string[] KeyKinds = ["integer", "bigint", "sparse", "numeric", "wide", "double", "text", "boolean", "interval", "integer text", "bigint bigint", "date smallint"];

    public static TheoryData<ExecJoinKind, string, int> Cases()
    {
        var data = new TheoryData<ExecJoinKind, string, int>();
        foreach (ExecJoinKind kind in Enum.GetValues<ExecJoinKind>())
        {
            foreach (string keys in KeyKinds)
            {
                data.Add(kind, keys, 3);
                data.Add(kind, keys, 512);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void JoinsAsNestedLoopsDo(ExecJoinKind kind, string keys, int batchSize)
    {
        foreach ((int left, int right, bool unique) in new[] { (0, 5, false), (30, 0, false), (200, 60, true), (300, 200, false) })
        {
            foreach (bool hasResidual in new[] { false, true })
            {
                foreach (bool nullsEqual in new[] { false, true })
                {
                    Check(kind, keys, batchSize, left, right, unique || kind == ExecJoinKind.LeftSingle, hasResidual, nullsEqual);
                }
            }
        }
    }

    [Fact]
    public void NotInFollowsNulls()
    {
        foreach (bool buildHasNull in new[] { false, true })
        {
            foreach (bool isEmpty in new[] { false, true })
            {
                var left = new RowTable([SqlType.Integer], [[1L], [2L], [null]], 1);
                object?[][] build = isEmpty ? [] : buildHasNull ? [[2L], [null]] : [[2L], [5L]];
                var right = new RowTable([SqlType.Integer], build, 2);
                var plan = new HashJoinExec(ExecJoinKind.LeftAnti, left.Scan(), right.Scan(), [left.Column(0)], [right.Column(0)], [false], null, true, [0], []);
                string[] expected = isEmpty ? ["1", "2", "NULL"] : buildHasNull ? [] : ["1"];
                Assert.Equal(expected, RowTable.Sorted(RowTable.Run(plan)));
            }
        }
    }

    [Fact]
    public void SecondPartnerOfASingleJoinIsAnError()
    {
        var left = new RowTable([SqlType.Integer], [[1L]], 1);
        var right = new RowTable([SqlType.Integer], [[1L], [1L]], 2);
        var plan = new HashJoinExec(ExecJoinKind.LeftSingle, left.Scan(), right.Scan(), [left.Column(0)], [right.Column(0)], [false], null, false, [0, 1], []);
        Assert.Equal("21000", Assert.Throws<SqlCluster.Parser.Errors.QueryException>(() => RowTable.Run(plan)).SqlState);
        var loop = new NestedLoopJoinExec(ExecJoinKind.LeftSingle, left.Scan(), right.Scan(), null, [0, 1]);
        Assert.Equal("21000", Assert.Throws<SqlCluster.Parser.Errors.QueryException>(() => RowTable.Run(loop)).SqlState);
    }

    private static void Check(ExecJoinKind kind, string keys, int batchSize, int leftRows, int rightRows, bool unique, bool hasResidual, bool nullsEqual)
    {
        int seed = (leftRows * 7) + rightRows + keys.Length;
        RowTable left = Rows(keys, leftRows, seed, unique: false), right = Rows(keys, rightRows, seed + 1, unique);
        int keyCount = keys.Split(' ').Length, leftCount = left.Types.Length;
        Expression residual = new Comparison(
            ComparisonOperator.Less, left.Column(leftCount - 1), new InputReference(leftCount + right.Types.Length - 1, "c", SqlType.BigInt, true));
        int[] ordinals = kind switch
        {
            ExecJoinKind.LeftSemi or ExecJoinKind.LeftAnti => [.. Enumerable.Range(0, leftCount)],
            ExecJoinKind.LeftMark => [.. Enumerable.Range(0, leftCount), leftCount + right.Types.Length],
            ExecJoinKind.RightSemi or ExecJoinKind.RightAnti => [.. Enumerable.Range(leftCount, right.Types.Length)],
            _ => [.. Enumerable.Range(0, leftCount + right.Types.Length).Reverse()],
        };
        NodeList<bool> equal = [.. Enumerable.Repeat(nullsEqual, keyCount)];
        var plan = new HashJoinExec(
            kind, left.Scan(), right.Scan(), [.. Enumerable.Range(0, keyCount).Select(left.Column)], [.. Enumerable.Range(0, keyCount).Select(right.Column)], equal,
            hasResidual ? residual : null, false, [.. ordinals], []);
        bool? Condition(object?[] l, object?[] r)
        {
            bool? result = true;
            for (int k = 0; k < keyCount; k++)
            {
                result = And(result, nullsEqual ? Same(l[k], r[k]) ?? (l[k] == null && r[k] == null) : Same(l[k], r[k]));
            }

            return hasResidual ? And(result, l[^1] == null || r[^1] == null ? null : (long)l[^1]! < (long)r[^1]!) : result;
        }

        string[] expected = RowTable.Sorted(NestedLoops.Join(kind, left.Rows, right.Rows, leftCount, right.Types.Length, Condition).Select(row => ordinals.Select(ordinal => row[ordinal]).ToArray()));
        string[] actual = RowTable.Sorted(RowTable.Run(plan, new ExecutionSettings { BatchSize = batchSize }));
        string what = $"{kind} {keys} left {leftRows} right {rightRows} unique {unique} residual {hasResidual} nulls equal {nullsEqual} seed {seed}";
        Assert.True(expected.SequenceEqual(actual), $"{what}\nmissing: {string.Join("\n", expected.Except(actual).Take(5))}\nextra: {string.Join("\n", actual.Except(expected).Take(5))}\n{expected.Length} against {actual.Length}");
    }

    private static bool? And(bool? left, bool? right) => left == false || right == false ? false : left == null || right == null ? null : true;

    private static bool? Same(object? left, object? right) => left == null || right == null ? null : left is double number ? number == (double)right || (double.IsNaN(number) && double.IsNaN((double)right)) : left.Equals(right);

    private static RowTable Rows(string keys, int count, int seed, bool unique)
    {
        RowTable random = HashAggregateTests.RandomRows(keys, count, seed);
        int keyCount = keys.Split(' ').Length;
        var numbers = new Random(seed);
        IEnumerable<object?[]> rows = random.Rows;
        if (unique)
        {
            rows = rows.DistinctBy(row => RowTable.Text(row.Take(keyCount)));
        }

        return new RowTable(
            [.. random.Types.Take(keyCount), SqlType.Text, SqlType.BigInt],
            [.. rows.Select((row, index) => (object?[])[.. row.Take(keyCount), index % 7 == 0 ? null : $"row {index} of some length", numbers.Next(6) == 0 ? null : (long)numbers.Next(10)])],
            seed);
    }
}
