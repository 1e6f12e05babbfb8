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
    public override NodeList<Column> Output => JoinOutput.Of(Kind, Left, Right, Mark);

    public override NodeList<LogicalPlan> Children => [Left, Right];

    public override NodeList<Expression> Expressions => [Condition];

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Left = children[0], Right = children[1] };

    public override LogicalPlan WithExpressions(NodeList<Expression> expressions) => this with { Condition = expressions[0] };
}

/// <summary>A dependent join: the right input may reference the left's columns and is evaluated once for each left row. LATERAL and subqueries become this; decorrelation removes it.</summary>
public sealed record Apply(JoinKind Kind, LogicalPlan Left, LogicalPlan Right, Expression Condition, Column? Mark = null) : LogicalPlan
{
    public override NodeList<Column> Output => JoinOutput.Of(Kind, Left, Right, Mark);

    public override NodeList<LogicalPlan> Children => [Left, Right];

    public override NodeList<Expression> Expressions => [Condition];

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Left = children[0], Right = children[1] };

    public override LogicalPlan WithExpressions(NodeList<Expression> expressions) => this with { Condition = expressions[0] };
}

internal static class JoinOutput
{
    /// <summary>Output columns. Chains of joins along their left inputs are gathered into one list, in time linear in it.</summary>
    public static NodeList<Column> Of(JoinKind kind, LogicalPlan left, LogicalPlan right, Column? mark)
    {
        Trees.Interruption.Ask();
        var columns = new List<Column>();
        Gather(kind, left, right, mark, columns);
        return [.. columns];
    }

    private static void Gather(JoinKind kind, LogicalPlan left, LogicalPlan right, Column? mark, List<Column> columns)
    {
        if (Parts(left) is var (leftKind, first, second, leftMark))
        {
            Gather(leftKind, first, second, leftMark, columns);
        }
        else
        {
            columns.AddRange(left.Output);
        }

        switch (kind)
        {
            case JoinKind.Inner or JoinKind.AsOf:
                columns.AddRange(right.Output);
                break;
            case JoinKind.LeftOuter or JoinKind.LeftSingle or JoinKind.AsOfLeft:
                columns.AddRange(right.Output.Select(Nullable));
                break;
            case JoinKind.RightOuter:
                MakeNullable(columns);
                columns.AddRange(right.Output);
                break;
            case JoinKind.FullOuter:
                MakeNullable(columns);
                columns.AddRange(right.Output.Select(Nullable));
                break;
            case JoinKind.LeftMark:
                columns.Add(mark!);
                break;
            case JoinKind.LeftSemi or JoinKind.LeftAnti:
                break;
        }
    }

    private static (JoinKind Kind, LogicalPlan Left, LogicalPlan Right, Column? Mark)? Parts(LogicalPlan plan) => plan switch
    {
        Join join => (join.Kind, join.Left, join.Right, join.Mark),
        Apply apply => (apply.Kind, apply.Left, apply.Right, apply.Mark),
        _ => null,
    };

    private static void MakeNullable(List<Column> columns)
    {
        for (int i = 0; i < columns.Count; i++)
        {
            columns[i] = Nullable(columns[i]);
        }
    }

    private static Column Nullable(Column column) => column.IsNullable ? column : column with { IsNullable = true };
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
    public override NodeList<Column> Output => Columns;

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
    public override NodeList<Column> Output => Body.Output;

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
    public override NodeList<Column> Output => Columns;

    public override NodeList<LogicalPlan> Children => [Base, Recursive];

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Base = children[0], Recursive = children[1] };
}
