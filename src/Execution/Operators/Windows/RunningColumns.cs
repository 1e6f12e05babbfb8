using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Functions.Aggregate;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>An aggregate over frames whose ends only move forward: each row of the partition enters once, and leaves once where frames do not begin with the partition.</summary>
internal abstract class RunningColumn : AggregateColumn
{
    private readonly FrameCursor _frame;
    private int _start = -1;
    private int _end;
    private bool _hasBegun;

    protected RunningColumn(WindowCall call, FrameCursor frame, WindowRows rows, TaskContext context)
        : base(call, rows, context) => _frame = frame;

    /// <summary>The cheaper column for a call, if there is one: sum, avg and count of exact numbers, min and max.</summary>
    public static RunningColumn? TryCreate(WindowCall call, FrameCursor frame, WindowRows rows, TaskContext context)
    {
        if (call.Frame.Exclusion != FrameExclusion.NoOthers)
        {
            return null;
        }

        return call.Function.Name switch
        {
            "count" => new RunningSumColumn(call, frame, rows, context),
            "sum" or "avg" when call.Arguments[0].Type is { IsInteger: true } or { Kind: TypeKind.Numeric } => new RunningSumColumn(call, frame, rows, context),
            "min" or "max" when call.Arguments.Count == 1 && call.Frame.Start.Kind == FrameBoundKind.UnboundedPreceding => new RunningExtremeColumn(call, frame, rows, context),
            _ => null,
        };
    }

    /// <summary>Whether rows can be taken out again: exact sums, but not extremes.</summary>
    protected virtual bool MayRemove => false;

    public sealed override Vector Compute(int start, int count)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            Begin();
            BeginValues();
        }

        Start(count);
        for (int i = 0; i < count; i++)
        {
            _frame.MoveTo(start + i);
            RowRange frame = _frame.First;
            if (!MoveStart(frame))
            {
                (_start, _end) = (frame.Start, frame.Start);
                Reset();
            }

            for (; _end < frame.End; _end++)
            {
                if (Counts(_end))
                {
                    Add(_end);
                }
            }

            Put(i);
        }

        return Build();
    }

    /// <summary>Takes out the rows before a frame.</summary>
    /// <returns>False when the frame is made sooner from nothing: it moves back, or past most of what is there.</returns>
    private bool MoveStart(RowRange frame)
    {
        if (frame.Start == _start && frame.End >= _end)
        {
            return true;
        }

        if (!MayRemove || _start < 0 || frame.Start < _start || frame.Start > _end || frame.End < _end || frame.Start - _start >= Math.Max(1, frame.Length))
        {
            return false;
        }

        for (; _start < frame.Start; _start++)
        {
            if (Counted(_start))
            {
                Remove(_start);
            }
        }

        return true;
    }

    /// <summary>Call when all rows are in order.</summary>
    protected abstract void BeginValues();

    /// <summary>Begins a batch of results.</summary>
    protected abstract void Start(int count);

    /// <summary>Begins a partition.</summary>
    protected abstract void Reset();

    protected abstract void Add(int row);

    /// <summary>Takes out a row that was added.</summary>
    protected virtual void Remove(int row) => throw new InvalidOperationException($"{GetType().Name} keeps its rows");

    /// <summary>Sets a result to the aggregate of the rows added so far.</summary>
    protected abstract void Put(int slot);

    protected abstract Vector Build();
}

/// <summary>count, and sum and avg of integers and numerics.</summary>
internal sealed class RunningSumColumn(WindowCall call, FrameCursor frame, WindowRows rows, TaskContext context) : RunningColumn(call, frame, rows, context)
{
    private readonly ResultColumn _result = new(call.ResultType, context.Account);
    private readonly SqlType _resultType = call.ResultType;
    private readonly bool _isCount = call.Function.Name == "count";
    private readonly bool _isAverage = call.Function.Name == "avg";
    private readonly int _averageDigits = call.Arguments.IsEmpty ? 0 : Math.Max(0, call.ResultType.Scale - Sum.StateType(call.Arguments[0].Type).Scale);
    private readonly bool _isNumeric = !call.Arguments.IsEmpty && call.Arguments[0].Type.Kind == TypeKind.Numeric;
    private RowReader? _values;
    private RowReader? _leaving;
    private long _count;
    private Int128 _sum;

    protected override bool MayRemove => true;

    public override void Dispose()
    {
        base.Dispose();
        _result.Dispose();
    }

    protected override void BeginValues()
    {
        _values = Arguments.Values.Length == 0 ? null : Arguments.Values[0].Read();
        _leaving = Arguments.Values.Length == 0 ? null : Arguments.Values[0].Read();
    }

    protected override void Start(int count) => _result.Start(count);

    protected override void Reset() => (_count, _sum) = (0, 0);

    protected override void Add(int row)
    {
        if (_values is not { } values)
        {
            _count++;
        }
        else if (!values.IsNull(row))
        {
            _count++;
            _sum += Value(values, row);
        }
    }

    protected override void Remove(int row)
    {
        if (_leaving is not { } values)
        {
            _count--;
        }
        else if (!values.IsNull(row))
        {
            _count--;
            _sum -= Value(values, row);
        }
    }

    private Int128 Value(RowReader values, int row) => _isCount ? 0 : _isNumeric ? values.Decimal(row) : values.Integer(row);

    protected override void Put(int slot)
    {
        _result.MoveTo(slot);
        if (_isCount)
        {
            _result.SetLong(_count);
        }
        else if (_count > 0 && _isAverage)
        {
            _result.SetDecimal(Quotient.Of(_sum, _averageDigits, _count));
        }
        else if (_count > 0 && _resultType.Kind == TypeKind.Numeric)
        {
            _result.SetDecimal(_sum);
        }
        else if (_count > 0)
        {
            _result.SetLong(_sum >= long.MinValue && _sum <= long.MaxValue ? (long)_sum : throw ExecutionErrors.OutOfRange(_resultType.ToString()));
        }
    }

    protected override Vector Build() => _result.Build();
}

/// <summary>min and max of any type: remembers the row that has it.</summary>
internal sealed class RunningExtremeColumn(WindowCall call, FrameCursor frame, WindowRows rows, TaskContext context) : RunningColumn(call, frame, rows, context)
{
    private readonly WindowGatherer _gatherer = new(context.Account);
    private readonly int _sign = call.Function.Name == "min" ? 1 : -1;
    private NativeBuffer? _picked;
    private int _slots;
    private RowReader _values = null!;
    private RowReader _bestValues = null!;
    private int _best = -1;

    public override void Dispose()
    {
        base.Dispose();
        _gatherer.Dispose();
        _picked?.Release();
        _picked = null;
    }

    protected override void BeginValues()
    {
        _values = Arguments.Values[0].Read();
        _bestValues = Arguments.Values[0].Read();
    }

    protected override void Start(int count)
    {
        _slots = count;
        NativeBuffer.Reuse(ref _picked, (count + 16) * 4L, Context.Account);
    }

    protected override void Reset() => _best = -1;

    protected override void Add(int row)
    {
        if (!_values.IsNull(row) && (_best < 0 || IsBetter(row)))
        {
            _best = row;
        }
    }

    private bool IsBetter(int row)
    {
        int at = _values.At(row), best = _bestValues.At(_best);
        return RowOrder.Compare(in _values.Part, at, in _bestValues.Part, best) * _sign < 0;
    }

    protected override void Put(int slot) => _picked!.Span<int>(0, _slots)[slot] = _best;

    protected override Vector Build() => _gatherer.Take(Arguments.Values[0], _picked!.Span<int>(0, _slots));
}
