using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Logical;

/// <summary>What a join does with rows that find no partner.</summary>
public enum JoinKind
{
    Inner,
    LeftOuter,
    RightOuter,
    FullOuter,
    /// <summary>Left rows with a partner, once each.</summary>
    LeftSemi,
    /// <summary>
    /// Left rows without a partner (condition true for no right row; null counts as no match). NOT IN is an anti join whose condition has the conjunct
    /// "(x = y) IS NOT FALSE" (<see cref="IsTruth"/>): nulls on either side forbid a left row. Alone, that conjunct is what HashJoinExec.IsNullAware does.
    /// </summary>
    LeftAnti,
    /// <summary>All left rows plus a boolean: true with a partner; else null where the condition was null for some right row; else false. This gives IN, ANY and NOT IN their nulls.
    /// To the readers of a mark that is not nullable (EXISTS) null and false are the same: they test IS TRUE. Otherwise conjuncts that must not make the mark null are wrapped in IS TRUE: "(c = d) IS TRUE AND x = y".</summary>
    LeftMark,
    /// <summary>All left rows with the one partner's columns, or nulls; a second partner is error 21000.</summary>
    LeftSingle,
    /// <summary>Each left row with the nearest right row (DuckDB's ASOF); the last conjunct of the condition is the inequality.</summary>
    AsOf,
    /// <summary>As <see cref="AsOf"/>, keeping left rows without a partner.</summary>
    AsOfLeft,
}

/// <summary>Joins two inputs.</summary>
/// <param name="Kind">What happens to rows without partner.</param>
/// <param name="Left">Left input.</param>
/// <param name="Right">Right input.</param>
/// <param name="Condition">Boolean over both sides' columns; <see cref="Literal.True"/> for a cross join.</param>
/// <param name="Mark">The boolean column of <see cref="JoinKind.LeftMark"/>; null for other kinds.</param>
public sealed record Join(JoinKind Kind, LogicalPlan Left, LogicalPlan Right, Expression Condition, Column? Mark = null) : LogicalPlan
{
    protected override NodeList<Column> MakeOutput() => JoinOutput.Of(Kind, Left, Right, Mark);

    public override NodeList<LogicalPlan> Children => [Left, Right];

    public override NodeList<Expression> Expressions => [Condition];

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Left = children[0], Right = children[1] };

    public override LogicalPlan WithExpressions(NodeList<Expression> expressions) => this with { Condition = expressions[0] };
}

/// <summary>A dependent join: the right input may reference the left's columns and is evaluated once for each left row. LATERAL and subqueries become this; decorrelation removes it.</summary>
public sealed record Apply(JoinKind Kind, LogicalPlan Left, LogicalPlan Right, Expression Condition, Column? Mark = null) : LogicalPlan
{
    protected override NodeList<Column> MakeOutput() => JoinOutput.Of(Kind, Left, Right, Mark);

    public override NodeList<LogicalPlan> Children => [Left, Right];

    public override NodeList<Expression> Expressions => [Condition];

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Left = children[0], Right = children[1] };

    public override LogicalPlan WithExpressions(NodeList<Expression> expressions) => this with { Condition = expressions[0] };
}

internal static class JoinOutput
{
    /// <summary>Output columns of a join.</summary>
    public static NodeList<Column> Of(JoinKind kind, LogicalPlan left, LogicalPlan right, Column? mark)
    {
        Trees.Interruption.Ask();
        NodeList<Column> first = left.Output;
        if (kind is JoinKind.LeftSemi or JoinKind.LeftAnti)
        {
            return first;
        }

        NodeList<Column> second = kind == JoinKind.LeftMark ? [mark!] : right.Output;
        var columns = new Column[first.Count + second.Count];
        first.AsSpan().CopyTo(columns);
        second.AsSpan().CopyTo(columns.AsSpan(first.Count));
        if (kind is JoinKind.RightOuter or JoinKind.FullOuter)
        {
            MakeNullable(columns.AsSpan(0, first.Count));
        }

        if (kind is JoinKind.LeftOuter or JoinKind.LeftSingle or JoinKind.AsOfLeft or JoinKind.FullOuter)
        {
            MakeNullable(columns.AsSpan(first.Count));
        }

        return NodeList.Create<Column>(columns);
    }

    private static void MakeNullable(Span<Column> columns)
    {
        foreach (ref Column column in columns)
        {
            column = column.IsNullable ? column : column with { IsNullable = true };
        }
    }
}

/// <summary>Which set operation.</summary>
public enum SetOperationKind
{
    Union,
    Intersect,
    Except,
}

/// <summary>UNION, INTERSECT, EXCEPT. Inputs have the same column types in order; UNION ALL may have more than two inputs.</summary>
/// <param name="Kind">Which operation.</param>
/// <param name="IsAll">Keeps duplicates.</param>
/// <param name="Inputs">Two or more inputs.</param>
/// <param name="Columns">New columns, one for each input position.</param>
public sealed record SetOperation(SetOperationKind Kind, bool IsAll, NodeList<LogicalPlan> Inputs, NodeList<Column> Columns) : LogicalPlan
{
    protected override NodeList<Column> MakeOutput() => Columns;

    public override NodeList<LogicalPlan> Children => Inputs;

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Inputs = children };
}

/// <summary>Defines a common table expression for the plan above: computed once, read by any number of <see cref="CteScan"/>s in <paramref name="Body"/>.</summary>
/// <param name="Id">What the scans refer to.</param>
/// <param name="Name">Its name, for EXPLAIN.</param>
/// <param name="Definition">The rows.</param>
/// <param name="IsMaterialized">true MATERIALIZED, false NOT MATERIALIZED, null: the optimizer decides (inlined when read once).</param>
/// <param name="Body">Where the scans are; its columns are the output.</param>
public sealed record With(CteId Id, string Name, LogicalPlan Definition, bool? IsMaterialized, LogicalPlan Body) : LogicalPlan
{
    protected override NodeList<Column> MakeOutput() => Body.Output;

    public override NodeList<LogicalPlan> Children => [Definition, Body];

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Definition = children[0], Body = children[1] };
}

/// <summary>WITH RECURSIVE: the base term's rows, then the recursive term's over the last iteration's rows until there are none.</summary>
/// <param name="Id">What the working-table scans in <paramref name="Recursive"/> refer to.</param>
/// <param name="IsAll">UNION ALL; else rows seen before are dropped.</param>
/// <param name="Base">Non-recursive term.</param>
/// <param name="Recursive">Recursive term; its columns match the base's by position.</param>
/// <param name="Columns">Output columns.</param>
public sealed record RecursiveUnion(CteId Id, bool IsAll, LogicalPlan Base, LogicalPlan Recursive, NodeList<Column> Columns) : LogicalPlan
{
    protected override NodeList<Column> MakeOutput() => Columns;

    public override NodeList<LogicalPlan> Children => [Base, Recursive];

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Base = children[0], Recursive = children[1] };
}
