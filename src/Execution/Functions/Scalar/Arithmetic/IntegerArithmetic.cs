using System.Numerics;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;
using Vector = SqlCluster.Arrow.Vectors.Vector;

namespace SqlCluster.Execution.Functions.Scalar.Arithmetic;

/// <summary>+ - * / % of smallint, integer and bigint.</summary>
/// <remarks>
/// When the operands' least and greatest values prove that nothing overflows, an unchecked SIMD loop computes every slot; otherwise the rows that count are
/// computed one by one, and one that leaves the type's range is error 22003. A zero divisor is 22012. Division truncates toward zero.
/// </remarks>
internal sealed class IntegerArithmetic<T>(CallBinding binding, ArithmeticOperator operation) : BinaryVectorFunction(binding)
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    private readonly string _typeName = binding.ResultType.ToString();

    protected override Vector Compute(Vector left, Vector right, int length, SelectionVector? selection)
    {
        Span<T> result = Result.Values<T>(length);
        if (operation <= ArithmeticOperator.Multiply && IsSafe(left, right))
        {
            switch (operation)
            {
                case ArithmeticOperator.Add: Run<Add<T>>(left, right, result); break;
                case ArithmeticOperator.Subtract: Run<Subtract<T>>(left, right, result); break;
                default: Run<Multiply<T>>(left, right, result); break;
            }
        }
        else
        {
            ComputeRows(left, right, length, selection, result);
        }

        return Result.BuildFixed(ArrowTypes.Of(Binding.ResultType), length);
    }

    private static void Run<TKernel>(Vector left, Vector right, Span<T> result)
        where TKernel : struct, IBinaryKernel<T>
    {
        if (left is ConstantVector leftConstant)
        {
            ArithmeticKernels.Run<T, TKernel>(((FixedVector)leftConstant.Value).Values<T>()[0], ((FixedVector)right).Values<T>(), result);
        }
        else if (right is ConstantVector rightConstant)
        {
            ArithmeticKernels.Run<T, TKernel>(((FixedVector)left).Values<T>(), ((FixedVector)rightConstant.Value).Values<T>()[0], result);
        }
        else
        {
            ArithmeticKernels.Run<T, TKernel>(((FixedVector)left).Values<T>(), ((FixedVector)right).Values<T>(), result);
        }
    }

    private static (Int128 Min, Int128 Max) Range(Vector vector)
    {
        (T min, T max) = ArithmeticKernels.Range(((FixedVector)(vector is ConstantVector constant ? constant.Value : vector)).Values<T>());
        return (Int128.CreateTruncating(min), Int128.CreateTruncating(max));
    }

    private bool IsSafe(Vector left, Vector right)
    {
        (Int128 leftMin, Int128 leftMax) = Range(left);
        (Int128 rightMin, Int128 rightMax) = Range(right);
        (Int128 min, Int128 max) = DecimalArithmetic.ResultRange(operation, leftMin, leftMax, rightMin, rightMax);
        return min >= Int128.CreateTruncating(T.MinValue) && max <= Int128.CreateTruncating(T.MaxValue);
    }

    private void ComputeRows(Vector left, Vector right, int length, SelectionVector? selection, Span<T> result)
    {
        if (operation >= ArithmeticOperator.Divide && selection == null && left is FixedVector { HasNulls: false } dividends && right is ConstantVector divisors
            && ((FixedVector)divisors.Value).Values<T>()[0] is var divisor && !T.IsZero(divisor) && divisor != -T.One)
        {
            DivideBy(dividends.Values<T>(), divisor, result);
            return;
        }

        try
        {
            ComputeChecked(left, right, length, selection, result);
        }
        catch (OverflowException)
        {
            throw ExecutionErrors.OutOfRange(_typeName);
        }
    }

    /// <summary>Nothing can go wrong: no slot is left out, and the divisor is neither 0 nor -1.</summary>
    private void DivideBy(ReadOnlySpan<T> dividends, T divisor, Span<T> result)
    {
        if (operation == ArithmeticOperator.Divide)
        {
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = dividends[i] / divisor;
            }

            return;
        }

        for (int i = 0; i < result.Length; i++)
        {
            result[i] = dividends[i] % divisor;
        }
    }

    private void ComputeChecked(Vector left, Vector right, int length, SelectionVector? selection, Span<T> result)
    {
        var leftReader = new VectorReader(left);
        var rightReader = new VectorReader(right);
        ReadOnlySpan<int> rows = selection == null ? default : selection.Rows;
        int count = selection?.Count ?? length;
        for (int i = 0; i < count; i++)
        {
            int row = selection == null ? i : rows[i];
            if (leftReader.IsNull(row) || rightReader.IsNull(row))
            {
                continue;
            }

            T a = leftReader.Value<T>(row), b = rightReader.Value<T>(row);
            result[row] = operation switch
            {
                ArithmeticOperator.Add => checked(a + b),
                ArithmeticOperator.Subtract => checked(a - b),
                ArithmeticOperator.Multiply => checked(a * b),
                ArithmeticOperator.Divide => T.IsZero(b) ? throw ExecutionErrors.DivisionByZero() : b == -T.One ? checked(T.Zero - a) : a / b,
                ArithmeticOperator.Modulo => T.IsZero(b) ? throw ExecutionErrors.DivisionByZero() : b == -T.One ? T.Zero : a % b,
            };
        }
    }
}
