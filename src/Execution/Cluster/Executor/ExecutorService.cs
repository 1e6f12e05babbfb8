using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Serialization;
using SqlCluster.Execution.Cluster.Protocol;
using SqlCluster.Execution.Cluster.Protos;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Execution.Spill;
using SqlCluster.Execution.Storage;
using SqlCluster.Flight.FlightData;
using SqlCluster.Flight.Grpc;
using SqlCluster.Flight.Protos;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Cluster.Executor;

/// <summary>An executor: runs shares of stages for a driver, keeps what they put out, and streams it to other executors and to the driver.</summary>
/// <remarks><code>
/// RunShare   fetch inputs ─▶ run tasks on the slots ─▶ keep the output ─▶ ShareEnd
/// DoGet      of an output: its rows, each batch with its task and partition · of a share of the last stage: runs it and streams its rows, then ShareEnd
/// EndQuery   cancel, free
/// </code></remarks>
public sealed class ExecutorService : IAsyncDisposable
{
    /// <summary>How long the end of a query waits for its tasks to notice.</summary>
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);

    private static readonly IpcOptions Wire = new() { MaxMessageBytes = 16 << 20 };

    private readonly ExecutorOptions _options;
    private readonly IFunctionCatalog _functions;
    private readonly LocalExecutor _slots;
    private readonly FileTableCache _files = new();
    private readonly ArrivedTables _tables;
    private readonly PeerClients _peers;
    private int _runningShares;

    public ExecutorService(ExecutorOptions options, IFunctionCatalog functions, ILogger? logger = null)
    {
        _options = options;
        _functions = functions;
        _slots = new LocalExecutor(options.Cores);
        _tables = new ArrivedTables(_files);
        _peers = new PeerClients(options.Secret);
        Memory = new MemoryBudget("all queries of the executor", options.MemoryBytes);
        Server = new GrpcServer(new GrpcServerOptions
        {
            Authenticate = call => options.Secret.Authenticate(call, Instance),
            Logger = logger ?? NullLogger.Instance,
        });
        Server.MapUnary(ClusterMethods.RunShare, ShareRequest.Parser, RunShareAsync);
        Server.MapUnary(ClusterMethods.EndQuery, EndQueryRequest.Parser, EndQueryAsync);
        Server.MapUnary(ClusterMethods.Ping, PingRequest.Parser, (_, _) => ValueTask.FromResult(new PingReply { Instance = Instance }));
        Server.MapServerStreaming(FlightMethods.DoGet, Ticket.Parser, StreamAsync);
    }

    /// <summary>The calls it answers.</summary>
    public GrpcServer Server { get; }

    /// <summary>The name of this start of the executor.</summary>
    public string Instance { get; } = Guid.NewGuid().ToString("N");

    public ExecutorOptions Options => _options;

    /// <summary>What all queries hold.</summary>
    public MemoryBudget Memory { get; }

    /// <summary>Slots that work at this moment.</summary>
    public int BusySlots => _slots.BusySlots;

    /// <summary>Shares that run now.</summary>
    public int RunningShares => Volatile.Read(ref _runningShares);

    /// <summary>Queries that have something here.</summary>
    internal ExecutorQueries Queries { get; } = new();

    /// <summary>How many queries have something here.</summary>
    public int QueryCount => Queries.Names.Count;

    /// <summary>Ends its queries; the calls have ended before.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Queries.EndAllAsync().WaitAsync(EndTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Their tasks end with the slots.
        }

        _slots.Dispose();
        _peers.Dispose();
        _files.Dispose();
    }

    private async ValueTask<ShareEnd> RunShareAsync(GrpcCall call, ShareRequest request)
    {
        ExecutorQuery query = Enter(request);
        try
        {
            return Read(request, out Stage stage) ?? await RunAsync(new ShareRun(query, request, stage, _slots, null), call.CancellationToken).ConfigureAwait(false);
        }
        finally
        {
            query.Leave();
        }
    }

    private async Task<ShareEnd> RunAsync(ShareRun run, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _runningShares);
        try
        {
            return await run.RunAsync(Instance, _peers, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _runningShares);
        }
    }

    private async ValueTask<EndQueryReply> EndQueryAsync(GrpcCall call, EndQueryRequest request)
    {
        await Queries.EndAsync(request.Query).WaitAsync(EndTimeout, call.CancellationToken).ConfigureAwait(false);
        return new EndQueryReply();
    }

    private Task StreamAsync(GrpcCall call, Ticket ticket)
    {
        StreamTicket work = StreamTicket.Parser.ParseFrom(ticket.Ticket_);
        return work.WorkCase switch
        {
            StreamTicket.WorkOneofCase.Result => StreamResultAsync(call, work.Result),
            StreamTicket.WorkOneofCase.Fetch => StreamOutputAsync(call, work.Fetch),
            _ => throw new GrpcStatusException(StatusCode.InvalidArgument, "the ticket asks for nothing"),
        };
    }

    private async Task StreamOutputAsync(GrpcCall call, FetchRequest fetch)
    {
        ShareOutput wanted = fetch.Output;
        ExecutorQuery query = Queries.Enter(fetch.Query) ?? throw NotHere(wanted);
        try
        {
            StoredOutput stored = query.Find(new OutputKey(wanted.Stage, wanted.Share, wanted.Attempt)) ?? throw NotHere(wanted);
            var writer = FlightBatchWriter.ForResponse(call, stored.Schema, query.Context.Account, Wire);
            await writer.WriteSchemaAsync().ConfigureAwait(false);
            for (int task = wanted.FirstTask; task < wanted.EndTask; task++)
            {
                for (int partition = fetch.FirstPartition; partition < fetch.EndPartition; partition++)
                {
                    ReadOnlyMemory<byte> place = new BatchPlace { Task = task, Partition = partition }.ToByteArray();
                    BatchRun run = stored.Rows.Run(task, partition);
                    for (int i = 0; i < run.Count; i++)
                    {
                        query.Context.Cancellation.ThrowIfCancellationRequested();
                        await WriteAsync(writer, run.Read(i), place).ConfigureAwait(false);
                    }
                }
            }

            await writer.FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            query.Leave();
        }
    }

    private async Task StreamResultAsync(GrpcCall call, ShareRequest request)
    {
        ExecutorQuery query = Enter(request);
        try
        {
            ShareEnd? failed = Read(request, out Stage stage);
            var writer = FlightBatchWriter.ForResponse(call, failed == null ? ShareRun.SchemaOf(stage) : new Arrow.Schema.ArrowSchema([]), query.Context.Account, Wire);
            await writer.WriteSchemaAsync().ConfigureAwait(false);
            ShareEnd end = failed ?? await StreamResultAsync(call, request, query, stage, writer).ConfigureAwait(false);
            await writer.WriteMetadataAsync(end.ToByteArray()).ConfigureAwait(false);
            await writer.FlushAsync().ConfigureAwait(false);
        }
        finally
        {
            query.Leave();
        }
    }

    private async Task<ShareEnd> StreamResultAsync(GrpcCall call, ShareRequest request, ExecutorQuery query, Stage stage, FlightBatchWriter writer)
    {
        var results = new ResultQueue(_slots, 4 * Math.Max(2, request.EndTask - request.FirstTask), query.Context.Account, TimeProvider.System);
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken);
        Task<ShareEnd> run = RunAsync(new ShareRun(query, request, stage, _slots, results), abandoned.Token);
        try
        {
            while (true)
            {
                if (!results.TryRead(out Batch? batch))
                {
                    await writer.FlushAsync().ConfigureAwait(false);
                    batch = await results.ReadAsync(call.CancellationToken).ConfigureAwait(false);
                }

                if (batch == null)
                {
                    return await run.ConfigureAwait(false);
                }

                await WriteAsync(writer, batch, default).ConfigureAwait(false);
            }
        }
        catch
        {
            // Nobody reads any more: the query stays until its tasks have noticed.
            await abandoned.CancelAsync().ConfigureAwait(false);
            await run.ConfigureAwait(false);
            throw;
        }
    }

    private static async ValueTask WriteAsync(FlightBatchWriter writer, Batch batch, ReadOnlyMemory<byte> place)
    {
        try
        {
            await writer.WriteAsync(batch, place).ConfigureAwait(false);
        }
        finally
        {
            batch.Release();
        }
    }

    private ExecutorQuery Enter(ShareRequest request) =>
        Queries.Enter(request.Query, () => new QueryContext(
            request.Query, SettingsMessages.Read(request.Settings, _options.MemoryBytes, Memory, _options.Folder, _tables, _functions), CancellationToken.None))
        ?? throw new GrpcStatusException(StatusCode.FailedPrecondition, $"query {request.Query} has ended");

    /// <summary>Reads the stage and makes sure that its files are those of the driver.</summary>
    /// <returns>What is wrong; null: nothing.</returns>
    private ShareEnd? Read(ShareRequest request, out Stage stage)
    {
        stage = null!;
        try
        {
            stage = PlanFormat.ReadStages(request.Stage.Memory, _tables, _functions).Stages[0];
            IReadOnlyList<(string Name, long Bytes)> sizes = TableFiles.Sizes(stage.Plan, _tables);
            for (int i = 0; i < sizes.Count; i++)
            {
                if (i >= request.TableBytes.Count || request.TableBytes[i] != sizes[i].Bytes)
                {
                    throw ClusterErrors.OtherFiles(sizes[i].Name);
                }
            }

            return null;
        }
        catch (Exception error)
        {
            return new ShareEnd { Failure = FailureMessages.Of((QueryException)QueryExecution.Translate(error)) };
        }
    }

    private static GrpcStatusException NotHere(ShareOutput output) => new(StatusCode.NotFound, $"stage {output.Stage}, share {output.Share}, attempt {output.Attempt} is not here");
}
