namespace SqlCluster.Catalyst.Optimizer;

/// <summary>Rules that run one after another, once or until nothing changes.</summary>
/// <param name="Name">For the trace.</param>
/// <param name="MaxIterations">1: once.</param>
/// <param name="Rules">In order.</param>
public sealed record RuleBatch(string Name, int MaxIterations, NodeList<Rule> Rules)
{
    public static RuleBatch Once(string name, params ReadOnlySpan<Rule> rules) => new(name, 1, NodeList.Create(rules));

    /// <param name="name">For the trace.</param>
    /// <param name="maxIterations">Not reached by a correct batch: Debug builds fail there, Release builds go on with the plan so far.</param>
    /// <param name="rules">In order.</param>
    public static RuleBatch FixedPoint(string name, int maxIterations, params ReadOnlySpan<Rule> rules) => new(name, maxIterations, NodeList.Create(rules));
}
