namespace SqlCluster.Parser.Ast;

/// <summary>Is a call of a function, aggregate or window function.</summary>
/// <remarks>
/// Standard SQL's special forms are plain calls, as in PostgreSQL: COALESCE, NULLIF, GREATEST, LEAST; SUBSTRING(x FROM a FOR b) = substring(x, a, b)
/// (without FROM, a is 1); POSITION(a IN b) = position(b, a); OVERLAY(x PLACING y FROM a FOR b) =
/// overlay(x, y, a, b); TRIM(BOTH | LEADING | TRAILING c FROM x) = btrim | ltrim | rtrim(x, c); a OVERLAPS b = overlaps(a1, a2, b1, b2). count(*) has one <see cref="Star"/>
/// argument. DuckDB's lambda <c>x -> e</c> is an argument that is a <see cref="BinaryExpression"/> of <c>-></c>.
/// </remarks>
public sealed record FunctionCall(QualifiedName Name, NodeList<FunctionArgument> Arguments) : Expression
{
    /// <summary>Makes a plain call of a built-in function.</summary>
    public FunctionCall(string name, params ReadOnlySpan<Expression> arguments)
        : this(QualifiedName.Of(name), ToArguments(arguments))
    {
    }

    /// <summary>Is true for <c>f(DISTINCT …)</c>.</summary>
    public bool Distinct { get; init; }

    /// <summary>Orders the input of an aggregate: <c>f(x ORDER BY y)</c>.</summary>
    public NodeList<SortItem> OrderBy { get; init; } = [];

    /// <summary>Orders the input of an ordered-set aggregate: <c>f(x) WITHIN GROUP (ORDER BY y)</c>.</summary>
    public NodeList<SortItem> WithinGroup { get; init; } = [];

    public Expression? Filter { get; init; }

    public NullTreatment NullTreatment { get; init; }

    /// <summary>Makes the call a window function.</summary>
    public Window? Over { get; init; }

    private static NodeList<FunctionArgument> ToArguments(ReadOnlySpan<Expression> values)
    {
        var arguments = new FunctionArgument[values.Length];
        for (int i = 0; i < arguments.Length; i++)
            arguments[i] = new FunctionArgument(values[i]) { Span = values[i].Span };
        return NodeList.Create<FunctionArgument>(arguments);
    }
}

/// <summary>Is one argument; <c>name =&gt; value</c> and <c>name := value</c> have a name, <c>VARIADIC value</c> the flag.</summary>
public sealed record FunctionArgument(Expression Value, Identifier? Name = null, bool Variadic = false) : SyntaxNode;

public enum NullTreatment
{
    Default,
    Respect,
    Ignore,
}

/// <summary>Is what follows OVER.</summary>
public abstract record Window : SyntaxNode;

/// <summary>Is <c>OVER name</c>.</summary>
public sealed record WindowName(Identifier Name) : Window;

/// <summary>Is <c>OVER (base PARTITION BY … ORDER BY … frame)</c>.</summary>
public sealed record WindowSpecification(
    Identifier? BaseName, NodeList<Expression> PartitionBy, NodeList<SortItem> OrderBy, WindowFrame? Frame) : Window;

/// <summary>Is <c>ROWS BETWEEN start AND end EXCLUDE …</c>; without BETWEEN there is no end (it is the current row).</summary>
public sealed record WindowFrame(FrameUnit Unit, FrameBound Start, FrameBound? End, FrameExclusion Exclusion = FrameExclusion.NoOthers) : SyntaxNode;

public enum FrameUnit
{
    Rows,
    Range,
    Groups,
}

/// <summary>Is one end of a frame; the offset is there for Preceding and Following only.</summary>
public sealed record FrameBound(FrameBoundKind Kind, Expression? Offset = null) : SyntaxNode;

public enum FrameBoundKind
{
    UnboundedPreceding,
    Preceding,
    CurrentRow,
    Following,
    UnboundedFollowing,
}

public enum FrameExclusion
{
    NoOthers,
    CurrentRow,
    Group,
    Ties,
}
