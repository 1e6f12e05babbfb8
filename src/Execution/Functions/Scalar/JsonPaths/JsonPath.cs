using System.Text.Json;

namespace SqlCluster.Execution.Functions.Scalar.JsonPaths;

/// <summary>An SQL/JSON path: what <c>lax $.a[*] ? (@ > 1)</c> says (PostgreSQL documentation, section 9.16.2).</summary>
/// <param name="IsStrict">Structural errors are errors, and arrays are neither unwrapped nor made of single values.</param>
/// <param name="Root">The outermost node.</param>
internal sealed record JsonPath(bool IsStrict, PathNode Root);

/// <summary>A step of a path: gives a sequence of items, or, when it is a condition, true, false or unknown.</summary>
internal abstract record PathNode
{
    /// <summary>Whether it is a condition.</summary>
    public virtual bool IsPredicate => false;
}

/// <summary>$ or @.</summary>
internal sealed record ItemNode(bool IsCurrent) : PathNode;

/// <summary>last, within subscripts.</summary>
internal sealed record LastNode : PathNode;

internal sealed record ConstantNode(JsonElement Value) : PathNode;

/// <summary>$name.</summary>
internal sealed record VariableNode(string Name) : PathNode;

/// <summary>.name, or .* without one.</summary>
internal sealed record MemberNode(PathNode Input, string? Name) : PathNode;

/// <summary>[a, b to c], or [*] without subscripts.</summary>
internal sealed record ElementNode(PathNode Input, IReadOnlyList<(PathNode From, PathNode? To)>? Subscripts) : PathNode;

/// <summary>.**{first to last}; int.MaxValue stands for last.</summary>
internal sealed record DescendantNode(PathNode Input, int First, int Last) : PathNode;

/// <summary>? (predicate).</summary>
internal sealed record FilterNode(PathNode Input, PathNode Predicate) : PathNode;

/// <summary>.size() and its like; datetime may have a template.</summary>
internal sealed record MethodNode(PathNode Input, string Name, string? Template) : PathNode;

/// <summary>A sign.</summary>
internal sealed record SignNode(char Sign, PathNode Operand) : PathNode;

/// <summary>+ - * / %.</summary>
internal sealed record ArithmeticNode(char Operator, PathNode Left, PathNode Right) : PathNode;

internal abstract record PredicateNode : PathNode
{
    public override bool IsPredicate => true;
}

/// <summary>== &lt;> &lt; &lt;= > >=.</summary>
internal sealed record ComparisonNode(string Operator, PathNode Left, PathNode Right) : PredicateNode;

internal sealed record ConnectiveNode(bool IsAnd, PathNode Left, PathNode Right) : PredicateNode;

internal sealed record NotNode(PathNode Operand) : PredicateNode;

internal sealed record UnknownNode(PathNode Operand) : PredicateNode;

internal sealed record ExistsNode(PathNode Operand) : PredicateNode;

internal sealed record StartsWithNode(PathNode Operand, PathNode Beginning) : PredicateNode;

internal sealed record LikeRegexNode(PathNode Operand, Texts.CheckedRegex Pattern) : PredicateNode;
