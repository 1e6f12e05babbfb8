using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Parser.Collections;

namespace SqlCluster.Execution.Tests.Aggregation;

/// <summary>Percentiles, modes and medians of groups against sorting each group's values: every type that is kept bare, and types that are not.</summary>
public sealed class OrderedSetTests
{
    private static readonly SqlType[] Types =
    [
        SqlType.SmallInt, SqlType.Integer, SqlType.BigInt, SqlType.Date, SqlType.Timestamp, SqlType.Numeric(12, 2), SqlType.Numeric(30, 4), SqlType.Real, SqlType.DoublePrecision,
        SqlType.Text,
    ];

    public static TheoryData<int, int, int, bool> Cases()
    {
        var data = new TheoryData<int, int, int, bool>();
        for (int type = 0; type < Types.Length; type++)
        {
            data.Add(type, 1, 1203, false);
            data.Add(type, 7, 1203, true);
            data.Add(type, 300, 911, false);
            data.Add(type, 0, 3001, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void GroupsEqualSortedLists(int typeIndex, int groups, int rowCount, bool descends)
    {
        SqlType type = Types[typeIndex];
        var random = new Random((typeIndex * 1000) + groups);
        object?[][] rows = [.. Enumerable.Range(0, rowCount).Select(_ => new object?[] { (long)random.Next(Math.Max(groups, 1)), Value(type, random) })];
        var table = new RowTable([SqlType.Integer, type], rows, 5 + typeIndex);
        Expression key = table.Column(0), value = table.Column(1);
        NodeList<SortKey> order = [new SortKey(value, Descending: descends)];
        double[] fractions = [0, 0.25, 0.5, 0.9, 1];
        var calls = new List<AggregateCall> { HashAggregateTests.Call("mode", table, value) with { OrderBy = order } };
        calls.AddRange(fractions.Select(fraction => HashAggregateTests.Call("percentile_disc", table, new Literal(fraction, SqlType.DoublePrecision), value) with { OrderBy = order }));
        Expression wide = type == SqlType.DoublePrecision ? value : new Cast(value, SqlType.DoublePrecision);
        if (type.IsNumber)
        {
            calls.Add(HashAggregateTests.Call("median", table, wide));
            calls.AddRange(fractions.Select(fraction => HashAggregateTests.Call("percentile_cont", table, new Literal(fraction, SqlType.DoublePrecision), wide) with { OrderBy = order }));
        }

        NodeList<Expression> keys = groups == 0 ? [] : [key];
        var plan = new HashAggregateExec(
            AggregateMode.Single, keys, [.. calls], null, [.. keys.Select(static key => HashAggregateTests.Column(key.Type)), .. calls.Select(static call => HashAggregateTests.Column(call.ResultType))], table.Scan());
        IEnumerable<object?[]> expected = rows.GroupBy(row => groups == 0 ? null : row[0]).Select(group => Expected(group.Key, [.. group.Select(static row => row[1]).OfType<object>()], type, descends, fractions, keys.Count > 0));
        Assert.Equal(RowTable.Sorted(expected), RowTable.Sorted(RowTable.Run(plan, new ExecutionSettings { BatchSize = 257 })));
    }

    private static object? Value(SqlType type, Random random)
    {
        if (random.Next(9) == 0)
        {
            return null;
        }

        int small = random.Next(-60, 60);
        return type.Kind switch
        {
            TypeKind.Numeric => type.Precision > 18 && random.Next(3) == 0 ? ((Int128)small << 72) + random.Next(4) : (Int128)small,
            TypeKind.Real or TypeKind.DoublePrecision => random.Next(12) switch { 0 => double.NaN, 1 => double.NegativeInfinity, 2 => 0.0, _ => small / 4.0 },
            TypeKind.Text => $"text {small:000} of more than twelve bytes",
            _ => (long)small,
        };
    }

    private static object?[] Expected(object? key, object[] values, SqlType type, bool descends, double[] fractions, bool hasKey)
    {
        object[] ordered = [.. values.Order(Comparer<object>.Create(static (left, right) => (left, right) switch
        {
            (double first, double second) => double.IsNaN(first) || double.IsNaN(second) ? double.IsNaN(first).CompareTo(double.IsNaN(second)) : first.CompareTo(second),
            (string first, string second) => string.CompareOrdinal(first, second),
            _ => ((IComparable)left).CompareTo(right),
        }))];
        if (descends)
        {
            Array.Reverse(ordered);
        }

        var result = new List<object?>();
        if (hasKey)
        {
            result.Add(key);
        }

        int count = ordered.Length;
        result.Add(count == 0 ? null : ordered.GroupBy(static value => value).OrderByDescending(static group => group.Count()).First().Key);
        result.AddRange(fractions.Select(fraction => count == 0 ? null : ordered[Math.Max((int)Math.Ceiling(fraction * count) - 1, 0)]));
        if (type.IsNumber)
        {
            double[] doubles = [.. ordered.Select(value => Double(value, type))];
            double[] up = descends ? [.. doubles.Reverse()] : doubles;
            result.Add(count == 0 ? null : Between(up, 0.5));
            result.AddRange(fractions.Select(fraction => count == 0 ? null : (object?)Between(doubles, fraction)));
        }

        return [.. result];
    }

    private static double Double(object value, SqlType type) => value switch
    {
        Int128 unscaled => (double)unscaled / Math.Pow(10, type.Scale),
        double number => number,
        _ => Convert.ToDouble(value, null),
    };

    private static double Between(double[] values, double fraction)
    {
        double position = fraction * (values.Length - 1);
        int low = (int)Math.Floor(position), high = (int)Math.Ceiling(position);
        return low == high ? values[low] : values[low] + ((position - low) * (values[high] - values[low]));
    }
}
