using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Statements;

namespace SqlCluster.Server.Sessions;

/// <summary>A cursor of DECLARE: a query whose rows are fetched bit by bit.</summary>
/// <remarks>
/// Without SCROLL the query streams: it waits while nobody fetches, and rows that were fetched are gone. With SCROLL the first FETCH keeps all rows in
/// memory, bounded by the session's memory_limit. The position is a row's number from 1; 0 is in front of the first row, one more than there are rows behind the last.
/// </remarks>
internal sealed class Cursor(DeclareCursor declaration, string text, StatementResult.Rows rows, long limitBytes) : IAsyncDisposable
{
    private readonly MemoryAccount _account = new($"cursor {declaration.Name.Value}");
    private RowSpool? _spool;
    private Batch? _batch;
    private int _next;
    private long _position;
    private bool _isBehindLast;

    public string Name => declaration.Name.Value;

    /// <summary>The text of the statement that declared it.</summary>
    public string Text => text;

    /// <summary>Whether it outlives its transaction.</summary>
    public bool IsHoldable => declaration.WithHold;

    public bool IsBinary => declaration.Binary;

    public bool IsScrollable => declaration.Scroll == true;

    public DateTimeOffset Start { get; } = TimeProvider.System.GetUtcNow();

    public NodeList<ResultColumn> Columns => rows.Columns;

    /// <summary>Runs FETCH or MOVE.</summary>
    /// <exception cref="Parser.Errors.QueryException">55000: backward without SCROLL; or the cursor's query failed.</exception>
    public async Task<StatementResult> FetchAsync(FetchCursor fetch, CancellationToken cancellation)
    {
        if (IsScrollable)
        {
            await SpoolAsync(cancellation).ConfigureAwait(false);
            (long first, long count, bool isBackward) = Locate(fetch, _spool!.RowCount);
            return fetch.Move ? Moved(count) : Fetched(new SpooledRows(_spool, first, count, isBackward).ReadAsync);
        }

        (long skip, long wanted) = Forward(fetch);
        if (await SkipAsync(skip, cancellation).ConfigureAwait(false) < skip)
        {
            return fetch.Move ? Moved(0) : Fetched(static _ => default);
        }

        return fetch.Move ? Moved(await SkipAsync(wanted, cancellation).ConfigureAwait(false)) : Fetched(token => TakeAsync(wanted, count => wanted -= count, token));
    }

    public async ValueTask DisposeAsync()
    {
        _batch?.Release();
        _batch = null;
        _spool?.Dispose();
        _account.Dispose();
        await rows.DisposeAsync().ConfigureAwait(false);
    }

    private static StatementResult.Command Moved(long count) => new($"MOVE {count}");

    private StatementResult.Rows Fetched(Func<CancellationToken, ValueTask<Batch?>> source) => new(rows.Columns, rows.Execution, "FETCH") { Source = source };

    /// <summary>What a forward-only cursor does: rows to leave out, and rows to take then.</summary>
    private (long Skip, long Wanted) Forward(FetchCursor fetch)
    {
        bool isOnRow = _position > 0 && !_isBehindLast;
        switch (fetch.Direction)
        {
            case FetchDirection.Next: return (0, 1);
            case FetchDirection.Forward when fetch.Count == null: return (0, long.MaxValue);
            case FetchDirection.Forward when fetch.Count > 0 || (fetch.Count == 0 && !isOnRow): return (0, fetch.Count.Value);
            case FetchDirection.First when _position == 0: return (0, 1);
            case FetchDirection.Absolute when fetch.Count > _position: return (fetch.Count.Value - _position - 1, 1);
            case FetchDirection.Absolute when fetch.Count == 0 && _position == 0: return (0, 0);
            case FetchDirection.Relative when fetch.Count > 0: return (fetch.Count.Value - 1, 1);
            case FetchDirection.Relative when fetch.Count == 0 && !isOnRow: return (0, 0);
            default: throw StatementErrors.CursorOnlyForward();
        }
    }

    /// <summary>What a scrolling cursor does: the first row from 0, how many, and in which order; moves the position.</summary>
    private (long First, long Count, bool IsBackward) Locate(FetchCursor fetch, long total)
    {
        switch (fetch.Direction)
        {
            case FetchDirection.Next: return Run(1, total);
            case FetchDirection.Prior: return Run(-1, total);
            case FetchDirection.First: return Single(1, total);
            case FetchDirection.Last: return Single(Math.Max(total, 1), total);
            case FetchDirection.Absolute: return Single(fetch.Count!.Value >= 0 ? fetch.Count.Value : Math.Max(0, total + 1 + fetch.Count.Value), total);
            case FetchDirection.Relative: return Single(Math.Max(0, Math.Min(total + 1, _position + Math.Clamp(fetch.Count!.Value, -total - 1, total + 1))), total);
            case FetchDirection.Forward: return Run(fetch.Count ?? long.MaxValue, total);
            case FetchDirection.Backward: return Run(fetch.Count is { } count ? -Math.Max(count, -long.MaxValue) : -long.MaxValue, total);
            default: throw new InvalidOperationException($"{fetch.Direction}");
        }
    }

    /// <summary>Goes to a row and takes it alone.</summary>
    private (long First, long Count, bool IsBackward) Single(long row, long total)
    {
        _position = Math.Min(row, total + 1);
        return _position > 0 && _position <= total ? (_position - 1, 1, false) : (0, 0, false);
    }

    /// <summary>Takes rows one after the other: those behind the position, those in front of it, or the one there again.</summary>
    private (long First, long Count, bool IsBackward) Run(long count, long total)
    {
        switch (count)
        {
            case 0:
                return Single(_position, total);
            case > 0:
                long first = Math.Min(_position, total);
                long ahead = Math.Min(count, total - first);
                _position = ahead < count ? total + 1 : _position + count;
                return (first, ahead, false);
            default:
                long before = Math.Max(0, Math.Min(_position, total + 1) - 1);
                long behind = Math.Min(-count, before);
                _position = behind < -count ? 0 : _position + count;
                return (before - behind, behind, true);
        }
    }

    private async Task SpoolAsync(CancellationToken cancellation)
    {
        if (_spool != null)
        {
            return;
        }

        var spool = new RowSpool($"cursor {Name}", limitBytes);
        try
        {
            while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
            {
                spool.Append(batch);
                batch.Release();
            }

            spool.Finish();
            _spool = spool;
        }
        finally
        {
            if (_spool == null)
            {
                spool.Dispose();
            }
        }
    }

    private async Task<long> SkipAsync(long count, CancellationToken cancellation)
    {
        long skipped = 0;
        while (skipped < count && await HasRowsAsync(cancellation).ConfigureAwait(false))
        {
            int part = (int)Math.Min(count - skipped, _batch!.RowCount - _next);
            Advance(part);
            skipped += part;
        }

        return skipped;
    }

    /// <summary>Rows that lie together, at most so many; null when there are no more or none are wanted.</summary>
    private async ValueTask<Batch?> TakeAsync(long wanted, Action<long> took, CancellationToken cancellation)
    {
        if (wanted <= 0 || !await HasRowsAsync(cancellation).ConfigureAwait(false))
        {
            return null;
        }

        if (wanted < _batch!.RowCount - _next)
        {
            // It is kept until the next FETCH.
            Batch compact = rows.Execution.Compact(_batch, _next);
            _next = ReferenceEquals(compact, _batch) ? _next : 0;
            _batch = compact;
        }

        int part = (int)Math.Min(wanted, _batch.RowCount - _next);
        Batch window = _batch.Window(_next, part, _account);
        Advance(part);
        took(part);
        return window;
    }

    private void Advance(int count)
    {
        _position += count;
        _next += count;
        if (_next == _batch!.RowCount)
        {
            _batch.Release();
            _batch = null;
        }
    }

    private async ValueTask<bool> HasRowsAsync(CancellationToken cancellation)
    {
        while (_batch == null && !_isBehindLast)
        {
            _batch = await rows.ReadAsync(cancellation).ConfigureAwait(false);
            _next = 0;
            if (_batch == null)
            {
                _isBehindLast = true;
                _position++;
            }
        }

        return _batch != null;
    }

    /// <summary>Rows of a spool, forward in pieces or backward one by one.</summary>
    private sealed class SpooledRows(RowSpool spool, long first, long count, bool isBackward)
    {
        private long _done;

        public ValueTask<Batch?> ReadAsync(CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_done == count)
            {
                return default;
            }

            Batch batch = isBackward ? spool.Read(first + count - _done - 1, 1) : spool.Read(first + _done, count - _done);
            _done += batch.RowCount;
            return ValueTask.FromResult<Batch?>(batch);
        }
    }
}
