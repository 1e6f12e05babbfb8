using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Expressions;

/// <summary>The six order comparisons.</summary>
public enum ComparisonOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>left op right. Both sides have one type after coercion (numerics may differ in precision and scale, texts in length).</summary>
public sealed record Comparison(ComparisonOperator Operator, Expression Left, Expression Right) : Expression
{
    public override SqlType Type => SqlType.Boolean;

    public override bool IsNullable => Left.IsNullable || Right.IsNullable;

    public override NodeList<Expression> Children => [Left, Right];

    public override Expression WithChildren(NodeList<Expression> children) => this with { Left = children[0], Right = children[1] };
}

/// <summary>All of two or more terms; flat: no term is itself an And.</summary>
public sealed record And(NodeList<Expression> Terms) : Expression
{
    public override SqlType Type => SqlType.Boolean;

    public override bool IsNullable => Terms.Any(static term => term.IsNullable);

    public override NodeList<Expression> Children => Terms;

    public override Expression WithChildren(NodeList<Expression> children) => this with { Terms = children };

    /// <summary>Of all terms; of very many it takes its time, and hears cancellation.</summary>
    public override int GetHashCode() => LongHash.Of(typeof(And), Terms);
}

/// <summary>Any of two or more terms; flat: no term is itself an Or.</summary>
public sealed record Or(NodeList<Expression> Terms) : Expression
{
    public override SqlType Type => SqlType.Boolean;

    public override bool IsNullable => Terms.Any(static term => term.IsNullable);

    public override NodeList<Expression> Children => Terms;

    public override Expression WithChildren(NodeList<Expression> children) => this with { Terms = children };

    /// <summary>Of all terms; of very many it takes its time, and hears cancellation.</summary>
    public override int GetHashCode() => LongHash.Of(typeof(Or), Terms);
}

/// <summary>NOT input.</summary>
public sealed record Not(Expression Input) : Expression
{
    public override SqlType Type => SqlType.Boolean;

    public override bool IsNullable => Input.IsNullable;

    public override NodeList<Expression> Children => [Input];

    public override Expression WithChildren(NodeList<Expression> children) => this with { Input = children[0] };
}

/// <summary>input IS [NOT] NULL; never null itself.</summary>
public sealed record IsNull(Expression Input, bool Negated = false) : Expression
{
    public override SqlType Type => SqlType.Boolean;

    public override bool IsNullable => false;

    public override NodeList<Expression> Children => [Input];

    public override Expression WithChildren(NodeList<Expression> children) => this with { Input = children[0] };
}

/// <summary>input IS [NOT] TRUE | FALSE; never null itself. IS UNKNOWN is <see cref="IsNull"/>.</summary>
public sealed record IsTruth(Expression Input, bool Truth, bool Negated = false) : Expression
{
    public override SqlType Type => SqlType.Boolean;

    public override bool IsNullable => false;

    public override NodeList<Expression> Children => [Input];

    public override Expression WithChildren(NodeList<Expression> children) => this with { Input = children[0] };
}

/// <summary>left IS [NOT] DISTINCT FROM right: comparison where two nulls are equal. Negated = IS NOT DISTINCT FROM.</summary>
public sealed record IsDistinctFrom(Expression Left, Expression Right, bool Negated = false) : Expression
{
    public override SqlType Type => SqlType.Boolean;

    public override bool IsNullable => false;

    public override NodeList<Expression> Children => [Left, Right];

    public override Expression WithChildren(NodeList<Expression> children) => this with { Left = children[0], Right = children[1] };
}

/// <summary>input [NOT] IN (items): items of the input's type, any expressions.</summary>
public sealed record InList(Expression Input, NodeList<Expression> Items, bool Negated = false) : Expression
{
    public override SqlType Type => SqlType.Boolean;

    public override bool IsNullable => Input.IsNullable || Items.Any(static item => item.IsNullable);

    public override NodeList<Expression> Children => [Input, .. Items];

    public override Expression WithChildren(NodeList<Expression> children) => this with { Input = children[0], Items = [.. children.Skip(1)] };
}

/// <summary>input [NOT] [I]LIKE pattern, with the escape character (default backslash; null: none).</summary>
public sealed record Like(Expression Input, Expression Pattern, char? Escape = '\\', bool IgnoreCase = false, bool Negated = false) : Expression
{
    public override SqlType Type => SqlType.Boolean;

    public override bool IsNullable => Input.IsNullable || Pattern.IsNullable;

    public override NodeList<Expression> Children => [Input, Pattern];

    public override Expression WithChildren(NodeList<Expression> children) => this with { Input = children[0], Pattern = children[1] };
}
