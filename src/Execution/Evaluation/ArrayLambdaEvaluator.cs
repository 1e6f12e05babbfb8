using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Evaluation;

/// <summary>A lambda over arrays: the elements of many rows are evaluated together, as batches of their own.</summary>
/// <param name="type">Type of the result.</param>
/// <param name="kind">What becomes of the elements.</param>
/// <param name="array">The arrays.</param>
/// <param name="captured">Values of the row that the body uses.</param>
/// <param name="body">Over batches of the elements, then the captured values.</param>
/// <param name="context">Memory and cancellation.</param>
internal sealed class ArrayLambdaEvaluator(SqlType type, LambdaKind kind, Evaluator array, Evaluator[] captured, CompiledExpression body, EvaluationContext context) : Evaluator(type)
{
    private const int ElementsAtOnce = Batch.DefaultRows;

    private readonly VectorGatherer _arrays = new(context.Account);
    private readonly VectorGatherer _elements = new(context.Account);
    private readonly VectorGatherer[] _captured = [.. captured.Select(_ => new VectorGatherer(context.Account))];
    private readonly ColumnAppender _results = ColumnAppender.Create(ArrowTypes.Of(type.Element!), context.Account);
    private readonly int[] _places = new int[ElementsAtOnce];
    private readonly int[] _rows = new int[ElementsAtOnce];
    private readonly Vector[] _values = new Vector[captured.Length];
    private NativeBuffer? _offsets;
    private Vector? _null;

    public override Vector Evaluate(Batch batch)
    {
        Vector value = array.Evaluate(batch);
        if (value is ConstantVector { IsNullConstant: true })
        {
            _null ??= LiteralVectors.ToVector(Literal.Null(Type), context.Account, out _);
            return new ConstantVector(_null, batch.Length);
        }

        var arrays = (ListVector)_arrays.Flatten(value);
        for (int i = 0; i < captured.Length; i++)
        {
            _values[i] = captured[i].Evaluate(batch);
        }

        NativeBuffer offsets = NativeBuffer.Reuse(ref _offsets, (batch.Length + 1L) * sizeof(int), context.Account);
        Span<int> counts = offsets.Span<int>(0, batch.Length + 1);
        counts.Clear();
        _results.Reset();
        Fill(batch, arrays, counts);
        for (int row = 0; row < batch.Length; row++)
        {
            counts[row + 1] += counts[row];
        }

        Vector results = _results.Build();
        return new ListVector(Arrow.Schema.ArrowType.List(results.Type), batch.Length, offsets, results, arrays.ValidityBuffer, arrays.NullCount);
    }

    public override void Dispose()
    {
        array.Dispose();
        body.Dispose();
        _arrays.Dispose();
        _elements.Dispose();
        _results.Dispose();
        _offsets?.Release();
        _offsets = null;
        for (int i = 0; i < captured.Length; i++)
        {
            captured[i].Dispose();
            _captured[i].Dispose();
        }
    }

    /// <summary>Collects the results; <paramref name="counts"/>[row + 1] becomes the number of the row's.</summary>
    private void Fill(Batch batch, ListVector arrays, Span<int> counts)
    {
        ReadOnlySpan<int> offsets = arrays.Offsets;
        int filled = 0;
        for (int i = 0; i < batch.RowCount; i++)
        {
            int row = batch.Selection is { } selection ? selection.Rows[i] : i;
            if (arrays.IsNull(row))
            {
                continue;
            }

            for (int element = offsets[row]; element < offsets[row + 1]; element++)
            {
                if (filled == ElementsAtOnce)
                {
                    EvaluateElements(arrays, filled, counts);
                    filled = 0;
                }

                _places[filled] = element;
                _rows[filled++] = row;
            }
        }

        EvaluateElements(arrays, filled, counts);
    }

    private void EvaluateElements(ListVector arrays, int count, Span<int> counts)
    {
        if (count == 0)
        {
            return;
        }

        context.Cancellation.ThrowIfCancellationRequested();
        ReadOnlySpan<int> places = _places.AsSpan(0, count), rows = _rows.AsSpan(0, count);
        var columns = new Vector[1 + _values.Length];
        columns[0] = _elements.Take(arrays.Child, places);
        for (int i = 0; i < _values.Length; i++)
        {
            columns[i + 1] = _captured[i].Take(_values[i], rows);
        }

        Vector result = body.Evaluate(new Batch(columns, count));
        if (kind == LambdaKind.Transform)
        {
            _results.AppendRange(result, 0, count);
            foreach (int row in rows)
            {
                counts[row + 1]++;
            }

            return;
        }

        int kept = 0;
        Span<ulong> isTrue = stackalloc ulong[ElementsAtOnce / 64];
        TruthBits.True(result, isTrue[..Bits.WordCount(count)]);
        for (int i = 0; i < count; i++)
        {
            if ((isTrue[i >> 6] >> (i & 63) & 1) != 0)
            {
                counts[_rows[i] + 1]++;
                _places[kept++] = _places[i];
            }
        }

        _results.Append(arrays.Child, _places.AsSpan(0, kept));
    }
}
