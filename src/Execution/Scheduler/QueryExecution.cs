using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Adaptive;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Shuffle;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Scheduler;

/// <summary>A running query: starts stages when their inputs have ended and streams the last one's batches.</summary>
/// <remarks>
/// The first error ends the query: its tasks stop at their next batch, then the reader gets the error. Disposal waits for the tasks and frees
/// every buffer; batches that were read become invalid then.
/// </remarks>
public sealed class QueryExecution : IQueryExecution
{
    private readonly LocalExecutor _executor;
    private readonly StageBoard _board;
    private readonly ResultQueue _results;
    private readonly Lock _lock = new();
    private readonly TaskPlace _place;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _onCancel;
    private Exception? _error;
    private int _runningTasks;
    private int _endedTasks;
    private bool _disposed;

    private QueryExecution(StagePlan plan, QueryContext context, LocalExecutor executor, TaskPlace place)
    {
        _executor = executor;
        Context = context;
        _place = place;
        _board = new StageBoard(plan, context, executor.Slots, isAdaptive: _place == TaskPlace.Slots && context.Settings.Adaptive.IsEnabled);
        _results = new ResultQueue(executor, 4 * Math.Max(2, plan.Stages[^1].Tasks), context.Account, TimeProvider.System);
    }

    /// <summary>Account, metrics and cancellation of the query.</summary>
    public QueryContext Context { get; }

    /// <summary>The plan as it is at the moment, after what adaptive execution has changed.</summary>
    public StagePlan Plan => Locked(static board => board.Plan);

    /// <summary>The plan as it was made.</summary>
    public StagePlan InitialPlan => _board.InitialPlan;

    /// <summary>What adaptive execution has changed so far.</summary>
    public IReadOnlyList<AdaptiveDecision> Decisions => Locked(static board => board.Decisions);

    /// <summary>Tasks that have ended, of <see cref="TotalTasks"/>.</summary>
    public int EndedTasks => Volatile.Read(ref _endedTasks);

    public int TotalTasks => Locked(static board => board.TotalTasks);

    /// <summary>The most bytes of result rows that waited for the reader at once.</summary>
    public long PeakWaitingBytes => _results.PeakWaitingBytes;

    /// <summary>How far each stage has come, in the plan's order.</summary>
    public IReadOnlyList<StageProgress> Progress() => Locked(static board => board.Progress());

    /// <summary>Starts a plan. The context passes to the execution, which disposes it.</summary>
    public static QueryExecution Start(StagePlan plan, QueryContext context, LocalExecutor executor) => Start(plan, context, executor, BriefPlans.PlaceOf(plan, context.Outside));

    internal static QueryExecution Start(StagePlan plan, QueryContext context, LocalExecutor executor, TaskPlace place)
    {
        var execution = new QueryExecution(plan, context, executor, place);
        if (execution._place != TaskPlace.Caller)
        {
            execution.WatchCancellation();
        }

        execution.StartReadyStages();
        if (execution._place == TaskPlace.Caller && !execution._ended.Task.IsCompleted)
        {
            execution.WatchCancellation();
        }

        return execution;
    }

    /// <summary>The next rows in the order of the last stage, or null at the end. The caller releases the batch.</summary>
    /// <exception cref="QueryException">The query failed or was cancelled.</exception>
    public ValueTask<Batch?> ReadAsync(CancellationToken cancellation = default) =>
        TryRead(out Batch? batch) ? ValueTask.FromResult(batch) : WaitAsync(cancellation);

    /// <summary>As <see cref="ReadAsync"/>, when the next rows, or the end, are there already; false: ask there.</summary>
    public bool TryRead(out Batch? batch) => _results.TryRead(out batch);

    private async ValueTask<Batch?> WaitAsync(CancellationToken cancellation)
    {
        try
        {
            return await _results.ReadAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Cancel();
            throw ExecutionErrors.Cancelled();
        }
    }

    /// <summary>Ends the query; the reader gets 57014.</summary>
    public void Cancel()
    {
        lock (_lock)
        {
            _error ??= ExecutionErrors.Cancelled();
        }

        Context.Cancel();
    }

    public ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return default;
        }

        _disposed = true;
        if (_ended.Task.IsCompleted && _onCancel == default)
        {
            Context.Dispose();
            return default;
        }

        return DisposeWhenEndedAsync();
    }

    private async ValueTask DisposeWhenEndedAsync()
    {
        if (!_ended.Task.IsCompleted)
        {
            Cancel();
        }

        await _ended.Task.ConfigureAwait(false);
        await _onCancel.DisposeAsync().ConfigureAwait(false);
        _board.Dispose();
        Context.Dispose();
    }

    private void WatchCancellation() => _onCancel = Context.Cancellation.UnsafeRegister(static execution => ((QueryExecution)execution!).EndQueuedTasks(), this);

    /// <summary>Lets tasks that wait, for the client or for their turn, see the cancellation.</summary>
    private void EndQueuedTasks()
    {
        _results.ReleaseWriters();
        _executor.Flush(Context);
    }

    private void StartReadyStages()
    {
        var ready = new List<StageTask>();
        lock (_lock)
        {
            for (int i = 0; _error == null && i < _board.Count; i++)
            {
                if (_board.TryTakeReady(i, out Stage? stage))
                {
                    AddTasks(stage, ready);
                }
            }
        }

        foreach (StageTask task in ready)
        {
            switch (_place)
            {
                case TaskPlace.Caller:
                    // A task that could not end at once goes on where all others run.
                    if (task.Run() == RunnableState.Yielded)
                    {
                        _executor.Submit(task);
                    }

                    break;
                case TaskPlace.OwnThreads: _executor.RunApart(task); break;
                case TaskPlace.Slots: _executor.Submit(task); break;
            }
        }
    }

    /// <summary>
    /// Whether a task's first rows come as soon as it has begun, so that one task shows whether the client reads faster than it makes them. Each task has parts of
    /// the table in memory: for a client that reads slowly there is no use in having them twice.
    /// </summary>
    private static bool GivesRowsAtOnce(ExecPlan plan) => plan switch
    {
        ScanExec scan => scan.Filters.Count == 0 && scan.Limit < 0,
        ProjectExec project => GivesRowsAtOnce(project.Input),
        _ => false,
    };

    /// <summary>Makes a stage's tasks; those that need not begin yet are kept by the result queue.</summary>
    private void AddTasks(Stage stage, List<StageTask> ready)
    {
        List<StageTask> tasks = ready;
        if (stage.Tasks > 1 && stage.Purpose == StagePurpose.Result && _place == TaskPlace.Slots && GivesRowsAtOnce(stage.Plan))
        {
            tasks = [];
        }

        _runningTasks += stage.Tasks;
        CancellationToken cancellation = _board.CancellationOf(stage);
        for (int partition = 0; partition < stage.Tasks; partition++)
        {
            var context = new TaskContext(Context, partition, stage.Tasks, PartitionRange.Of(stage, partition), cancellation);
            Func<ITaskSink> makeSink = stage.Purpose == StagePurpose.Result ? () => new ResultSink(_results) : () => ShuffleSinks.Create(stage, context);
            tasks.Add(new StageTask(stage, context, makeSink, stage.Purpose == StagePurpose.Result ? null : Context.Metrics.ForOutput(stage.Id).Memory, OnTaskEnded));
        }

        if (!ReferenceEquals(tasks, ready))
        {
            ready.Add(tasks[0]);
            _results.Hold(tasks[1..]);
        }
    }

    private void OnTaskEnded(StageTask task, Exception? error)
    {
        bool stageEnded, queryEnded;
        lock (_lock)
        {
            if (error != null && _board.IsSkipped(task.Stage.Id) && !Context.Cancellation.IsCancellationRequested)
            {
                error = null;       // cancelled because nobody needs it, or failed over rows that nobody needs
            }

            if (error != null)
            {
                _error ??= Translate(error);
            }

            Interlocked.Increment(ref _endedTasks);
            stageEnded = _board.EndTask(task.Stage.Id) && _error == null;
        }

        if (error != null)
        {
            Context.Cancel();
        }

        if (stageEnded)
        {
            try
            {
                EndStage(task.Stage);
                StartReadyStages();
            }
            catch (Exception endError)
            {
                lock (_lock)
                {
                    _error ??= Translate(endError);
                }

                Context.Cancel();
            }
        }

        lock (_lock)
        {
            queryEnded = --_runningTasks == 0 && (_error != null || _board.HasEnded);
        }

        if (queryEnded)
        {
            _results.Complete(_error);
            _ended.TrySetResult();
        }
    }

    /// <summary>Completes a stage's output, plans the rest again and makes what the rest needs before it starts.</summary>
    private void EndStage(Stage stage)
    {
        if (stage.Purpose == StagePurpose.Result)
        {
            return;
        }

        bool isSkipped;
        lock (_lock)
        {
            isSkipped = _board.IsSkipped(stage.Id);
        }

        StageEnd.CompleteOutput(stage, Context);
        if (isSkipped)
        {
            StageEnd.AbandonOutput(stage, Context);
            return;
        }

        IReadOnlyList<CancellationTokenSource> unneeded;
        IReadOnlyList<ExecPlan> waiting;
        lock (_lock)
        {
            unneeded = _board.End(stage);
            waiting = _board.WaitingPlans();
        }

        foreach (CancellationTokenSource running in unneeded)
        {
            running.Cancel();
        }

        StageEnd.MakeRuntimeFilters(waiting, id => Locked(board => board.IsEnded(id)), Context);
        lock (_lock)
        {
            _board.SetReadable(stage);
        }
    }

    private T Locked<T>(Func<StageBoard, T> read)
    {
        lock (_lock)
        {
            return read(_board);
        }
    }

    /// <summary>Gives every failure its SQLSTATE.</summary>
    internal static Exception Translate(Exception error) => error switch
    {
        QueryException => error,
        MemoryLimitException limit => ExecutionErrors.OutOfMemory(limit),
        OperationCanceledException => ExecutionErrors.Cancelled(),
        InvalidOperationException { InnerException: OperationCanceledException } => ExecutionErrors.Cancelled(),     // out of a comparison while sorting
        OutOfMemoryException => new QueryException("53200", ErrorKind.Resources, "out of memory", inner: error),
        IOException or UnauthorizedAccessException => new QueryException("58030", ErrorKind.Resources, $"input/output error: {error.Message}", inner: error),
        _ => ExecutionErrors.Internal($"{error.GetType().Name}: {error.Message}", error),
    };
}

/// <summary>How far a stage has come.</summary>
public readonly record struct StageProgress(int Tasks, int EndedTasks, bool IsStarted, bool IsSkipped);
