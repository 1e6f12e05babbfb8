using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Scalar.Arithmetic;

/// <summary>- x and abs(x) of every number type; @ x is abs(x).</summary>
internal static class Negation
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        .. Of("-", "Negative of a number", static (value, least, name) => value == least ? throw ExecutionErrors.OutOfRange(name) : -value, static value => -value, static value => -value, ("- 5", "-5"), ("- (-1.5)", "1.5")),
        .. Of("abs", "Absolute value", static (value, least, name) => value == least ? throw ExecutionErrors.OutOfRange(name) : Math.Abs(value), Int128.Abs, Math.Abs, ("abs(-5)", "5"), ("abs(-1.50)", "1.50")),
        .. Of("@", "Absolute value", static (value, least, name) => value == least ? throw ExecutionErrors.OutOfRange(name) : Math.Abs(value), Int128.Abs, Math.Abs, ("@ (-5)", "5")),
    ];

    private static IEnumerable<ScalarFunction> Of(
        string name, string description, Func<long, long, string, long> ofInteger, Func<Int128, Int128> ofDecimal, Func<double, double> ofDouble, params (string, string)[] examples)
    {
        foreach ((SqlType type, long least) in ((SqlType, long)[])[(SqlType.Integer, int.MinValue), (SqlType.SmallInt, short.MinValue), (SqlType.BigInt, long.MinValue)])
        {
            string typeName = type.ToString();
            yield return new ScalarFunction(
                new FunctionSignature
                {
                    Name = name, Parameters = [type], ReturnType = FunctionSignature.Returns(type), Description = description, Examples = type == SqlType.Integer ? examples : [], MayFail = true,
                },
                binding => new NumberFunction(binding, row => row.Set(ofInteger(row.Long(0), least, typeName))) { OfLong = value => ofInteger(value, least, typeName) });
        }

        yield return ScalarFunction.OfDouble(name, mayFail: false, ofDouble, description);
        yield return ScalarFunction.OfRows(name, [SqlType.Real], SqlType.Real, row => row.Set(ofDouble(row.Double(0))), description);
        yield return new ScalarFunction(
            new FunctionSignature { Name = name, Parameters = [NumericParameter.Any], ReturnType = static types => types[0], Description = description },
            binding => new NumberFunction(binding, row => row.Set(ofDecimal(row.Decimal(0)))) { OfLong = binding.ArgumentTypes[0].Precision <= 18 ? value => (long)ofDecimal(value) : null });
    }
}

/// <summary>How signatures say "numeric of any precision and scale".</summary>
internal static class NumericParameter
{
    public static readonly ParameterType Any = SqlType.Numeric(SqlType.MaxPrecision, 0);
}
