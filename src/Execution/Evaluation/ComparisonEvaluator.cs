using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Evaluation;

/// <summary>left op right, and IS [NOT] DISTINCT FROM.</summary>
/// <remarks>
/// Fixed-width values are compared in every slot by SIMD, 64 rows a word; text and nested values row by row where selected. Numerics of different scale are
/// compared exactly. character(n) is kept without trailing blanks, so plain byte order ignores them.
/// </remarks>
internal sealed class ComparisonEvaluator(ComparisonOperator comparison, Evaluator left, Evaluator right, MemoryAccount account) : Evaluator(SqlType.Boolean)
{
    private readonly ResultBuffers _result = new(account);
    private readonly VectorGatherer _leftFlattener = new(account);
    private readonly VectorGatherer _rightFlattener = new(account);
    private readonly ConstantRescaler _rescaler = new(account);
    private readonly NullBoolean _null = new(account);
    private NativeBuffer? _leftWide;
    private NativeBuffer? _rightWide;

    public override Vector Evaluate(Batch batch)
    {
        Vector leftValue = left.Evaluate(batch), rightValue = right.Evaluate(batch);
        if (leftValue is ConstantVector { IsNullConstant: true } || rightValue is ConstantVector { IsNullConstant: true })
        {
            return _null.OfLength(batch.Length);
        }

        return Compare(leftValue, rightValue, batch.Length, batch.Selection);
    }

    /// <summary>The right side, which must be a constant.</summary>
    public ConstantVector RightConstant(int length) => (ConstantVector)right.Evaluate(new Batch([], length));

    /// <summary>Compares two vectors, neither of them a null constant.</summary>
    public Vector Compare(Vector leftValue, Vector rightValue, int length, SelectionVector? selection)
    {
        if (leftValue is ConstantVector && rightValue is not ConstantVector)
        {
            return Compare(Mirror(comparison), rightValue, right.Type, leftValue, left.Type, length, selection);
        }

        return Compare(comparison, leftValue, left.Type, rightValue, right.Type, length, selection);
    }

    public override void Dispose()
    {
        left.Dispose();
        right.Dispose();
        _result.Dispose();
        _leftFlattener.Dispose();
        _rightFlattener.Dispose();
        _rescaler.Dispose();
        _leftWide?.Release();
        _rightWide?.Release();
        _leftWide = _rightWide = null;
    }

    private static ComparisonOperator Mirror(ComparisonOperator comparison) => comparison switch
    {
        ComparisonOperator.Less => ComparisonOperator.Greater,
        ComparisonOperator.LessOrEqual => ComparisonOperator.GreaterOrEqual,
        ComparisonOperator.Greater => ComparisonOperator.Less,
        ComparisonOperator.GreaterOrEqual => ComparisonOperator.LessOrEqual,
        ComparisonOperator.Equal or ComparisonOperator.NotEqual => comparison,
    };

    private Vector Compare(ComparisonOperator operation, Vector leftValue, SqlType leftType, Vector rightValue, SqlType rightType, int length, SelectionVector? selection)
    {
        // Nested values are read where they are: a constant of millions of elements would be copied for each row.
        bool isNested = leftType.IsNested;
        Vector l = leftValue is DictionaryVector or ConstantVector && !isNested ? _leftFlattener.Flatten(leftValue) : leftValue;
        Vector r = rightValue is DictionaryVector && !isNested ? _rightFlattener.Flatten(rightValue) : rightValue;
        Span<ulong> bits = _result.ValueBits(length);
        _result.CombineValidity(l, r, length);
        if (l.Type.Id is ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128)
        {
            CompareDecimals(operation, (FixedVector)l, leftType.Scale, r, rightType.Scale, length, selection, bits);
            return _result.BuildBoolean(length);
        }

        switch (l.Type.Id)
        {
            case ArrowTypeId.Int16: CompareFixed<short>(operation, l, r, bits); break;
            case ArrowTypeId.Int32 or ArrowTypeId.Date32: CompareFixed<int>(operation, l, r, bits); break;
            case ArrowTypeId.Int64 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp: CompareFixed<long>(operation, l, r, bits); break;
            case ArrowTypeId.Float32: CompareFixed<float>(operation, l, r, bits); break;
            case ArrowTypeId.Float64: CompareFixed<double>(operation, l, r, bits); break;
            case ArrowTypeId.Utf8 or ArrowTypeId.Binary when r is ConstantVector constant && operation is ComparisonOperator.Equal or ComparisonOperator.NotEqual:
                ViewCompareKernels.Equal(((ViewVector)l).Views, ((ViewVector)constant.Value).Views[0], operation == ComparisonOperator.NotEqual, bits);
                break;
            case ArrowTypeId.Utf8 or ArrowTypeId.Binary:
                (bool less, bool equal, bool greater) = Orders(operation);
                ViewCompareKernels.Compare(
                    new VectorReader(l), new VectorReader(r), length, selection != null, selection == null ? default : selection.Rows, less, equal, greater, bits);
                break;
            default: CompareRows(operation, l, r, length, selection, bits); break;
        }

        return _result.BuildBoolean(length);
    }

    private static (bool Less, bool Equal, bool Greater) Orders(ComparisonOperator operation) => operation switch
    {
        ComparisonOperator.Equal => (false, true, false),
        ComparisonOperator.NotEqual => (true, false, true),
        ComparisonOperator.Less => (true, false, false),
        ComparisonOperator.LessOrEqual => (true, true, false),
        ComparisonOperator.Greater => (false, false, true),
        ComparisonOperator.GreaterOrEqual => (false, true, true),
    };

    private static void CompareFixed<T>(ComparisonOperator operation, Vector l, Vector r, Span<ulong> bits)
        where T : unmanaged, IComparable<T>, IEquatable<T>
    {
        ReadOnlySpan<T> leftValues = ((FixedVector)l).Values<T>();
        bool negate = operation is ComparisonOperator.NotEqual or ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual;
        if (r is ConstantVector constant)
        {
            T value = ((FixedVector)constant.Value).Values<T>()[0];
            switch (operation)
            {
                case ComparisonOperator.Equal or ComparisonOperator.NotEqual: CompareKernels.Run<T, EqualTo<T>>(leftValues, value, negate, bits); break;
                case ComparisonOperator.Less or ComparisonOperator.GreaterOrEqual: CompareKernels.Run<T, LessThan<T>>(leftValues, value, negate, bits); break;
                default: CompareKernels.Run<T, AtMost<T>>(leftValues, value, negate, bits); break;
            }

            return;
        }

        ReadOnlySpan<T> rightValues = ((FixedVector)r).Values<T>();
        switch (operation)
        {
            case ComparisonOperator.Equal or ComparisonOperator.NotEqual: CompareKernels.Run<T, EqualTo<T>>(leftValues, rightValues, negate, bits); break;
            case ComparisonOperator.Less or ComparisonOperator.GreaterOrEqual: CompareKernels.Run<T, LessThan<T>>(leftValues, rightValues, negate, bits); break;
            default: CompareKernels.Run<T, AtMost<T>>(leftValues, rightValues, negate, bits); break;
        }
    }

    private void CompareDecimals(
        ComparisonOperator operation, FixedVector l, int leftScale, Vector r, int rightScale, int length, SelectionVector? selection, Span<ulong> bits)
    {
        Vector rescaled = leftScale != rightScale && r is ConstantVector constant ? _rescaler.Rescale(constant, rightScale, leftScale) : r;
        if (leftScale != rightScale && ReferenceEquals(rescaled, r))
        {
            CompareScales(operation, l, leftScale, r, rightScale, length, selection, bits);
            return;
        }

        bool leftNarrow = l.Type.Id == ArrowTypeId.Decimal64;
        if (rescaled is ConstantVector narrowing)
        {
            // A constant follows the column's width; one that does not fit 64 bits is compared in 128.
            rescaled = _rescaler.OfWidth(narrowing, leftNarrow ? 8 : 16);
        }

        bool rightNarrow = rescaled.Type.Id == ArrowTypeId.Decimal64;
        if (leftNarrow && rightNarrow)
        {
            CompareFixed<long>(operation, l, rescaled, bits);
            return;
        }

        FixedVector wideLeft = DecimalVectors.Widen(l, ref _leftWide, account);
        Vector wideRight = rescaled is FixedVector flat ? DecimalVectors.Widen(flat, ref _rightWide, account) : rescaled;
        CompareFixed<Int128>(operation, wideLeft, wideRight, bits);
    }

    private static void CompareScales(
        ComparisonOperator operation, Vector l, int leftScale, Vector r, int rightScale, int length, SelectionVector? selection, Span<ulong> bits)
    {
        (bool less, bool equal, bool greater) = Orders(operation);
        var leftReader = new VectorReader(l);
        var rightReader = new VectorReader(r);
        bits.Clear();
        ReadOnlySpan<int> rows = selection == null ? default : selection.Rows;
        int count = selection?.Count ?? length;
        for (int i = 0; i < count; i++)
        {
            int row = selection == null ? i : rows[i];
            int order = DecimalMath.Compare(leftReader.Decimal(row), leftScale, rightReader.Decimal(row), rightScale);
            bits[row >> 6] |= ((order < 0 ? less : order > 0 ? greater : equal) ? 1UL : 0) << (row & 63);
        }
    }

    private static void CompareRows(ComparisonOperator operation, Vector l, Vector r, int length, SelectionVector? selection, Span<ulong> bits)
    {
        (bool less, bool equal, bool greater) = Orders(operation);
        var leftReader = new VectorReader(l);
        var rightReader = new VectorReader(r);
        bits.Clear();
        ReadOnlySpan<int> rows = selection == null ? default : selection.Rows;
        int count = selection?.Count ?? length;
        for (int i = 0; i < count; i++)
        {
            int row = selection == null ? i : rows[i];
            if (!leftReader.IsNull(row) && !rightReader.IsNull(row))
            {
                int order = RowOrder.Compare(in leftReader, row, in rightReader, row);
                bits[row >> 6] |= ((order < 0 ? less : order > 0 ? greater : equal) ? 1UL : 0) << (row & 63);
            }
        }
    }
}

/// <summary>Brings numeric constants to the scale and width of the column they are compared with.</summary>
internal sealed class ConstantRescaler(MemoryAccount account) : IDisposable
{
    private NativeBuffer? _value;

    /// <summary>The same number at another scale; the constant itself when it has digits that the scale lacks, or grows too large.</summary>
    public ConstantVector Rescale(ConstantVector constant, int fromScale, int toScale)
    {
        Int128 value = new VectorReader(constant.Value).Decimal(0);
        return DecimalMath.TryRescale(value, fromScale, toScale, out Int128 result)
            && DecimalMath.TryRescale(result, toScale, fromScale, out Int128 back) && back == value
            ? Make(result, constant.Length)
            : constant;
    }

    /// <summary>The same number in 64 or 128 bits; in 128 when 64 do not hold it.</summary>
    public ConstantVector OfWidth(ConstantVector constant, int width) =>
        constant.Type.Width == width ? constant : Make(new VectorReader(constant.Value).Decimal(0), constant.Length, width);

    public void Dispose()
    {
        _value?.Release();
        _value = null;
    }

    private ConstantVector Make(Int128 value, int length, int width = 8)
    {
        bool isNarrow = width == 8 && value >= long.MinValue && value <= long.MaxValue;
        NativeBuffer buffer = NativeBuffer.Reuse(ref _value, 16, account);
        if (isNarrow)
        {
            buffer.Span<long>(0, 1)[0] = (long)value;
        }
        else
        {
            buffer.Span<Int128>(0, 1)[0] = value;
        }

        return new ConstantVector(new FixedVector(isNarrow ? ArrowType.Decimal64(38, 0) : ArrowType.Decimal128(38, 0), 1, buffer), length);
    }
}

/// <summary>IS [NOT] DISTINCT FROM: two nulls are equal, a null and a value are not.</summary>
internal sealed class DistinctEvaluator(Evaluator left, Evaluator right, bool negated, MemoryAccount account) : Evaluator(SqlType.Boolean)
{
    private readonly ComparisonEvaluator _equal = new(ComparisonOperator.Equal, left, right, account);
    private readonly ResultBuffers _result = new(account);

    public override Vector Evaluate(Batch batch)
    {
        Vector leftValue = left.Evaluate(batch), rightValue = right.Evaluate(batch);
        int length = batch.Length;
        Span<ulong> bits = _result.ValueBits(length);
        bool leftNull = leftValue is ConstantVector { IsNullConstant: true }, rightNull = rightValue is ConstantVector { IsNullConstant: true };
        if (!leftNull && !rightNull)
        {
            TruthBits.False(_equal.Compare(leftValue, rightValue, length, batch.Selection), bits);
        }
        else
        {
            bits.Clear();
        }

        for (int word = 0; word < bits.Length; word++)
        {
            // Null on exactly one side: distinct.
            bits[word] |= Valid(leftValue, leftNull, word) ^ Valid(rightValue, rightNull, word);
        }

        if (negated)
        {
            Bitmaps.Not(bits, bits);
        }

        _result.AllValid();
        return _result.BuildBoolean(length);
    }

    public override void Dispose()
    {
        _equal.Dispose();
        _result.Dispose();
    }

    private static ulong Valid(Vector vector, bool isNullConstant, int word) =>
        isNullConstant ? 0 : vector.ValidityBuffer == null ? ulong.MaxValue : Bitmaps.ValidityWords(vector)[word];
}
