using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Tests.Optimizer;

/// <summary>Makes plans as analysis does, with subqueries everywhere, over small tables full of duplicates and nulls.</summary>
/// <remarks>Every choice comes from the seed. Limits and numberings follow a total order, so that the rows of a plan are determined.</remarks>
internal sealed class RandomPlans(int seed)
{
    private static readonly NodeList<Column> NoColumns = [];

    private readonly Random _random = new(seed);
    private readonly List<(CteId Id, NodeList<Column> Columns)> _ctes = [];
    private int _names;

    public ColumnIdSource Ids { get; } = new();

    public TestData Data { get; } = new()
    {
        ["t"] = Rows(new Random(seed + 1), 5),
        ["s"] = Rows(new Random(seed + 2), 6),
        ["u"] = Rows(new Random(seed + 3), 4),
        ["empty"] = [],
    };

    /// <summary>Number of subquery expressions and dependent joins made so far.</summary>
    public int Subqueries { get; private set; }

    public LogicalPlan Next() => Plan(3, NoColumns);

    private static object?[][] Rows(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new object?[] { Value(random), Value(random), Value(random) })];

    private static object? Value(Random random) => random.Next(5) is var value && value == 4 ? null : (long)value;

    private T Pick<T>(params ReadOnlySpan<T> items) => items[_random.Next(items.Length)];

    private bool Chance(int percent) => _random.Next(100) < percent;

    private LogicalPlan Plan(int depth, NodeList<Column> outer)
    {
        if (depth == 0)
        {
            return Filtered(Leaf(outer), 0, outer);
        }

        return _random.Next(15) switch
        {
            0 or 1 or 2 or 3 => Filtered(Plan(depth - 1, outer), depth - 1, outer),
            4 => JoinOf(depth, outer),
            5 => Aggregated(Plan(depth - 1, outer), outer, hasKeys: true),
            6 => Aggregated(Plan(depth - 1, outer), outer, hasKeys: false),
            7 => new Distinct([], Projected(Plan(depth - 1, outer), depth - 1, outer)),
            8 => Operation(depth, outer),
            9 => Limited(Plan(depth - 1, outer)),
            10 => Lateral(depth, outer),
            11 => Numbered(Plan(depth - 1, outer), outer),
            12 => Shared(depth, outer),
            _ => Projected(Plan(depth - 1, outer), depth - 1, outer),
        };
    }

    private LogicalPlan Leaf(NodeList<Column> outer)
    {
        if (_ctes.Count > 0 && Chance(30))
        {
            (CteId id, NodeList<Column> columns) = _ctes[_random.Next(_ctes.Count)];
            return new CteScan(id, "cte", columns.Map(column => Ids.Column(Name(), column.Type, true)));
        }

        switch (_random.Next(12))
        {
            case 0:
                NodeList<Column> columns = [New(), New()];
                return new Values([.. Enumerable.Range(0, _random.Next(3)).Select(_ => (NodeList<Expression>)[Scalar(0, outer, outer), Scalar(0, outer, outer)])], columns);
            case 1:
                return new Project([Computed(Scalar(0, outer, outer))], Values.SingleRow);
            case 2:
                var call = new Call(TestFunctions.GenerateSeries, [Scalar(0, outer, outer), Scalar(0, outer, outer)], SqlType.Integer);
                return new TableFunctionScan(Values.SingleRow, [call], [[New()]], null);
            default:
                string name = Pick("t", "t", "s", "s", "u", "u", "empty");
                return MemoryTable.OfIntegers(name, Name(), Name(), Name()).Scan(Ids);
        }
    }

    private Filter Filtered(LogicalPlan input, int depth, NodeList<Column> outer) => new(Condition(depth, input.Output, outer), input);

    private Project Projected(LogicalPlan input, int depth, NodeList<Column> outer)
    {
        NodeList<Column> columns = input.Output;
        return new([.. Enumerable.Range(0, 1 + _random.Next(3)).Select(_ => Computed(Scalar(depth, columns, outer)))], input);
    }

    private Join JoinOf(int depth, NodeList<Column> outer)
    {
        LogicalPlan left = Plan(depth - 1, outer), right = Plan(depth - 1, outer);
        JoinKind kind = Pick(JoinKind.Inner, JoinKind.Inner, JoinKind.LeftOuter, JoinKind.LeftOuter, JoinKind.RightOuter, JoinKind.FullOuter);
        NodeList<Column> both = [.. left.Output, .. right.Output];
        return new(kind, left, right, Condition(kind is JoinKind.Inner or JoinKind.LeftOuter && Chance(30) ? depth - 1 : 0, both, outer));
    }

    private Aggregate Aggregated(LogicalPlan input, NodeList<Column> outer, bool hasKeys)
    {
        NodeList<Column> columns = input.Output;
        NodeList<NamedExpression> keys = hasKeys ? [.. Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => Computed(Scalar(0, columns, outer)))] : [];
        NodeList<NamedExpression> calls = [.. Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => Computed(Call(columns, outer)))];
        return new(keys, calls, null, null, input);
    }

    private AggregateCall Call(NodeList<Column> columns, NodeList<Column> outer)
    {
        FunctionSignature function = Pick(TestFunctions.CountAll, TestFunctions.Count, TestFunctions.Sum, TestFunctions.Max);
        AggregateCall call = OptimizerFixture.Call(function, function.Parameters.Length == 0 ? [] : [Scalar(0, columns, outer)]);
        return Chance(20) && function.Parameters.Length > 0 ? call with { IsDistinct = true } : Chance(15) ? call with { Filter = Condition(0, columns, outer) } : call;
    }

    private SetOperation Operation(int depth, NodeList<Column> outer)
    {
        SetOperationKind kind = Pick(SetOperationKind.Union, SetOperationKind.Union, SetOperationKind.Intersect, SetOperationKind.Except);
        LogicalPlan One() => Plan(depth - 1, outer) is var plan ? new Project([Computed(Cast(Scalar(0, plan.Output, outer)))], plan) : null!;
        return new(kind, Chance(60), [One(), One()], [Ids.Column(Name(), SqlType.BigInt, true)]);
    }

    private static Expression Cast(Expression expression) => expression.Type.Kind == TypeKind.BigInt ? expression : new Cast(expression, SqlType.BigInt);

    private LogicalPlan Limited(LogicalPlan input) =>
        new Limit(Literal.BigInt(_random.Next(3)), Chance(30) ? Literal.BigInt(1) : null, false, new Sort(Order(input), input));

    private static NodeList<SortKey> Order(LogicalPlan input) => input.Output.Map(static column => new SortKey(new ColumnReference(column)));

    private Window Numbered(LogicalPlan input, NodeList<Column> outer)
    {
        var call = new WindowCall(TestFunctions.RowNumber, [], SqlType.BigInt, Chance(50) ? [Scalar(0, input.Output, outer)] : [], Order(input), WindowFrame.Default);
        return new([Computed(call)], input);
    }

    private Apply Lateral(int depth, NodeList<Column> outer)
    {
        Subqueries++;
        LogicalPlan left = Plan(depth - 1, outer), right = Plan(depth - 1, [.. outer, .. left.Output]);
        NodeList<Column> both = [.. left.Output, .. right.Output];
        bool isInner = Chance(50);
        return new(isInner ? JoinKind.Inner : JoinKind.LeftOuter, left, right, Chance(50) ? Literal.True : Condition(0, both, outer));
    }

    private With Shared(int depth, NodeList<Column> outer)
    {
        LogicalPlan definition = Projected(Plan(depth - 1, outer), 0, outer);
        CteId id = Ids.NextCte();
        _ctes.Add((id, definition.Output));
        LogicalPlan body = Plan(depth - 1, outer);
        _ctes.RemoveAt(_ctes.Count - 1);
        return new(id, "cte", definition, Pick<bool?>(null, true, false), body);
    }

    private Expression Condition(int depth, NodeList<Column> columns, NodeList<Column> outer) => _random.Next(depth > 0 ? 14 : 8) switch
    {
        0 => Conjunctions.AndAll(Condition(depth, columns, outer), Condition(depth, columns, outer)),
        1 => Conjunctions.OrAll(Condition(depth, columns, outer), Condition(depth, columns, outer)),
        2 => new Not(Condition(depth, columns, outer)),
        3 => new IsNull(Scalar(depth, columns, outer), Chance(50)),
        4 or 5 or 6 => Equality(columns, outer),
        7 => new Comparison(Pick(Enum.GetValues<ComparisonOperator>()), Cast(Scalar(depth, columns, outer)), Cast(Scalar(depth, columns, outer))),
        8 or 9 or 10 => Exists(depth, columns, outer),
        _ => Quantified(depth, columns, outer),
    };

    private Expression Equality(NodeList<Column> columns, NodeList<Column> outer)
    {
        Expression left = Scalar(0, columns, outer), right = Scalar(0, outer.IsEmpty ? columns : outer, columns);
        return new Comparison(ComparisonOperator.Equal, Cast(left), Cast(right));
    }

    private ExistsSubquery Exists(int depth, NodeList<Column> columns, NodeList<Column> outer)
    {
        Subqueries++;
        return new(Plan(depth - 1, [.. outer, .. columns]), Chance(40));
    }

    private QuantifiedSubquery Quantified(int depth, NodeList<Column> columns, NodeList<Column> outer)
    {
        Subqueries++;
        LogicalPlan plan = Plan(depth - 1, [.. outer, .. columns]);
        int width = Math.Min(plan.Output.Count, 1 + _random.Next(2));
        plan = new Project([.. plan.Output.Take(width).Select(column => Computed(Cast(new ColumnReference(column))))], plan);
        NodeList<Expression> values = [.. Enumerable.Range(0, width).Select(_ => Cast(Scalar(0, columns, outer)))];
        return new(values, Pick(ComparisonOperator.Equal, ComparisonOperator.Equal, ComparisonOperator.NotEqual, ComparisonOperator.Less, ComparisonOperator.GreaterOrEqual), Chance(50), plan);
    }

    private Expression Scalar(int depth, NodeList<Column> columns, NodeList<Column> outer)
    {
        switch (_random.Next(depth > 0 ? 12 : 9))
        {
            case 0: return Literal.Integer(_random.Next(4));
            case 1: return new Coalesce([Small(columns, outer), Literal.Integer(_random.Next(3))]);
            case 2: return OptimizerFixture.Scalar(TestFunctions.Plus, Small(columns, outer), Small(columns, outer));
            case 3: return new Case([new(Condition(0, columns, outer), Small(columns, outer))], Small(columns, outer));
            case 9 or 10 or 11:
                Subqueries++;
                LogicalPlan plan = Plan(depth - 1, [.. outer, .. columns]);
                plan = Chance(60)
                    ? Aggregated(plan, [.. outer, .. columns], hasKeys: false)
                    : Chance(70) ? new Limit(Literal.BigInt(1), null, false, new Sort(Order(plan), plan)) : plan;
                return new ScalarSubquery(new Project([Computed(Scalar(0, plan.Output, [.. outer, .. columns]))], plan));
            default:
                return Any(columns, outer);
        }
    }

    /// <summary>A column of either kind, or a number.</summary>
    private Expression Any(NodeList<Column> columns, NodeList<Column> outer)
    {
        NodeList<Column> from = !outer.IsEmpty && (columns.IsEmpty || Chance(35)) ? outer : columns;
        return from.IsEmpty ? Literal.Integer(_random.Next(4)) : new ColumnReference(from[_random.Next(from.Count)]);
    }

    /// <summary>An integer.</summary>
    private Expression Small(NodeList<Column> columns, NodeList<Column> outer) => Any(columns, outer) is { Type.Kind: TypeKind.Integer } value ? value : Literal.Integer(_random.Next(4));

    private NamedExpression Computed(Expression expression) => new(expression, Ids.For(expression, Name()));

    private Column New() => Ids.Column(Name(), SqlType.Integer, true);

    private string Name() => $"c{_names++}";
}
