using System.Collections.Concurrent;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Serialization;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Execution.Cluster.Protos;
using SqlCluster.Execution.Executors;
using SqlCluster.Flight.Grpc;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Cluster.Driver;

/// <summary>Has the shares of a query's stages run: each where it was placed, again elsewhere when its executor is lost, and those below it first when their outputs are lost.</summary>
/// <remarks><code>
/// ensure(stage): for each share without a live output   ensure(inputs) ─▶ run on an executor ─┬─▶ output
///                                                            ▲                                ├─ executor lost: again elsewhere, 4 times at most
///                                                            └────────────────────────────────┴─ an input cannot be fetched: its output is forgotten, again
/// </code>
/// Stages only read stages of lower numbers, so that waiting for them cannot go round in a circle.
/// </remarks>
internal sealed class ShareScheduler : IDisposable
{
    /// <summary>Attempts at a share that may fail.</summary>
    private const int MostFailures = 4;

    /// <summary>Inputs that could not be fetched, over the whole query, before it ends.</summary>
    private const int MostUnreadable = 64;

    private readonly ClusterDriver _driver;
    private readonly QueryContext _context;
    private readonly QuerySettings _settings;
    private readonly StageRun[] _stages;
    private readonly ExecutorHandle[] _placement;
    private readonly ConcurrentDictionary<ExecutorHandle, byte> _used = new();
    private CancellationTokenSource _round;
    private Exception? _failure;
    private int _unreadable;
    private int _endedTasks;

    /// <param name="driver">Knows the executors.</param>
    /// <param name="query">Name of the query on the executors.</param>
    /// <param name="plan">Its stages.</param>
    /// <param name="executors">Executors that the plan was made for.</param>
    /// <param name="context">Its settings, metrics and cancellation.</param>
    /// <param name="tables">Writes the plan.</param>
    public ShareScheduler(ClusterDriver driver, string query, StagePlan plan, int executors, QueryContext context, ITableReferences tables)
    {
        _driver = driver;
        _context = context;
        Query = query;
        _round = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        var travelling = new TravellingTables(tables);
        _settings = SettingsMessages.Of(context.Settings, travelling);
        _stages = [.. plan.Stages.Select(stage => new StageRun(stage, executors, travelling))];

        // The shares of one number of all stages are neighbours; queries begin at different executors, so that the stages of one task are spread.
        IReadOnlyList<ExecutorHandle> usable = driver.Usable;
        int first = usable.Count == 0 ? 0 : (int)((uint)query.GetHashCode(StringComparison.Ordinal) % (uint)usable.Count);
        _placement = [.. usable.Skip(first).Concat(usable.Take(first))];
    }

    public string Query { get; }

    public StageRun ResultStage => _stages[^1];

    /// <summary>Ends everything that runs, after the first failure or with the query.</summary>
    public CancellationToken Cancellation => _round.Token;

    /// <summary>What failed first, and has ended all the rest.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    public int EndedTasks => Volatile.Read(ref _endedTasks);

    /// <summary>Executors that have worked for the query.</summary>
    public IEnumerable<ExecutorHandle> Used => _used.Keys;

    public IReadOnlyList<Scheduler.StageProgress> Progress() => [.. _stages.Select(static stage => new Scheduler.StageProgress(
        stage.Stage.Tasks, stage.Shares.Sum(static share => share.Output == null ? 0 : share.Tasks), stage.IsStarted, false))];

    /// <summary>Forgets all outputs, so that everything runs again.</summary>
    public void Restart()
    {
        foreach (ShareState share in _stages.SelectMany(static stage => stage.Shares))
        {
            share.Output = null;
        }

        _round.Dispose();
        _round = CancellationTokenSource.CreateLinkedTokenSource(_context.Cancellation);
        _failure = null;
        _endedTasks = 0;
    }

    public void Dispose() => _round.Dispose();

    /// <summary>Does something whose failure ends everything else.</summary>
    public async Task GuardAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            if (Interlocked.CompareExchange(ref _failure, error, null) == null)
            {
                await _round.CancelAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>The request for a share, whose inputs are there.</summary>
    public async Task<ShareRequest> PrepareAsync(StageRun stage, ShareState share)
    {
        while (true)
        {
            await Task.WhenAll(stage.Stage.Inputs.Select(input => EnsureAsync(_stages[input.Value]))).ConfigureAwait(false);
            stage.IsStarted = true;
            ShareRequest request = stage.RequestFor(share, Query, _settings, ++share.Attempts);
            if (TryAddInputs(stage, share, request))
            {
                return request;
            }
        }
    }

    /// <summary>Chooses where a share runs: where it was placed, else where least runs.</summary>
    public ExecutorHandle Pick(ShareState share)
    {
        ExecutorHandle? executor = _placement.Length == 0 ? null : _placement[(share.Index + share.Failures) % _placement.Length];
        if (executor is not { IsUsable: true })
        {
            executor = _driver.Usable.OrderBy(static usable => usable.RunningShares).ThenBy(static usable => usable.Id).FirstOrDefault() ?? throw ClusterErrors.NoExecutors(_driver.LastLoss);
        }

        _used.TryAdd(executor, 0);
        return executor;
    }

    /// <summary>Books the end of a share.</summary>
    public void Complete(StageRun stage, ShareState share, ExecutorHandle executor, ShareRequest request, ShareEnd end)
    {
        CountMessages.Add(end, stage.Stage, _context.Metrics);
        share.Output = new ShareLocation(executor, request.Attempt);
        Interlocked.Add(ref _endedTasks, share.Tasks);
    }

    /// <summary>Notes that a call to an executor failed: when it is not there any more, it counts as lost.</summary>
    /// <exception cref="QueryException">The share has failed too often.</exception>
    public async Task FailAsync(StageRun stage, ShareState share, ExecutorHandle executor, Exception error)
    {
        _round.Token.ThrowIfCancellationRequested();
        await _driver.CheckAsync(executor, error.Message).ConfigureAwait(false);
        if (++share.Failures >= MostFailures)
        {
            throw ClusterErrors.TooManyAttempts(stage.Stage.Id.Value, share.Index, share.Failures, executor.IsAlive ? error.Message : executor.LossCause);
        }
    }

    /// <summary>Notes that an output could not be fetched, which is not the fault of the share that wanted it; throws what else a share ended with.</summary>
    /// <exception cref="QueryException">The query's own error.</exception>
    public async Task FailAsync(StageRun stage, ShareState share, ExecutorHandle executor, Failure failure)
    {
        if (failure.Kind == (int)ErrorKind.Cancelled)
        {
            // Not by us: the executor takes the driver for gone.
            await FailAsync(stage, share, executor, new InvalidOperationException("it has ended the query")).ConfigureAwait(false);
            return;
        }

        if (failure.Unreadable is not { } output)
        {
            throw FailureMessages.ToException(failure);
        }

        if (Interlocked.Increment(ref _unreadable) > MostUnreadable)
        {
            throw FailureMessages.ToException(failure);
        }

        await _driver.CheckAsync(output.Executor.Instance).ConfigureAwait(false);
        ShareState lost = _stages[output.Stage].Shares[output.Share];
        if (lost.Output?.Attempt == output.Attempt)
        {
            Forget(_stages[output.Stage], lost);
        }
    }

    /// <summary>Sees to it that every share of a stage has an output on a live executor.</summary>
    private async Task EnsureAsync(StageRun stage)
    {
        await stage.Gate.WaitAsync(_round.Token).ConfigureAwait(false);
        try
        {
            foreach (ShareState share in stage.Shares.Where(static share => share.Output is { Executor.IsAlive: false }))
            {
                Forget(stage, share);
            }

            await Task.WhenAll(stage.Shares.Where(static share => share.Output == null).Select(share => GuardAsync(() => RunAsync(stage, share)))).ConfigureAwait(false);
        }
        finally
        {
            stage.Gate.Release();
        }
    }

    private async Task RunAsync(StageRun stage, ShareState share)
    {
        while (true)
        {
            ShareRequest request = await PrepareAsync(stage, share).ConfigureAwait(false);
            ExecutorHandle executor = Pick(share);
            ShareEnd end;
            try
            {
                end = await executor.RunAsync(request, _round.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is GrpcStatusException or OperationCanceledException)
            {
                await FailAsync(stage, share, executor, error).ConfigureAwait(false);
                continue;
            }

            if (end.Failure == null)
            {
                Complete(stage, share, executor, request, end);
                return;
            }

            await FailAsync(stage, share, executor, end.Failure).ConfigureAwait(false);
        }
    }

    /// <summary>Names the outputs that a share reads; false: one was lost meanwhile.</summary>
    private bool TryAddInputs(StageRun stage, ShareState share, ShareRequest request)
    {
        foreach (StageId id in stage.Stage.Inputs)
        {
            StageRun input = _stages[id.Value];
            lock (input)
            {
                if (input.Shares.Any(static output => output.Output is not { Executor.IsAlive: true }))
                {
                    return false;
                }

                request.Inputs.Add(input.InputFor(share.Index, stage.Shares.Count));
            }
        }

        return true;
    }

    /// <summary>Has a share's output made again.</summary>
    /// <exception cref="LostRowsException">It would not be the same rows, and some of the old ones may have been read.</exception>
    private void Forget(StageRun stage, ShareState share)
    {
        lock (stage)
        {
            share.Output = null;
        }

        Interlocked.Add(ref _endedTasks, -share.Tasks);
        if (!stage.IsDeterminate)
        {
            throw new LostRowsException($"rows of stage {stage.Stage.Id.Value} are lost that cannot be made again as they were");
        }
    }
}
