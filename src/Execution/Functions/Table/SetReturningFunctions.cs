using System.Collections.Frozen;
using SqlCluster.Catalyst.Catalog;

namespace SqlCluster.Execution.Functions.Table;

/// <summary>Every function that returns rows.</summary>
internal static class SetReturningFunctions
{
    public static readonly TableFunction[] All =
    [
        .. Series.Functions,
        .. Unnesting.Functions,
        .. TextRows.Functions,
        .. JsonRows.Functions,
        .. JsonRecords.Functions,
        .. JsonPathRows.Functions,
    ];

    private static readonly FrozenDictionary<FunctionSignature, TableFunction> BySignature = All.ToFrozenDictionary(static function => function.Signature);

    /// <summary>The implementation of a signature that the catalog handed out.</summary>
    public static TableFunction Of(FunctionSignature signature) =>
        signature is SessionFunction ofSession ? ofSession.Table
        : BySignature.GetValueOrDefault(signature) ?? throw ExecutionErrors.Internal($"no table function implements {signature}");
}
