using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Logical;

/// <summary>A relational operator: immutable, over column ids, printable.</summary>
public abstract record LogicalPlan
{
    private Remembered<NodeList<Column>> _output;

    /// <summary>Columns this node produces, in order.</summary>
    public NodeList<Column> Output => _output.Of(this) ?? _output.Set(this, MakeOutput());

    /// <summary>Inputs, left to right.</summary>
    public virtual NodeList<LogicalPlan> Children => NodeList<LogicalPlan>.Empty;

    /// <summary>Expressions this node evaluates, in a fixed order.</summary>
    public virtual NodeList<Expression> Expressions => NodeList<Expression>.Empty;

    /// <summary>Gathers the columns of <see cref="Output"/> from the inputs'.</summary>
    protected abstract NodeList<Column> MakeOutput();

    /// <summary>The same node over other inputs.</summary>
    public virtual LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this;

    /// <summary>The same node with other expressions, in the order of <see cref="Expressions"/>.</summary>
    public virtual LogicalPlan WithExpressions(NodeList<Expression> expressions) => this;

    public sealed override string ToString() => LogicalPlanPrinter.Print(this);
}

/// <summary>An expression and the column that carries its value upwards. Where the expression is a plain reference to that very column, nothing is computed.</summary>
public sealed record NamedExpression(Expression Expression, Column Column)
{
    /// <summary>Passes an input column on under its own id.</summary>
    public static NamedExpression Pass(Column column) => new(new ColumnReference(column), column);

    public bool IsPass => Expression is ColumnReference reference && reference.Id == Column.Id;
}
