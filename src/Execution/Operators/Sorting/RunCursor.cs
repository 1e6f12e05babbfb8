using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Sorting;

/// <summary>Walks a sorted run: one batch of it in memory, with its keys encoded.</summary>
internal sealed class RunCursor : IDisposable
{
    private readonly Func<Batch?> _next;
    private readonly TaskContext _context;
    private readonly CompiledExpression[] _keys;
    private readonly SortKeyEncoder _encoder;
    private NativeBuffer? _encoded;
    private VectorReader[] _values = [];

    /// <param name="next">Gives the run's batches, which the cursor releases.</param>
    /// <param name="keys">The order.</param>
    /// <param name="context">The task.</param>
    public RunCursor(Func<Batch?> next, NodeList<SortKey> keys, TaskContext context)
    {
        _next = next;
        _context = context;
        _keys = ExpressionCompiler.CompileAll([.. keys.Select(static key => key.Expression)], context.Evaluation);
        _encoder = new SortKeyEncoder(SortDirections.Of(keys));
    }

    /// <summary>The batch at hand; null at the run's end.</summary>
    public Batch? Batch { get; private set; }

    /// <summary>The row at hand.</summary>
    public int Row { get; set; }

    /// <summary>Its encoded key.</summary>
    public ReadOnlySpan<byte> Key => _encoded!.Span<byte>((long)Row * _encoder.Stride, _encoder.Stride);

    /// <summary>Goes to the first row of the next batch.</summary>
    /// <returns>False at the run's end.</returns>
    public bool Load()
    {
        Batch?.Release();
        Batch = null;
        Batch = _next();
        Row = 0;
        if (Batch == null)
        {
            return false;
        }

        Vector[] keys = Array.ConvertAll(_keys, key => key.Evaluate(Batch));
        int bytes = Batch.Length * _encoder.Stride;
        _encoder.Encode(keys, default, Batch.Length, NativeBuffer.Reuse(ref _encoded, bytes, _context.Account).Span<byte>(0, bytes));
        _values = _encoder.IsExact ? [] : Array.ConvertAll(keys, static key => new VectorReader(key));
        return true;
    }

    /// <summary>Compares the rows at hand of two runs of one order.</summary>
    public int CompareTo(RunCursor other)
    {
        int order = Key.SequenceCompareTo(other.Key);
        return order != 0 || _encoder.IsExact ? order : _encoder.CompareRest(_values, Row, other._values, other.Row);
    }

    public void Dispose()
    {
        Batch?.Release();
        Batch = null;
        Array.ForEach(_keys, static key => key.Dispose());
        _encoded?.Release();
        _encoded = null;
    }
}
