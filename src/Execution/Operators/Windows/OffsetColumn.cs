using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Functions.Window;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>lag and lead: the value of a row some rows away, or the default where the partition has no such row.</summary>
internal sealed class OffsetColumn : WindowColumn
{
    /// <summary>Stands for a row outside the partition.</summary>
    private const int Outside = -2;

    private readonly WindowRows _rows;
    private readonly TaskContext _context;
    private readonly WindowGatherer _gatherer;
    private readonly ColumnAppender? _mixed;
    private readonly bool _isLag;
    private readonly bool _ignoresNulls;
    private readonly int _value;
    private readonly int _offset;
    private readonly int _default;
    private PresentRows? _present;
    private RowCursor? _cursor;
    private WindowValues? _values;
    private RowReader? _valueReader;
    private RowReader? _offsets;
    private RowReader? _defaults;
    private NativeBuffer? _picked;

    public OffsetColumn(WindowCall call, WindowRows rows, TaskContext context)
    {
        _rows = rows;
        _context = context;
        _gatherer = new WindowGatherer(context.Account);
        _isLag = WindowFunctions.Find(call.Function) == WindowFunctionKind.Lag;
        _ignoresNulls = call.IgnoreNulls;
        _value = rows.Keep(call.Arguments[0]);
        _offset = call.Arguments.Count > 1 ? rows.Keep(call.Arguments[1]) : -1;
        _default = call.Arguments.Count > 2 ? rows.Keep(call.Arguments[2]) : -1;
        _mixed = _default < 0 ? null : ColumnAppender.Create(ArrowTypes.Of(call.ResultType), context.Account);
    }

    public override Vector Compute(int start, int count)
    {
        WindowValues values = _values ??= _rows.Values(_value);
        if (_ignoresNulls)
        {
            _present ??= new PresentRows(values, _rows, _context);
        }

        RowCursor cursor = _cursor ?? new RowCursor(_rows);
        RowReader? offsets = _offset < 0 ? null : _offsets ??= _rows.Values(_offset).Read();
        Span<int> picked = NativeBuffer.Reuse(ref _picked, (count + 16) * 4L, _context.Account).Span<int>(0, count);
        for (int i = 0; i < count; i++)
        {
            cursor.MoveTo(start + i);
            picked[i] = offsets == null ? Away(in cursor, 1) : offsets.IsNull(start + i) ? -1 : Away(in cursor, offsets.Integer(start + i));
        }

        _cursor = cursor;
        return _mixed == null ? Gather(values, picked) : Mix(start, picked);
    }

    public override void Dispose()
    {
        _gatherer.Dispose();
        _mixed?.Dispose();
        _present?.Dispose();
        _picked?.Release();
        _picked = null;
    }

    private int Away(in RowCursor cursor, long offset)
    {
        long signed = _isLag ? -offset : offset;
        long row = cursor.Row + signed;
        if (_present != null && signed != 0)
        {
            row = signed < 0 ? _present.At(_present.CountBefore(cursor.Row) + signed) : _present.At(_present.CountBefore(cursor.Row + 1) + signed - 1);
        }

        return row >= cursor.PartitionStart && row < cursor.PartitionEnd ? (int)row : Outside;
    }

    private Vector Gather(WindowValues values, Span<int> picked)
    {
        foreach (ref int row in picked)
        {
            row = Math.Max(row, -1);
        }

        return _gatherer.Take(values, picked);
    }

    /// <summary>Runs of picked rows and of defaults in turn.</summary>
    private Vector Mix(int start, Span<int> picked)
    {
        RowReader values = _valueReader ??= _values!.Read(), defaults = _defaults ??= _rows.Values(_default).Read();
        _mixed!.Reset();
        for (int i = 0; i < picked.Length;)
        {
            int end = i;
            if (picked[i] == Outside)
            {
                for (; end < picked.Length && picked[end] == Outside; end++)
                {
                    picked[end] = start + end;
                }

                defaults.AppendTo(_mixed, picked[i..end]);
            }
            else
            {
                while (end < picked.Length && picked[end] != Outside)
                {
                    end++;
                }

                values.AppendTo(_mixed, picked[i..end]);
            }

            i = end;
        }

        return _mixed.Build();
    }
}
