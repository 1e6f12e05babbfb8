using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Evaluation;

/// <summary>Splits boolean vectors into bitmaps of the rows that are true and of those that are false; the rest are null.</summary>
internal static class TruthBits
{
    /// <summary>Bit i = row i is true.</summary>
    public static void True(Vector vector, Span<ulong> result)
    {
        if (vector is ConstantVector constant)
        {
            result.Fill(!constant.IsNullConstant && ((BooleanVector)constant.Value).Value(0) ? ulong.MaxValue : 0);
            return;
        }

        ReadOnlySpan<ulong> values = Values(vector, result.Length);
        if (vector.HasNulls)
        {
            Bitmaps.And(values, Bitmaps.ValidityWords(vector), result);
        }
        else
        {
            values.CopyTo(result);
        }
    }

    /// <summary>Bit i = row i is false.</summary>
    public static void False(Vector vector, Span<ulong> result)
    {
        if (vector is ConstantVector constant)
        {
            result.Fill(!constant.IsNullConstant && !((BooleanVector)constant.Value).Value(0) ? ulong.MaxValue : 0);
            return;
        }

        ReadOnlySpan<ulong> values = Values(vector, result.Length);
        if (vector.HasNulls)
        {
            Bitmaps.AndNot(Bitmaps.ValidityWords(vector), values, result);
        }
        else
        {
            Bitmaps.Not(values, result);
        }
    }

    private static ReadOnlySpan<ulong> Values(Vector vector, int words) => Bitmaps.Words(((BooleanVector)vector).Values)[..words];
}

/// <summary>Makes every boolean vector flat or constant: booleans as codes of a dictionary are looked up.</summary>
internal sealed class BooleanFlattener(Evaluator inner, MemoryAccount account) : Evaluator(inner.Type)
{
    private readonly VectorGatherer _gatherer = new(account);

    public override Vector Evaluate(Batch batch) => inner.Evaluate(batch) is var vector && vector is DictionaryVector ? _gatherer.Flatten(vector) : vector;

    public override void Dispose()
    {
        _gatherer.Dispose();
        inner.Dispose();
    }
}

/// <summary>The constant NULL of type boolean; its one row is made once.</summary>
internal sealed class NullBoolean(MemoryAccount account)
{
    private Vector? _value;

    public ConstantVector OfLength(int length) =>
        new(_value ??= LiteralVectors.ToVector(Catalyst.Expressions.Literal.NullBoolean, account, out _), length);
}

/// <summary>A reusable bitmap.</summary>
internal struct ScratchBitmap(MemoryAccount account)
{
    private NativeBuffer? _buffer;

    public readonly NativeBuffer Buffer => _buffer!;

    /// <summary>Words for <paramref name="length"/> bits; content undefined.</summary>
    public Span<ulong> Words(int length) => Bitmaps.Words(NativeBuffer.Reuse(ref _buffer, Math.Max(Bits.WordCount(length), 1) * 8L, account), length);

    public void Dispose()
    {
        _buffer?.Release();
        _buffer = null;
    }
}
