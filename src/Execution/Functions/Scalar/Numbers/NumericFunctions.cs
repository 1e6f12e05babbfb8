using System.Numerics;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Scalar.Arithmetic;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Numbers;

/// <summary>gcd, lcm, scale, trim_scale, min_scale of numeric; width_bucket over thresholds.</summary>
internal static class NumericFunctions
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        Two("gcd", static (a, b) => BigInteger.GreatestCommonDivisor(a, b), "Greatest common divisor", ("gcd(12.0, 8)", "4.0"), ("gcd(1.5, 0.5)", "0.5")),
        Two("lcm", static (a, b) => a.IsZero || b.IsZero ? 0 : BigInteger.Abs(a / BigInteger.GreatestCommonDivisor(a, b) * b), "Least common multiple", ("lcm(12.0, 8)", "24.0")),
        ScalarFunction.OfRows("scale", [NumericParameter.Any], SqlType.Integer, static row => row.Set((long)row.Type(0).Scale), "Digits after the point", ("scale(8.4100)", "4")),
        ScalarFunction.OfRows("min_scale", [NumericParameter.Any], SqlType.Integer, static row => row.Set((long)LeastScale(row.Decimal(0), row.Type(0).Scale)), "Digits after the point that are needed", ("min_scale(8.4100)", "2"), ("min_scale(0.00)", "0")),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "trim_scale", Parameters = [NumericParameter.Any], ReturnType = static types => types[0],
                ReturnTypeOfArguments = static arguments => arguments[0] is Literal { Value: Int128 value } literal && LeastScale(value, literal.Type.Scale) is var scale
                    ? SqlType.Numeric(Math.Max(literal.Type.Precision - literal.Type.Scale + scale, 1), scale)
                    : arguments[0].Type,
                Description = "Without trailing zeros after the point, where it is a constant; a column keeps its digits", Examples = [("trim_scale(8.4100)", "8.41")],
            },
            static row => row.Set(DecimalMath.Rescale(row.Decimal(0), row.Type(0).Scale, row.Binding.ResultType.Scale))),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "width_bucket", Parameters = [ParameterType.AnyElement, ParameterType.AnyArray], ReturnType = FunctionSignature.Returns(SqlType.Integer), MayFail = true,
                Description = "Number of the last threshold that is not above the value; 0 below the first", Examples = [("width_bucket(5, array[1,3,5,10])", "3"), ("width_bucket(0.5, array[1.5])", "0")],
            },
            SetBucket),
    ];

    private static ScalarFunction Two(string name, Func<BigInteger, BigInteger, BigInteger> compute, string description, params (string, string)[] examples) => ScalarFunction.OfRows(
        new FunctionSignature
        {
            Name = name, Parameters = [NumericParameter.Any, NumericParameter.Any], ReturnType = static types => NumericTyping.Common(types[0], types[1]) is var common ? SqlType.Numeric(SqlType.MaxPrecision, common.Scale) : common,
            MayFail = true, Description = description, Examples = examples,
        },
        row =>
        {
            int scale = row.Binding.ResultType.Scale;
            BigNumber left = new(row.Decimal(0), row.Type(0).Scale), right = new(row.Decimal(1), row.Type(1).Scale);
            row.Set(new BigNumber(compute(left.At(scale), right.At(scale)), scale).ToDecimal(scale));
        });

    private static int LeastScale(Int128 value, int scale)
    {
        while (scale > 0 && value % 10 == 0)
        {
            value /= 10;
            scale--;
        }

        return scale;
    }

    /// <summary>Halves the thresholds, which are in ascending order.</summary>
    private static void SetBucket(Row row)
    {
        ListVector list = row.List(1, out int start, out int count);
        var thresholds = new VectorReader(list.Child);
        (VectorReader value, int index) = row.Argument(0);
        int low = 0, high = count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (thresholds.IsNull(start + middle))
            {
                throw ExecutionErrors.NullThreshold();
            }

            (low, high) = RowOrder.Compare(in thresholds, start + middle, in value, index) <= 0 ? (middle + 1, high) : (low, middle);
        }

        row.Set((long)low);
    }
}
