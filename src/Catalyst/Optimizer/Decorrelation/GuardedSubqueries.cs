using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Optimizer.Decorrelation;

/// <summary>Finds scalar subqueries whose value may not be asked for: in arms of CASE, behind the first argument of COALESCE, behind the first term of AND and OR.</summary>
internal static class GuardedSubqueries
{
    /// <summary>Those of an expression, by reference.</summary>
    public static HashSet<Expression> Find(Expression expression)
    {
        var found = new HashSet<Expression>(ReferenceEqualityComparer.Instance);
        Visit(expression, isGuarded: false, found);
        return found;
    }

    private static void Visit(Expression expression, bool isGuarded, HashSet<Expression> found)
    {
        if (isGuarded && expression is ScalarSubquery)
        {
            found.Add(expression);
        }

        bool guards = expression is Case or Coalesce or And or Or;
        for (int i = 0; i < expression.Children.Count; i++)
        {
            Visit(expression.Children[i], isGuarded || (guards && i > 0), found);
        }
    }
}
