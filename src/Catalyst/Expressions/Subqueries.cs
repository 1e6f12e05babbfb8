using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Expressions;

/// <summary>An expression that holds a plan. Analysis makes these; the optimizer's first batch turns all of them into Apply nodes.</summary>
/// <remarks>The plan may reference columns of the outer query by id (correlation).</remarks>
public abstract record SubqueryExpression(LogicalPlan Plan) : Expression;

/// <summary>(SELECT ...) as a value: NULL for no row, error 21000 for more than one.</summary>
public sealed record ScalarSubquery(LogicalPlan Plan) : SubqueryExpression(Plan)
{
    public override SqlType Type => Plan.Output[0].Type;

    public override bool IsNullable => true;
}

/// <summary>[NOT] EXISTS (SELECT ...).</summary>
public sealed record ExistsSubquery(LogicalPlan Plan, bool Negated = false) : SubqueryExpression(Plan)
{
    public override SqlType Type => SqlType.Boolean;

    public override bool IsNullable => false;
}

/// <summary>values op ANY | ALL (SELECT ...). IN is Equal ANY; NOT IN is NotEqual ALL. Several values compare as a row.</summary>
public sealed record QuantifiedSubquery(NodeList<Expression> Values, ComparisonOperator Operator, bool IsAll, LogicalPlan Plan) : SubqueryExpression(Plan)
{
    public override SqlType Type => SqlType.Boolean;

    public override bool IsNullable => true;

    public override NodeList<Expression> Children => Values;

    public override Expression WithChildren(NodeList<Expression> children) => this with { Values = children };
}

/// <summary>ARRAY(SELECT ...).</summary>
public sealed record ArraySubquery(LogicalPlan Plan) : SubqueryExpression(Plan)
{
    public override SqlType Type => SqlType.Array(Plan.Output[0].Type);

    public override bool IsNullable => false;
}
