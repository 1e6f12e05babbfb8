using System.Numerics;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;
using Vector = SqlCluster.Arrow.Vectors.Vector;

namespace SqlCluster.Execution.Functions.Scalar.Arithmetic;

/// <summary>+ - * / of real and double precision. A result that overflows to infinity is error 22003, a zero divisor 22012, as in PostgreSQL.</summary>
internal sealed class FloatArithmetic<T>(CallBinding binding, ArithmeticOperator operation) : BinaryVectorFunction(binding)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    protected override Vector Compute(Vector left, Vector right, int length, SelectionVector? selection)
    {
        Span<T> result = Result.Values<T>(length);
        switch (operation)
        {
            case ArithmeticOperator.Add: Run<Add<T>>(left, right, result); break;
            case ArithmeticOperator.Subtract: Run<Subtract<T>>(left, right, result); break;
            case ArithmeticOperator.Multiply: Run<Multiply<T>>(left, right, result); break;
            case ArithmeticOperator.Divide: Run<Divide<T>>(left, right, result); break;
            default: throw new InvalidOperationException($"{operation} of floats");
        }

        bool isSuspect = ArithmeticKernels.AnyInfinite<T>(result)
            || (operation == ArithmeticOperator.Divide && HasZero(right))
            || (operation is ArithmeticOperator.Multiply or ArithmeticOperator.Divide && ((ReadOnlySpan<T>)result).Contains(T.Zero));
        if (isSuspect)
        {
            CheckRows(left, right, length, selection, result);
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

    private static bool HasZero(Vector vector) => ((FixedVector)(vector is ConstantVector constant ? constant.Value : vector)).Values<T>().Contains(T.Zero);

    /// <summary>Looks for the rows that count and went out of range: only when some slot could be one.</summary>
    private void CheckRows(Vector left, Vector right, int length, SelectionVector? selection, Span<T> result)
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
            if (operation == ArithmeticOperator.Divide && T.IsZero(b) && !T.IsNaN(a))
            {
                throw ExecutionErrors.DivisionByZero();
            }

            if (T.IsInfinity(result[row]) && T.IsFinite(a) && T.IsFinite(b))
            {
                throw ExecutionErrors.FloatOverflow();
            }

            if (T.IsZero(result[row]) && !T.IsZero(a) && T.IsFinite(b) && (operation == ArithmeticOperator.Divide || (operation == ArithmeticOperator.Multiply && !T.IsZero(b))))
            {
                throw ExecutionErrors.FloatUnderflow();
            }
        }
    }
}
