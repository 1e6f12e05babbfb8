using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Drops sorts whose order nobody sees, and sort keys that cannot decide.</summary>
/// <remarks><code>
/// Aggregate [] [count(*)]             Aggregate [] [count(*)]
///   Sort [x]                    =>      Scan t
///     Scan t
/// </code>
/// Order reaches the root, LIMIT, DISTINCT ON and aggregates that depend on it (array_agg without its own ORDER BY) through filters and projections.
/// </remarks>
public sealed class EliminateSorts : Rule
{
    private static readonly HashSet<string> InsensitiveToOrder =
        ["count", "sum", "avg", "min", "max", "bool_and", "bool_or", "every", "stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop", "any_value", "bit_and", "bit_or"];

    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) => Eliminate(plan, isOrderSeen: true);

    private static LogicalPlan Eliminate(LogicalPlan plan, bool isOrderSeen)
    {
        switch (plan)
        {
            case Sort sort:
                LogicalPlan input = Eliminate(sort.Input, false);
                NodeList<SortKey> keys = isOrderSeen ? Deciding(sort) : [];
                return keys.IsEmpty ? input : ReferenceEquals(keys, sort.Keys) && ReferenceEquals(input, sort.Input) ? sort : new Sort(keys, input);
            case Limit or Distinct { On.IsEmpty: false }:
                return plan.MapChildren(static child => Eliminate(child, true));
            case Project or Filter or TableFunctionScan:
                return plan.MapChildren(child => Eliminate(child, isOrderSeen));
            case With with:
                LogicalPlan definition = Eliminate(with.Definition, false), body = Eliminate(with.Body, isOrderSeen);
                return ReferenceEquals(definition, with.Definition) && ReferenceEquals(body, with.Body) ? with : with with { Definition = definition, Body = body };
            case Aggregate aggregate:
                bool isSensitive = aggregate.Calls.Any(static call => call.Expression is AggregateCall { OrderBy.IsEmpty: true } function && !InsensitiveToOrder.Contains(function.Function.Name));
                return aggregate.MapChildren(child => Eliminate(child, isSensitive));
            default:
                return plan.MapChildren(static child => Eliminate(child, false));
        }
    }

    /// <summary>Keys without constants and repetitions.</summary>
    private static NodeList<SortKey> Deciding(Sort sort)
    {
        var seen = new HashSet<Expression>();
        NodeList<SortKey> keys = [.. sort.Keys.Where(key => key.Expression is not Literal && (seen.Add(key.Expression) || key.Expression.IsVolatile()))];
        return keys.Count == sort.Keys.Count ? sort.Keys : keys;
    }
}
