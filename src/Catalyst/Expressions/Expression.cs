using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Expressions;

/// <summary>A typed expression: analyzed, immutable, printable. Three-valued logic throughout.</summary>
/// <remarks>Rewrites return the same reference when nothing changed. Chains of AND and OR are n-ary, so trees stay shallow.</remarks>
public abstract record Expression
{
    public abstract SqlType Type { get; }

    /// <summary>Whether a row may give NULL; false only when that is certain.</summary>
    public abstract bool IsNullable { get; }

    /// <summary>Direct sub-expressions, in evaluation order. Plans inside subquery expressions are not among them.</summary>
    public virtual NodeList<Expression> Children => NodeList<Expression>.Empty;

    /// <summary>The same node over other children, in the order of <see cref="Children"/>.</summary>
    public virtual Expression WithChildren(NodeList<Expression> children) => this;

    public sealed override string ToString() => ExpressionPrinter.Print(this);
}
