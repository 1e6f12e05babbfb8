using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>One rewrite of logical plans. Its name everywhere (EXPLAIN, settings, logs) is its type's.</summary>
/// <remarks>A rule is stateless. It keeps the plan's output: the same column ids and types in the same order, and the same rows.</remarks>
public abstract class Rule
{
    public string Name => GetType().Name;

    /// <summary>Whether later steps cannot do without it, or would not end: such a rule runs though the optimizer is off, and cannot be disabled.</summary>
    public virtual bool IsRequired => false;

    /// <summary>Rewrites a whole plan; returns the same reference where there is nothing to do.</summary>
    public abstract LogicalPlan Apply(LogicalPlan plan, OptimizerContext context);
}
