using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Trees;

/// <summary>Rewrites and walks logical plans. A rewrite that changes nothing returns the same reference.</summary>
/// <remarks>Plans inside subquery expressions are left alone unless a method's name says otherwise.</remarks>
public static class PlanTransforms
{
    /// <summary>Maps the direct inputs.</summary>
    public static LogicalPlan MapChildren(this LogicalPlan plan, Func<LogicalPlan, LogicalPlan> map)
    {
        Interruption.Ask();
        NodeList<LogicalPlan> children = plan.Children;
        if (children.IsEmpty)
        {
            return plan;
        }

        NodeList<LogicalPlan> mapped = children.MapOrSame(map);
        return ReferenceEquals(mapped, children) ? plan : plan.WithChildren(mapped);
    }

    /// <summary>Maps the node's own expressions; the map sees each whole expression once.</summary>
    public static LogicalPlan MapExpressions(this LogicalPlan plan, Func<Expression, Expression> map)
    {
        NodeList<Expression> expressions = plan.Expressions;
        if (expressions.IsEmpty)
        {
            return plan;
        }

        NodeList<Expression> mapped = expressions.MapOrSame(map);
        return ReferenceEquals(mapped, expressions) ? plan : plan.WithExpressions(mapped);
    }

    /// <summary>Rewrites inputs first, then the node over the rewritten inputs.</summary>
    public static LogicalPlan TransformUp(this LogicalPlan plan, Func<LogicalPlan, LogicalPlan> rewrite) =>
        rewrite(plan.MapChildren(child => child.TransformUp(rewrite)));

    /// <summary>Rewrites the node first, then the inputs of what came out.</summary>
    public static LogicalPlan TransformDown(this LogicalPlan plan, Func<LogicalPlan, LogicalPlan> rewrite) =>
        rewrite(plan).MapChildren(child => child.TransformDown(rewrite));

    /// <summary>As <see cref="TransformUp"/>, and within the plans of subquery expressions too, innermost first.</summary>
    public static LogicalPlan TransformUpWithSubqueries(this LogicalPlan plan, Func<LogicalPlan, LogicalPlan> rewrite)
    {
        LogicalPlan inputsDone = plan.MapChildren(child => child.TransformUpWithSubqueries(rewrite));
        LogicalPlan subqueriesDone = inputsDone.MapExpressions(expression =>
            expression.TransformUp(static node => node, subquery => subquery.TransformUpWithSubqueries(rewrite)));
        return rewrite(subqueriesDone);
    }

    /// <summary>Rewrites every expression of every node, each from its leaves up.</summary>
    public static LogicalPlan TransformExpressionsUp(this LogicalPlan plan, Func<Expression, Expression> rewrite) =>
        plan.TransformUp(node => node.MapExpressions(expression => expression.TransformUp(rewrite)));

    /// <summary>Tells whether the node or one below it passes a test.</summary>
    public static bool Any(this LogicalPlan plan, Func<LogicalPlan, bool> test)
    {
        Interruption.Ask();
        if (test(plan))
        {
            return true;
        }

        foreach (LogicalPlan child in plan.Children)
        {
            if (child.Any(test))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Tells whether an expression of the node or of one below it passes a test.</summary>
    public static bool AnyExpression(this LogicalPlan plan, Func<Expression, bool> test) => plan.Any(node =>
    {
        foreach (Expression expression in node.Expressions)
        {
            if (test(expression))
            {
                return true;
            }
        }

        return false;
    });

    /// <summary>Visits the node and everything below it, parents first.</summary>
    public static void ForEach(this LogicalPlan plan, Action<LogicalPlan> visit)
    {
        Interruption.Ask();
        visit(plan);
        foreach (LogicalPlan child in plan.Children)
        {
            child.ForEach(visit);
        }
    }

    /// <summary>Visits the node, everything below it, and everything in the subqueries of their expressions.</summary>
    public static void ForEachWithSubqueries(this LogicalPlan plan, Action<LogicalPlan> visit) => plan.ForEach(node =>
    {
        visit(node);
        foreach (Expression expression in node.Expressions)
        {
            expression.ForEach(part =>
            {
                if (part is SubqueryExpression subquery)
                {
                    subquery.Plan.ForEachWithSubqueries(visit);
                }
            });
        }
    });

    /// <summary>Replaces references to columns that come from outside the plan (correlated ones) by expressions, at any depth.</summary>
    public static LogicalPlan SubstituteFree(this LogicalPlan plan, IReadOnlyDictionary<ColumnId, Expression> replacements) =>
        replacements.Count == 0 ? plan : plan.TransformUp(node => node.MapExpressions(expression => expression.Substitute(replacements)));
}
