using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Simplification;

/// <summary>Simplifies where only TRUE matters: NULL may become FALSE and the other way round.</summary>
internal static class ConditionSimplifier
{
    public static Expression Simplify(Expression expression)
    {
        switch (expression)
        {
            case And and:
                NodeList<Expression> terms = and.Terms.MapOrSame(Simplify);
                Expression merged = ReferenceEquals(terms, and.Terms) ? and : Conjunctions.AndAll(terms);
                return merged is And flat ? RangeMerging.Merge(flat) : merged;
            case Or or:
                NodeList<Expression> choices = or.Terms.MapOrSame(Simplify);
                return ReferenceEquals(choices, or.Terms) ? or : Conjunctions.OrAll(choices);
            case Literal { IsNull: true }:
                return Literal.False;
            case IsTruth { Truth: true, Negated: false } truth:
                return Simplify(truth.Input);
            case Comparison { Operator: ComparisonOperator.Equal or ComparisonOperator.LessOrEqual or ComparisonOperator.GreaterOrEqual } same
                when same.Left.Equals(same.Right) && !same.Left.IsVolatile():
                return new IsNull(same.Left, Negated: true);
            case Comparison { Operator: ComparisonOperator.NotEqual or ComparisonOperator.Less or ComparisonOperator.Greater } same
                when same.Left.Equals(same.Right) && !same.Left.IsVolatile() && !same.Left.MayFail():
                return Literal.False;
            case InList { Negated: true } list when list.Items.Any(static item => item is Literal { IsNull: true }):
                return Literal.False;
            case InList { Negated: false } list when list.Items.Any(static item => item is Literal { IsNull: true }):
                NodeList<Expression> items = [.. list.Items.Where(static item => item is not Literal { IsNull: true })];
                return items.IsEmpty ? Literal.False : list with { Items = items };
            default:
                return expression;
        }
    }
}
