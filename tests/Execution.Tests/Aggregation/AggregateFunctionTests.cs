using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions.Aggregate;
using SqlCluster.Parser.Collections;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Tests.Aggregation;

/// <summary>Single functions on small inputs. Expected values are worked out by hand from the definitions.</summary>
public class AggregateFunctionTests
{
    private static readonly double[] Heights = [2, 4, 4, 4, 5, 5, 7, 9];

    public static TheoryData<string, double> OneColumn() => new()
    {
        { "variance", 4.571428571428571 },
        { "var_samp", 4.571428571428571 },
        { "var_pop", 4 },
        { "stddev", 2.138089935299395 },
        { "stddev_samp", 2.138089935299395 },
        { "stddev_pop", 2 },
        { "median", 4.5 },
        { "avg", 5 },
        { "sum", 40 },
    };

    /// <summary>y = 3, 5, 4, 8, 9 over x = 1, 2, 3, 4, 5.</summary>
    public static TheoryData<string, double> TwoColumns() => new()
    {
        { "corr", 15 / Math.Sqrt(268) },
        { "covar_pop", 3 },
        { "covar_samp", 3.75 },
        { "regr_avgx", 3 },
        { "regr_avgy", 5.8 },
        { "regr_sxx", 10 },
        { "regr_syy", 26.8 },
        { "regr_sxy", 15 },
        { "regr_slope", 1.5 },
        { "regr_intercept", 1.3 },
        { "regr_r2", 0.8395522388 },
        { "regr_count", 5 },
    };

    [Theory]
    [MemberData(nameof(OneColumn))]
    public void OfOneColumn(string name, double expected)
    {
        var table = new RowTable([SqlType.DoublePrecision], [.. Heights.Select(static value => new object?[] { value }), [null]], 3);
        Assert.Equal(expected, Convert.ToDouble(One(name, table, table.Column(0)), null), 9);
        Assert.Equal(expected, Convert.ToDouble(PartialThenFinal(name, table, table.Column(0)) ?? expected, null), 9);
    }

    [Theory]
    [MemberData(nameof(TwoColumns))]
    public void OfTwoColumns(string name, double expected)
    {
        double[] y = [3, 5, 4, 8, 9];
        var table = new RowTable(
            [SqlType.DoublePrecision, SqlType.DoublePrecision], [.. y.Select(static (value, index) => new object?[] { value, index + 1.0 }), [null, 7.0], [1.0, null]], 4);
        Assert.Equal(expected, Convert.ToDouble(One(name, table, table.Column(0), table.Column(1)), null), 9);
        Assert.Equal(expected, Convert.ToDouble(PartialThenFinal(name, table, table.Column(0), table.Column(1)), null), 9);
    }

    [Fact]
    public void VarianceOfOneValueIsNull()
    {
        var table = new RowTable([SqlType.DoublePrecision], [[1.0]], 1);
        Assert.Null(One("stddev", table, table.Column(0)));
        Assert.Equal(0.0, One("stddev_pop", table, table.Column(0)));
    }

    [Fact]
    public void Bits()
    {
        var table = new RowTable([SqlType.Integer], [[12L], [10L], [null]], 1);
        Assert.Equal(8L, One("bit_and", table, table.Column(0)));
        Assert.Equal(14L, One("bit_or", table, table.Column(0)));
        Assert.Equal(6L, One("bit_xor", table, table.Column(0)));
        Assert.Null(One("bit_or", new RowTable([SqlType.Integer], [[null]], 1), table.Column(0)));
    }

    [Fact]
    public void CollectionsKeepTheirOrder()
    {
        var table = new RowTable([SqlType.Text, SqlType.Text, SqlType.Integer], [["b", ", ", 2L], [null, ";", 1L], ["a text of more than twelve bytes", "+", 3L], ["c", null, 0L], ["b", "-", 9L]], 5);
        Expression text = table.Column(0), separator = table.Column(1), number = table.Column(2);
        Assert.Equal("b+a text of more than twelve bytesc-b", One("string_agg", table, text, separator));
        Assert.Equal("c, b+a text of more than twelve bytes-b", Run(HashAggregateTests.Call("string_agg", table, text, separator) with { OrderBy = [new SortKey(number)] }, table));
        Assert.Equal(["b", null, "a text of more than twelve bytes", "c", "b"], (object?[])One("array_agg", table, text)!);
        Assert.Equal(
            ["a text of more than twelve bytes", "b", "c"],
            (object?[])Run(HashAggregateTests.Call("array_agg", table, text) with { IsDistinct = true, OrderBy = [new SortKey(text)], Filter = new IsNull(text, Negated: true) }, table)!);
        Assert.Null(One("array_agg", new RowTable(table.Types, [], 1), text));
    }

    [Fact]
    public void JsonHoldsAllValues()
    {
        var table = new RowTable([SqlType.Text, SqlType.Integer], [["a\"b", 1L], ["c", null], ["c", 3L]], 5);
        Expression key = table.Column(0), value = table.Column(1);
        Assert.Equal("[1, null, 3]", One("json_agg", table, value));
        Assert.Equal("[\"c\", \"c\", \"a\\\"b\"]", Run(HashAggregateTests.Call("jsonb_agg", table, key) with { OrderBy = [new SortKey(key, Descending: true)] }, table));
        Assert.Equal("{ \"a\\\"b\" : 1, \"c\" : null, \"c\" : 3 }", One("json_object_agg", table, key, value));
        Assert.Equal("{\"c\": 3, \"a\\\"b\": 1}", One("jsonb_object_agg", table, key, value));
        Assert.Equal("22023", Assert.Throws<QueryException>(() => One("json_object_agg", new RowTable(table.Types, [[null, 1L]], 1), key, value)).SqlState);
    }

    [Fact]
    public void OrderedSets()
    {
        var table = new RowTable([SqlType.DoublePrecision, SqlType.Integer], [.. new[] { 4L, 1, 3, 3, 2 }.Select(static value => new object?[] { 0.4, value }), [0.4, null]], 6);
        Expression fraction = table.Column(0), number = table.Column(1), wide = new Cast(number, SqlType.DoublePrecision);
        Assert.Equal(2.6, (double)Run(HashAggregateTests.Call("percentile_cont", table, fraction, wide) with { OrderBy = [new SortKey(wide)] }, table)!, 9);
        Assert.Equal(2L, Run(HashAggregateTests.Call("percentile_disc", table, fraction, number) with { OrderBy = [new SortKey(number)] }, table));
        Assert.Equal(3L, Run(HashAggregateTests.Call("percentile_disc", table, fraction, number) with { OrderBy = [new SortKey(number, Descending: true)] }, table));
        Assert.Equal(3L, Run(HashAggregateTests.Call("mode", table, number) with { OrderBy = [new SortKey(number)] }, table));
        var bad = new RowTable(table.Types, [[1.5, 1L]], 1);
        Assert.Equal("22003", Assert.Throws<QueryException>(() => One("percentile_disc", bad, fraction, number)).SqlState);
    }

    [Fact]
    public void PicksAreRowsOfTheirGroup()
    {
        var table = new RowTable([SqlType.Text, SqlType.Integer], [["x", 5L], ["low", 1L], [null, 9L], ["y", null], ["z", 3L]], 7);
        Expression text = table.Column(0), number = table.Column(1);
        Assert.Equal("low", One("min_by", table, text, number));
        Assert.Null(One("max_by", table, text, number));
        Assert.Equal("x", One("any_value", table, text));
        Assert.Equal("x", One("first", table, text));
        Assert.Equal("z", One("last", table, text));
        Assert.Equal("low", PartialThenFinal("min_by", table, text, number));
    }

    [Fact]
    public void SketchCountsWithinThreePercent()
    {
        var table = new RowTable([SqlType.BigInt], [.. Enumerable.Range(0, 60000).Select(static i => new object?[] { (long)(i % 20000) })], 8, isPlain: true);
        Assert.InRange((long)One("approx_count_distinct", table, table.Column(0))!, 18500, 21500);
        Assert.InRange((long)PartialThenFinal("approx_count_distinct", table, table.Column(0))!, 18500, 21500);
        var few = new RowTable([SqlType.Text], [["a"], ["b"], ["a"], [null]], 9);
        Assert.Equal(2L, One("approx_count_distinct", few, few.Column(0)));
    }

    [Fact]
    public void EveryFunctionHasADescriptionAndOneImplementation()
    {
        Assert.All(AggregateFunctions.All, static function => Assert.False(string.IsNullOrWhiteSpace(function.Signature.Description)));
        Assert.All(AggregateFunctions.All, static function => Assert.Same(function, AggregateFunctions.Of(function.Signature)));
        Assert.Contains(AggregateFunctions.All, static function => SqlCluster.Execution.Functions.BuiltinFunctions.Instance.Find("sum").Contains(function.Signature));
    }

    private static object? One(string name, RowTable table, params Expression[] arguments) => Run(HashAggregateTests.Call(name, table, arguments), table);

    private static object? Run(AggregateCall call, RowTable table) => RowTable.Run(
        new HashAggregateExec(AggregateMode.Single, [], [call], null, [HashAggregateTests.Column(call.ResultType)], table.Scan()), new ExecutionSettings { BatchSize = 2048 })[0][0];

    private static object? PartialThenFinal(string name, RowTable table, params Expression[] arguments)
    {
        AggregateCall call = HashAggregateTests.Call(name, table, arguments);
        if (call.Function.StateTypes == null)
        {
            return null;
        }

        SqlType[] types = call.Function.StateTypes([.. arguments.Select(static argument => argument.Type)]);
        var rows = new List<object?[]>();
        for (int half = 0; half < 2; half++)
        {
            var part = new RowTable(table.Types, [.. table.Rows.Where((_, index) => index % 2 == half)], half + 1);
            rows.AddRange(RowTable.Run(new HashAggregateExec(AggregateMode.Partial, [], [call], null, [.. types.Select(HashAggregateTests.Column)], part.Scan())));
        }

        var states = new RowTable(types, rows, 5);
        return RowTable.Run(new HashAggregateExec(AggregateMode.Final, [], [call], null, [HashAggregateTests.Column(call.ResultType)], states.Scan()))[0][0];
    }
}
