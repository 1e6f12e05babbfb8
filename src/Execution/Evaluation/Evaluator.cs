using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Evaluation;

/// <summary>A node of a compiled expression: computes one vector a batch. Dispatch is once a vector, never once a row.</summary>
/// <remarks>
/// The result has a slot for each row of the batch; slots of unselected rows may hold anything readable and raise no error. It is valid until the node's next
/// evaluation: its buffers are the node's own (or its inputs'). Not thread-safe: every task compiles its own.
/// </remarks>
internal abstract class Evaluator(SqlType type) : IDisposable
{
    public SqlType Type { get; } = type;

    public abstract Vector Evaluate(Batch batch);

    public virtual void Dispose()
    {
    }
}

/// <summary>An input column.</summary>
internal sealed class InputEvaluator(int ordinal, SqlType type) : Evaluator(type)
{
    public override Vector Evaluate(Batch batch) => batch.Columns[ordinal];
}

/// <summary>A constant.</summary>
internal sealed class LiteralEvaluator : Evaluator
{
    private readonly ResultColumn _column;
    private readonly Vector _value;

    public LiteralEvaluator(Catalyst.Expressions.Literal literal, MemoryAccount account)
        : base(literal.Type) => _value = LiteralVectors.ToVector(literal, account, out _column);

    public override Vector Evaluate(Batch batch) => new ConstantVector(_value, batch.Length);

    public override void Dispose() => _column.Dispose();
}

/// <summary>A function call or cast: evaluates the arguments, sees to constants and nulls, calls the function.</summary>
internal sealed class CallEvaluator(SqlType type, VectorFunction function, Evaluator[] arguments, bool isStrict, bool isVolatile, MemoryAccount account) : Evaluator(type)
{
    private readonly Vector[] _values = new Vector[arguments.Length];
    private Vector? _null;

    public override Vector Evaluate(Batch batch)
    {
        bool allConstant = !isVolatile;
        for (int i = 0; i < arguments.Length; i++)
        {
            Vector value = arguments[i].Evaluate(batch);
            _values[i] = value;
            if (value is not ConstantVector constant)
            {
                allConstant = false;
            }
            else if (isStrict && constant.IsNullConstant)
            {
                _null ??= LiteralVectors.ToVector(Catalyst.Expressions.Literal.Null(Type), account, out _);
                return new ConstantVector(_null, batch.Length);
            }
        }

        if (!allConstant || batch.RowCount == 0)
        {
            return function.Invoke(_values, batch.Length, batch.Selection);
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            _values[i] = ((ConstantVector)_values[i]).Value;
        }

        return new ConstantVector(Single(function.Invoke(_values, 1, null)), batch.Length);
    }

    public override void Dispose()
    {
        function.Dispose();
        foreach (Evaluator argument in arguments)
        {
            argument.Dispose();
        }
    }

    private static Vector Single(Vector value) => value is ConstantVector constant ? constant.Value : value;
}

/// <summary>An expression that several places of one expression list use: computed once a batch.</summary>
internal sealed class SharedEvaluator(Evaluator inner, BatchClock clock) : Evaluator(inner.Type)
{
    private long _time = -1;
    private Vector? _result;

    /// <summary>Whether the current batch's value is there already.</summary>
    public bool IsComputed => _time == clock.Time;

    public override Vector Evaluate(Batch batch)
    {
        if (!IsComputed)
        {
            _result = inner.Evaluate(clock.Root ?? batch);
            _time = clock.Time;
        }

        return _result!;
    }

    public override void Dispose() => inner.Dispose();
}

/// <summary>A use of a shared expression where it may not be evaluated for all rows (a later CASE arm): takes the shared value when it is there, computes its own otherwise.</summary>
internal sealed class GuardedSharedEvaluator(SharedEvaluator shared, Evaluator own) : Evaluator(own.Type)
{
    public override Vector Evaluate(Batch batch) => shared.IsComputed ? shared.Evaluate(batch) : own.Evaluate(batch);

    public override void Dispose() => own.Dispose();
}

/// <summary>Tells shared expressions which batch is being worked on.</summary>
internal sealed class BatchClock
{
    public long Time { get; private set; }

    /// <summary>The batch as it came, before any narrowing.</summary>
    public Batch? Root { get; private set; }

    public void Advance(Batch root)
    {
        Root = root;
        Time++;
    }
}

/// <summary>Narrows a batch to the rows of a bitmap; owns the selection's buffer.</summary>
internal sealed class Narrowing(MemoryAccount account) : IDisposable
{
    private NativeBuffer? _rows;

    /// <summary>The batch with only the rows whose bit is set (of those selected already).</summary>
    public Batch Narrow(Batch batch, ReadOnlySpan<ulong> keep)
    {
        Span<int> rows = NativeBuffer.Reuse(ref _rows, (batch.RowCount + 16) * 4L, account).Span<int>(0, batch.RowCount + 16);
        int count = batch.Selection == null ? Bitmaps.ToRows(keep, batch.Length, rows) : Bitmaps.Refine(batch.Selection.Rows, keep, rows);
        return count == batch.RowCount ? batch : new Batch(batch.Columns, batch.Length, new SelectionVector(_rows!, count));
    }

    public void Dispose()
    {
        _rows?.Release();
        _rows = null;
    }
}
