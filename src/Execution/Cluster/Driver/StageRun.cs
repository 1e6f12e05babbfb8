using Google.Protobuf;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Serialization;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Execution.Cluster.Protos;

namespace SqlCluster.Execution.Cluster.Driver;

/// <summary>A stage of a running query and how far its shares have come.</summary>
internal sealed class StageRun
{
    private readonly ByteString _plan;
    private readonly long[] _tableBytes;

    /// <param name="stage">The stage.</param>
    /// <param name="executors">Executors that the plan was made for: the most shares.</param>
    /// <param name="tables">Writes the plan.</param>
    public StageRun(Stage stage, int executors, ITableReferences tables)
    {
        Stage = stage;
        IsDeterminate = StageDeterminism.IsDeterminate(stage.Plan);
        int count = Math.Min(executors, stage.Tasks);
        Shares = [.. Enumerable.Range(0, count).Select(index => new ShareState(index, stage.Tasks * index / count, stage.Tasks * (index + 1) / count))];
        _plan = UnsafeByteOperations.UnsafeWrap(PlanFormat.Write(new StagePlan([stage]), tables));
        _tableBytes = [.. TableFiles.Sizes(stage.Plan, tables).Select(static table => table.Bytes)];
    }

    public Stage Stage { get; }

    public IReadOnlyList<ShareState> Shares { get; }

    /// <summary>Whether a share that is run again gives the same rows.</summary>
    public bool IsDeterminate { get; }

    /// <summary>One at a time looks for shares that have no output, and has them run.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    public bool IsStarted { get; set; }

    /// <summary>The request for a share, its inputs apart.</summary>
    public ShareRequest RequestFor(ShareState share, string query, QuerySettings settings, int attempt) => new()
    {
        Query = query,
        Share = share.Index,
        Shares = Shares.Count,
        Attempt = attempt,
        FirstTask = share.FirstTask,
        EndTask = share.EndTask,
        Settings = settings,
        Stage = _plan,
        TableBytes = { _tableBytes },
    };

    /// <summary>The outputs that a share of another stage reads of this one.</summary>
    /// <param name="reader">Which share.</param>
    /// <param name="readers">Of how many. The rows of a common table expression are dealt among them, so that each is read once.</param>
    public StageInput InputFor(int reader, int readers)
    {
        var input = new StageInput { Stage = Stage.Id.Value, Cte = Stage.Cte is { } cte ? cte.Value + 1 : 0, Tasks = Stage.Tasks, Partitions = Stage.Output?.Partitions ?? 1 };
        foreach (ShareState share in Shares)
        {
            if (Stage.Cte == null || share.Index % readers == reader)
            {
                input.Outputs.Add(share.Output!.ToMessage(Stage.Id, share));
            }
        }

        return input;
    }
}

/// <summary>A share of a stage: some of its tasks, on one executor.</summary>
/// <param name="index">Which, from 0.</param>
/// <param name="firstTask">Its first task.</param>
/// <param name="endTask">Behind its last one.</param>
internal sealed class ShareState(int index, int firstTask, int endTask)
{
    public int Index { get; } = index;

    public int FirstTask { get; } = firstTask;

    public int EndTask { get; } = endTask;

    public int Tasks => EndTask - FirstTask;

    /// <summary>Attempts begun so far.</summary>
    public int Attempts { get; set; }

    /// <summary>Attempts that failed and count.</summary>
    public int Failures { get; set; }

    /// <summary>Where its rows are; null: nowhere yet.</summary>
    public ShareLocation? Output { get; set; }
}

/// <summary>Where the output of one attempt at a share is kept.</summary>
internal sealed record ShareLocation(ExecutorHandle Executor, int Attempt)
{
    public ShareOutput ToMessage(StageId stage, ShareState share) =>
        new() { Executor = Executor.Address, Stage = stage.Value, Share = share.Index, Attempt = Attempt, FirstTask = share.FirstTask, EndTask = share.EndTask };
}
