using SqlCluster.Arrow.Vectors;
using SqlCluster.Server.Sessions;
using Literal = SqlCluster.Catalyst.Expressions.Literal;

namespace SqlCluster.Server.FlightSql.Statements;

/// <summary>One run of a statement: its rows as they are made, of one row of parameters after the other. One reader.</summary>
/// <remarks>The engine's result queue is bounded: while nobody reads, the query waits.</remarks>
internal sealed class StatementRun : IAsyncDisposable
{
    private readonly FlightStatement _statement;
    private readonly PreparedQuery? _query;
    private readonly IReadOnlyList<NodeList<Literal>> _bindings;
    private readonly CancellationTokenSource _cancellation;
    private StatementResult.Rows? _rows;
    private Task<Batch?>? _ahead;
    private int _next;
    private int _isDisposed;

    public StatementRun(FlightStatement statement, PreparedQuery? query, IReadOnlyList<NodeList<Literal>> bindings, CancellationToken cancellation)
    {
        _statement = statement;
        _query = query;
        _bindings = bindings;
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellation, statement.Owner.Session.Ended);
    }

    /// <summary>Whether the first rows are there, or there are none: from then on DoGet does not wait.</summary>
    public bool IsReady => _ahead == null || _ahead.IsCompleted;

    /// <summary>Ends when <see cref="IsReady"/> does, whether well or not.</summary>
    public Task Ready => _ahead ?? Task.CompletedTask;

    /// <summary>Share of the tasks that have ended, 0 to 1.</summary>
    public double Progress => IsReady ? 1 : _rows?.Execution is { TotalTasks: > 0 and var total } execution ? Math.Min(1, (double)execution.EndedTasks / total) : 0;

    /// <summary>Ends when the statement whose rows were read last is cancelled.</summary>
    public CancellationToken RowsCancelled => _rows?.Cancellation ?? CancellationToken.None;

    /// <summary>What a reader is told that gave up because of <see cref="RowsCancelled"/>.</summary>
    public Exception Explain(OperationCanceledException error) => _rows?.Explain(error) ?? error;

    /// <summary>Ends the run; its reader gets 57014. Does nothing when it has ended.</summary>
    public void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at this moment.
        }
    }

    /// <summary>Begins to run and waits for the first rows in the background.</summary>
    public void ReadAhead() => _ahead = ReadNextAsync();

    /// <summary>The next rows, which the caller releases before it reads on; null at the end.</summary>
    /// <exception cref="Parser.Errors.QueryException">The query failed or was cancelled.</exception>
    public Task<Batch?> ReadAsync()
    {
        Task<Batch?>? ahead = _ahead;
        _ahead = null;
        return ahead ?? ReadNextAsync();
    }

    /// <summary>The rows of a batch that was read in memory of their own, where that takes much less than the pages in which they lie.</summary>
    /// <param name="batch">Released.</param>
    /// <returns>A batch to be released; maybe the same one.</returns>
    public Batch Compact(Batch batch) => _rows?.Execution.Compact(batch) ?? batch;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        if (_ahead is { } ahead)
        {
            Cancel();
            try
            {
                (await ahead.ConfigureAwait(false))?.Release();
            }
            catch (Exception)
            {
                // Nobody will read it: the statement's end is in the history.
            }
        }

        if (_rows != null)
        {
            await _rows.DisposeAsync().ConfigureAwait(false);
        }

        _cancellation.Dispose();
        _statement.OnRunEnded();
    }

    private async Task<Batch?> ReadNextAsync()
    {
        try
        {
            return await ReadBatchAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            throw _statement.Owner.Session.EndError ?? Execution.ExecutionErrors.Cancelled();
        }
    }

    private async Task<Batch?> ReadBatchAsync()
    {
        while (true)
        {
            if (_rows == null)
            {
                if (_query == null || _next == _bindings.Count)
                {
                    return null;
                }

                _rows = await StartAsync(_query, _bindings[_next++]).ConfigureAwait(false);
            }

            Batch? batch;
            try
            {
                batch = await _rows.ReadAsync(_cancellation.Token).ConfigureAwait(false);
            }
            catch
            {
                // Nobody may come to read it: a statement that was only polled ends here, not when its lease does.
                await _rows.DisposeAsync().ConfigureAwait(false);
                _rows = null;
                throw;
            }

            if (batch != null)
            {
                return batch;
            }

            await _rows.DisposeAsync().ConfigureAwait(false);
            _rows = null;
        }
    }

    private async Task<StatementResult.Rows> StartAsync(PreparedQuery query, NodeList<Literal> values) => (StatementResult.Rows)await _statement.Owner.BehindGateAsync(
        _statement.Transaction,
        () =>
        {
            _statement.Owner.Session.NextId = _statement.TakeId();
            return query.ExecuteAsync(values, _cancellation.Token);
        },
        _cancellation.Token).ConfigureAwait(false);
}
