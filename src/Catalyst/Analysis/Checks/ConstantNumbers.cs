using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Analysis.Checks;

/// <summary>Numbers that were written as constants, for arguments that are checked before there are rows.</summary>
internal static class ConstantNumbers
{
    /// <summary>Whether an expression is NULL as written.</summary>
    public static bool IsNull(Expression expression) => Written(expression) is { IsNull: true };

    /// <summary>Whether an expression is a constant that is not between two numbers; NULL is not.</summary>
    public static bool IsOutside(Expression expression, double least, double greatest) =>
        Written(expression) is { } literal && (literal.IsNull || (ValueOf(literal) is { } value && !(value >= least && value <= greatest)));

    /// <summary>The value of a literal; null: it is no number.</summary>
    public static double? ValueOf(Literal literal) => literal.Value switch
    {
        double value => value,
        float value => value,
        long value => value,
        Int128 unscaled when literal.ValueType.Kind == TypeKind.Numeric => (double)unscaled / Math.Pow(10, literal.ValueType.Scale),
        _ => null,
    };

    /// <summary>The literal below the casts.</summary>
    public static Literal? Written(Expression expression)
    {
        while (expression is Cast cast)
        {
            expression = cast.Input;
        }

        return expression as Literal;
    }
}
