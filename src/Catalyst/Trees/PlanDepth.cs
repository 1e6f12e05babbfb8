using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Trees;

/// <summary>Bounds how deep a plan is, so that every rule and the operators may recurse into it.</summary>
internal static class PlanDepth
{
    /// <summary>Levels of a plan with the plans of its subqueries. Tables of a comma list, common table expressions, subqueries of a SELECT list and windows are a level each.</summary>
    public const int Most = 1500;

    /// <summary>Tells whether a plan is no deeper than that. Itself without recursion.</summary>
    public static bool IsBounded(LogicalPlan plan)
    {
        var rest = new Stack<(LogicalPlan Plan, int Depth)>();
        rest.Push((plan, 1));
        while (rest.TryPop(out (LogicalPlan Plan, int Depth) entry))
        {
            Interruption.Ask();
            List<LogicalPlan> below = [.. Subqueries(entry.Plan), .. entry.Plan.Children];
            int depth = entry.Depth + below.Count - entry.Plan.Children.Count + Windows(entry.Plan);
            if (depth > Most)
            {
                return false;
            }

            foreach (LogicalPlan plans in below)
            {
                rest.Push((plans, depth + 1));
            }
        }

        return true;
    }

    /// <summary>The plans of a node's subqueries: each becomes a join between the node and its input.</summary>
    private static List<LogicalPlan> Subqueries(LogicalPlan plan)
    {
        var found = new List<LogicalPlan>();
        foreach (Expression expression in plan.Expressions)
        {
            expression.ForEach(part =>
            {
                if (part is SubqueryExpression subquery)
                {
                    found.Add(subquery.Plan);
                }
            });
        }

        return found;
    }

    /// <summary>Windows of a node beyond its first: each becomes an operator.</summary>
    private static int Windows(LogicalPlan plan) => plan is not Window { Calls.Count: > 1 } window ? 0
        : window.Calls.Select(static call => (WindowCall)call.Expression).Select(static call => (call.PartitionBy, call.OrderBy)).Distinct().Count() - 1;
}
