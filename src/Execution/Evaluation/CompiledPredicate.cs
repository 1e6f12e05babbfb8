using System.Diagnostics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Evaluation;

/// <summary>One conjunct of a filter.</summary>
/// <param name="Evaluator">Gives a boolean vector.</param>
/// <param name="IsCheap">Evaluated for whole batches.</param>
/// <param name="IsMovable">May run in any order among its like.</param>
/// <param name="MayFail">Runs after all that cannot, in the order given.</param>
internal sealed record PredicateTerm(Evaluator Evaluator, bool IsCheap, bool IsMovable, bool MayFail)
{
    private double _ticksPerRow = 100;
    private double _passing = 0.5;

    /// <summary>Cost of removing a row: the lower, the earlier.</summary>
    public double Rank => _ticksPerRow / Math.Max(1 - _passing, 0.01);

    public void Observe(int rows, int passed, long ticks)
    {
        if (rows > 0)
        {
            _ticksPerRow = (0.8 * _ticksPerRow) + (0.2 * ticks / rows);
            _passing = (0.8 * _passing) + (0.2 * passed / rows);
        }
    }
}

/// <summary>A filter ready to run: which rows of a batch satisfy it.</summary>
/// <remarks>
/// Cheap conjuncts (comparisons, tests of dictionary codes) make bitmaps of the whole batch that are AND-ed 64 rows a word; the others run on the rows that are left,
/// ordered by measured cost and selectivity, those that may fail last.
/// </remarks>
internal sealed class CompiledPredicate : IDisposable
{
    private readonly PredicateTerm[] _cheap;
    private readonly PredicateTerm[] _guarded;
    private readonly BatchClock _clock;
    private readonly MemoryAccount _account;
    private readonly Narrowing _narrowing;
    private ScratchBitmap _keep;
    private ScratchBitmap _part;
    private NativeBuffer? _rows;
    private readonly CancellationToken _abandonment;
    private int _batches;

    internal CompiledPredicate(Expression predicate, PredicateTerm[] terms, BatchClock clock, MemoryAccount account, CancellationToken abandonment)
    {
        _abandonment = abandonment;
        Predicate = predicate;
        _cheap = [.. terms.Where(static term => term.IsCheap)];
        _guarded = [.. terms.Where(static term => !term.IsCheap && !term.MayFail), .. terms.Where(static term => !term.IsCheap && term.MayFail)];
        _clock = clock;
        _account = account;
        _narrowing = new Narrowing(account);
        _keep = new ScratchBitmap(account);
        _part = new ScratchBitmap(account);
    }

    public Expression Predicate { get; }

    /// <summary>The rows that count and satisfy the predicate.</summary>
    /// <returns>Null: every row of the batch. Its buffer is reused by the next call unless retained.</returns>
    public SelectionVector? Filter(Batch batch)
    {
        _clock.Advance(batch);
        int length = batch.Length;
        Span<ulong> keep = _keep.Words(length);
        Bitmaps.SetAll(keep, length);
        Span<ulong> part = _part.Words(length);
        foreach (PredicateTerm term in _cheap)
        {
            TruthBits.True(term.Evaluator.Evaluate(batch), part);
            Bitmaps.And(keep, part, keep);
            if (!keep.ContainsAnyExcept(0UL))
            {
                break;
            }
        }

        SelectionVector? selection = Select(batch.Selection, keep, length);
        if (_guarded.Length > 0 && (selection == null || selection.Count > 0))
        {
            selection = FilterGuarded(batch, selection, part);
        }

        return selection;
    }

    /// <summary>As <see cref="CompiledExpression.Dispose"/>.</summary>
    public void Dispose()
    {
        if (_abandonment.IsCancellationRequested)
        {
            return;
        }

        foreach (PredicateTerm term in _cheap)
        {
            term.Evaluator.Dispose();
        }

        foreach (PredicateTerm term in _guarded)
        {
            term.Evaluator.Dispose();
        }

        _narrowing.Dispose();
        _keep.Dispose();
        _part.Dispose();
        _rows?.Release();
        _rows = null;
    }

    private SelectionVector? FilterGuarded(Batch batch, SelectionVector? selection, Span<ulong> part)
    {
        if ((++_batches & 15) == 0)
        {
            int movable = _guarded.TakeWhile(static term => !term.MayFail).Count();
            Array.Sort(_guarded, 0, movable, Comparer<PredicateTerm>.Create(static (left, right) => left.Rank.CompareTo(right.Rank)));
        }

        foreach (PredicateTerm term in _guarded)
        {
            var rows = new Batch(batch.Columns, batch.Length, selection);
            long start = Stopwatch.GetTimestamp();
            TruthBits.True(term.Evaluator.Evaluate(rows), part);
            selection = Select(selection, part, batch.Length);
            int passed = selection?.Count ?? batch.Length;
            term.Observe(rows.RowCount, passed, Stopwatch.GetTimestamp() - start);
            if (passed == 0)
            {
                break;
            }
        }

        return selection;
    }

    /// <summary>Narrows a selection by a bitmap. The selection in our own buffer is narrowed in place.</summary>
    private SelectionVector? Select(SelectionVector? selection, ReadOnlySpan<ulong> keep, int length)
    {
        if (selection == null && Bitmaps.Count(keep, length) == length)
        {
            return null;
        }

        bool isOwn = selection != null && ReferenceEquals(selection.Buffer, _rows);
        NativeBuffer buffer = isOwn ? _rows! : NativeBuffer.Reuse(ref _rows, (length + 16) * 4L, _account);
        Span<int> rows = buffer.Span<int>(0, length + 16);
        int count = selection == null ? Bitmaps.ToRows(keep, length, rows) : Bitmaps.Refine(selection.Rows, keep, rows);
        return new SelectionVector(buffer, count);
    }
}
