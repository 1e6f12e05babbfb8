using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Pushdown;

/// <summary>Carries conjuncts down a plan in one pass, each as far as it goes.</summary>
/// <remarks>
/// Conjuncts keep their order, so that a test which guards a later one stays before it: one that may fail is not moved ahead of an earlier conjunct that
/// stays behind and looks at the same columns. Volatile conjuncts stay where they are.
/// </remarks>
internal static class FilterPushdown
{
    private static readonly IReadOnlyList<Expression> Nothing = [];

    public static LogicalPlan Push(LogicalPlan plan) => Push(plan, Nothing);

    /// <summary>The plan with the conjuncts applied somewhere in it.</summary>
    public static LogicalPlan Push(LogicalPlan plan, IReadOnlyList<Expression> conjuncts) => plan switch
    {
        Filter filter => PushFilter(filter, conjuncts),
        Project project => PushProject(project, conjuncts),
        Aggregate aggregate => PushAggregate(aggregate, conjuncts),
        Window window => PushWindow(window, conjuncts),
        Sort or With or Distinct { On.IsEmpty: true } => PushWhole(plan, conjuncts),
        Distinct distinct => PushDistinctOn(distinct, conjuncts),
        Join join => JoinFilterPushdown.Push(join, conjuncts),
        Apply apply => JoinFilterPushdown.Push(apply, conjuncts),
        SetOperation operation => PushSetOperation(operation, conjuncts),
        TableFunctionScan functions => PushOne(functions, functions.Input.OutputIds(), conjuncts),
        Scan scan => PushScan(scan, conjuncts),
        Limit or Values or CteScan or RecursiveUnion => Keep(plan.MapChildren(Push), conjuncts),
        _ => Keep(plan.MapChildren(Push), conjuncts),
    };

    /// <summary>A filter over the plan, or the plan itself.</summary>
    public static LogicalPlan Keep(LogicalPlan plan, IReadOnlyList<Expression> conjuncts) =>
        conjuncts.Count == 0 ? plan : new Filter(Conjunctions.AndAll(conjuncts), plan);

    /// <summary>Splits conjuncts into those that may move below and those that stay.</summary>
    public static (List<Expression> Below, List<Expression> Above) Split(IReadOnlyList<Expression> conjuncts, Func<Expression, bool> fits)
    {
        List<Expression> below = [], above = [];
        var guards = new Guards();
        foreach (Expression conjunct in conjuncts)
        {
            Interruption.Ask();
            if (fits(conjunct) && !conjunct.IsVolatile() && !guards.MayGuard(conjunct))
            {
                below.Add(conjunct);
            }
            else
            {
                above.Add(conjunct);
                guards.Add(conjunct);
            }
        }

        return (below, above);
    }

    private static LogicalPlan PushFilter(Filter filter, IReadOnlyList<Expression> conjuncts)
    {
        var all = new List<Expression>(filter.Predicate.Conjuncts());
        all.AddRange(conjuncts);
        LogicalPlan pushed = Push(filter.Input, all);
        return pushed is Filter same && ReferenceEquals(same.Input, filter.Input) && SameTerms(same.Predicate, filter.Predicate) ? filter : pushed;
    }

    private static bool SameTerms(Expression left, Expression right)
    {
        NodeList<Expression> leftTerms = left.Conjuncts(), rightTerms = right.Conjuncts();
        if (leftTerms.Count != rightTerms.Count)
        {
            return false;
        }

        for (int i = 0; i < leftTerms.Count; i++)
        {
            if (!ReferenceEquals(leftTerms[i], rightTerms[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Through a node whose rows are its input's, untouched, in any order or number.</summary>
    private static LogicalPlan PushWhole(LogicalPlan plan, IReadOnlyList<Expression> conjuncts)
    {
        (List<Expression> below, List<Expression> above) = Split(conjuncts, static _ => true);
        LogicalPlan pushed = plan switch
        {
            With with => PushWith(with, below),
            _ => plan.MapChildren(child => Push(child, below)),
        };
        return Keep(pushed, above);
    }

    private static With PushWith(With with, List<Expression> conjuncts)
    {
        LogicalPlan definition = Push(with.Definition), body = Push(with.Body, conjuncts);
        return ReferenceEquals(definition, with.Definition) && ReferenceEquals(body, with.Body) ? with : with with { Definition = definition, Body = body };
    }

    /// <summary>To the only input, for conjuncts over the given columns.</summary>
    private static LogicalPlan PushOne(LogicalPlan plan, HashSet<ColumnId> columns, IReadOnlyList<Expression> conjuncts)
    {
        (List<Expression> below, List<Expression> above) = Split(conjuncts, conjunct => conjunct.ReferencesOnly(columns));
        return Keep(plan.MapChildren(child => Push(child, below)), above);
    }

    /// <summary>A computed column is replaced by its expression, unless that may give another value next time.</summary>
    private static LogicalPlan PushProject(Project project, IReadOnlyList<Expression> conjuncts)
    {
        if (conjuncts.Count == 0)
        {
            return project.MapChildren(Push);
        }

        var replacements = new Dictionary<ColumnId, Expression>();
        var opaque = new HashSet<ColumnId>();
        foreach (NamedExpression item in project.Items)
        {
            if (item.Expression.IsVolatile())
            {
                opaque.Add(item.Column.Id);
            }
            else if (!item.IsPass)
            {
                replacements[item.Column.Id] = item.Expression;
            }
        }

        (List<Expression> below, List<Expression> above) = Split(conjuncts, conjunct => !conjunct.ReferencesAny(opaque));
        IReadOnlyList<Expression> substituted = [.. below.Select(conjunct => conjunct.Substitute(replacements))];
        return Keep(project.MapChildren(child => Push(child, substituted)), above);
    }

    /// <summary>Conjuncts over group keys choose whole groups.</summary>
    private static LogicalPlan PushAggregate(Aggregate aggregate, IReadOnlyList<Expression> conjuncts)
    {
        if (conjuncts.Count == 0 || aggregate.GroupingSets is not null || aggregate.Keys.IsEmpty)
        {
            return Keep(aggregate.MapChildren(Push), conjuncts);
        }

        HashSet<ColumnId> keys = [.. aggregate.Keys.Where(static key => !key.Expression.IsVolatile()).Select(static key => key.Column.Id)];
        Dictionary<ColumnId, Expression> replacements = aggregate.Keys.Where(static key => !key.IsPass).ToDictionary(static key => key.Column.Id, static key => key.Expression);
        (List<Expression> below, List<Expression> above) = Split(conjuncts, conjunct => conjunct.ReferencesOnly(keys));
        IReadOnlyList<Expression> substituted = [.. below.Select(conjunct => conjunct.Substitute(replacements))];
        return Keep(aggregate.MapChildren(child => Push(child, substituted)), above);
    }

    /// <summary>Conjuncts over columns by which every call partitions choose whole partitions.</summary>
    private static LogicalPlan PushWindow(Window window, IReadOnlyList<Expression> conjuncts)
    {
        HashSet<ColumnId>? shared = null;
        foreach (NamedExpression call in window.Calls)
        {
            IEnumerable<ColumnId> keys = ((WindowCall)call.Expression).PartitionBy.OfType<ColumnReference>().Select(static key => key.Id);
            if (shared is null)
            {
                shared = [.. keys];
            }
            else
            {
                shared.IntersectWith(keys);
            }
        }

        (List<Expression> below, List<Expression> above) = Split(conjuncts, conjunct => conjunct.References() is { Count: > 0 } columns && columns.IsSubsetOf(shared!));
        return Keep(window.MapChildren(child => Push(child, below)), above);
    }

    private static LogicalPlan PushDistinctOn(Distinct distinct, IReadOnlyList<Expression> conjuncts) =>
        PushOne(distinct, [.. distinct.On.OfType<ColumnReference>().Select(static key => key.Id)], [.. conjuncts]);

    /// <summary>Into every input, over its own columns: whole rows are compared, so EXCEPT and INTERSECT may be filtered on both sides.</summary>
    private static LogicalPlan PushSetOperation(SetOperation operation, IReadOnlyList<Expression> conjuncts)
    {
        (List<Expression> below, List<Expression> above) = Split(conjuncts, static _ => true);
        LogicalPlan pushed = operation.MapChildren(input =>
        {
            if (below.Count == 0)
            {
                return Push(input);
            }

            NodeList<Column> columns = input.Output;
            var replacements = new Dictionary<ColumnId, Expression>();
            for (int i = 0; i < columns.Count; i++)
            {
                replacements[operation.Columns[i].Id] = new ColumnReference(columns[i]);
            }

            return Push(input, [.. below.Select(conjunct => conjunct.Substitute(replacements))]);
        });
        return Keep(pushed, above);
    }

    /// <summary>What the scan applies itself becomes part of it.</summary>
    private static LogicalPlan PushScan(Scan scan, IReadOnlyList<Expression> conjuncts)
    {
        if (conjuncts.Count == 0 || scan.Limit >= 0)
        {
            return Keep(scan, conjuncts);
        }

        HashSet<ColumnId> own = [.. scan.OutputIds(), .. scan.FilterColumns.Select(static column => column.Column.Id)];
        (List<Expression> below, List<Expression> above) = Split(conjuncts, conjunct => conjunct.ReferencesOnly(own) && scan.Table.CanPushFilter(conjunct));
        if (!scan.Filters.IsEmpty)
        {
            HashSet<Expression> present = [.. scan.Filters];
            below.RemoveAll(present.Contains);
        }

        LogicalPlan pushed = below.Count == 0 ? scan : scan with { Filters = [.. scan.Filters, .. below] };
        return Keep(pushed, above);
    }
}
