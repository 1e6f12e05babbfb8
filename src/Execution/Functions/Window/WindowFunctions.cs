using System.Collections.Frozen;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Window;

/// <summary>The functions that exist only with OVER.</summary>
internal enum WindowFunctionKind
{
    RowNumber,
    Rank,
    DenseRank,
    PercentRank,
    CumeDist,
    Ntile,
    Lag,
    Lead,
    FirstValue,
    LastValue,
    NthValue,
}

/// <summary>Every window function there is.</summary>
internal static class WindowFunctions
{
    private static readonly (FunctionSignature Signature, WindowFunctionKind Kind)[] Functions =
    [
        Number("row_number", WindowFunctionKind.RowNumber, SqlType.BigInt, "Number of the row in its partition."),
        Number("rank", WindowFunctionKind.Rank, SqlType.BigInt, "Number of the first of the row's peers."),
        Number("dense_rank", WindowFunctionKind.DenseRank, SqlType.BigInt, "Number of the row's group of peers."),
        Number("percent_rank", WindowFunctionKind.PercentRank, SqlType.DoublePrecision, "(rank - 1) / (rows of the partition - 1)."),
        Number("cume_dist", WindowFunctionKind.CumeDist, SqlType.DoublePrecision, "Share of the partition's rows that come before the row or are its peers."),
        (Signature("ntile", [SqlType.Integer], 0, FunctionSignature.Returns(SqlType.Integer), "Bucket of the row when its partition is split evenly."), WindowFunctionKind.Ntile),
        (Signature("lag", [ParameterType.AnyElement, SqlType.Integer, ParameterType.AnyElement], 2, static types => types[0], "Value of a row before."), WindowFunctionKind.Lag),
        (Signature("lead", [ParameterType.AnyElement, SqlType.Integer, ParameterType.AnyElement], 2, static types => types[0], "Value of a row behind."), WindowFunctionKind.Lead),
        (Signature("first_value", [ParameterType.AnyElement], 0, static types => types[0], "Value of the frame's first row."), WindowFunctionKind.FirstValue),
        (Signature("last_value", [ParameterType.AnyElement], 0, static types => types[0], "Value of the frame's last row."), WindowFunctionKind.LastValue),
        (Signature("nth_value", [ParameterType.AnyElement, SqlType.Integer], 0, static types => types[0], "Value of the frame's n-th row."), WindowFunctionKind.NthValue),
    ];

    private static readonly FrozenDictionary<FunctionSignature, WindowFunctionKind> Kinds =
        Functions.ToFrozenDictionary(static function => function.Signature, static function => function.Kind);

    public static IEnumerable<FunctionSignature> Signatures => Functions.Select(static function => function.Signature);

    /// <summary>Which function a signature is; null for aggregates.</summary>
    public static WindowFunctionKind? Find(FunctionSignature signature) => Kinds.TryGetValue(signature, out WindowFunctionKind kind) ? kind : null;

    private static (FunctionSignature Signature, WindowFunctionKind Kind) Number(string name, WindowFunctionKind kind, SqlType result, string description) =>
        (Signature(name, [], 0, FunctionSignature.Returns(result), description, neverNull: true), kind);

    private static FunctionSignature Signature(
        string name, ParameterType[] parameters, int optional, Func<IReadOnlyList<SqlType>, SqlType> result, string description, bool neverNull = false) => new()
    {
        Name = name,
        Kind = FunctionKind.Window,
        Parameters = parameters,
        OptionalParameters = optional,
        ReturnType = result,
        IsStrict = false,
        NeverNull = neverNull,
        MayFail = true,
        Description = description,
    };
}
