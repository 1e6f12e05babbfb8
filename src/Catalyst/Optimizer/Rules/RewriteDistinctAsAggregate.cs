using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Groups instead of removing duplicates, as grouping is partial, parallel and reordered; drops DISTINCT where rows differ anyway.</summary>
/// <remarks><code>
/// Distinct                     Aggregate [a, b] []             Union [c]               Aggregate [c] []
///   Scan t [a, b]      =>        Scan t [a, b]                   Scan t [a]     =>       Union all [c]
///                                                                Scan s [b]
/// </code></remarks>
public sealed class RewriteDistinctAsAggregate : Rule
{
    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) => plan.TransformUp(static node => node switch
    {
        Distinct { On.IsEmpty: true } distinct when !distinct.Output.IsEmpty =>
            distinct.Input.IsUniqueOn(distinct.Output.Select(static column => column.Id).ToHashSet()) ? distinct.Input : Group(distinct.Input),
        SetOperation { Kind: SetOperationKind.Union, IsAll: false, Columns.IsEmpty: false } union => Group(union with { IsAll = true }),
        _ => node,
    });

    private static Aggregate Group(LogicalPlan input) => new(input.Output.Map(NamedExpression.Pass), [], null, null, input);
}
