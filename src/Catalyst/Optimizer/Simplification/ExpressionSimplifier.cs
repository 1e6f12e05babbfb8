using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Simplification;

/// <summary>Rewrites expressions to simpler ones of the same value, bottom up.</summary>
/// <remarks>In a condition, where NULL counts as FALSE, more is allowed: that form is used for the places of a filter that only AND and OR lie above.</remarks>
internal sealed class ExpressionSimplifier(OptimizerContext context)
{
    private readonly ConstantFolding _constants = new(context);

    /// <summary>The same value for every row, NULL included.</summary>
    public Expression Simplify(Expression expression) => expression.TransformUp(SimplifyNode);

    /// <summary>True for the same rows.</summary>
    public Expression SimplifyCondition(Expression expression)
    {
        Expression simple = Simplify(expression);
        Expression condition = ConditionSimplifier.Simplify(simple);
        return ReferenceEquals(simple, condition) ? simple : Simplify(condition);
    }

    private Expression SimplifyNode(Expression node)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        return SimplifyKind(node);
    }

    private Expression SimplifyKind(Expression node) => node switch
    {
        And and => BooleanAlgebra.Simplify(and),
        Or or => BooleanAlgebra.Simplify(or),
        Not not => BooleanAlgebra.Negate(not.Input) ?? not,
        IsNull test => SimplifyIsNull(test),
        IsTruth truth => BooleanAlgebra.Simplify(truth),
        IsDistinctFrom distinct => SimplifyDistinctFrom(distinct),
        Comparison comparison => SimplifyComparison(comparison),
        InList list => SimplifyIn(list),
        Like like => PatternSimplifier.Simplify(like) is var simple && simple is Like ? _constants.Fold(simple) : simple,
        Cast cast => SimplifyCast(cast),
        Case @case => SimplifyCase(@case),
        Coalesce coalesce => SimplifyCoalesce(coalesce),
        Call { Function: { IsStrict: true, NeverNull: false, Kind: Catalog.FunctionKind.Scalar } } call when call.Arguments.Any(static argument => argument is Literal { IsNull: true }) => Literal.Null(call.Type),
        Call => _constants.Fold(node),
        _ => node,
    };

    private static Expression SimplifyIsNull(IsNull test) => test.Input switch
    {
        Literal literal => Literal.Of(literal.IsNull != test.Negated),
        { IsNullable: false } => Literal.Of(test.Negated),
        Cast { IsTry: false } cast when !cast.MayFail() => test with { Input = cast.Input },
        _ => test,
    };

    private Expression SimplifyDistinctFrom(IsDistinctFrom distinct)
    {
        if (distinct.Left is Literal { IsNull: true } || distinct.Right is Literal { IsNull: true })
        {
            return SimplifyIsNull(new IsNull(distinct.Left is Literal { IsNull: true } ? distinct.Right : distinct.Left, Negated: !distinct.Negated));
        }

        return distinct.Left.IsNullable || distinct.Right.IsNullable
            ? distinct
            : SimplifyComparison(new Comparison(distinct.Negated ? ComparisonOperator.Equal : ComparisonOperator.NotEqual, distinct.Left, distinct.Right));
    }

    private Expression SimplifyComparison(Comparison comparison)
    {
        if (comparison.Left is Literal { IsNull: true } || comparison.Right is Literal { IsNull: true })
        {
            return Literal.NullBoolean;
        }

        if (comparison.Left.IsConstant() && !comparison.Right.IsConstant())
        {
            comparison = new Comparison(Comparisons.Mirror(comparison.Operator), comparison.Right, comparison.Left);
        }

        if (comparison.Right is Literal)
        {
            if (comparison.Left is Literal)
            {
                return _constants.Fold(comparison);
            }

            if (comparison.Left.Type.Kind == TypeKind.Boolean && comparison is { Operator: ComparisonOperator.Equal or ComparisonOperator.NotEqual, Right: Literal { Value: bool value } })
            {
                return value == (comparison.Operator == ComparisonOperator.Equal) ? comparison.Left : BooleanAlgebra.Negate(comparison.Left) ?? new Not(comparison.Left);
            }

            return CastUnwrapping.Unwrap(comparison, _constants) ?? DatePartRanges.Rewrite(comparison) ?? comparison;
        }

        return comparison is { Operator: ComparisonOperator.Equal or ComparisonOperator.LessOrEqual or ComparisonOperator.GreaterOrEqual, Left.IsNullable: false }
            && comparison.Left.Equals(comparison.Right) && !comparison.Left.IsVolatile() ? Literal.True : comparison;
    }

    private Expression SimplifyIn(InList list)
    {
        if (list.Input is Literal { IsNull: true })
        {
            return Literal.NullBoolean;
        }

        NodeList<Expression> items = Comparisons.Deduplicate(list.Items);
        if (items.Count == 1)
        {
            return SimplifyComparison(new Comparison(list.Negated ? ComparisonOperator.NotEqual : ComparisonOperator.Equal, list.Input, items[0]));
        }

        InList distinct = items.Count == list.Items.Count ? list : list with { Items = items };
        return CastUnwrapping.Unwrap(distinct, _constants) ?? _constants.Fold(distinct);
    }

    private Expression SimplifyCast(Cast cast)
    {
        if (cast.Input.Type.Equals(cast.Target))
        {
            return cast.Input;
        }

        // A value that went to a wider type comes back unchanged.
        if (cast.Input is Cast { IsTry: false } inner && inner.Input.Type.Equals(cast.Target) && CastUnwrapping.IsLossless(inner.Input.Type, inner.Target))
        {
            return inner.Input;
        }

        return cast.Input is Literal { IsNull: true } ? Literal.Null(cast.Target) : _constants.Fold(cast);
    }

    private static Expression SimplifyCase(Case @case)
    {
        var arms = new List<CaseArm>();
        Expression otherwise = @case.Otherwise;
        foreach (CaseArm arm in @case.Arms)
        {
            if (arm.Condition is Literal { Value: true })
            {
                otherwise = arm.Result;
                break;
            }

            if (arm.Condition is not Literal { Value: null or false })
            {
                arms.Add(arm);
            }
        }

        while (arms.Count > 0 && arms[^1].Result.Equals(otherwise) && !arms[^1].Condition.MayFail() && !arms[^1].Condition.IsVolatile() && !otherwise.IsVolatile())
        {
            arms.RemoveAt(arms.Count - 1);
        }

        return arms.Count == 0 ? otherwise : arms.Count == @case.Arms.Count && ReferenceEquals(otherwise, @case.Otherwise) ? @case : new Case([.. arms], otherwise);
    }

    private static Expression SimplifyCoalesce(Coalesce coalesce)
    {
        var arguments = new List<Expression>();
        foreach (Expression argument in coalesce.Arguments)
        {
            if (argument is Literal { IsNull: true })
            {
                continue;
            }

            arguments.Add(argument);
            if (!argument.IsNullable)
            {
                break;
            }
        }

        return arguments.Count switch
        {
            0 => Literal.Null(coalesce.Type),
            1 => arguments[0].Type.Equals(coalesce.Type) ? arguments[0] : coalesce,
            _ when arguments.Count == coalesce.Arguments.Count || !arguments[0].Type.Equals(coalesce.Type) => coalesce,
            _ => new Coalesce([.. arguments]),
        };
    }
}
