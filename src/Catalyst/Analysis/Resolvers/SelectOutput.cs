using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>A column of a select list while it is resolved.</summary>
internal sealed class SelectOutput(string name, Expression value)
{
    public string Name => name;

    /// <summary>Over FROM's columns and the columns of calls; after grouping over the aggregate's output.</summary>
    public Expression Value { get; set; } = value;
}
