using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>Collects conjuncts that hold for every row of a plan, over its output columns.</summary>
internal static class KnownPredicates
{
    public static HashSet<Expression> Of(LogicalPlan plan)
    {
        var known = new HashSet<Expression>();
        Collect(plan, known);
        return known;
    }

    private static void Collect(LogicalPlan plan, HashSet<Expression> known)
    {
        switch (plan)
        {
            case Filter filter:
                known.UnionWith(filter.Predicate.Conjuncts());
                Collect(filter.Input, known);
                break;
            case Scan scan:
                HashSet<ColumnId> output = scan.OutputIds();
                known.UnionWith(scan.Filters.Where(filter => filter.ReferencesOnly(output)));
                break;
            case Project project:
                Rename(project.Input, project.Items, known);
                break;
            case Aggregate { GroupingSets: null } aggregate:
                Rename(aggregate.Input, aggregate.Keys, known);
                break;
            case Join { Kind: JoinKind.Inner } join:
                known.UnionWith(join.Condition.Conjuncts());
                Collect(join.Left, known);
                Collect(join.Right, known);
                break;
            case Join { Kind: JoinKind.RightOuter } join:
                Collect(join.Right, known);
                break;
            case Join { Kind: not JoinKind.FullOuter } join:
                Collect(join.Left, known);
                break;
            case Sort or Limit or Window or Distinct or TableFunctionScan:
                Collect(plan.Children[0], known);
                break;
            case With with:
                Collect(with.Body, known);
                break;
        }
    }

    /// <summary>What holds for the input holds for the columns that a node passes on under any id.</summary>
    private static void Rename(LogicalPlan input, NodeList<NamedExpression> items, HashSet<Expression> known)
    {
        var renamed = new Dictionary<ColumnId, Expression>();
        foreach (NamedExpression item in items)
        {
            if (item.Expression is ColumnReference reference)
            {
                renamed.TryAdd(reference.Id, new ColumnReference(item.Column));
            }
        }

        if (renamed.Count == 0)
        {
            return;
        }

        HashSet<ColumnId> passed = [.. renamed.Keys];
        known.UnionWith(Of(input).Where(predicate => predicate.ReferencesOnly(passed)).Select(predicate => predicate.Substitute(renamed)));
    }
}
