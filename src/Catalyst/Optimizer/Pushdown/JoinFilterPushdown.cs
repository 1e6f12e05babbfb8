using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Pushdown;

/// <summary>Carries conjuncts from above a join and from its condition to its sides.</summary>
/// <remarks>
/// From above, a conjunct goes to a side whose rows the join passes on unchanged: both of an inner join, the left of left, semi, anti, mark and single joins.
/// From the condition, it goes to a side whose unmatched rows vanish: both of inner and semi joins, the right of left, anti and single joins.
/// </remarks>
internal static class JoinFilterPushdown
{
    public static LogicalPlan Push(Join join, IReadOnlyList<Expression> conjuncts)
    {
        Side left = new(join.Left), right = new(join.Right);
        if (join.Kind == JoinKind.Inner)
        {
            return PushInner(join, [.. join.Condition.Conjuncts(), .. conjuncts], left, right);
        }

        bool leftKept = join.Kind is not (JoinKind.RightOuter or JoinKind.FullOuter), rightKept = join.Kind == JoinKind.RightOuter;
        (List<Expression> toLeft, List<Expression> above) = FilterPushdown.Split(conjuncts, conjunct => leftKept && left.Supplies(conjunct));
        (List<Expression> toRight, above) = FilterPushdown.Split(above, conjunct => rightKept && right.Supplies(conjunct));

        bool leftVanishes = join.Kind is JoinKind.LeftSemi or JoinKind.RightOuter;
        bool rightVanishes = join.Kind is JoinKind.LeftOuter or JoinKind.LeftSemi or JoinKind.LeftAnti or JoinKind.LeftSingle or JoinKind.LeftMark;
        List<Expression> fromCondition = [.. join.Condition.Conjuncts()];
        if (fromCondition.Count > 0 && (leftVanishes || rightVanishes))
        {
            (List<Expression> conditionLeft, fromCondition) = FilterPushdown.Split(fromCondition, conjunct => leftVanishes && IsOver(conjunct, left));
            (List<Expression> conditionRight, fromCondition) = FilterPushdown.Split(
                fromCondition, conjunct => rightVanishes && IsOver(conjunct, right) && (join.Kind != JoinKind.LeftMark || !conjunct.IsNullable));
            toLeft.AddRange(conditionLeft);
            toRight.AddRange(conditionRight);
        }

        return FilterPushdown.Keep(Rebuild(join, toLeft, toRight, fromCondition), above);
    }

    /// <summary>A dependent join: its right side depends on the left one, so that only the left gets anything.</summary>
    public static LogicalPlan Push(Apply apply, IReadOnlyList<Expression> conjuncts)
    {
        var left = new Side(apply.Left);
        (List<Expression> toLeft, List<Expression> above) = FilterPushdown.Split(conjuncts, left.Supplies);
        LogicalPlan newLeft = FilterPushdown.Push(apply.Left, toLeft), newRight = FilterPushdown.Push(apply.Right);
        return FilterPushdown.Keep(
            ReferenceEquals(newLeft, apply.Left) && ReferenceEquals(newRight, apply.Right) ? apply : apply with { Left = newLeft, Right = newRight }, above);
    }

    private static LogicalPlan PushInner(Join join, List<Expression> conjuncts, Side left, Side right)
    {
        List<Expression> toLeft = [], toRight = [], condition = [], above = [];
        var guards = new Guards();
        foreach (Expression conjunct in conjuncts)
        {
            Interruption.Ask();
            bool isLeft = left.Supplies(conjunct), isRight = right.Supplies(conjunct);
            List<Expression> target = conjunct.IsVolatile() ? above
                : guards.MayGuard(conjunct) ? isLeft || isRight ? above : condition
                : isLeft ? toLeft
                : isRight ? toRight
                : condition;
            target.Add(conjunct);
            if (ReferenceEquals(target, above) || ReferenceEquals(target, condition))
            {
                guards.Add(conjunct);
            }

            if (isLeft && isRight && ReferenceEquals(target, toLeft))
            {
                toRight.Add(conjunct);
            }
        }

        return FilterPushdown.Keep(Rebuild(join, toLeft, toRight, condition), above);
    }

    private static bool IsOver(Expression conjunct, Side side) => side.Supplies(conjunct) && !conjunct.IsVolatile();

    /// <summary>The join over sides that took conjuncts; the same reference when nothing changed.</summary>
    private static Join Rebuild(Join join, List<Expression> toLeft, List<Expression> toRight, List<Expression> condition)
    {
        LogicalPlan left = FilterPushdown.Push(join.Left, toLeft), right = FilterPushdown.Push(join.Right, toRight);
        NodeList<Expression> before = join.Condition.Conjuncts();
        bool sameCondition = before.Count == condition.Count;
        for (int i = 0; sameCondition && i < before.Count; i++)
        {
            sameCondition = ReferenceEquals(before[i], condition[i]);
        }

        return sameCondition && ReferenceEquals(left, join.Left) && ReferenceEquals(right, join.Right)
            ? join
            : join with { Left = left, Right = right, Condition = sameCondition ? join.Condition : Conjunctions.AndAll(condition) };
    }

    /// <summary>The columns of a join's input, gathered for the first conjunct: most joins of a long chain have none that could go to the left.</summary>
    private sealed class Side(LogicalPlan plan)
    {
        private HashSet<ColumnId>? _columns;

        public bool Supplies(Expression conjunct) => conjunct.ReferencesOnly(_columns ??= plan.OutputIds());
    }
}
