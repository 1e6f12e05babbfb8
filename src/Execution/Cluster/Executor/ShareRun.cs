using SqlCluster.Arrow.Schema;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Execution.Cluster.Protos;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Execution.Shuffle;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Cluster.Executor;

/// <summary>The tasks of one share of a stage on this executor, from their inputs to their output: what <see cref="QueryExecution"/> does for a stage in one process.</summary>
/// <remarks>Each run reads the stage's plan anew: what its tasks share for a plan node (scans, build tables) is this run's alone, and ends with it.</remarks>
internal sealed class ShareRun
{
    private readonly ExecutorQuery _query;
    private readonly ShareRequest _request;
    private readonly Stage _stage;
    private readonly LocalExecutor _slots;
    private readonly ResultQueue? _results;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _error;
    private int _tasksLeft;

    /// <param name="query">Entered by the caller.</param>
    /// <param name="request">What to run.</param>
    /// <param name="stage">The stage, read for this run.</param>
    /// <param name="slots">Where tasks run.</param>
    /// <param name="results">Takes the rows of a share of the last stage.</param>
    public ShareRun(ExecutorQuery query, ShareRequest request, Stage stage, LocalExecutor slots, ResultQueue? results)
    {
        _query = query;
        _request = request;
        _stage = stage;
        _slots = slots;
        _results = results;
        _tasksLeft = request.EndTask - request.FirstTask;
    }

    /// <summary>The columns of a stage's rows as they travel.</summary>
    public static ArrowSchema SchemaOf(Stage stage) => new([.. stage.Plan.Output.Select(static column => new ArrowField(column.Name, ArrowTypes.Of(column.Type)))]);

    /// <summary>Runs the share to its end, which says how it went. Does not throw.</summary>
    public async Task<ShareEnd> RunAsync(string instance, PeerClients peers, CancellationToken cancellation)
    {
        var end = new ShareEnd();
        using var scope = new QueryContext(_query.Context, new ScanShare(_request.Share, _request.Shares), cancellation);
        using var inputs = new ShareInputs(_query, scope, _stage, _request, instance, peers);
        ShuffleOutput? output = null;
        try
        {
            await inputs.ReadAsync().ConfigureAwait(false);
            StageEnd.MakeRuntimeFilters([_stage.Plan], static _ => true, scope);
            if (_results == null)
            {
                output = new ShuffleOutput(_stage.Tasks, _stage.Output?.Partitions ?? 1, scope.Account, scope.Spill, scope.Metrics.ForOutput(_stage.Id));
                scope.Memory.Add(output);
                scope.Lend(_stage.Cte is { } cte ? cte : (object)_stage.Id, output);
            }

            await RunTasksAsync(scope).ConfigureAwait(false);
            if (output != null)
            {
                StageEnd.CompleteOutput(_stage, scope);
                _query.Store(new OutputKey(_stage.Id.Value, _request.Share, _request.Attempt), new StoredOutput(output, SchemaOf(_stage)));
                output = null;
            }
        }
        catch (UnreadableOutputException error)
        {
            end.Failure = new Failure { SqlState = "58000", Kind = (int)ErrorKind.Resources, Message = error.Message, Unreadable = error.Output };
        }
        catch (Exception error)
        {
            end.Failure = FailureMessages.Of((QueryException)QueryExecution.Translate(error));
        }
        finally
        {
            if (output != null)
            {
                scope.Memory.Remove(output);
                output.Dispose();
            }

            _results?.Complete(null);
        }

        CountMessages.Write(_stage, scope.Metrics, end);
        end.PeakBytes = scope.Account.PeakBytes;
        end.SpilledBytes = scope.Spill.BytesWritten;
        return end;
    }

    private async Task RunTasksAsync(QueryContext scope)
    {
        scope.Cancellation.ThrowIfCancellationRequested();
        var tasks = new List<StageTask>();
        for (int task = _request.FirstTask; task < _request.EndTask; task++)
        {
            var context = new TaskContext(scope, task, _request.EndTask - _request.FirstTask, PartitionRange.Of(_stage, task), scope.Cancellation);
            Func<ITaskSink> makeSink = _results != null ? () => new ResultSink(_results) : () => ShuffleSinks.Create(_stage, context);
            tasks.Add(new StageTask(_stage, context, makeSink, _results != null ? null : scope.Metrics.ForOutput(_stage.Id).Memory, (_, error) => OnTaskEnded(scope, error)));
        }

        CancellationTokenRegistration onCancel = scope.Cancellation.UnsafeRegister(_ => EndQueuedTasks(scope), null);
        try
        {
            tasks.ForEach(task => _slots.Submit(task));
            await _ended.Task.ConfigureAwait(false);
        }
        finally
        {
            await onCancel.DisposeAsync().ConfigureAwait(false);
        }

        if (_error != null)
        {
            throw _error;
        }
    }

    /// <summary>Lets tasks that wait, for the reader or for their turn, see the cancellation.</summary>
    private void EndQueuedTasks(QueryContext scope)
    {
        _results?.ReleaseWriters();
        _slots.Flush(scope);
    }

    private void OnTaskEnded(QueryContext scope, Exception? error)
    {
        if (error != null)
        {
            Interlocked.CompareExchange(ref _error, error, null);
            scope.Cancel();
        }

        if (Interlocked.Decrement(ref _tasksLeft) == 0)
        {
            _ended.TrySetResult();
        }
    }
}
