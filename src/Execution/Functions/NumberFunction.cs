using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions;

/// <summary>A strict function of one or two numbers, in a loop over 64-bit values; row by row where they are not that: numerics that are too wide, nulls on one of two sides.</summary>
/// <remarks>
/// <code>
/// integers, and numerics whose batch is in 64 bits      OfLong or OfLongs: unscaled values in, a value of the result's type out
/// double precision                                      OfDouble or OfDoubles
/// anything else                                         the body
/// </code>
/// OfLong of a call with two arguments knows the second, a constant. The forms say the same as the body, errors included. Only rows that count and are not null are computed.
/// </remarks>
internal sealed class NumberFunction : VectorFunction
{
    private readonly RowFunction _rows;
    private readonly VectorGatherer[] _flatteners;
    private readonly ResultBuffers _result;
    private readonly ArrowType _type;

    /// <param name="binding">The call.</param>
    /// <param name="body">The function of a row.</param>
    public NumberFunction(CallBinding binding, RowBody body)
    {
        _rows = new RowFunction(binding, body, isStrict: true);
        _flatteners = Array.ConvertAll(binding.ArgumentTypes, _ => new VectorGatherer(binding.Context.Account));
        _result = new ResultBuffers(binding.Context.Account);
        _type = binding.ResultType is { Kind: TypeKind.Numeric } numeric ? ArrowType.Decimal64(numeric.Precision, numeric.Scale) : ArrowTypes.Of(binding.ResultType);
    }

    public Func<long, long>? OfLong { get; init; }

    public Func<long, long, long>? OfLongs { get; init; }

    public Func<double, double>? OfDouble { get; init; }

    public Func<double, double, double>? OfDoubles { get; init; }

    public override Vector Invoke(ReadOnlySpan<Vector> arguments, int length, SelectionVector? selection)
    {
        Vector first = Flat(arguments, 0);
        if (arguments.Length == 1 || (OfLong != null && arguments[1] is ConstantVector { IsNullConstant: false }))
        {
            _result.ShareValidity(first);
            return (OfDouble != null && TryRun(first, length, selection, OfDouble)) || (OfLong != null && TryRun(first, length, selection, OfLong))
                ? _result.BuildFixed(_type, length)
                : _rows.Invoke(arguments, length, selection);
        }

        Vector second = Flat(arguments, 1);
        if (first.HasNulls || second.HasNulls)
        {
            return _rows.Invoke(arguments, length, selection);
        }

        _result.AllValid();
        return (OfDoubles != null && TryRun(first, second, length, selection, OfDoubles)) || (OfLongs != null && TryRun(first, second, length, selection, OfLongs))
            ? _result.BuildFixed(_type, length)
            : _rows.Invoke(arguments, length, selection);
    }

    public override void Dispose()
    {
        _rows.Dispose();
        _result.Dispose();
        Array.ForEach(_flatteners, static flattener => flattener.Dispose());
    }

    private Vector Flat(ReadOnlySpan<Vector> arguments, int index) => arguments[index] is DictionaryVector ? _flatteners[index].Flatten(arguments[index]) : arguments[index];

    private static bool IsDouble(Vector vector) => vector is FixedVector { Type.Id: ArrowTypeId.Float64 } or ConstantVector { IsNullConstant: false, Value.Type.Id: ArrowTypeId.Float64 };

    private static bool IsInteger(ArrowType type) => type.Id is ArrowTypeId.Int16 or ArrowTypeId.Int32 or ArrowTypeId.Int64 or ArrowTypeId.Decimal64;

    private bool TryRun(Vector argument, int length, SelectionVector? selection, Func<double, double> compute)
    {
        if (argument is not FixedVector { Type.Id: ArrowTypeId.Float64 } flat || _type.Id != ArrowTypeId.Float64)
        {
            return false;
        }

        ReadOnlySpan<double> values = flat.Values<double>();
        Span<double> result = _result.Values<double>(length);
        if (selection == null && !flat.HasNulls)
        {
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = compute(values[i]);
            }

            return true;
        }

        var reader = new VectorReader(flat);
        ReadOnlySpan<int> rows = selection == null ? default : selection.Rows;
        int count = selection?.Count ?? length;
        result.Clear();
        for (int i = 0; i < count; i++)
        {
            int row = selection == null ? i : rows[i];
            if (!reader.IsNull(row))
            {
                result[row] = compute(values[row]);
            }
        }

        return true;
    }

    private bool TryRun(Vector left, Vector right, int length, SelectionVector? selection, Func<double, double, double> compute)
    {
        if (!IsDouble(left) || !IsDouble(right) || _type.Id != ArrowTypeId.Float64)
        {
            return false;
        }

        VectorReader lefts = new(left), rights = new(right);
        Span<double> result = _result.Values<double>(length);
        ReadOnlySpan<int> rows = selection == null ? default : selection.Rows;
        int count = selection?.Count ?? length;
        for (int i = 0; i < count; i++)
        {
            int row = selection == null ? i : rows[i];
            result[row] = compute(lefts.Value<double>(row), rights.Value<double>(row));
        }

        return true;
    }

    private bool TryRun(Vector argument, int length, SelectionVector? selection, Func<long, long> compute)
    {
        if (argument is not FixedVector flat || !IsInteger(flat.Type))
        {
            return false;
        }

        switch (_type.Width)
        {
            case 2: Run(flat, selection, compute, _result.Values<short>(length)); break;
            case 4: Run(flat, selection, compute, _result.Values<int>(length)); break;
            default: Run(flat, selection, compute, _result.Values<long>(length)); break;
        }

        return true;
    }

    private static void Run<T>(FixedVector argument, SelectionVector? selection, Func<long, long> compute, Span<T> result)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        if (selection == null && !argument.HasNulls && argument.Type.Width == 8)
        {
            ReadOnlySpan<long> values = argument.Values<long>();
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = T.CreateTruncating(compute(values[i]));
            }

            return;
        }

        if (selection == null && !argument.HasNulls && argument.Type.Width == 4)
        {
            ReadOnlySpan<int> values = argument.Values<int>();
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = T.CreateTruncating(compute(values[i]));
            }

            return;
        }

        var reader = new VectorReader(argument);
        ReadOnlySpan<int> rows = selection == null ? default : selection.Rows;
        int count = selection?.Count ?? result.Length;
        result.Clear();
        for (int i = 0; i < count; i++)
        {
            int row = selection == null ? i : rows[i];
            if (!reader.IsNull(row))
            {
                result[row] = T.CreateTruncating(compute(reader.Integer(row)));
            }
        }
    }

    private bool TryRun(Vector left, Vector right, int length, SelectionVector? selection, Func<long, long, long> compute)
    {
        if (!IsIntegers(left) || !IsIntegers(right))
        {
            return false;
        }

        switch (_type.Width)
        {
            case 2: Run(left, right, selection, compute, _result.Values<short>(length)); break;
            case 4: Run(left, right, selection, compute, _result.Values<int>(length)); break;
            default: Run(left, right, selection, compute, _result.Values<long>(length)); break;
        }

        return true;
    }

    private static bool IsIntegers(Vector vector) => vector is FixedVector flat ? IsInteger(flat.Type) : vector is ConstantVector { IsNullConstant: false } constant && IsInteger(constant.Value.Type);

    private static void Run<T>(Vector left, Vector right, SelectionVector? selection, Func<long, long, long> compute, Span<T> result)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        VectorReader lefts = new(left), rights = new(right);
        if (selection == null && left is FixedVector { Type.Width: 8 } longs && right is ConstantVector)
        {
            long constant = rights.Integer(0);
            ReadOnlySpan<long> values = longs.Values<long>();
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = T.CreateTruncating(compute(values[i], constant));
            }

            return;
        }

        ReadOnlySpan<int> rows = selection == null ? default : selection.Rows;
        int count = selection?.Count ?? result.Length;
        for (int i = 0; i < count; i++)
        {
            int row = selection == null ? i : rows[i];
            result[row] = T.CreateTruncating(compute(lefts.Integer(row), rights.Integer(row)));
        }
    }
}
