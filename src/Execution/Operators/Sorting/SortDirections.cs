using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Sorting;

/// <summary>Sort keys as the kernels know them.</summary>
internal static class SortDirections
{
    public static SortDirection[] Of(NodeList<SortKey> keys) =>
        [.. keys.Select(static key => new SortDirection(ArrowTypes.Of(key.Expression.Type), key.Descending, key.NullsFirst, key.Expression.IsNullable))];
}
