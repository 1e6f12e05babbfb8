using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Functions.Aggregate;

namespace SqlCluster.Execution.Operators.Aggregation;

/// <summary>Makes the accumulator of a call: the function's own, wrapped for DISTINCT and ORDER BY.</summary>
internal static class CallBinder
{
    /// <summary>What an accumulator of the call is fed: arguments, then order keys.</summary>
    public static IEnumerable<Expression> Inputs(AggregateCall call, AggregateFunction function) =>
        NeedsOrder(call, function) ? [.. call.Arguments, .. call.OrderBy.Select(static key => key.Expression)] : call.Arguments;

    public static Accumulator Bind(AggregateCall call, AggregateFunction function, bool groupsMayBeEmpty, EvaluationContext context)
    {
        bool isDistinct = call.IsDistinct && !function.IgnoresDuplicates && call.Arguments.Count > 0;
        bool needsOrder = NeedsOrder(call, function);
        var binding = new AggregateBinding(
            [.. call.Arguments.Select(static argument => argument.Type)], call.ResultType, [.. call.Arguments.Select(static argument => argument as Literal)], call.OrderBy,
            groupsMayBeEmpty || call.Filter != null || isDistinct || needsOrder, context)
        {
            OrdersItself = function.OrdersItself(call),
        };
        if (needsOrder)
        {
            return new OrderedAccumulator(call, function, binding, isDistinct);
        }

        return isDistinct ? new DistinctAccumulator(binding, function.Bind(binding)) : function.Bind(binding);
    }

    private static bool NeedsOrder(AggregateCall call, AggregateFunction function) =>
        !call.OrderBy.IsEmpty && function.IsOrderSensitive && !function.OrdersItself(call);
}
