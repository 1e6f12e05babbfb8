using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>Rows from <paramref name="Start"/> on, before <paramref name="End"/>.</summary>
internal readonly record struct RowRange(int Start, int End)
{
    public int Length => End - Start;

    /// <summary>The rows of both.</summary>
    public RowRange Within(int start, int end)
    {
        int from = Math.Max(Start, start);
        return new RowRange(from, Math.Max(from, Math.Min(End, end)));
    }
}

/// <summary>Walks forward over window rows and knows each row's frame: up to three ranges of rows, in order, any of them empty.</summary>
/// <remarks><code>
///                        frame start        peers   row  peers          frame end
/// NO OTHERS              [--------------------------------------------------) . .
/// EXCLUDE CURRENT ROW    [-----------------------)  .  [--------------------) .
/// EXCLUDE GROUP          [-------------------)   .  .  .       [------------) .
/// EXCLUDE TIES           [-------------------)   . [-) .       [------------)
/// </code></remarks>
internal sealed class FrameCursor
{
    private readonly WindowFrame _frame;
    private readonly WindowRows _rows;
    private readonly Bound _start;
    private readonly Bound _end;
    private readonly RangeKeys? _keys;
    private RowCursor _cursor;
    private RowNumbers.Reader? _peers;
    private bool _isStarted;

    /// <remarks>Keeps the order key, so it is made before the first row comes.</remarks>
    public FrameCursor(WindowCall call, WindowRows rows, TaskContext context)
    {
        _frame = call.Frame;
        _rows = rows;
        _start = new Bound(_frame.Start, _frame.Unit, "starting", context);
        _end = new Bound(_frame.End, _frame.Unit, "ending", context);
        _keys = _frame.Unit == FrameUnit.Range && (_start.Literal ?? _end.Literal) is not null ? new RangeKeys(call.OrderBy[0], rows, context) : null;
    }

    /// <summary>Whether every frame is its whole partition.</summary>
    public bool IsWholePartition => _frame.Exclusion == FrameExclusion.NoOthers && IsOpen(_frame.Start.Kind, FrameBoundKind.UnboundedPreceding) && IsOpen(_frame.End.Kind, FrameBoundKind.UnboundedFollowing);

    /// <summary>Rows that a frame holds at most, where the frame alone says so.</summary>
    public long MaxRows => _frame.Unit != FrameUnit.Rows || _start.IsUnbounded || _end.IsUnbounded ? long.MaxValue : _end.Signed - _start.Signed + 1;

    public ref readonly RowCursor Cursor => ref _cursor;

    public RowRange First { get; private set; }

    public RowRange Second { get; private set; }

    public RowRange Third { get; private set; }

    public void MoveTo(int row)
    {
        if (!_isStarted)
        {
            _isStarted = true;
            _cursor = new RowCursor(_rows);
            _peers = _rows.PeerStarts.Read();
            _keys?.Begin();
        }

        _cursor.MoveTo(row);
        int start = Math.Clamp(Start(row), _cursor.PartitionStart, _cursor.PartitionEnd);
        int end = Math.Clamp(End(row), start, _cursor.PartitionEnd);
        var frame = new RowRange(start, end);
        switch (_frame.Exclusion)
        {
            case FrameExclusion.NoOthers:
                (First, Second, Third) = (frame, default, default);
                break;
            case FrameExclusion.CurrentRow:
                (First, Second, Third) = (frame.Within(start, row), default, frame.Within(row + 1, end));
                break;
            case FrameExclusion.Group:
                (First, Second, Third) = (frame.Within(start, _cursor.PeerStart), default, frame.Within(_cursor.PeerEnd, end));
                break;
            case FrameExclusion.Ties:
                (First, Second, Third) = (frame.Within(start, _cursor.PeerStart), frame.Within(row, row + 1), frame.Within(_cursor.PeerEnd, end));
                break;
        }
    }

    private bool IsOpen(FrameBoundKind kind, FrameBoundKind unbounded) => kind == unbounded || (kind == FrameBoundKind.CurrentRow && _frame.Unit != FrameUnit.Rows && !_rows.HasOrder);

    private int Start(int row)
    {
        if (_start.IsUnbounded)
        {
            return _cursor.PartitionStart;
        }

        return _frame.Unit switch
        {
            FrameUnit.Rows => (int)Math.Min(row + _start.Signed, _rows.Count),
            FrameUnit.Groups => PeerStart(_cursor.Peer + _start.Signed),
            FrameUnit.Range => _start.Literal is null ? _cursor.PeerStart : _keys!.FirstFrom(in _cursor, _start.Literal, _start.IsPreceding),
        };
    }

    private int End(int row)
    {
        if (_end.IsUnbounded)
        {
            return _cursor.PartitionEnd;
        }

        return _frame.Unit switch
        {
            FrameUnit.Rows => (int)Math.Clamp(row + _end.Signed + 1, 0, _rows.Count),
            FrameUnit.Groups => PeerStart(_cursor.Peer + _end.Signed + 1),
            FrameUnit.Range => _end.Literal is null ? _cursor.PeerEnd : _keys!.FirstBehind(in _cursor, _end.Literal, _end.IsPreceding),
        };
    }

    /// <summary>Where a group of peers begins; one before or behind the partition's: the partition's start or end.</summary>
    private int PeerStart(long peer) =>
        peer < _cursor.FirstPeer ? _cursor.PartitionStart : peer >= _rows.PeerStarts.Count ? _cursor.PartitionEnd : Math.Min(_peers![(int)peer], _cursor.PartitionEnd);

    /// <summary>One end of the frame with its offset computed.</summary>
    private readonly struct Bound
    {
        public Bound(FrameBound bound, FrameUnit unit, string end, TaskContext context)
        {
            IsUnbounded = bound.Kind is FrameBoundKind.UnboundedPreceding or FrameBoundKind.UnboundedFollowing;
            IsPreceding = bound.Kind == FrameBoundKind.Preceding;
            if (bound.Offset is null)
            {
                return;
            }

            Literal = bound.Offset as Literal ?? context.Query.Settings.CreateConstantEvaluator().Evaluate(bound.Offset);
            if (Literal.IsNull)
            {
                throw WindowErrors.NullOffset(end);
            }

            if (unit != FrameUnit.Range)
            {
                // No more rows than an int can number: larger offsets reach as far as that.
                long offset = Math.Min((long)Literal.Value!, int.MaxValue);
                Signed = offset < 0 ? throw WindowErrors.NegativeOffset(end) : IsPreceding ? -offset : offset;
            }
        }

        public bool IsUnbounded { get; }

        public bool IsPreceding { get; }

        /// <summary>The offset, if there is one.</summary>
        public Literal? Literal { get; }

        /// <summary>ROWS and GROUPS: distance from the current row, negative before it.</summary>
        public long Signed { get; }
    }
}
