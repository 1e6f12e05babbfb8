using System.Runtime.ExceptionServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Cluster.Protos;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Shuffle;
using SqlCluster.Flight.Client;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using Google.Protobuf;

namespace SqlCluster.Execution.Cluster.Executor;

/// <summary>Puts together what the tasks of a share read of other stages, before they start: rows of this executor by reference, those of others fetched into the same kind of store.</summary>
/// <remarks>
/// Stages are barriers, so everything is there to be fetched; and so no slot ever waits for the network, and an output that cannot be read is known before a row has
/// been worked on. What is fetched is charged to the query and goes to disk when that is short of memory, as rows of this executor do.
/// </remarks>
internal sealed class ShareInputs(ExecutorQuery query, QueryContext scope, Stage stage, ShareRequest request, string instance, PeerClients peers) : IDisposable
{
    private readonly List<ShuffleOutput> _views = [];
    private Exception? _failure;

    /// <summary>Fetches everything and shows it to the share's tasks. The first failure ends the other fetches, and is what the caller gets once they have ended.</summary>
    /// <exception cref="UnreadableOutputException">An output is not there any more.</exception>
    /// <exception cref="OperationCanceledException">The query has ended.</exception>
    public async Task ReadAsync()
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(scope.Cancellation);
        var fetches = new List<Task>();
        foreach (StageInput input in request.Inputs)
        {
            var id = new StageId(input.Stage);
            var view = new ShuffleOutput(input.Tasks, input.Partitions, scope.Account, scope.Spill, scope.Metrics.ForOutput(id));
            _views.Add(view);
            scope.Memory.Add(view);
            scope.Lend<ShuffleOutput>(input.Cte == 0 ? id : new CteId(input.Cte - 1), view);
            PartitionRange range = input.Cte == 0 ? RangeOf(id, input.Partitions) : new PartitionRange(0, 1);
            if (range.Start == range.End)
            {
                continue;
            }

            fetches.AddRange(input.Outputs.Select(output => ReadAsync(view, output, range, failed)));
        }

        await Task.WhenAll(fetches).ConfigureAwait(false);
        if (_failure != null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }

        scope.Cancellation.ThrowIfCancellationRequested();
    }

    public void Dispose()
    {
        foreach (ShuffleOutput view in _views)
        {
            scope.Memory.Remove(view);
            view.Dispose();
        }
    }

    private async Task ReadAsync(ShuffleOutput view, ShareOutput output, PartitionRange range, CancellationTokenSource failed)
    {
        try
        {
            if (output.Executor.Instance == instance)
            {
                Borrow(view, output);
            }
            else
            {
                await FetchAsync(view, output, range, failed.Token).ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            // Several outputs of an executor that is lost fail at once, each in its own way.
            Exception failure = error is GrpcStatusException or OperationCanceledException ? new UnreadableOutputException(output, error) : error;
            if (!failed.IsCancellationRequested && Interlocked.CompareExchange(ref _failure, failure, null) == null)
            {
                await failed.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    private void Borrow(ShuffleOutput view, ShareOutput output)
    {
        StoredOutput stored = query.Find(new OutputKey(output.Stage, output.Share, output.Attempt)) ?? throw new UnreadableOutputException(output, null);
        for (int task = output.FirstTask; task < output.EndTask; task++)
        {
            view.Borrow(stored.Rows, task);
        }
    }

    private async Task FetchAsync(ShuffleOutput view, ShareOutput output, PartitionRange range, CancellationToken cancellation)
    {
        var fetch = new FetchRequest { Query = request.Query, Output = output, FirstPartition = range.Start, EndPartition = range.End };
        var ticket = new Ticket { Ticket_ = new StreamTicket { Fetch = fetch }.ToByteString() };
        using FlightStream stream = await peers.To(output.Executor).DoGetAsync(ticket, scope.Account, cancellation).ConfigureAwait(false);
        BatchPlace place = new();
        while (await stream.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
        {
            if (!stream.AppMetadata.IsEmpty)
            {
                place = BatchPlace.Parser.ParseFrom(stream.AppMetadata.Span);     // a large batch comes in several messages: the first says where it belongs
            }

            Add(view, place, batch);
        }
    }

    private void Add(ShuffleOutput view, BatchPlace place, Batch batch)
    {
        if ((uint)place.Task >= (uint)view.MapTasks || (uint)place.Partition >= (uint)view.Partitions)
        {
            batch.Release();
            throw ClusterErrors.BadAnswer($"rows of task {place.Task}, partition {place.Partition}");
        }

        view.Run(place.Task, place.Partition).Add(batch);
        scope.Memory.Relieve();
    }

    /// <summary>Partitions that the share's tasks read: all of a broadcast, the only one of a gathered output if the first task is here, those of the tasks' numbers else.</summary>
    private PartitionRange RangeOf(StageId input, int partitions)
    {
        int start = int.MaxValue, end = 0;
        Visit(stage.Plan);
        return start < end ? new PartitionRange(start, Math.Min(end, partitions)) : PartitionRange.None;

        void Visit(ExecPlan node)
        {
            if (node is ShuffleReadExec read && read.Stage == input)
            {
                (int first, int behind) = read.Exchange.Kind switch
                {
                    ExchangeKind.Broadcast => (0, partitions),
                    ExchangeKind.Gather => (request.FirstTask, request.FirstTask == 0 ? 1 : request.FirstTask),
                    ExchangeKind.Hash or ExchangeKind.RoundRobin => (PartitionRange.Of(stage, request.FirstTask).Start, PartitionRange.Of(stage, request.EndTask - 1).End),
                };
                if (first < behind && first < partitions)
                {
                    (start, end) = (Math.Min(start, first), Math.Max(end, behind));
                }
            }

            foreach (ExecPlan child in node.Children)
            {
                Visit(child);
            }
        }
    }
}
