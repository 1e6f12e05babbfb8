using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Makes one UNION ALL of nested ones.</summary>
/// <remarks><code>
/// Union all            Union all
///   Union all            a
///     a          =>      b
///     b                  c
///   c
/// </code></remarks>
public sealed class FlattenUnions : Rule
{
    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) => plan.TransformUp(static node =>
        node is SetOperation { Kind: SetOperationKind.Union, IsAll: true } union && union.Inputs.Any(IsUnionAll)
            ? union with { Inputs = [.. union.Inputs.SelectMany(static input => IsUnionAll(input) ? input.Children : [input])] }
            : node);

    private static bool IsUnionAll(LogicalPlan plan) => plan is SetOperation { Kind: SetOperationKind.Union, IsAll: true };
}
