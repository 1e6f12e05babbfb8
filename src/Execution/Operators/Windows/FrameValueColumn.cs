using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions.Window;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>first_value, last_value and nth_value: picks a row of the frame, then gathers.</summary>
internal sealed class FrameValueColumn : WindowColumn
{
    private readonly WindowFunctionKind _kind;
    private readonly WindowRows _rows;
    private readonly TaskContext _context;
    private readonly FrameCursor _frame;
    private readonly WindowGatherer _gatherer;
    private readonly int _value;
    private readonly int _nth;
    private readonly bool _ignoresNulls;
    private PresentRows? _present;
    private WindowValues? _values;
    private RowReader? _positions;
    private NativeBuffer? _picked;

    public FrameValueColumn(WindowCall call, WindowRows rows, TaskContext context)
    {
        _kind = WindowFunctions.Find(call.Function)!.Value;
        _rows = rows;
        _context = context;
        _frame = new FrameCursor(call, rows, context);
        _gatherer = new WindowGatherer(context.Account);
        _value = rows.Keep(call.Arguments[0]);
        _nth = call.Arguments.Count > 1 ? rows.Keep(call.Arguments[1]) : -1;
        _ignoresNulls = call.IgnoreNulls;
    }

    public override Vector Compute(int start, int count)
    {
        WindowValues values = _values ??= _rows.Values(_value);
        if (_ignoresNulls)
        {
            _present ??= new PresentRows(values, _rows, _context);
        }

        RowReader? nth = _nth < 0 ? null : _positions ??= _rows.Values(_nth).Read();
        Span<int> picked = NativeBuffer.Reuse(ref _picked, (count + 16) * 4L, _context.Account).Span<int>(0, count);
        for (int i = 0; i < count; i++)
        {
            _frame.MoveTo(start + i);
            if (_kind == WindowFunctionKind.NthValue)
            {
                picked[i] = nth!.IsNull(start + i) ? -1 : FromStart(nth.Integer(start + i) is > 0 and var n ? n - 1 : throw WindowErrors.InvalidNth());
            }
            else
            {
                picked[i] = _kind == WindowFunctionKind.FirstValue ? FromStart(0) : Last();
            }
        }

        return _gatherer.Take(values, picked);
    }

    public override void Dispose()
    {
        _gatherer.Dispose();
        _present?.Dispose();
        _picked?.Release();
        _picked = null;
    }

    /// <summary>The n-th row of the frame that counts, from 0; -1 when the frame has fewer.</summary>
    private int FromStart(long n)
    {
        ReadOnlySpan<RowRange> ranges = [_frame.First, _frame.Second, _frame.Third];
        foreach (RowRange range in ranges)
        {
            int count = _present?.Count(range) ?? range.Length;
            if (n < count)
            {
                return _present == null ? range.Start + (int)n : _present.At(_present.CountBefore(range.Start) + n);
            }

            n -= count;
        }

        return -1;
    }

    private int Last()
    {
        ReadOnlySpan<RowRange> ranges = [_frame.Third, _frame.Second, _frame.First];
        foreach (RowRange range in ranges)
        {
            if ((_present?.Count(range) ?? range.Length) > 0)
            {
                return _present == null ? range.End - 1 : _present.At(_present.CountBefore(range.End) - 1);
            }
        }

        return -1;
    }
}
