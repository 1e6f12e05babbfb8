using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Trees;

/// <summary>Rewrites and walks expressions. A rewrite that changes nothing returns the same reference.</summary>
/// <remarks>
/// Recursion is as deep as the expression; syntax trees are at most <see cref="Parser.ParserLimits.MaxTreeDepth"/> levels deep and AND, OR and IN are flat. Plans inside
/// subquery expressions are left alone unless a method's name says otherwise.
/// </remarks>
public static class ExpressionTransforms
{
    /// <summary>Maps the direct children.</summary>
    public static Expression MapChildren(this Expression expression, Func<Expression, Expression> map)
    {
        NodeList<Expression> children = expression.Children;
        if (children.IsEmpty)
        {
            return expression;
        }

        NodeList<Expression> mapped = children.MapOrSame(map);
        return ReferenceEquals(mapped, children) ? expression : expression.WithChildren(mapped);
    }

    /// <summary>Rewrites children first, then the node over the rewritten children.</summary>
    public static Expression TransformUp(this Expression expression, Func<Expression, Expression> rewrite) =>
        rewrite(expression.MapChildren(child => child.TransformUp(rewrite)));

    /// <summary>Rewrites the node first, then the children of what came out.</summary>
    public static Expression TransformDown(this Expression expression, Func<Expression, Expression> rewrite) =>
        rewrite(expression).MapChildren(child => child.TransformDown(rewrite));

    /// <summary>As <see cref="TransformUp"/>, and with <paramref name="rewritePlan"/> for the plan of each subquery expression.</summary>
    public static Expression TransformUp(this Expression expression, Func<Expression, Expression> rewrite, Func<LogicalPlan, LogicalPlan> rewritePlan)
    {
        Expression mapped = expression.MapChildren(child => child.TransformUp(rewrite, rewritePlan));
        return rewrite(mapped is SubqueryExpression subquery ? subquery.MapPlan(rewritePlan) : mapped);
    }

    /// <summary>Maps the plan of a subquery expression.</summary>
    public static SubqueryExpression MapPlan(this SubqueryExpression subquery, Func<LogicalPlan, LogicalPlan> map)
    {
        LogicalPlan mapped = map(subquery.Plan);
        return ReferenceEquals(mapped, subquery.Plan) ? subquery : subquery with { Plan = mapped };
    }

    /// <summary>Tells whether the expression or something below it passes a test.</summary>
    public static bool Any(this Expression expression, Func<Expression, bool> test)
    {
        if (test(expression))
        {
            return true;
        }

        NodeList<Expression> children = expression.Children;
        bool isLong = children.Count >= Interruption.LongList;
        foreach (Expression child in children)
        {
            if (isLong)
            {
                Interruption.Ask();
            }

            if (child.Any(test))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Visits the expression and everything below it, parents first.</summary>
    public static void ForEach(this Expression expression, Action<Expression> visit)
    {
        visit(expression);
        NodeList<Expression> children = expression.Children;
        bool isLong = children.Count >= Interruption.LongList;
        foreach (Expression child in children)
        {
            if (isLong)
            {
                Interruption.Ask();
            }

            child.ForEach(visit);
        }
    }

    /// <summary>Tells whether a subquery is in the expression.</summary>
    public static bool HasSubquery(this Expression expression) => expression.Any(static node => node is SubqueryExpression);

    /// <summary>Tells whether evaluating twice could give two values (random(), ...). Subqueries are looked into.</summary>
    public static bool IsVolatile(this Expression expression) => expression.Any(static node => node switch
    {
        Call call => call.Function.Volatility == Catalog.Volatility.Volatile,
        SubqueryExpression subquery => subquery.Plan.AnyExpression(IsVolatile),
        _ => false,
    });

    /// <summary>Replaces references to the given columns by expressions, also in the plans of subqueries, where they are correlated.</summary>
    public static Expression Substitute(this Expression expression, IReadOnlyDictionary<ColumnId, Expression> replacements) =>
        replacements.Count == 0 ? expression : expression.TransformUp(
            node => node is ColumnReference reference && replacements.TryGetValue(reference.Id, out Expression? replacement) ? replacement : node,
            plan => plan.SubstituteFree(replacements));
}
