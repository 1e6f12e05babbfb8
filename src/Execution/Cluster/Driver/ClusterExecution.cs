using System.Threading.Channels;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Adaptive;
using SqlCluster.Catalyst.Physical.Serialization;
using SqlCluster.Execution.Cluster.Protos;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Execution.Spill;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Cluster.Driver;

/// <summary>A running query whose tasks are on executors in other processes; the rows of its last stage pass through here to the reader as they are made.</summary>
/// <remarks>
/// The first error ends the query on all executors, then the reader gets it. A share of the last stage whose executor is lost runs again as long as the reader has none
/// of its rows: the first rows of each are held back for a moment for that. Disposal waits until the executors have let the query go, and frees every buffer.
/// </remarks>
public sealed class ClusterExecution : IQueryExecution
{
    /// <summary>Batches that wait for the reader before executors have to.</summary>
    private const int WaitingBatches = 16;

    /// <summary>Bytes of a share's first rows that are held back.</summary>
    private const long HeldBytes = 1 << 20;

    /// <summary>How long rows are held back at most, once more have come.</summary>
    private static readonly TimeSpan HeldTime = TimeSpan.FromMilliseconds(100);

    /// <summary>How often a query begins anew whose lost rows cannot be made again as they were.</summary>
    private const int MostRestarts = 4;

    private readonly ClusterDriver _driver;
    private readonly ShareScheduler _scheduler;
    private readonly Channel<Batch> _rows = Channel.CreateBounded<Batch>(new BoundedChannelOptions(WaitingBatches) { SingleReader = true });
    private Task _run = Task.CompletedTask;
    private volatile Exception? _error;
    private volatile bool _hasDelivered;
    private long _waitingBytes;
    private long _peakWaitingBytes;
    private bool _disposed;

    private ClusterExecution(StagePlan plan, int executors, QueryContext context, ClusterDriver driver, ITableReferences tables)
    {
        _driver = driver;
        Plan = plan;
        Context = context;
        _scheduler = new ShareScheduler(driver, Guid.NewGuid().ToString("N"), plan, executors, context, tables);
    }

    public QueryContext Context { get; }

    public StagePlan Plan { get; }

    public StagePlan InitialPlan => Plan;

    public IReadOnlyList<AdaptiveDecision> Decisions => [];

    public int EndedTasks => _scheduler.EndedTasks;

    public int TotalTasks => Plan.Stages.Sum(static stage => stage.Tasks);

    public long PeakWaitingBytes => Interlocked.Read(ref _peakWaitingBytes);

    public IReadOnlyList<StageProgress> Progress() => _scheduler.Progress();

    /// <summary>Starts a plan. The context passes to the execution, which disposes it.</summary>
    /// <param name="plan">Stages.</param>
    /// <param name="executors">Executors that it was made for.</param>
    /// <param name="context">The query.</param>
    /// <param name="driver">Knows the executors.</param>
    /// <param name="tables">Writes the plan.</param>
    public static ClusterExecution Start(StagePlan plan, int executors, QueryContext context, ClusterDriver driver, ITableReferences tables)
    {
        ClusterExecution execution;
        try
        {
            execution = new ClusterExecution(plan, executors, context, driver, tables);
        }
        catch
        {
            context.Dispose();
            throw;
        }

        execution._run = Task.Run(execution.RunAsync);
        return execution;
    }

    public ValueTask<Batch?> ReadAsync(CancellationToken cancellation = default) =>
        TryRead(out Batch? batch) ? ValueTask.FromResult(batch) : WaitAsync(cancellation);

    public bool TryRead(out Batch? batch)
    {
        if (_rows.Reader.TryRead(out batch))
        {
            Interlocked.Add(ref _waitingBytes, -BatchRun.BytesOf(batch));
            return true;
        }

        return _rows.Reader.Completion.IsCompleted && _error == null;
    }

    public void Cancel()
    {
        Interlocked.CompareExchange(ref _error, ExecutionErrors.Cancelled(), null);
        Context.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_rows.Reader.Completion.IsCompleted)
        {
            Cancel();
        }

        await _run.ConfigureAwait(false);
        while (_rows.Reader.TryRead(out Batch? batch))
        {
            batch.Release();
        }

        _scheduler.Dispose();
        Context.Dispose();
    }

    private async ValueTask<Batch?> WaitAsync(CancellationToken cancellation)
    {
        try
        {
            while (await _rows.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                if (TryRead(out Batch? batch))
                {
                    return batch;
                }
            }
        }
        catch (OperationCanceledException)
        {
            Cancel();
            throw ExecutionErrors.Cancelled();
        }

        return _error == null ? null : throw _error;
    }

    private async Task RunAsync()
    {
        _driver.Begin(_scheduler.Query);
        try
        {
            for (int restarts = 0; ; restarts++)
            {
                try
                {
                    await RunResultAsync().ConfigureAwait(false);
                    break;
                }
                catch (Exception) when (_scheduler.Failure is LostRowsException && restarts < MostRestarts && !_hasDelivered && !Context.Cancellation.IsCancellationRequested)
                {
                    _scheduler.Restart();
                }
            }
        }
        catch (Exception error)
        {
            _error ??= (_scheduler.Failure ?? error) switch
            {
                LostRowsException lost => ClusterErrors.RowsLost(lost.Message),
                var first => QueryExecution.Translate(first),
            };
        }

        if (_error != null)
        {
            Context.Cancel();       // and with it every call
        }

        // Executors free what they hold before the reader hears of the end, so that nothing of a query is left when it has ended.
        _driver.End(_scheduler.Query);
        await Task.WhenAll(_scheduler.Used.Select(executor => executor.EndQueryAsync(_scheduler.Query))).ConfigureAwait(false);
        _rows.Writer.TryComplete();
    }

    private async Task RunResultAsync()
    {
        StageRun stage = _scheduler.ResultStage;
        CancellationToken cancellation = _scheduler.Cancellation;
        await Task.WhenAll(stage.Shares.Select(share => _scheduler.GuardAsync(() => StreamAsync(stage, share, cancellation)))).ConfigureAwait(false);
    }

    private async Task StreamAsync(StageRun stage, ShareState share, CancellationToken cancellation)
    {
        while (true)
        {
            ShareRequest request = await _scheduler.PrepareAsync(stage, share).ConfigureAwait(false);
            ExecutorHandle executor = _scheduler.Pick(share);
            var held = new HeldRows(this);
            try
            {
                ShareEnd end = await StreamAsync(executor, request, held, cancellation).ConfigureAwait(false);
                if (end.Failure == null)
                {
                    await held.ReleaseAsync(cancellation).ConfigureAwait(false);
                    _scheduler.Complete(stage, share, executor, request, end);
                    return;
                }

                held.Drop();
                await _scheduler.FailAsync(stage, share, executor, end.Failure).ConfigureAwait(false);
                if (held.IsReleased)
                {
                    throw ClusterErrors.LostDuringResult(executor.Name, end.Failure.Message);
                }
            }
            catch (Exception error) when (error is GrpcStatusException or OperationCanceledException)
            {
                cancellation.ThrowIfCancellationRequested();
                held.Drop();
                await _scheduler.FailAsync(stage, share, executor, error).ConfigureAwait(false);
                if (held.IsReleased)
                {
                    throw ClusterErrors.LostDuringResult(executor.Name, error.Message);
                }
            }
        }
    }

    private async Task<ShareEnd> StreamAsync(ExecutorHandle executor, ShareRequest request, HeldRows held, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, executor.Lost);
        try
        {
            using FlightStream stream = await executor.StreamAsync(request, Context.Account, ended.Token).ConfigureAwait(false);
            while (await stream.ReadAsync(ended.Token).ConfigureAwait(false) is { } batch)
            {
                await held.AddAsync(batch, ended.Token).ConfigureAwait(false);
            }

            return stream.AppMetadata.IsEmpty ? throw ClusterErrors.BadAnswer("rows without an end") : ShareEnd.Parser.ParseFrom(stream.AppMetadata.Span);
        }
        finally
        {
            executor.EndShare();
        }
    }

    private async ValueTask DeliverAsync(Batch batch, CancellationToken cancellation)
    {
        _hasDelivered = true;
        long waiting = Interlocked.Add(ref _waitingBytes, BatchRun.BytesOf(batch));
        _peakWaitingBytes = Math.Max(_peakWaitingBytes, waiting);
        try
        {
            await _rows.Writer.WriteAsync(batch, cancellation).ConfigureAwait(false);
        }
        catch
        {
            batch.Release();
            throw;
        }
    }

    /// <summary>The first rows of a share, which can still be made again.</summary>
    private sealed class HeldRows(ClusterExecution execution)
    {
        private readonly Queue<Batch> _batches = [];
        private long _start;
        private long _bytes;

        /// <summary>Whether the reader may have some of them.</summary>
        public bool IsReleased { get; private set; }

        public async ValueTask AddAsync(Batch batch, CancellationToken cancellation)
        {
            if (IsReleased)
            {
                await execution.DeliverAsync(batch, cancellation).ConfigureAwait(false);
                return;
            }

            _start = _batches.Count == 0 ? TimeProvider.System.GetTimestamp() : _start;
            _batches.Enqueue(batch);
            _bytes += BatchRun.BytesOf(batch);
            if (_bytes >= HeldBytes || TimeProvider.System.GetElapsedTime(_start) > HeldTime)
            {
                await ReleaseAsync(cancellation).ConfigureAwait(false);
            }
        }

        public async ValueTask ReleaseAsync(CancellationToken cancellation)
        {
            IsReleased = true;
            while (_batches.TryDequeue(out Batch? batch))
            {
                await execution.DeliverAsync(batch, cancellation).ConfigureAwait(false);
            }
        }

        /// <summary>Gives up what the reader does not have.</summary>
        public void Drop()
        {
            while (_batches.TryDequeue(out Batch? batch))
            {
                batch.Release();
            }
        }
    }
}
