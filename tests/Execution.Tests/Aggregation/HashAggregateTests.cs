using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions.Aggregate;
using SqlCluster.Parser.Collections;

namespace SqlCluster.Execution.Tests.Aggregation;

/// <summary>Groups random rows in every mode and compares with grouping by a dictionary of texts.</summary>
public class HashAggregateTests
{
    private static readonly SqlType Money = SqlType.Numeric(12, 2);
    private static readonly SqlType Wide = SqlType.Numeric(30, 4);
    private static readonly SqlType[] ValueTypes = [SqlType.Integer, SqlType.BigInt, Money, Wide, SqlType.DoublePrecision, SqlType.Text, SqlType.Boolean, SqlType.Interval];

    public static TheoryData<string, int, int> Keys()
    {
        var data = new TheoryData<string, int, int>();
        string[] kinds = ["integer", "bigint", "smallint boolean", "date integer", "bigint bigint", "numeric", "wide", "double", "text", "text bigint", "interval", "text text integer", "clustered", "sparse", "boolean", "few", "few smallint"];
        foreach (string kind in kinds)
        {
            data.Add(kind, 3, 40);
            data.Add(kind, 256, 2000);
            data.Add(kind, 4096, 9000);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void EveryModeGivesTheGroupsOfANaiveGrouping(string keys, int batchSize, int rowCount)
    {
        int seed = rowCount + keys.Length;
        RowTable table = RandomRows(keys, rowCount, seed);
        int keyCount = table.Types.Length - ValueTypes.Length;
        NodeList<AggregateCall> calls = Calls(table, keyCount);
        string[] expected = RowTable.Sorted(Naive(table, keyCount));
        var settings = new ExecutionSettings { BatchSize = batchSize };

        HashAggregateExec single = Aggregate(AggregateMode.Single, table, keyCount, calls);
        Assert.Equal(expected, RowTable.Sorted(RowTable.Run(single, settings)));

        HashAggregateExec partial = Aggregate(AggregateMode.Partial, table, keyCount, calls);
        List<object?[]> states = RowTable.Run(partial, settings);
        var stateTable = new RowTable([.. partial.Columns.Select(static column => column.Type)], states, seed + 1);
        var final = new HashAggregateExec(
            AggregateMode.Final, [.. Enumerable.Range(0, keyCount).Select(stateTable.Column)], calls, null, single.Columns, stateTable.Scan());
        Assert.Equal(expected, RowTable.Sorted(RowTable.Run(final, settings)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(5000)]
    public void OneGroupWithoutKeys(int rowCount)
    {
        RowTable table = RandomRows("", rowCount, 17 + rowCount);
        NodeList<AggregateCall> calls = Calls(table, 0);
        HashAggregateExec single = Aggregate(AggregateMode.Single, table, 0, calls);
        List<object?[]> result = RowTable.Run(single);
        Assert.Single(result);
        Assert.Equal(RowTable.Sorted([Results(table.Rows, 0)]), RowTable.Sorted(result));

        HashAggregateExec partial = Aggregate(AggregateMode.Partial, table, 0, calls);
        List<object?[]> states = RowTable.Run(partial);
        Assert.Equal(rowCount == 0 ? 0 : 1, states.Count);
        var stateTable = new RowTable([.. partial.Columns.Select(static column => column.Type)], states, 3);
        var final = new HashAggregateExec(AggregateMode.Final, [], calls, null, single.Columns, stateTable.Scan());
        Assert.Equal(RowTable.Sorted(result), RowTable.Sorted(RowTable.Run(final)));
    }

    [Theory]
    [InlineData("clustered", "partial flushes")]
    [InlineData("unique", "rows passed through")]
    [InlineData("scattered", "groups")]
    public void PartialAggregationSuitsItselfToTheKeys(string shape, string counter)
    {
        int rowCount = shape == "unique" ? 400000 : 90000;
        var random = new Random(11);
        var rows = new List<object?[]>();
        for (int i = 0; i < rowCount; i++)
        {
            long key = shape == "clustered" ? i / 4 : shape == "unique" ? i * 7919L % 4_000_037 : random.Next(30000);
            rows.Add([key, key % 1000 == 0 ? null : (long)random.Next(100)]);
        }

        var table = new RowTable([SqlType.BigInt, SqlType.BigInt], rows, 1, isPlain: true);
        NodeList<AggregateCall> calls = [Call("count", table), Call("sum", table, table.Column(1))];
        var partial = new HashAggregateExec(AggregateMode.Partial, [table.Column(0)], calls, null, [.. new[] { SqlType.BigInt, SqlType.BigInt, SqlType.Numeric(38, 0) }.Select(Column)], table.Scan());
        using var query = new QueryContext("test", ExecutionSettings.Default, TestContext.Current.CancellationToken);
        using Operators.Operator root = Operators.OperatorFactory.Create(partial, new TaskContext(query, 0, 1));
        List<object?[]> states = RowTable.Drain(root);
        Assert.True(query.Metrics.Find(partial)!.Counters.TryGetValue(counter, out long times) && times > 0, $"{counter} did not happen");
        if (shape == "scattered")
        {
            Assert.True(states.Count <= 30000, "a table that reduces is kept");
        }

        IEnumerable<object?[]> expected = rows.GroupBy(static row => row[0]).Select(static group => new[] { group.Key, (object?)(long)group.Count(), group.Any(static row => row[1] != null) ? (Int128)group.Sum(static row => (long?)row[1] ?? 0) : null });
        IEnumerable<object?[]> merged = states.GroupBy(static row => row[0]).Select(static group => new[] { group.Key, group.Sum(static row => (long)row[1]!), group.Any(static row => row[2] != null) ? (Int128)group.Sum(static row => row[2] is Int128 value ? (long)value : 0) : (object?)null });
        Assert.Equal(RowTable.Sorted(expected), RowTable.Sorted(merged));
    }

    [Fact]
    public void GroupingSetsHaveTheirOwnGroups()
    {
        RowTable table = RandomRows("smallint boolean", 500, 5);
        NodeList<AggregateCall> calls = [Call("count", table)];
        var plan = new HashAggregateExec(
            AggregateMode.Single, [table.Column(0), table.Column(1)], calls, [[0, 1], [0], []],
            [Column(table.Types[0]), Column(table.Types[1]), Column(SqlType.BigInt), Column(SqlType.BigInt)], table.Scan());
        IEnumerable<object?[]> expected = table.Rows.GroupBy(static row => RowTable.Text([row[0], row[1]])).Select(group => new[] { group.First()[0], group.First()[1], 0L, (object?)(long)group.Count() })
            .Concat(table.Rows.GroupBy(static row => RowTable.Text([row[0]])).Select(group => new[] { group.First()[0], null, 1L, (object?)(long)group.Count() }))
            .Append([null, null, 2L, (long)table.Rows.Count]);
        Assert.Equal(RowTable.Sorted(expected), RowTable.Sorted(RowTable.Run(plan)));

        var empty = new RowTable(table.Types, [], 1);
        Assert.Equal(["NULL | NULL | 2 | 0"], RowTable.Sorted(RowTable.Run(plan with { Input = empty.Scan() })));
    }

    [Theory]
    [InlineData("bigint text", 3)]
    [InlineData("bigint text", 256)]
    [InlineData("numeric few", 100)]
    [InlineData("wide sparse", 1024)]
    [InlineData("few date", 1024)]
    public void GroupsOfEachSetEqualANaiveGrouping(string keys, int batchSize)
    {
        RowTable table = RandomRows(keys, 4001, 31 + keys.Length);
        NodeList<AggregateCall> calls = [Call("count", table), Call("sum", table, table.Column(2))];
        var plan = new HashAggregateExec(
            AggregateMode.Single, [table.Column(0), table.Column(1)], calls, [[0, 1], [0], [1], [0], []],
            [Column(table.Types[0]), Column(table.Types[1]), Column(SqlType.BigInt), Column(SqlType.BigInt), Column(calls[1].ResultType)], table.Scan());
        IEnumerable<object?[]> Groups(long set, bool first, bool second) => table.Rows.GroupBy(row => RowTable.Text([first ? row[0] : null, second ? row[1] : null])).Select(group => new[]
        {
            first ? group.First()[0] : null, second ? group.First()[1] : null, set, (long)group.Count(),
            group.Any(static row => row[2] != null) ? group.Sum(static row => (long?)row[2] ?? 0) : (object?)null,
        });
        string[] expected = RowTable.Sorted([.. Groups(0, true, true), .. Groups(1, true, false), .. Groups(2, false, true), .. Groups(3, true, false), .. Groups(4, false, false)]);
        Assert.Equal(expected, RowTable.Sorted(RowTable.Run(plan, new ExecutionSettings { BatchSize = batchSize })));

        // States of all sets in one batch come together again.
        SqlType[] states = [SqlType.BigInt, .. calls[1].Function.StateTypes!([table.Types[2]])];
        HashAggregateExec partial = plan with { Mode = AggregateMode.Partial, Columns = [.. plan.Columns.Take(3), .. states.Select(Column)] };
        var stateTable = new RowTable([.. partial.Columns.Select(static column => column.Type)], RowTable.Run(partial, new ExecutionSettings { BatchSize = batchSize }), 5);
        var final = new HashAggregateExec(AggregateMode.Final, [stateTable.Column(0), stateTable.Column(1), stateTable.Column(2)], calls, null, plan.Columns, stateTable.Scan());
        Assert.Equal(expected, RowTable.Sorted(RowTable.Run(final)));
    }

    [Fact]
    public void DistinctFilterAndOrderApplyToTheirCallOnly()
    {
        RowTable table = RandomRows("integer", 4000, 9);
        InputReference key = table.Column(0), value = table.Column(1), flag = table.Column(7);
        NodeList<AggregateCall> calls =
        [
            Call("count", table, value) with { IsDistinct = true },
            Call("sum", table, value) with { IsDistinct = true },
            Call("sum", table, value) with { Filter = flag },
            Call("count", table) with { Filter = flag },
            Call("first", table, value) with { OrderBy = [new SortKey(value, Descending: true)] },
            Call("min", table, table.Column(6)) with { IsDistinct = true, Filter = flag },
        ];
        var plan = new HashAggregateExec(
            AggregateMode.Single, [key], calls, null, [Column(key.Type), .. calls.Select(static call => Column(call.ResultType))], table.Scan());
        IEnumerable<object?[]> expected = table.Rows.GroupBy(static row => RowTable.Text([row[0]])).Select(group =>
        {
            long[] values = [.. group.Select(static row => row[1]).OfType<long>()];
            object?[][] flagged = [.. group.Where(static row => row[7] is true)];
            return new object?[]
            {
                group.First()[0],
                (long)values.Distinct().Count(),
                values.Length == 0 ? null : values.Distinct().Sum(),
                flagged.Any(static row => row[1] != null) ? flagged.Sum(static row => (long?)row[1] ?? 0) : null,
                (long)flagged.Length,
                group.Select(static row => (long?)row[1]).Max(),
                flagged.Select(static row => (string?)row[6]).Where(static text => text != null).Min(StringComparer.Ordinal),
            };
        });
        Assert.Equal(RowTable.Sorted(expected), RowTable.Sorted(RowTable.Run(plan, new ExecutionSettings { BatchSize = 100 })));
    }

    [Fact]
    public void IntegerSumOutOfRangeIsAnError()
    {
        var table = new RowTable([SqlType.BigInt], [[long.MaxValue], [long.MaxValue]], 1);
        AggregateCall sum = Call("sum", table, table.Column(0));
        var plan = new HashAggregateExec(AggregateMode.Single, [], [sum], null, [Column(sum.ResultType)], table.Scan());
        Assert.Equal((Int128)long.MaxValue * 2, RowTable.Run(plan)[0][0]);

        var rows = new List<object?[]>();
        for (int i = 0; i < 200; i++)
        {
            rows.Add([Int128.Parse("99999999999999999999999999999999999999", null)]);
        }

        var wide = new RowTable([SqlType.Numeric(38, 0)], rows, 1);
        AggregateCall wideSum = Call("sum", wide, wide.Column(0));
        var widePlan = new HashAggregateExec(AggregateMode.Single, [], [wideSum], null, [Column(wideSum.ResultType)], wide.Scan());
        Assert.Equal("22003", Assert.Throws<SqlCluster.Parser.Errors.QueryException>(() => RowTable.Run(widePlan)).SqlState);
    }

    internal static ExecColumn Column(SqlType type) => new("x", type, true);

    internal static AggregateCall Call(string name, RowTable table, params Expression[] arguments)
    {
        FunctionSignature signature = AggregateFunctions.All.Select(static function => function.Signature).First(candidate =>
            candidate.Name == name && candidate.Parameters.Length == arguments.Length
            && candidate.Parameters.Zip(arguments).All(static pair => pair.First.Kind != ParameterKind.Exact || pair.First.Type!.Kind == pair.Second.Type.Kind));
        return new AggregateCall(signature, [.. arguments], signature.ReturnType([.. arguments.Select(static argument => argument.Type)]), false, null, []);
    }

    internal static RowTable RandomRows(string keys, int count, int seed)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        int groups = random.Next(1, 3) * (count / 10 + 2);
        (SqlType Type, Func<int, object?> Next)[] keyColumns = [.. keys.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(kind => KeyColumn(kind, groups, random))];
        var rows = new List<object?[]>();
        for (int i = 0; i < count; i++)
        {
            rows.Add([.. keyColumns.Select(column => column.Next(i)), .. ValueTypes.Select(type => random.Next(8) == 0 ? null : Value(type, random))]);
        }

        return new RowTable([.. keyColumns.Select(static column => column.Type), .. ValueTypes], rows, seed);
    }

    private static (SqlType, Func<int, object?>) KeyColumn(string kind, int groups, Random random)
    {
        object? Or(object value) => random.Next(20) == 0 ? null : value;
        return kind switch
        {
            "integer" => (SqlType.Integer, _ => Or((long)random.Next(groups))),
            "smallint" => (SqlType.SmallInt, _ => Or((long)random.Next(-5, 5))),
            "date" => (SqlType.Date, _ => Or((long)random.Next(10000, 10020))),
            "bigint" => (SqlType.BigInt, _ => Or((long)random.Next(groups) - 50)),
            "sparse" => (SqlType.BigInt, _ => Or((long)random.Next(groups) * 1_000_003_000_037)),
            "clustered" => (SqlType.BigInt, i => (long)(i / 4)),
            "numeric" => (Money, _ => Or((Int128)random.Next(groups))),
            "wide" => (Wide, _ => Or((Int128)random.Next(groups) * (random.Next(2) == 0 ? 1 : Int128.Parse("1000000000000000000000", null)))),
            "double" => (SqlType.DoublePrecision, _ => Or(random.Next(10) switch { 0 => double.NaN, 1 => 0.0, 2 => -0.0, _ => random.Next(groups) / 4.0 })),
            "boolean" => (SqlType.Boolean, _ => Or(random.Next(2) == 0)),
            "few" => (SqlType.Text, _ => Or(random.Next(3) switch { 0 => "A", 1 => "a status of many letters", _ => "" })),
            "interval" => (SqlType.Interval, _ => Or(new Interval(random.Next(2), random.Next(3), random.Next(4)))),
            _ => (SqlType.Text, _ => Or($"{(random.Next(2) == 0 ? "" : "a rather longer text ")}{random.Next(groups)}")),
        };
    }

    private static object Value(SqlType type, Random random) => type.Kind switch
    {
        TypeKind.Integer => (long)random.Next(-1000, 1000),
        TypeKind.BigInt => random.Next(50) == 0 ? random.NextInt64(long.MinValue / 4, long.MaxValue / 4) : random.Next(1000),
        TypeKind.Numeric => type.Precision <= 18 ? (Int128)random.Next(-100000, 100000) : (Int128)random.NextInt64() * random.Next(1, 1000),
        TypeKind.DoublePrecision => (double)random.Next(-1000, 1000) / 8,
        TypeKind.Text => $"{(random.Next(2) == 0 ? "t" : "some text of more than twelve bytes ")}{random.Next(1000)}",
        TypeKind.Boolean => random.Next(2) == 0,
        _ => new Interval(random.Next(-3, 3), random.Next(-40, 40), random.Next(-100, 100)),
    };

    private static NodeList<AggregateCall> Calls(RowTable table, int keyCount) =>
    [
        Call("count", table),
        .. Enumerable.Range(0, ValueTypes.Length).Select(i => Call("count", table, table.Column(keyCount + i))),
        .. Enumerable.Range(0, 5).Select(i => Call("sum", table, table.Column(keyCount + i))),
        .. Enumerable.Range(0, 5).Select(i => Call("avg", table, table.Column(keyCount + i))),
        .. Enumerable.Range(0, 7).Select(i => Call("min", table, table.Column(keyCount + i))),
        .. Enumerable.Range(0, 7).Select(i => Call("max", table, table.Column(keyCount + i))),
        Call("bool_and", table, table.Column(keyCount + 6)),
        Call("bool_or", table, table.Column(keyCount + 6)),
        Call("sum", table, table.Column(keyCount + 7)),
    ];

    private static HashAggregateExec Aggregate(AggregateMode mode, RowTable table, int keyCount, NodeList<AggregateCall> calls)
    {
        IEnumerable<ExecColumn> keys = table.Types.Take(keyCount).Select(Column);
        IEnumerable<ExecColumn> values = mode == AggregateMode.Partial
            ? calls.SelectMany(call => call.Function.StateTypes!([.. call.Arguments.Select(static argument => argument.Type)])).Select(Column)
            : calls.Select(static call => Column(call.ResultType));
        return new HashAggregateExec(mode, [.. Enumerable.Range(0, keyCount).Select(table.Column)], calls, null, [.. keys, .. values], table.Scan());
    }

    private static IEnumerable<object?[]> Naive(RowTable table, int keyCount) =>
        table.Rows.GroupBy(row => RowTable.Text(row.Take(keyCount).Select(Key))).Select(group => (object?[])[.. group.First().Take(keyCount).Select(Key), .. Results([.. group], keyCount)]);

    /// <summary>-0 groups with 0.</summary>
    private static object? Key(object? value) => value is 0.0 ? 0.0 : value;

    private static object?[] Results(IReadOnlyList<object?[]> rows, int keyCount)
    {
        object?[][] columns = [.. Enumerable.Range(0, ValueTypes.Length).Select(i => rows.Select(row => row[keyCount + i]).Where(static value => value != null).ToArray())];
        object? OrNull(int i, Func<object> value) => columns[i].Length == 0 ? null : value();
        Int128 Total(int i) => columns[i].Aggregate((Int128)0, static (sum, value) => sum + (value is long number ? number : (Int128)value!));
        return
        [
            (long)rows.Count,
            .. columns.Select(static column => (object?)(long)column.Length),
            OrNull(0, () => (long)Total(0)), OrNull(1, () => Total(1)), OrNull(2, () => Total(2)), OrNull(3, () => Total(3)),
            OrNull(4, () => columns[4].Sum(static value => (double)value!)),
            OrNull(0, () => Mean(Total(0), 16, columns[0].Length)), OrNull(1, () => Mean(Total(1), 16, columns[1].Length)),
            OrNull(2, () => Mean(Total(2), 14, columns[2].Length)), OrNull(3, () => Mean(Total(3), 12, columns[3].Length)),
            OrNull(4, () => columns[4].Average(static value => (double)value!)),
            .. Enumerable.Range(0, 7).Select(i => OrNull(i, () => columns[i].Order(Comparer<object?>.Create(Compare)).First()!)),
            .. Enumerable.Range(0, 7).Select(i => OrNull(i, () => columns[i].Order(Comparer<object?>.Create(Compare)).Last()!)),
            OrNull(6, () => columns[6].All(static value => (bool)value!)), OrNull(6, () => columns[6].Any(static value => (bool)value!)),
            OrNull(7, () => columns[7].Aggregate(default(Interval), static (sum, value) => new Interval(
                sum.Months + ((Interval)value!).Months, sum.Days + ((Interval)value).Days, sum.Microseconds + ((Interval)value).Microseconds))),
        ];
    }

    private static Int128 Mean(Int128 total, int digits, int count)
    {
        System.Numerics.BigInteger scaled = (System.Numerics.BigInteger)total * System.Numerics.BigInteger.Pow(10, digits) * 2 / count;
        return (Int128)((System.Numerics.BigInteger.Abs(scaled) + 1) / 2 * scaled.Sign);
    }

    private static int Compare(object? left, object? right) => left is string text ? string.CompareOrdinal(text, (string)right!) : System.Collections.Comparer.Default.Compare(left, right);
}
