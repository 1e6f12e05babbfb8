using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Aggregate;

/// <summary>sum(x): exact for integers and numeric, in double precision for floats; null without a value.</summary>
internal static class Sum
{
    public static readonly AggregateFunction[] Functions =
    [
        .. new[] { SqlType.SmallInt, SqlType.Integer, SqlType.BigInt, SqlType.Numeric(SqlType.MaxPrecision, 0), SqlType.Real, SqlType.DoublePrecision, SqlType.Interval }
            .Select(static type => AggregateFunction.Create(
                "sum", [type], static types => NumericTyping.Sum(types[0]), static types => [StateType(types[0])],
                static binding => Bind(binding, binding.ResultType), "Sum of the values.")),
    ];

    /// <summary>Type of the state column: wide enough that no partial sum fails where the whole would not.</summary>
    public static SqlType StateType(SqlType argument) => argument.Kind switch
    {
        TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt => SqlType.Numeric(SqlType.MaxPrecision, 0),
        TypeKind.Numeric => SqlType.Numeric(SqlType.MaxPrecision, argument.Scale),
        TypeKind.Real => SqlType.DoublePrecision,
        _ => argument,
    };

    /// <param name="binding">The call; its first argument is summed.</param>
    /// <param name="result">Type of the results.</param>
    public static SumAccumulator Bind(AggregateBinding binding, SqlType result)
    {
        SqlType argument = binding.ArgumentTypes[0];
        return argument.Kind switch
        {
            TypeKind.Real or TypeKind.DoublePrecision => new DoubleSum(result, binding.GroupsMayBeEmpty, binding.Context.Account),
            TypeKind.Interval => new IntervalSum(binding.GroupsMayBeEmpty, binding.Context.Account),
            _ => new ExactSum(StateType(argument), result, binding.GroupsMayBeEmpty, binding.Context.Account),
        };
    }
}
