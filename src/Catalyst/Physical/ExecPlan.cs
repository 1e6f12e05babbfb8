using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Physical;

/// <summary>A column of a physical node's output. Position is its identity.</summary>
public sealed record ExecColumn(string Name, SqlType Type, bool IsNullable);

/// <summary>A physical operator as data: what travels to executors. Expressions refer to input columns by position (<see cref="InputReference"/>).</summary>
public abstract record ExecPlan
{
    private Remembered<NodeList<ExecColumn>> _output;

    /// <summary>Columns this node produces, in order.</summary>
    public NodeList<ExecColumn> Output => _output.Of(this) ?? _output.Set(this, MakeOutput());

    /// <summary>Inputs, left to right.</summary>
    public virtual NodeList<ExecPlan> Children => NodeList<ExecPlan>.Empty;

    /// <summary>Rows the planner expects from this node over all partitions, -1 when it has no idea.</summary>
    public double EstimatedRows { get; init; } = -1;

    /// <summary>What adaptive execution did here, for EXPLAIN; null: nothing.</summary>
    public string? Note { get; init; }

    /// <summary>Gathers the columns of <see cref="Output"/>.</summary>
    protected abstract NodeList<ExecColumn> MakeOutput();

    /// <summary>The same node over other inputs.</summary>
    public virtual ExecPlan WithChildren(NodeList<ExecPlan> children) => this;

    public sealed override string ToString() => ExecPlanPrinter.Print(this);
}

/// <summary>A node with one input.</summary>
public abstract record UnaryExec(ExecPlan Input) : ExecPlan
{
    public override NodeList<ExecPlan> Children => [Input];

    public override ExecPlan WithChildren(NodeList<ExecPlan> children) => this with { Input = children[0] };
}
