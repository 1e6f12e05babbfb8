using SqlCluster.Catalyst.Catalog;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>any_value, first, last, min_by, max_by: a value of one of the group's rows.</summary>
internal static class Picks
{
    public static readonly AggregateFunction[] Functions =
    [
        One("any_value", PickRule.FirstPresent, "Some value that is not null."),
        One("first", PickRule.First, "Value of the first row."),
        One("last", PickRule.Last, "Value of the last row."),
        By("min_by", PickRule.Least, "Value of the row whose second argument is least."),
        By("arg_min", PickRule.Least, "Value of the row whose second argument is least."),
        By("max_by", PickRule.Greatest, "Value of the row whose second argument is greatest."),
        By("arg_max", PickRule.Greatest, "Value of the row whose second argument is greatest."),
    ];

    private static AggregateFunction One(string name, PickRule rule, string description) => AggregateFunction.Create(
        name, [ParameterType.AnyElement], static types => types[0], rule == PickRule.FirstPresent ? static types => [types[0]] : null,
        binding => new PickAccumulator(binding, 0, 0, rule), description) with { IsOrderSensitive = true };

    private static AggregateFunction By(string name, PickRule rule, string description) => AggregateFunction.Create(
        name, [ParameterType.AnyElement, ParameterType.Any], static types => types[0], static types => [types[0], types[1]],
        binding => new PickAccumulator(binding, 0, 1, rule), description);
}
