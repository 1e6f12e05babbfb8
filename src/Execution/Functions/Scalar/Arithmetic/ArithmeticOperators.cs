using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Scalar.Numbers;

namespace SqlCluster.Execution.Functions.Scalar.Arithmetic;

/// <summary>+ - * / % of two numbers of one type, and mod(a, b).</summary>
internal static class ArithmeticOperators
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        .. Of("+", ArithmeticOperator.Add, NumericTyping.Add, ("2 + 3", "5"), ("1.5 + 2", "3.5"), ("1e0 + 0.5", "1.5")),
        .. Of("-", ArithmeticOperator.Subtract, NumericTyping.Add, ("2 - 3", "-1"), ("1.50 - 2", "-0.50")),
        .. Of("*", ArithmeticOperator.Multiply, NumericTyping.Multiply, ("2 * 3", "6"), ("1.5 * 1.25", "1.875")),
        .. Of("/", ArithmeticOperator.Divide, NumericTyping.Divide, ("7 / 2", "3"), ("-7 / 2", "-3"), ("7.0::float8 / 2", "3.5"), ("1 / 3.0", "0.33333333333333333333")),
        .. Of("%", ArithmeticOperator.Modulo, NumericTyping.Modulo, ("7 % 4", "3"), ("-7 % 4", "-3"), ("7.5 % 2", "1.5")),
        .. Of("mod", ArithmeticOperator.Modulo, NumericTyping.Modulo, ("mod(7, 4)", "3"), ("mod(7.5, 2)", "1.5")),
    ];

    private static IEnumerable<ScalarFunction> Of(
        string name, ArithmeticOperator operation, Func<SqlType, SqlType, SqlType> numericType, params (string, string)[] examples)
    {
        string description = operation switch
        {
            ArithmeticOperator.Add => "Sum",
            ArithmeticOperator.Subtract => "Difference",
            ArithmeticOperator.Multiply => "Product",
            ArithmeticOperator.Divide => "Quotient; of integers, truncated toward zero",
            ArithmeticOperator.Modulo => "Remainder, with the sign of the dividend",
        };
        yield return Make(SqlType.Integer, static _ => SqlType.Integer, binding => new IntegerArithmetic<int>(binding, operation), examples);
        yield return Make(SqlType.SmallInt, static _ => SqlType.SmallInt, binding => new IntegerArithmetic<short>(binding, operation));
        yield return Make(SqlType.BigInt, static _ => SqlType.BigInt, binding => new IntegerArithmetic<long>(binding, operation));
        yield return Make(SqlType.Numeric(SqlType.MaxPrecision, 0), types => numericType(types[0], types[1]), binding => new DecimalArithmetic(binding, operation), ofArguments: operation == ArithmeticOperator.Divide ? QuotientType : null);
        if (operation != ArithmeticOperator.Modulo)
        {
            yield return Make(SqlType.DoublePrecision, static _ => SqlType.DoublePrecision, binding => new FloatArithmetic<double>(binding, operation));
            yield return Make(SqlType.Real, static _ => SqlType.Real, binding => new FloatArithmetic<float>(binding, operation));
        }

        ScalarFunction Make(SqlType type, Func<IReadOnlyList<SqlType>, SqlType> returns, Func<CallBinding, VectorFunction> bind, (string, string)[]? shown = null, Func<IReadOnlyList<Expression>, SqlType>? ofArguments = null) => new(
            new FunctionSignature { Name = name, Parameters = [type, type], ReturnType = returns, ReturnTypeOfArguments = ofArguments, MayFail = true, Description = description, Examples = shown ?? [] }, bind);
    }

    /// <summary>A quotient of constants has the digits that PostgreSQL gives it; with columns see <see cref="NumericTyping.Divide"/>.</summary>
    private static SqlType QuotientType(IReadOnlyList<Expression> arguments) =>
        ResultScales.ConstantOf(arguments[0]) is { } dividend && ResultScales.ConstantOf(arguments[1]) is { Sign: not 0 } divisor && ResultScales.OfQuotient(dividend, divisor) is var scale
            ? ResultScales.TypeOf(dividend.DividedBy(divisor, scale), scale)
            : NumericTyping.Divide(arguments[0].Type, arguments[1].Type);
}
