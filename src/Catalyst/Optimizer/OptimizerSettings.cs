namespace SqlCluster.Catalyst.Optimizer;

/// <summary>What of the optimizer is switched on.</summary>
public sealed record OptimizerSettings
{
    public static readonly OptimizerSettings Default = new();

    /// <summary>Off: only the rules that later steps need (subqueries become joins, comma lists get their join conditions), for tests and for finding the rule at fault.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Names of rules that are skipped; required ones run all the same.</summary>
    public IReadOnlySet<string> DisabledRules { get; init; } = new HashSet<string>();

    public bool Runs(Rule rule) => rule.IsRequired || (IsEnabled && !DisabledRules.Contains(rule.Name));
}
