using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Operators.Sorting;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>Joins left rows with an <see cref="AsOfRun"/>: sorts them alike, then both sides are walked once, side by side.</summary>
/// <remarks><code>
/// left rows, sorted    k1 10 │ k1 20 │ k2 5
///                          ╲      │
/// right rows           k1 9 │ k1 15 │ k1 30 │ k2 7        the cursor steps over what lies before the left row;
///                             ▲                           the nearest row is the last one stepped over (left >= right), or the one at the cursor (left &lt;= right)
/// </code>
/// In memory are two blocks of the right side and the partners of one left batch.
/// </remarks>
internal sealed class AsOfMerge : IDisposable
{
    private readonly AsOfJoinExec _plan;
    private readonly AsOfRun _run;
    private readonly TaskContext _context;
    private readonly ExternalSort _left;
    private readonly ExpressionList _leftValues;
    private readonly ColumnAppender[] _partners;
    private readonly bool _stepsOverEqual;
    private readonly bool _looksDown;
    private readonly List<int> _pending = [];
    private Block? _pendingBlock;
    private Block? _current;
    private Block? _previous;
    private int _nextBlock;
    private int _row;

    public AsOfMerge(AsOfJoinExec plan, AsOfRun run, Operator left, TaskContext context, OperatorMetrics metrics)
    {
        _plan = plan;
        _run = run;
        _context = context;
        _leftValues = new ExpressionList([.. plan.LeftKeys, plan.LeftOrder], context.Evaluation);
        _partners = [.. plan.Right.Output.Select(column => ColumnAppender.Create(ArrowTypes.Of(column.Type), context.Account))];
        _stepsOverEqual = plan.Operator is ComparisonOperator.GreaterOrEqual or ComparisonOperator.Less;
        _looksDown = plan.Operator is ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual;
        _left = new ExternalSort(AsOfRun.SortKeys(plan.LeftKeys, plan.LeftOrder), context, metrics);
        while (left.Next() is { } batch)
        {
            _left.Append(batch);
        }

        _left.Complete();
        Advance();
    }

    /// <summary>The partners of the last batch's rows, row by row: nulls where there is none.</summary>
    public Vector[] Partners { get; private set; } = [];

    /// <summary>The next left rows, or null at their end.</summary>
    /// <param name="hasPartner">Receives, for each row of the batch, its own number, or -1 where it has no partner.</param>
    public Batch? Next(ref NativeBuffer? hasPartner)
    {
        if (_left.Next() is not { } batch)
        {
            return null;
        }

        Span<int> partners = NativeBuffer.Reuse(ref hasPartner, (batch.Length + 16) * 4L, _context.Account).Span<int>(0, batch.Length);
        Array.ForEach(_partners, static partner => partner.Reset());
        VectorReader[] values = Array.ConvertAll(_leftValues.Evaluate(batch), static vector => new VectorReader(vector));
        var pulse = new Pulse(_context.Cancellation);
        for (int row = 0; row < partners.Length; row++)
        {
            pulse.Spend(64);
            partners[row] = FindPartner(values, row) ? row : -1;
        }

        Flush();
        Partners = Array.ConvertAll(_partners, static partner => partner.Build());
        return batch;
    }

    public void Dispose()
    {
        _current?.Dispose();
        _previous?.Dispose();
        _current = _previous = null;
        _left.Dispose();
        _leftValues.Dispose();
        Array.ForEach(_partners, static partner => partner.Dispose());
    }

    private bool FindPartner(VectorReader[] values, int row)
    {
        if (Array.Exists(values, value => value.IsNull(row)))
        {
            Put(null, -1);
            return false;
        }

        while (_current != null && Compare(_current, _row, values, row, values.Length) is var order && (order < 0 || (order == 0 && _stepsOverEqual)))
        {
            Step();
        }

        (Block? block, int at) = !_looksDown ? (_current, _row) : _row > 0 && _current != null ? (_current, _row - 1) : (_previous, _previous?.Batch.Length - 1 ?? -1);
        bool isSameKey = block != null && Compare(block, at, values, row, values.Length - 1) == 0;
        Put(isSameKey ? block : null, isSameKey ? at : -1);
        return isSameKey;
    }

    /// <summary>The order of a right row and a left row by their first values.</summary>
    private static int Compare(Block right, int rightRow, VectorReader[] left, int leftRow, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int order = RowOrder.Compare(in right.Values[i], rightRow, in left[i], leftRow);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private void Step()
    {
        if (++_row == _current!.Batch.Length)
        {
            Advance();
        }
    }

    /// <summary>Goes to the next block; the one before stays, for its last row may be somebody's partner.</summary>
    private void Advance()
    {
        if (_pendingBlock != null && ReferenceEquals(_pendingBlock, _previous))
        {
            Flush();
        }

        _previous?.Dispose();
        _previous = _current;
        _current = _nextBlock < _run.Blocks.Count ? new Block(_run.Blocks[_nextBlock++], _plan, _context) : null;
        _row = 0;
    }

    /// <summary>Remembers a row's partner; rows of one block are copied together.</summary>
    private void Put(Block? block, int row)
    {
        if (block != null && !ReferenceEquals(block, _pendingBlock))
        {
            Flush();
            _pendingBlock = block;
        }

        _pending.Add(row);
    }

    private void Flush()
    {
        for (int c = 0; c < _partners.Length && _pending.Count > 0; c++)
        {
            if (_pendingBlock == null)
            {
                _partners[c].AppendNulls(_pending.Count);
            }
            else
            {
                _partners[c].Append(_pendingBlock.Batch.Columns[c], CollectionsMarshal.AsSpan(_pending));
            }
        }

        _pending.Clear();
        _pendingBlock = null;
    }

    /// <summary>A block of right rows with its keys and order values.</summary>
    private sealed class Block : IDisposable
    {
        private readonly ExpressionList _expressions;

        public Block(SpillBlock block, AsOfJoinExec plan, TaskContext context)
        {
            Batch = BlockReader.Read(in block, context.Account);
            _expressions = new ExpressionList([.. plan.RightKeys, plan.RightOrder], context.Evaluation);
            Values = Array.ConvertAll(_expressions.Evaluate(Batch), static vector => new VectorReader(vector));
        }

        public Batch Batch { get; }

        public VectorReader[] Values { get; }

        public void Dispose()
        {
            _expressions.Dispose();
            Batch.Release();
        }
    }
}
