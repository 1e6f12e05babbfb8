using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Logical;

/// <summary>Keeps rows for which the predicate is true.</summary>
public sealed record Filter(Expression Predicate, LogicalPlan Input) : LogicalPlan
{
    protected override NodeList<Column> MakeOutput() => Input.Output;

    public override NodeList<LogicalPlan> Children => [Input];

    public override NodeList<Expression> Expressions => [Predicate];

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Input = children[0] };

    public override LogicalPlan WithExpressions(NodeList<Expression> expressions) => this with { Predicate = expressions[0] };
}

/// <summary>Computes expressions; its output is exactly their columns.</summary>
public sealed record Project(NodeList<NamedExpression> Items, LogicalPlan Input) : LogicalPlan
{
    protected override NodeList<Column> MakeOutput() => [.. Items.Select(static item => item.Column)];

    public override NodeList<LogicalPlan> Children => [Input];

    public override NodeList<Expression> Expressions => [.. Items.Select(static item => item.Expression)];

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Input = children[0] };

    public override LogicalPlan WithExpressions(NodeList<Expression> expressions) =>
        this with { Items = [.. Items.Select((item, index) => item with { Expression = expressions[index] })] };
}

/// <summary>Groups rows. Without keys: one row, even for no input.</summary>
/// <param name="Keys">Group keys.</param>
/// <param name="Calls">Aggregates; each expression is an <see cref="AggregateCall"/>.</param>
/// <param name="GroupingSets">Sets of key positions for GROUPING SETS, ROLLUP, CUBE; null: one set of all keys. Keys outside a set are null in its rows.</param>
/// <param name="GroupingId">With sets: a bigint column that tells the position of a row's set in <paramref name="GroupingSets"/> (GROUPING() is computed from it); else null.</param>
/// <param name="Input">Rows to group.</param>
public sealed record Aggregate(
    NodeList<NamedExpression> Keys, NodeList<NamedExpression> Calls, NodeList<NodeList<int>>? GroupingSets, Column? GroupingId, LogicalPlan Input) : LogicalPlan
{
    protected override NodeList<Column> MakeOutput() =>
        [.. Keys.Select(static key => key.Column), .. Calls.Select(static call => call.Column), .. GroupingId is null ? NodeList<Column>.Empty : [GroupingId]];

    public override NodeList<LogicalPlan> Children => [Input];

    public override NodeList<Expression> Expressions => [.. Keys.Select(static key => key.Expression), .. Calls.Select(static call => call.Expression)];

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Input = children[0] };

    public override LogicalPlan WithExpressions(NodeList<Expression> expressions) => this with
    {
        Keys = [.. Keys.Select((key, index) => key with { Expression = expressions[index] })],
        Calls = [.. Calls.Select((call, index) => call with { Expression = expressions[Keys.Count + index] })],
    };
}

/// <summary>Adds window function columns to its input's columns; each expression is a <see cref="WindowCall"/>.</summary>
public sealed record Window(NodeList<NamedExpression> Calls, LogicalPlan Input) : LogicalPlan
{
    protected override NodeList<Column> MakeOutput() => [.. Input.Output, .. Calls.Select(static call => call.Column)];

    public override NodeList<LogicalPlan> Children => [Input];

    public override NodeList<Expression> Expressions => [.. Calls.Select(static call => call.Expression)];

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Input = children[0] };

    public override LogicalPlan WithExpressions(NodeList<Expression> expressions) =>
        this with { Calls = [.. Calls.Select((call, index) => call with { Expression = expressions[index] })] };
}

/// <summary>Orders rows.</summary>
public sealed record Sort(NodeList<SortKey> Keys, LogicalPlan Input) : LogicalPlan
{
    protected override NodeList<Column> MakeOutput() => Input.Output;

    public override NodeList<LogicalPlan> Children => [Input];

    public override NodeList<Expression> Expressions => [.. Keys.Select(static key => key.Expression)];

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Input = children[0] };

    public override LogicalPlan WithExpressions(NodeList<Expression> expressions) =>
        this with { Keys = [.. Keys.Select((key, index) => key with { Expression = expressions[index] })] };
}

/// <summary>Skips <paramref name="Offset"/> rows and passes at most <paramref name="Count"/> on. Both are bigint expressions without columns, or null.</summary>
/// <param name="Count">NULL or null: no limit.</param>
/// <param name="Offset">NULL or null: 0.</param>
/// <param name="WithTies">Also passes on rows that tie with the last one under the Sort below.</param>
/// <param name="Input">Rows, in the order of a Sort below if there is one.</param>
public sealed record Limit(Expression? Count, Expression? Offset, bool WithTies, LogicalPlan Input) : LogicalPlan
{
    protected override NodeList<Column> MakeOutput() => Input.Output;

    public override NodeList<LogicalPlan> Children => [Input];

    public override NodeList<Expression> Expressions => [.. new[] { Count, Offset }.OfType<Expression>()];

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Input = children[0] };

    public override LogicalPlan WithExpressions(NodeList<Expression> expressions) => this with
    {
        Count = Count is null ? null : expressions[0],
        Offset = Offset is null ? null : expressions[expressions.Count - 1],
    };
}

/// <summary>Removes duplicate rows: DISTINCT (no keys: all columns) or DISTINCT ON (keys: the first row of each key in the order of the Sort below).</summary>
public sealed record Distinct(NodeList<Expression> On, LogicalPlan Input) : LogicalPlan
{
    protected override NodeList<Column> MakeOutput() => Input.Output;

    public override NodeList<LogicalPlan> Children => [Input];

    public override NodeList<Expression> Expressions => On;

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Input = children[0] };

    public override LogicalPlan WithExpressions(NodeList<Expression> expressions) => this with { On = expressions };
}
