using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Expressions;

/// <summary>A scalar function or operator applied to arguments that match its signature. Arithmetic is here too: function "+" and so on.</summary>
public sealed record Call(FunctionSignature Function, NodeList<Expression> Arguments, SqlType ResultType) : Expression
{
    public override SqlType Type => ResultType;

    public override bool IsNullable => !Function.NeverNull && (!Function.IsStrict || Function.MayReturnNull || Arguments.Any(static argument => argument.IsNullable));

    public override NodeList<Expression> Children => Arguments;

    public override Expression WithChildren(NodeList<Expression> children) => this with { Arguments = children };
}

/// <summary>CAST(input AS type); with <paramref name="IsTry"/>, NULL where the value does not convert.</summary>
public sealed record Cast(Expression Input, SqlType Target, bool IsTry = false) : Expression
{
    public override SqlType Type => Target;

    public override bool IsNullable => IsTry || Input.IsNullable;

    public override NodeList<Expression> Children => [Input];

    public override Expression WithChildren(NodeList<Expression> children) => this with { Input = children[0] };
}

/// <summary>One WHEN arm of a CASE.</summary>
public sealed record CaseArm(Expression Condition, Expression Result);

/// <summary>Searched CASE: the first arm whose condition is true, else <paramref name="Otherwise"/> (a null literal when there is no ELSE). Later arms are not evaluated for rows already decided.</summary>
public sealed record Case(NodeList<CaseArm> Arms, Expression Otherwise) : Expression
{
    public override SqlType Type => Otherwise.Type;

    public override bool IsNullable => Otherwise.IsNullable || Arms.Any(static arm => arm.Result.IsNullable);

    /// <summary>condition, result, condition, result, ..., otherwise.</summary>
    public override NodeList<Expression> Children => [.. Arms.SelectMany(static arm => new[] { arm.Condition, arm.Result }), Otherwise];

    public override Expression WithChildren(NodeList<Expression> children) => this with
    {
        Arms = [.. Enumerable.Range(0, Arms.Count).Select(index => new CaseArm(children[2 * index], children[(2 * index) + 1]))],
        Otherwise = children[children.Count - 1],
    };
}

/// <summary>The first argument that is not null; later ones are not evaluated for rows already decided. One type.</summary>
public sealed record Coalesce(NodeList<Expression> Arguments) : Expression
{
    public override SqlType Type => Arguments[0].Type;

    public override bool IsNullable => Arguments.All(static argument => argument.IsNullable);

    public override NodeList<Expression> Children => Arguments;

    public override Expression WithChildren(NodeList<Expression> children) => this with { Arguments = children };
}
