namespace SqlCluster.Parser.Ast;

/// <summary>Is the base of everything a statement consists of: immutable, compared by structure.</summary>
/// <remarks>
/// The source position is not part of equality: two texts that differ in layout only give equal trees. Trees are at most
/// <see cref="ParserLimits.MaxTreeDepth"/> levels deep, so a recursive walk is safe; long AND, OR and UNION chains are one node with many operands.
/// </remarks>
public abstract record SyntaxNode
{
    /// <summary>Names where the node was written; <see cref="TextSpan.None"/> for a node made by code.</summary>
    public TextSpan Span { get; init; } = TextSpan.None;

    /// <summary>Names the word inside the node that errors about it point at, where that is not its beginning: IN, BETWEEN, LIKE, IS, the :: of a cast, the string of a typed literal.</summary>
    public TextSpan Anchor { get; init; } = TextSpan.None;

    public virtual bool Equals(SyntaxNode? other) => other is not null && EqualityContract == other.EqualityContract;

    public override int GetHashCode() => EqualityContract.GetHashCode();
}
