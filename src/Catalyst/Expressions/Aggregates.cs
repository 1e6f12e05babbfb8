using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Expressions;

/// <summary>An ORDER BY key.</summary>
public sealed record SortKey(Expression Expression, bool Descending = false, bool NullsFirst = false)
{
    public override string ToString() => $"{Expression}{(Descending ? " DESC" : "")}{(NullsFirst == Descending ? "" : NullsFirst ? " NULLS FIRST" : " NULLS LAST")}";
}

/// <summary>An aggregate over the rows of a group. Only in <see cref="Logical.Aggregate"/> and physical aggregates.</summary>
/// <param name="Function">Aggregate function; count(*) has no arguments.</param>
/// <param name="Arguments">Arguments that match the signature.</param>
/// <param name="ResultType">Type of the final value.</param>
/// <param name="IsDistinct">Only distinct argument rows count.</param>
/// <param name="Filter">FILTER (WHERE ...), or null.</param>
/// <param name="OrderBy">Order in which rows are fed, for string_agg and the like, or WITHIN GROUP.</param>
public sealed record AggregateCall(
    FunctionSignature Function, NodeList<Expression> Arguments, SqlType ResultType, bool IsDistinct, Expression? Filter, NodeList<SortKey> OrderBy) : Expression
{
    public override SqlType Type => ResultType;

    public override bool IsNullable => !Function.NeverNull;

    /// <summary>Arguments, then the filter if any, then the order keys.</summary>
    public override NodeList<Expression> Children =>
        [.. Arguments, .. Filter is null ? [] : new[] { Filter }, .. OrderBy.Select(static key => key.Expression)];

    public override Expression WithChildren(NodeList<Expression> children)
    {
        int filterIndex = Arguments.Count, orderIndex = filterIndex + (Filter is null ? 0 : 1);
        return this with
        {
            Arguments = [.. children.Take(Arguments.Count)],
            Filter = Filter is null ? null : children[filterIndex],
            OrderBy = [.. OrderBy.Select((key, index) => key with { Expression = children[orderIndex + index] })],
        };
    }
}

/// <summary>Unit of a window frame's bounds.</summary>
public enum FrameUnit
{
    Rows,
    Range,
    Groups,
}

/// <summary>Kind of a window frame bound.</summary>
public enum FrameBoundKind
{
    UnboundedPreceding,
    Preceding,
    CurrentRow,
    Following,
    UnboundedFollowing,
}

/// <summary>Rows left out of a window frame.</summary>
public enum FrameExclusion
{
    NoOthers,
    CurrentRow,
    Group,
    Ties,
}

/// <summary>One end of a window frame; the offset is a constant or parameter expression for Preceding and Following.</summary>
public sealed record FrameBound(FrameBoundKind Kind, Expression? Offset = null);

/// <summary>A window frame.</summary>
public sealed record WindowFrame(FrameUnit Unit, FrameBound Start, FrameBound End, FrameExclusion Exclusion = FrameExclusion.NoOthers)
{
    /// <summary>SQL's default: RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW.</summary>
    public static readonly WindowFrame Default =
        new(FrameUnit.Range, new(FrameBoundKind.UnboundedPreceding), new(FrameBoundKind.CurrentRow));
}

/// <summary>A window function or an aggregate OVER a window. Only in <see cref="Logical.Window"/> and WindowExec.</summary>
public sealed record WindowCall(
    FunctionSignature Function, NodeList<Expression> Arguments, SqlType ResultType, NodeList<Expression> PartitionBy, NodeList<SortKey> OrderBy,
    WindowFrame Frame, Expression? Filter = null, bool IsDistinct = false, bool IgnoreNulls = false) : Expression
{
    public override SqlType Type => ResultType;

    public override bool IsNullable => !Function.NeverNull;

    /// <summary>Arguments, partition keys, order keys, then the filter if any. Frame offsets are constants and not among them.</summary>
    public override NodeList<Expression> Children =>
        [.. Arguments, .. PartitionBy, .. OrderBy.Select(static key => key.Expression), .. Filter is null ? [] : new[] { Filter }];

    public override Expression WithChildren(NodeList<Expression> children)
    {
        int partitionIndex = Arguments.Count, orderIndex = partitionIndex + PartitionBy.Count;
        return this with
        {
            Arguments = [.. children.Take(partitionIndex)],
            PartitionBy = [.. children.Skip(partitionIndex).Take(PartitionBy.Count)],
            OrderBy = [.. OrderBy.Select((key, index) => key with { Expression = children[orderIndex + index] })],
            Filter = Filter is null ? null : children[children.Count - 1],
        };
    }
}
