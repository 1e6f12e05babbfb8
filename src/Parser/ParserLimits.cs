namespace SqlCluster.Parser;

/// <summary>Says how large a statement may be. What is larger ends in SQLSTATE 54001, never in a stack overflow.</summary>
public static class ParserLimits
{
    /// <summary>Bounds the depth of a syntax tree, so that every pass over it may recurse. A chain of 1,000 pluses is 1,000 levels deep.</summary>
    public const int MaxTreeDepth = 1000;

    /// <summary>Bounds how deep parentheses, subqueries and the like may nest in the text.</summary>
    public const int MaxNesting = 1000;

    /// <summary>Bounds the text of one call, in characters.</summary>
    public const int MaxTextLength = 64 * 1024 * 1024;
}
