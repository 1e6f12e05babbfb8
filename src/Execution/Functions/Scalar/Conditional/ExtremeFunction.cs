using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Conditional;

/// <summary>greatest and least: whole vectors of 64-bit numbers without nulls argument by argument, everything else row by row.</summary>
/// <remarks>Numerics of different scales are brought to the result's as long as the batch's values prove that they fit.</remarks>
internal sealed class ExtremeFunction(CallBinding binding, RowBody body, bool isGreatest) : VectorFunction
{
    private readonly RowFunction _rows = new(binding, body, isStrict: false);
    private readonly VectorGatherer _flattener = new(binding.Context.Account);
    private readonly ResultBuffers _result = new(binding.Context.Account);
    private readonly ArrowType _type = binding.ResultType is { Kind: TypeKind.Numeric } numeric ? ArrowType.Decimal64(numeric.Precision, numeric.Scale) : ArrowTypes.Of(binding.ResultType);
    private NativeBuffer? _scaled;

    public override Vector Invoke(ReadOnlySpan<Vector> arguments, int length, SelectionVector? selection)
    {
        if (_type.Id is not (ArrowTypeId.Int64 or ArrowTypeId.Decimal64))
        {
            return _rows.Invoke(arguments, length, selection);
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            if (!TryTake(arguments[i], binding.ArgumentTypes[i].Scale, isFirst: i == 0, length))
            {
                return _rows.Invoke(arguments, length, selection);
            }
        }

        _result.AllValid();
        return _result.BuildFixed(_type, length);
    }

    public override void Dispose()
    {
        _rows.Dispose();
        _flattener.Dispose();
        _result.Dispose();
        _scaled?.Release();
        _scaled = null;
    }

    /// <summary>Lets an argument's values into the result where they are better.</summary>
    private bool TryTake(Vector argument, int scale, bool isFirst, int length)
    {
        argument = argument is FixedVector ? argument : _flattener.Flatten(argument);
        int shift = _type.Id == ArrowTypeId.Decimal64 ? binding.ResultType.Scale - scale : 0;
        if (argument is not FixedVector { Type.Width: 8, Type.Id: not ArrowTypeId.Float64, HasNulls: false } flat || shift is < 0 or > 18)
        {
            return false;
        }

        ReadOnlySpan<long> values = flat.Values<long>()[..length];
        if (shift > 0)
        {
            (long min, long max) = ArithmeticKernels.Range(values);
            Int128 factor = DecimalMath.PowerOfTen(shift);
            if (min * factor < long.MinValue || max * factor > long.MaxValue)
            {
                return false;
            }

            Span<long> scaled = NativeBuffer.Reuse(ref _scaled, Math.Max(length, 1) * 8L, binding.Context.Account).Span<long>(0, length);
            ArithmeticKernels.Run<long, Multiply<long>>(values, (long)factor, scaled);
            values = scaled;
        }

        Span<long> result = _result.Values<long>(length);
        if (isFirst)
        {
            values.CopyTo(result);
        }
        else if (isGreatest)
        {
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = Math.Max(result[i], values[i]);
            }
        }
        else
        {
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = Math.Min(result[i], values[i]);
            }
        }

        return true;
    }
}
