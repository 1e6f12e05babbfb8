using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Operators.Sorting;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>Tells which rows of a sorted stream have other keys than the row before.</summary>
internal sealed class TieFinder : IDisposable
{
    private readonly TaskContext _context;
    private readonly CompiledExpression[] _keys;
    private readonly SortKeyEncoder _encoder;
    private readonly ColumnAppender?[] _last;
    private NativeBuffer? _encoded;
    private byte[] _lastKey = [];
    private bool _hasLast;

    public TieFinder(NodeList<SortKey> keys, TaskContext context)
    {
        _context = context;
        _keys = ExpressionCompiler.CompileAll([.. keys.Select(static key => key.Expression)], context.Evaluation);
        _encoder = new SortKeyEncoder(SortDirections.Of(keys));
        _last = new ColumnAppender?[keys.Count];
    }

    /// <summary>Adds the numbers of rows that differ from those before; the first row of all does.</summary>
    /// <param name="batch">The next rows, without selection.</param>
    /// <param name="start">Number of the first of them.</param>
    /// <param name="starts">Receives the numbers.</param>
    public void Find(Batch batch, int start, RowNumbers starts)
    {
        int stride = _encoder.Stride;
        Vector[] keys = Array.ConvertAll(_keys, key => key.Evaluate(batch));
        int bytes = batch.Length * stride;
        Span<byte> encoded = NativeBuffer.Reuse(ref _encoded, Math.Max(1, bytes), _context.Account).Span<byte>(0, bytes);
        _encoder.Encode(keys, default, batch.Length, encoded);
        VectorReader[] values = _encoder.IsExact ? [] : Array.ConvertAll(keys, static key => new VectorReader(key));
        if (!_hasLast || !encoded[..stride].SequenceEqual(_lastKey) || DiffersFromLast(values))
        {
            starts.Add(start);
        }

        for (int i = 1; i < batch.Length; i++)
        {
            if (!encoded.Slice(i * stride, stride).SequenceEqual(encoded.Slice((i - 1) * stride, stride)) || (!_encoder.IsExact && _encoder.CompareRest(values, i, values, i - 1) != 0))
            {
                starts.Add(start + i);
            }
        }

        KeepLast(keys, encoded, batch.Length - 1);
    }

    public void Dispose()
    {
        Array.ForEach(_keys, static key => key.Dispose());
        Array.ForEach(_last, static column => column?.Dispose());
        _encoded?.Release();
        _encoded = null;
    }

    private bool DiffersFromLast(VectorReader[] values) =>
        !_encoder.IsExact && _encoder.CompareRest(values, 0, Array.ConvertAll(_last, static column => new VectorReader(column!.Build())), 0) != 0;

    private void KeepLast(Vector[] keys, ReadOnlySpan<byte> encoded, int row)
    {
        _hasLast = true;
        _lastKey = encoded.Slice(row * _encoder.Stride, _encoder.Stride).ToArray();
        for (int i = 0; !_encoder.IsExact && i < keys.Length; i++)
        {
            ColumnAppender column = _last[i] ??= ColumnAppender.Create(keys[i].Type, _context.Account);
            column.Reset();
            column.Append(keys[i], [row]);
        }
    }
}
