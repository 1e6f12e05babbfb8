using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Decorrelation;

/// <summary>Tells what aggregates give for no rows.</summary>
internal static class EmptyGroups
{
    /// <summary>0 for those that are never null (count), else NULL.</summary>
    public static Literal Result(AggregateCall call)
    {
        if (!call.Function.NeverNull)
        {
            return Literal.Null(call.Type);
        }

        return call.Type.Kind switch
        {
            TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt => new Literal(0L, call.Type),
            _ => throw OptimizerErrors.Unsupported($"correlated aggregate {call.Function.Name} of type {call.Type}"),
        };
    }
}
