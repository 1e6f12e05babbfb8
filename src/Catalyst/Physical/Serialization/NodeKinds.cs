using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Physical.Serialization;

/// <summary>Codes of physical operators in serialized plans: each node's name. A code is never given to another node, nor a node another one, without a new <see cref="PlanFormat.Version"/>.</summary>
public enum ExecKind : byte
{
    ScanExec = 0,
    ValuesExec = 1,
    CteScanExec = 2,
    WithExec = 3,
    WorkingTableScanExec = 4,
    RecursiveUnionExec = 5,
    TableFunctionExec = 6,
    FilterExec = 7,
    ProjectExec = 8,
    HashAggregateExec = 9,
    SortExec = 10,
    TopNExec = 11,
    LimitExec = 12,
    DistinctOnExec = 13,
    WindowExec = 14,
    ExchangeExec = 15,
    ShuffleReadExec = 16,
    HashJoinExec = 17,
    NestedLoopJoinExec = 18,
    AsOfJoinExec = 19,
    UnionExec = 20,
    SetOperationExec = 21,
}

/// <summary>Codes of the expressions that physical plans hold; as <see cref="ExecKind"/>.</summary>
public enum ExpressionKind : byte
{
    InputReference = 0,
    Literal = 1,
    Parameter = 2,
    Call = 3,
    Cast = 4,
    Case = 5,
    Coalesce = 6,
    Comparison = 7,
    And = 8,
    Or = 9,
    Not = 10,
    IsNull = 11,
    IsTruth = 12,
    IsDistinctFrom = 13,
    InList = 14,
    Like = 15,
    AggregateCall = 16,
    WindowCall = 17,
    ArrayLambda = 18,
}

/// <summary>What a constant's value is; codes as <see cref="ExecKind"/>.</summary>
public enum ValueKind : byte
{
    Null = 0,
    False = 1,
    True = 2,
    Integer = 3,
    Double = 4,
    /// <summary>An <see cref="Int128"/> that fits in 64 bits.</summary>
    NarrowDecimal = 5,
    WideDecimal = 6,
    Text = 7,
    Bytes = 8,
    Interval = 9,
    Uuid = 10,
    Items = 11,
}

/// <summary>Tells nodes apart.</summary>
internal static class NodeKinds
{
    public static ExecKind Of(ExecPlan plan) => plan switch
    {
        ScanExec => ExecKind.ScanExec,
        ValuesExec => ExecKind.ValuesExec,
        CteScanExec => ExecKind.CteScanExec,
        WithExec => ExecKind.WithExec,
        WorkingTableScanExec => ExecKind.WorkingTableScanExec,
        RecursiveUnionExec => ExecKind.RecursiveUnionExec,
        TableFunctionExec => ExecKind.TableFunctionExec,
        FilterExec => ExecKind.FilterExec,
        ProjectExec => ExecKind.ProjectExec,
        HashAggregateExec => ExecKind.HashAggregateExec,
        SortExec => ExecKind.SortExec,
        TopNExec => ExecKind.TopNExec,
        LimitExec => ExecKind.LimitExec,
        DistinctOnExec => ExecKind.DistinctOnExec,
        WindowExec => ExecKind.WindowExec,
        ExchangeExec => ExecKind.ExchangeExec,
        ShuffleReadExec => ExecKind.ShuffleReadExec,
        HashJoinExec => ExecKind.HashJoinExec,
        NestedLoopJoinExec => ExecKind.NestedLoopJoinExec,
        AsOfJoinExec => ExecKind.AsOfJoinExec,
        UnionExec => ExecKind.UnionExec,
        SetOperationExec => ExecKind.SetOperationExec,
        _ => throw PlannerErrors.NotSerializable(plan.GetType().Name),
    };

    public static ExpressionKind Of(Expression expression) => expression switch
    {
        InputReference => ExpressionKind.InputReference,
        Literal => ExpressionKind.Literal,
        Parameter => ExpressionKind.Parameter,
        Call => ExpressionKind.Call,
        Cast => ExpressionKind.Cast,
        Case => ExpressionKind.Case,
        Coalesce => ExpressionKind.Coalesce,
        Comparison => ExpressionKind.Comparison,
        And => ExpressionKind.And,
        Or => ExpressionKind.Or,
        Not => ExpressionKind.Not,
        IsNull => ExpressionKind.IsNull,
        IsTruth => ExpressionKind.IsTruth,
        IsDistinctFrom => ExpressionKind.IsDistinctFrom,
        InList => ExpressionKind.InList,
        Like => ExpressionKind.Like,
        AggregateCall => ExpressionKind.AggregateCall,
        WindowCall => ExpressionKind.WindowCall,
        ArrayLambda => ExpressionKind.ArrayLambda,
        _ => throw PlannerErrors.NotSerializable(expression.GetType().Name),
    };

    public static ValueKind Of(object? value) => value switch
    {
        null => ValueKind.Null,
        false => ValueKind.False,
        true => ValueKind.True,
        long => ValueKind.Integer,
        double => ValueKind.Double,
        Int128 wide => wide >= long.MinValue && wide <= long.MaxValue ? ValueKind.NarrowDecimal : ValueKind.WideDecimal,
        string => ValueKind.Text,
        NodeList<byte> => ValueKind.Bytes,
        IntervalValue => ValueKind.Interval,
        Guid => ValueKind.Uuid,
        NodeList<Literal> => ValueKind.Items,
        _ => throw PlannerErrors.NotSerializable($"a constant of {value.GetType().Name}"),
    };
}
