using SqlCluster.Arrow.Schema;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Shuffle;

namespace SqlCluster.Execution.Cluster.Executor;

/// <summary>Names the output of one attempt at one share of a stage.</summary>
internal readonly record struct OutputKey(int Stage, int Share, int Attempt);

/// <summary>What a share has put out, for readers on any executor.</summary>
internal sealed record StoredOutput(ShuffleOutput Rows, ArrowSchema Schema);

/// <summary>One query on this executor: memory, files and the outputs of its shares. It goes when it has ended and nobody works for it or reads from it any more. Thread-safe.</summary>
internal sealed class ExecutorQuery
{
    private readonly Lock _lock = new();
    private readonly Dictionary<OutputKey, StoredOutput> _outputs = [];
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _users = 1;
    private bool _hasEnded;

    public ExecutorQuery(QueryContext context) => Context = context;

    public QueryContext Context { get; }

    /// <summary>Completes when nothing of the query is left.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Keeps the query until <see cref="Leave"/>; false: it has ended.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            _users += _hasEnded ? 0 : 1;
            return !_hasEnded;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (--_users > 0)
            {
                return;
            }
        }

        foreach (StoredOutput output in _outputs.Values)
        {
            output.Rows.Dispose();
        }

        Context.Dispose();
        _gone.TrySetResult();
    }

    /// <summary>Cancels what runs and gives everything up as soon as that has ended.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
        }

        Context.Cancel();
        Leave();
    }

    /// <summary>Takes a share's output over.</summary>
    public void Store(OutputKey key, StoredOutput output)
    {
        output.Rows.Keep();
        lock (_lock)
        {
            _outputs[key] = output;
        }
    }

    public StoredOutput? Find(OutputKey key)
    {
        lock (_lock)
        {
            return _outputs.GetValueOrDefault(key);
        }
    }
}
