using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Expressions;

/// <summary>What becomes of the elements that a lambda is applied to.</summary>
public enum LambdaKind
{
    /// <summary>The array of the lambda's values.</summary>
    Transform = 0,

    /// <summary>The array of the elements for which it is true.</summary>
    Filter = 1,
}

/// <summary>A lambda applied to every element of an array; NULL for NULL.</summary>
/// <param name="Kind">What becomes of the elements.</param>
/// <param name="Array">The array.</param>
/// <param name="Captured">What the lambda uses of the row, computed once a row.</param>
/// <param name="Variable">The element's name, for EXPLAIN.</param>
/// <param name="Body">
/// The lambda over input references: 0 is the element, 1 + i is <paramref name="Captured"/>[i]. It holds no columns, subqueries, aggregates or volatile functions, so it is none of
/// the <see cref="Children"/>: what rewrites columns need not look into it.
/// </param>
public sealed record ArrayLambda(LambdaKind Kind, Expression Array, NodeList<Expression> Captured, string Variable, Expression Body) : Expression
{
    public override SqlType Type => Kind == LambdaKind.Filter ? Array.Type : SqlType.Array(Body.Type);

    public override bool IsNullable => Array.IsNullable;

    /// <summary>The array, then what is captured.</summary>
    public override NodeList<Expression> Children => [Array, .. Captured];

    public override Expression WithChildren(NodeList<Expression> children) => this with { Array = children[0], Captured = [.. children.Skip(1)] };
}
