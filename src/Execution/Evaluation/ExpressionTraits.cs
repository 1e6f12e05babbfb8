using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Execution.Evaluation;

/// <summary>What the compiler asks of expressions before it decides how to evaluate them; on the way through long ones it hears cancellation.</summary>
internal static class ExpressionTraits
{
    /// <summary>Same inputs, same result within one statement.</summary>
    public static bool IsDeterministic(Expression expression)
    {
        Interruption.Ask();
        if (expression is Call { Function.Volatility: Volatility.Volatile })
        {
            return false;
        }

        foreach (Expression child in expression.Children)
        {
            if (!IsDeterministic(child))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Cheap for every slot and never an error: evaluated for whole batches. Everything else waits until it is known which rows need it.</summary>
    public static bool IsCheap(Expression expression)
    {
        Interruption.Ask();
        bool self = expression switch
        {
            InputReference or Literal or Parameter or And or Or or Not or IsNull or IsTruth => true,
            Comparison { Left.Type: var type } => !type.IsNested,
            IsDistinctFrom { Left.Type: var type } => !type.IsNested,
            InList list => list.Items.All(static item => item is Literal),
            _ => false,
        };
        return self && expression.Children.All(IsCheap);
    }

    /// <summary>May end the query with an error for some row.</summary>
    public static bool MayFail(Expression expression)
    {
        Interruption.Ask();
        return expression is Call { Function.MayFail: true } or Cast { IsTry: false } || (expression is ArrayLambda lambda && MayFail(lambda.Body)) || expression.Children.Any(MayFail);
    }

    /// <summary>The one input column that the expression uses; -1 for none or several.</summary>
    public static int SingleInput(Expression expression)
    {
        int found = -1;
        return Visit(expression, ref found) ? found : -1;
    }

    /// <summary>The expression with every input reference pointing to column 0.</summary>
    public static Expression OnFirstInput(Expression expression)
    {
        if (expression is InputReference input)
        {
            return input with { Ordinal = 0 };
        }

        return expression.Children.IsEmpty ? expression : expression.WithChildren(expression.Children.Map(OnFirstInput));
    }

    private static bool Visit(Expression expression, ref int found)
    {
        Interruption.Ask();
        if (expression is InputReference input)
        {
            if (found >= 0 && found != input.Ordinal)
            {
                return false;
            }

            found = input.Ordinal;
            return true;
        }

        foreach (Expression child in expression.Children)
        {
            if (!Visit(child, ref found))
            {
                return false;
            }
        }

        return true;
    }
}
