using System.Numerics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;
using Vector = SqlCluster.Arrow.Vectors.Vector;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>A conversion of every slot that cannot fail: integers to wider integers or doubles, dates to timestamps.</summary>
internal abstract class WholeVectorCast(CallBinding binding) : VectorFunction
{
    private readonly VectorGatherer _flattener = new(binding.Context.Account);

    protected ResultBuffers Result { get; } = new(binding.Context.Account);

    public sealed override Vector Invoke(ReadOnlySpan<Vector> arguments, int length, SelectionVector? selection)
    {
        var input = (FixedVector)_flattener.Flatten(arguments[0]);
        Result.ShareValidity(input);
        return Compute(input, length, selection);
    }

    public override void Dispose()
    {
        _flattener.Dispose();
        Result.Dispose();
    }

    protected abstract Vector Compute(FixedVector input, int length, SelectionVector? selection);
}

/// <summary>Binds the widening casts.</summary>
internal static class IntegerWidening
{
    /// <summary>The cast, or null when this is not a widening one.</summary>
    public static VectorFunction? TryBind(CallBinding binding) => (binding.ArgumentTypes[0].Kind, binding.ResultType.Kind) switch
    {
        (TypeKind.SmallInt, TypeKind.Integer) => new Widening<short, int>(binding),
        (TypeKind.SmallInt, TypeKind.BigInt or TypeKind.Oid) => new Widening<short, long>(binding),
        (TypeKind.Integer, TypeKind.BigInt) => new Widening<int, long>(binding),
        (TypeKind.SmallInt, TypeKind.DoublePrecision) => new Widening<short, double>(binding),
        (TypeKind.Integer, TypeKind.DoublePrecision) => new Widening<int, double>(binding),
        (TypeKind.BigInt, TypeKind.DoublePrecision) => new Widening<long, double>(binding),
        (TypeKind.Real, TypeKind.DoublePrecision) => new Widening<float, double>(binding),
        (TypeKind.SmallInt, TypeKind.Real) => new Widening<short, float>(binding),
        (TypeKind.Integer, TypeKind.Real) => new Widening<int, float>(binding),
        (TypeKind.BigInt, TypeKind.Real) => new Widening<long, float>(binding),
        (TypeKind.Numeric, TypeKind.DoublePrecision) when binding.ArgumentTypes[0].Scale <= 22 => new DecimalToDouble(binding),
        _ => null,
    };

    /// <summary>Numerics of at most 53 bits over a power of ten that is a double itself: one division rounds right. Others through their digits.</summary>
    private sealed class DecimalToDouble(CallBinding binding) : WholeVectorCast(binding)
    {
        private readonly int _scale = binding.ArgumentTypes[0].Scale;

        protected override Vector Compute(FixedVector input, int length, SelectionVector? selection)
        {
            Span<double> result = Result.Values<double>(length);
            if (input.Type.Id == ArrowTypeId.Decimal64 && input.Values<long>() is var values && ArithmeticKernels.Range(values) is var (min, max) && min > -(1L << 53) && max < 1L << 53)
            {
                double unit = (double)DecimalMath.PowerOfTen(_scale);
                for (int i = 0; i < result.Length; i++)
                {
                    result[i] = values[i] / unit;
                }

                return Result.BuildFixed(ArrowType.Float64, length);
            }

            var reader = new VectorReader(input);
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = reader.IsNull(i) ? 0 : DecimalMath.ToDouble(reader.Decimal(i), _scale);
            }

            return Result.BuildFixed(ArrowType.Float64, length);
        }
    }

    private sealed class Widening<TFrom, TTo>(CallBinding binding) : WholeVectorCast(binding)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo>
    {
        private readonly ArrowType _type = ArrowTypes.Of(binding.ResultType);

        protected override Vector Compute(FixedVector input, int length, SelectionVector? selection)
        {
            ReadOnlySpan<TFrom> values = input.Values<TFrom>();
            Span<TTo> result = Result.Values<TTo>(length);
            for (int i = 0; i < values.Length && i < result.Length; i++)
            {
                result[i] = TTo.CreateTruncating(values[i]);
            }

            return Result.BuildFixed(_type, length);
        }
    }
}

/// <summary>Integers and numerics to numeric of another precision and scale. Stays in 64 bits when the batch's values prove that it can.</summary>
internal sealed class DecimalCast : WholeVectorCast
{
    private readonly SqlType _from;
    private readonly SqlType _to;
    private readonly int _fromScale;
    private NativeBuffer? _widened;
    private readonly MemoryAccount _account;

    private DecimalCast(CallBinding binding)
        : base(binding)
    {
        _from = binding.ArgumentTypes[0];
        _to = binding.ResultType;
        _fromScale = _from.Kind == TypeKind.Numeric ? _from.Scale : 0;
        _account = binding.Context.Account;
    }

    /// <summary>The cast, or null when this is none between exact numbers.</summary>
    public static VectorFunction? TryBind(CallBinding binding) =>
        binding.ResultType.Kind == TypeKind.Numeric && (binding.ArgumentTypes[0].Kind is TypeKind.Numeric or TypeKind.Oid || binding.ArgumentTypes[0].IsInteger)
            ? new DecimalCast(binding)
            : null;

    public override void Dispose()
    {
        base.Dispose();
        _widened?.Release();
        _widened = null;
    }

    protected override Vector Compute(FixedVector input, int length, SelectionVector? selection)
    {
        if (input.Type.Id != ArrowTypeId.Decimal128 && TryComputeNarrow(Longs(input), length, out Vector? narrow))
        {
            return narrow!;
        }

        if (_to.Precision <= 18)
        {
            ComputeRows(input, length, selection, Result.Values<long>(length));
            return Result.BuildFixed(ArrowTypes.Of(_to), length);
        }

        ComputeRows(input, length, selection, Result.Values<Int128>(length));
        return Result.BuildFixed(ArrowTypes.Of(_to), length);
    }

    private ReadOnlySpan<long> Longs(FixedVector input)
    {
        if (input.Type.Width == 8)
        {
            return input.Values<long>();
        }

        Span<long> longs = NativeBuffer.Reuse(ref _widened, Math.Max(input.Length, 1) * 8L, _account).Span<long>(0, input.Length);
        if (input.Type.Width == 4)
        {
            ReadOnlySpan<int> values = input.Values<int>();
            for (int i = 0; i < longs.Length; i++)
            {
                longs[i] = values[i];
            }
        }
        else
        {
            ReadOnlySpan<short> values = input.Values<short>();
            for (int i = 0; i < longs.Length; i++)
            {
                longs[i] = values[i];
            }
        }

        return longs;
    }

    private bool TryComputeNarrow(ReadOnlySpan<long> values, int length, out Vector? result)
    {
        result = null;
        int shift = _to.Scale - _fromScale;
        if (shift is < 0 or > 18)
        {
            return false;
        }

        (long min, long max) = ArithmeticKernels.Range(values);
        Int128 factor = DecimalMath.PowerOfTen(shift);
        Int128 limit = Int128.Min(long.MaxValue, DecimalMath.PowerOfTen(_to.Precision) - 1);
        if (min * factor < -limit || max * factor > limit)
        {
            return false;
        }

        Span<long> target = Result.Values<long>(length);
        if (shift == 0)
        {
            values.CopyTo(target);
        }
        else
        {
            ArithmeticKernels.Run<long, Multiply<long>>(values, (long)factor, target);
        }

        result = Result.BuildFixed(ArrowType.Decimal64(_to.Precision, _to.Scale), length);
        return true;
    }

    private void ComputeRows<T>(FixedVector input, int length, SelectionVector? selection, Span<T> result)
        where T : unmanaged, INumber<T>
    {
        var reader = new VectorReader(input);
        bool isDecimal = _from.Kind == TypeKind.Numeric;
        ReadOnlySpan<int> rows = selection == null ? default : selection.Rows;
        int count = selection?.Count ?? length;
        for (int i = 0; i < count; i++)
        {
            int row = selection == null ? i : rows[i];
            if (!reader.IsNull(row))
            {
                Int128 value = DecimalMath.Rescale(isDecimal ? reader.Decimal(row) : reader.Integer(row), _fromScale, _to.Scale);
                DecimalMath.CheckPrecision(value, _to);
                result[row] = T.CreateTruncating(value);
            }
        }
    }
}
