using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>A rule that changed the plan.</summary>
/// <param name="Batch">Name of its batch.</param>
/// <param name="Rule">Its name.</param>
/// <param name="Before">Plan it got.</param>
/// <param name="After">Plan it made.</param>
/// <param name="Microseconds">Time it took.</param>
public sealed record OptimizerStep(string Batch, string Rule, LogicalPlan Before, LogicalPlan After, double Microseconds);

/// <summary>Collects the effective rules of one optimization, for EXPLAIN (TRACE).</summary>
public sealed class OptimizerTrace
{
    private readonly List<OptimizerStep> _steps = [];

    public IReadOnlyList<OptimizerStep> Steps => _steps;

    internal void Add(OptimizerStep step) => _steps.Add(step);
}
