using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Arithmetic;

/// <summary>+ - * / % of numerics.</summary>
/// <remarks>
/// When both operands are in 64 bits and their least and greatest values prove that the result is too, SIMD loops compute every slot in 64 bits whatever the
/// declared precision; so products of prices stay narrow. Otherwise the rows that count are computed one by one in 128 bits. More than 38 digits is error 22003.
/// </remarks>
internal sealed class DecimalArithmetic(CallBinding binding, ArithmeticOperator operation) : BinaryVectorFunction(binding)
{
    private readonly int _leftScale = binding.ArgumentTypes[0].Scale;
    private readonly int _rightScale = binding.ArgumentTypes[1].Scale;
    private readonly int _scale = binding.ResultType.Scale;
    private readonly ArrowType _narrow = ArrowType.Decimal64(binding.ResultType.Precision, binding.ResultType.Scale);
    private NativeBuffer? _leftScaled;
    private NativeBuffer? _rightScaled;

    /// <summary>Bounds of the results from bounds of the operands. Bounds beyond 126 bits come out as the largest values.</summary>
    public static (Int128 Min, Int128 Max) ResultRange(ArithmeticOperator operation, Int128 leftMin, Int128 leftMax, Int128 rightMin, Int128 rightMax)
    {
        Int128 limit = (Int128)1 << 63;
        if (leftMin < -limit || leftMax >= limit || rightMin < -limit || rightMax >= limit)
        {
            return (Int128.MinValue, Int128.MaxValue);
        }

        switch (operation)
        {
            case ArithmeticOperator.Add:
                return (leftMin + rightMin, leftMax + rightMax);
            case ArithmeticOperator.Subtract:
                return (leftMin - rightMax, leftMax - rightMin);
            default:
                Int128 a = leftMin * rightMin, b = leftMin * rightMax, c = leftMax * rightMin, d = leftMax * rightMax;
                return (Int128.Min(Int128.Min(a, b), Int128.Min(c, d)), Int128.Max(Int128.Max(a, b), Int128.Max(c, d)));
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _leftScaled?.Release();
        _rightScaled?.Release();
        _leftScaled = _rightScaled = null;
    }

    protected override Vector Compute(Vector left, Vector right, int length, SelectionVector? selection)
    {
        if (operation <= ArithmeticOperator.Multiply && TryComputeNarrow(left, right, length))
        {
            return Result.BuildFixed(_narrow, length);
        }

        if (Binding.ResultType.Precision <= 18)
        {
            ComputeRows(left, right, length, selection, Result.Values<long>(length));
            return Result.BuildFixed(_narrow, length);
        }

        ComputeRows(left, right, length, selection, Result.Values<Int128>(length));
        return Result.BuildFixed(ArrowType.Decimal128(Binding.ResultType.Precision, _scale), length);
    }

    private static bool IsNarrow(Vector vector) => vector.Type.Id == ArrowTypeId.Decimal64;

    private bool TryComputeNarrow(Vector left, Vector right, int length)
    {
        int leftShift = operation == ArithmeticOperator.Multiply ? 0 : _scale - _leftScale;
        int rightShift = operation == ArithmeticOperator.Multiply ? 0 : _scale - _rightScale;
        bool scaleFits = operation == ArithmeticOperator.Multiply ? _scale == _leftScale + _rightScale : leftShift is >= 0 and <= 18 && rightShift is >= 0 and <= 18;
        if (!scaleFits || !(IsNarrow(left) || left is ConstantVector) || !(IsNarrow(right) || right is ConstantVector))
        {
            return false;
        }

        (Int128 leftMin, Int128 leftMax) = DecimalVectors.Range(left);
        (Int128 rightMin, Int128 rightMax) = DecimalVectors.Range(right);
        Int128 leftFactor = DecimalMath.PowerOfTen(leftShift), rightFactor = DecimalMath.PowerOfTen(rightShift);
        if (!Fits(leftMin) || !Fits(leftMax) || !Fits(rightMin) || !Fits(rightMax)
            || !Fits(leftMin * leftFactor) || !Fits(leftMax * leftFactor) || !Fits(rightMin * rightFactor) || !Fits(rightMax * rightFactor))
        {
            return false;
        }

        (Int128 min, Int128 max) = ResultRange(operation, leftMin * leftFactor, leftMax * leftFactor, rightMin * rightFactor, rightMax * rightFactor);
        if (!Fits(min) || !Fits(max))
        {
            return false;
        }

        ReadOnlySpan<long> leftValues = Scaled(left, leftFactor, ref _leftScaled), rightValues = Scaled(right, rightFactor, ref _rightScaled);
        Span<long> result = Result.Values<long>(length);
        switch (operation)
        {
            case ArithmeticOperator.Add: Run<Add<long>>(left, leftValues, right, rightValues, result); break;
            case ArithmeticOperator.Subtract: Run<Subtract<long>>(left, leftValues, right, rightValues, result); break;
            default: Run<Multiply<long>>(left, leftValues, right, rightValues, result); break;
        }

        return true;
    }

    private static bool Fits(Int128 value) => value >= long.MinValue && value <= long.MaxValue;

    private static void Run<TKernel>(Vector left, ReadOnlySpan<long> leftValues, Vector right, ReadOnlySpan<long> rightValues, Span<long> result)
        where TKernel : struct, IBinaryKernel<long>
    {
        if (left is ConstantVector)
        {
            ArithmeticKernels.Run<long, TKernel>(leftValues[0], rightValues, result);
        }
        else if (right is ConstantVector)
        {
            ArithmeticKernels.Run<long, TKernel>(leftValues, rightValues[0], result);
        }
        else
        {
            ArithmeticKernels.Run<long, TKernel>(leftValues, rightValues, result);
        }
    }

    /// <summary>The operand's values times a power of ten, known to fit.</summary>
    private ReadOnlySpan<long> Scaled(Vector vector, Int128 factor, ref NativeBuffer? buffer)
    {
        if (vector is ConstantVector constant)
        {
            Span<long> one = NativeBuffer.Reuse(ref buffer, 8, Account).Span<long>(0, 1);
            one[0] = (long)(new VectorReader(constant.Value).Decimal(0) * factor);
            return one;
        }

        ReadOnlySpan<long> values = ((FixedVector)vector).Values<long>();
        if (factor == 1)
        {
            return values;
        }

        Span<long> scaled = NativeBuffer.Reuse(ref buffer, Math.Max(values.Length, 1) * 8L, Account).Span<long>(0, values.Length);
        ArithmeticKernels.Run<long, Multiply<long>>(values, (long)factor, scaled);
        return scaled;
    }

    private void ComputeRows<T>(Vector left, Vector right, int length, SelectionVector? selection, Span<T> result)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        var leftReader = new VectorReader(left);
        var rightReader = new VectorReader(right);
        ReadOnlySpan<int> rows = selection == null ? default : selection.Rows;
        int count = selection?.Count ?? length;
        for (int i = 0; i < count; i++)
        {
            int row = selection == null ? i : rows[i];
            if (!leftReader.IsNull(row) && !rightReader.IsNull(row))
            {
                Int128 value = ComputeOne(leftReader.Decimal(row), rightReader.Decimal(row));
                DecimalMath.CheckPrecision(value, Binding.ResultType);
                result[row] = T.CreateTruncating(value);
            }
        }
    }

    private Int128 ComputeOne(Int128 left, Int128 right)
    {
        switch (operation)
        {
            case ArithmeticOperator.Multiply:
                return DecimalMath.Multiply(left, _leftScale, right, _rightScale, _scale);
            case ArithmeticOperator.Divide:
                return right == 0 ? throw ExecutionErrors.DivisionByZero() : DecimalMath.Divide(left, _leftScale, right, _rightScale, _scale);
            default:
                if (right == 0 && operation == ArithmeticOperator.Modulo)
                {
                    throw ExecutionErrors.DivisionByZero();
                }

                int scale = Math.Max(_leftScale, _rightScale);
                Int128 a = DecimalMath.Rescale(left, _leftScale, scale), b = DecimalMath.Rescale(right, _rightScale, scale);
                Int128 value = operation == ArithmeticOperator.Modulo ? a % b : Sum(a, operation == ArithmeticOperator.Add ? b : -b);
                return DecimalMath.Rescale(value, scale, _scale);
        }
    }

    private Int128 Sum(Int128 a, Int128 b)
    {
        Int128 sum = unchecked(a + b);
        if (((a ^ sum) & (b ^ sum)) < 0)
        {
            DecimalMath.Overflow(Binding.ResultType);
        }

        return sum;
    }
}
