using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators.Sorting;

/// <summary>Keeps the first rows by the keys: collects a few times as many as are asked for, sorts, forgets the rest and what will come behind them, and goes on. When even those are too many for memory, sorts all rows on disk.</summary>
internal sealed class TopNOperator(TopNExec plan, Operator input, TaskContext context, OperatorMetrics metrics) : Operator(context, metrics)
{
    private const int LeastCollected = 16_384;
    private readonly long _offset = RowCountExpression.Evaluate(plan.Offset, "OFFSET", context) ?? 0;
    private readonly long _limit = RowCountExpression.Evaluate(plan.Limit, "LIMIT", context) ?? long.MaxValue;
    private readonly TopNBoundary _boundary = new(plan.Keys[0], context);
    private SortBuffer? _buffer;
    private ExternalSort? _external;
    private bool _takesTies;
    private long _left;

    protected override Batch? NextCore()
    {
        if (_limit == 0)
        {
            return null;
        }

        if (_buffer == null && _external == null)
        {
            Collect();
        }

        if (_external != null)
        {
            return NextExternal(_external);
        }

        Batch? batch = _buffer!.Next((int)Math.Min(_left, int.MaxValue));
        _left -= batch?.RowCount ?? 0;
        return batch;
    }

    public override void Dispose()
    {
        _boundary.Dispose();
        _buffer?.Dispose();
        _external?.Dispose();
        input.Dispose();
    }

    private void Collect()
    {
        long wanted = _limit > long.MaxValue - _offset ? long.MaxValue : _limit + _offset;
        long capacity = Math.Max(LeastCollected, wanted > int.MaxValue / 4 ? long.MaxValue : 4 * wanted);
        _buffer = new SortBuffer(plan.Keys, Context);
        while (input.Next() is { } read)
        {
            if (_boundary.Filter(read) is not { } batch)
            {
                continue;
            }

            _buffer.Append(batch);
            bool isShort = !Context.Query.Memory.IsCalm && Context.Query.Memory.MustSpill(_buffer.ReservedBytes, _buffer.BytesToSort);
            if (_buffer.Count >= capacity || (isShort && _buffer.Count / 2 >= wanted))
            {
                _buffer.Sort();
                _buffer = Shrink(_buffer, Keep(_buffer, wanted));
                capacity = Math.Max(capacity, 2L * _buffer.Count);   // ties alone may fill it
            }
            else if (isShort)
            {
                SortExternally(_buffer);
                return;
            }
        }

        _buffer.Sort();
        long kept = Keep(_buffer, wanted);
        _buffer.Skip((int)Math.Min(_offset, _buffer.Count));
        _left = kept - Math.Min(_offset, kept);
    }

    /// <summary>Sorts the rest of the input on disk and goes to the first row wanted.</summary>
    private void SortExternally(SortBuffer collected)
    {
        _buffer = null;
        _external = new ExternalSort(plan.Keys, collected, Context, Metrics);
        while (input.Next() is { } batch)
        {
            _external.Append(batch);
        }

        _external.Complete();
        _left = _limit;
        for (long skip = _offset; skip > 0 && _external.Next(skip) is { } skipped;)
        {
            skip -= skipped.RowCount;
        }
    }

    private Batch? NextExternal(ExternalSort sort)
    {
        if (_takesTies)
        {
            return sort.NextTied();
        }

        Batch? batch = _left == 0 ? null : sort.Next(_left);
        _left -= batch?.RowCount ?? 0;
        _takesTies = plan.WithTies && _left == 0;
        return batch;
    }

    /// <summary>Rows to keep of a sorted buffer: those wanted, and with ties those that equal the last of them.</summary>
    private long Keep(SortBuffer buffer, long wanted)
    {
        if (buffer.Count <= wanted)
        {
            return buffer.Count;
        }

        int kept = (int)wanted;
        ReadOnlySpan<int> order = buffer.Order;
        while (plan.WithTies && kept > 0 && kept < buffer.Count && buffer.AreTied(order[kept - 1], order[kept]))
        {
            kept++;
        }

        return kept;
    }

    private SortBuffer Shrink(SortBuffer buffer, long kept)
    {
        var smaller = new SortBuffer(plan.Keys, Context);
        while (kept > 0 && buffer.Next((int)Math.Min(kept, int.MaxValue)) is { } batch)
        {
            smaller.Append(batch);
            kept -= batch.RowCount;
            if (kept == 0)
            {
                _boundary.MoveTo(batch, batch.Length - 1);
            }
        }

        buffer.Dispose();
        return smaller;
    }
}
