using System.Collections.Frozen;
using SqlCluster.Catalyst.Catalog;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>Every aggregate function there is.</summary>
internal static class AggregateFunctions
{
    public static readonly AggregateFunction[] All =
    [
        .. Count.Functions,
        .. Sum.Functions,
        .. Average.Functions,
        .. MinMax.Functions,
        .. Booleans.Functions,
        .. Picks.Functions,
        .. Moments.Functions,
        .. ExactMoments.Functions,
        .. BitAggregates.Functions,
        .. Collections.Functions,
        .. OrderedSets.Functions,
        .. HypotheticalSets.Functions,
        .. DistinctSketch.Functions,
        .. ColumnStatistics.Functions,
        .. JsonCollections.Functions,
    ];

    private static readonly FrozenDictionary<FunctionSignature, AggregateFunction> BySignature =
        All.ToFrozenDictionary(static function => function.Signature);

    /// <summary>The implementation of a signature that the catalog handed out.</summary>
    public static AggregateFunction Of(FunctionSignature signature) =>
        BySignature.GetValueOrDefault(signature) ?? throw ExecutionErrors.Internal($"no aggregate implements {signature}");
}
