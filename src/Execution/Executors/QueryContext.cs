using System.Collections.Concurrent;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Physical.Adaptive;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Executors;

/// <summary>What the operators of a query need to know of their session.</summary>
public sealed record ExecutionSettings
{
    public static readonly ExecutionSettings Default = new();

    /// <summary>Rows in a batch.</summary>
    public int BatchSize { get; init; } = Batch.DefaultRows;

    /// <summary>Bytes the query may hold in memory.</summary>
    public long MemoryLimitBytes { get; init; } = long.MaxValue;

    /// <summary>What all queries together may hold in memory; null: each for itself.</summary>
    public MemoryBudget? Budget { get; init; }

    /// <summary>Whether scans prune and filter; off: they read everything and the filters run on whole batches (a test setting).</summary>
    public bool ScanPushdown { get; init; } = true;

    /// <summary>Whether joins pass filters to probe-side scans.</summary>
    public bool RuntimeFilters { get; init; } = true;

    /// <summary>Whether and when plans change while they run.</summary>
    public AdaptiveSettings Adaptive { get; init; } = AdaptiveSettings.Default;

    /// <summary>Share of the memory limit above which operators spill; 0: whatever can spill does, from the first batch on (a test setting).</summary>
    public double SpillThreshold { get; init; } = 0.8;

    /// <summary>Folder for spilled data.</summary>
    public string SpillFolder { get; init; } = Path.GetTempPath();

    /// <summary>IANA name of the session's time zone.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>How dates in text that do not say it are read.</summary>
    public DateOrder DateOrder { get; init; } = DateOrder.MonthDayYear;

    /// <summary>Start of the transaction: now() and current_date, µs since 1970-01-01T00:00:00Z; null: the statement is one.</summary>
    public long? TransactionTime { get; init; }

    /// <summary>Start of the statement, µs since 1970-01-01T00:00:00Z.</summary>
    public long StatementTime { get; init; } = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1000;

    /// <summary>Values of the statement's parameters, $1 first.</summary>
    public NodeList<Literal> Parameters { get; init; } = NodeList<Literal>.Empty;

    /// <summary>The session's view of the catalog, for regclass and its kin and for the functions that ask the session; null: there is none.</summary>
    public IObjectNames? Objects { get; init; }

    /// <summary>Where random numbers begin after setseed(); null: anywhere.</summary>
    public RandomSeeds? Seeds { get; init; }

    /// <summary>Folds constants under these settings.</summary>
    /// <param name="cancellation">Ends long computations.</param>
    /// <param name="limitBytes">What one computation may hold; more is SQLSTATE 53200.</param>
    public IConstantEvaluator CreateConstantEvaluator(CancellationToken cancellation = default, long limitBytes = long.MaxValue) =>
        new ConstantEvaluator(account => ForEvaluation(account, cancellation), limitBytes);

    internal EvaluationContext ForEvaluation(MemoryAccount account, CancellationToken cancellation = default, CancellationToken abandonment = default) => new(account)
    {
        Cancellation = cancellation,
        Abandonment = abandonment,
        StatementTime = StatementTime,
        TransactionTime = TransactionTime ?? StatementTime,
        TimeZone = TimeZone,
        DateOrder = DateOrder,
        Parameters = Parameters,
        Objects = Objects,
        Random = Seeds?.Next() ?? Random.Shared,
    };
}

/// <summary>One running query on one executor: account, cancellation, and what its stages share. Disposed after its last task has ended.</summary>
public sealed class QueryContext : IDisposable
{
    private ConcurrentDictionary<(object Node, Type Kind), Lazy<object>>? _shared;
    private readonly CancellationToken _share;
    private readonly QueryContext? _query;
    private Ending? _ending;
    private HashSet<object>? _lent;

    /// <param name="name">Query id, for errors and logs.</param>
    /// <param name="settings">Settings of the session at the start of the statement.</param>
    /// <param name="cancellation">Ends the query from outside.</param>
    public QueryContext(string name, ExecutionSettings settings, CancellationToken cancellation)
    {
        Settings = settings;
        Account = new MemoryAccount($"query {name}", settings.MemoryLimitBytes, settings.Budget);
        Memory = new MemoryArbiter(Account, settings.SpillThreshold);
        Spill = new SpillArea(settings.SpillFolder, name);
        Outside = cancellation;
    }

    /// <summary>One share of a stage: the query's memory and files, but metrics, cancellation and shared objects of its own, which end with it.</summary>
    /// <param name="query">The query on this executor.</param>
    /// <param name="share">Which part of each scan it reads.</param>
    /// <param name="cancellation">Ends the share before the query.</param>
    internal QueryContext(QueryContext query, ScanShare share, CancellationToken cancellation)
    {
        _query = query;
        Settings = query.Settings;
        Account = query.Account;
        Memory = query.Memory;
        Spill = query.Spill;
        Share = share;
        Outside = query.Cancellation;
        _share = cancellation;
    }

    public ExecutionSettings Settings { get; }

    /// <summary>Which part of each scan is read here: the whole, but in a share of a stage that several executors run.</summary>
    internal ScanShare Share { get; } = ScanShare.Whole;

    /// <summary>Charged for every buffer of the query.</summary>
    public MemoryAccount Account { get; }

    public QueryMetrics Metrics { get; } = new();

    /// <summary>Files of the query's rows that did not fit in memory.</summary>
    public SpillArea Spill { get; }

    /// <summary>Says who spills when.</summary>
    internal MemoryArbiter Memory { get; }

    /// <summary>What ends the query from outside; with the tasks of a query that has no others to end.</summary>
    internal CancellationToken Outside { get; }

    /// <summary>Ends the query's tasks; may be asked when the query has ended.</summary>
    public CancellationToken Cancellation => MadeEnding().Token;

    /// <summary>Cancelled with the whole query, not with one of its stages or shares: then the account gives back at once what it holds.</summary>
    internal CancellationToken Abandonment => _query is { } whole ? whole.Abandonment : Volatile.Read(ref _ending)?.Token ?? Outside;

    /// <summary>Ends the query's tasks, after an error in one of them.</summary>
    public void Cancel() => MadeEnding().Source.Cancel();

    /// <summary>What the tasks of a stage share for one plan node (a scan's work queue, a join's build table): made once, by the first task that asks.</summary>
    /// <param name="node">The plan node; compared by reference.</param>
    /// <param name="make">Runs at most once; an exception it throws is thrown to every caller.</param>
    public T Shared<T>(ExecPlan node, Func<T> make)
        where T : class =>
        SharedByKey(new NodeReference(node), make);

    /// <summary>As <see cref="Shared{T}(ExecPlan, Func{T})"/>, under a key such as a <see cref="RuntimeFilterId"/>, <see cref="StageId"/> or <see cref="CteId"/>.</summary>
    public T SharedByKey<T>(object key, Func<T> make)
        where T : class =>
        (T)MadeShared().GetOrAdd((key, typeof(T)), static (_, factory) => new Lazy<object>(factory), make).Value;

    /// <summary>What is shared under a key, or null when nobody has made it.</summary>
    public T? FindShared<T>(object key)
        where T : class => Volatile.Read(ref _shared)?.TryGetValue((key, typeof(T)), out Lazy<object>? shared) == true ? (T)shared.Value : null;

    /// <summary>Lets the tasks find something under a key that outlives this context.</summary>
    internal void Lend<T>(object key, T shared)
        where T : class
    {
        (_lent ??= new HashSet<object>(ReferenceEqualityComparer.Instance)).Add(shared);
        SharedByKey(key, () => shared);
    }

    public void Dispose()
    {
        if (_shared != null)
        {
            foreach ((_, Lazy<object> shared) in _shared)
            {
                if (shared.IsValueCreated && shared.Value is IDisposable disposable && _lent?.Contains(disposable) != true)
                {
                    disposable.Dispose();
                }
            }

            _shared.Clear();
        }

        if (_query == null)
        {
            Spill.Dispose();
            Account.Dispose();
        }

        _ending?.Source.Dispose();
    }

    /// <summary>The query's own cancellation, made when somebody asks: queries that run on their caller's thread have none.</summary>
    private Ending MadeEnding()
    {
        if (Volatile.Read(ref _ending) is { } made)
        {
            return made;
        }

        var source = CancellationTokenSource.CreateLinkedTokenSource(Outside, _share);
        if (Interlocked.CompareExchange(ref _ending, new Ending(source, source.Token), null) is { } other)
        {
            source.Dispose();
            return other;
        }

        return _ending;
    }

    /// <summary>What is shared, made with the first of it: brief queries have none.</summary>
    private ConcurrentDictionary<(object Node, Type Kind), Lazy<object>> MadeShared()
    {
        if (_shared == null)
        {
            Interlocked.CompareExchange(ref _shared, new ConcurrentDictionary<(object, Type), Lazy<object>>(), null);
        }

        return _shared;
    }

    /// <param name="Source">Ends the query.</param>
    /// <param name="Token">Its token, which may be asked for when the source is gone.</param>
    private sealed record Ending(CancellationTokenSource Source, CancellationToken Token);

    private readonly struct NodeReference(ExecPlan node) : IEquatable<NodeReference>
    {
        private readonly ExecPlan _node = node;

        public bool Equals(NodeReference other) => ReferenceEquals(_node, other._node);

        public override bool Equals(object? obj) => obj is NodeReference other && Equals(other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_node);
    }
}

/// <summary>One task: one partition of one stage, on one thread.</summary>
/// <param name="query">The query it belongs to.</param>
/// <param name="partition">Which partition, from 0.</param>
/// <param name="taskCount">Tasks of the stage: what barriers over a shared build table wait for.</param>
/// <param name="range">Partitions of hash exchanges that the task reads; null: the one of its own number.</param>
/// <param name="cancellation">Ends the task, with the query or before it; not given: with the query.</param>
public sealed class TaskContext(QueryContext query, int partition, int taskCount, PartitionRange? range = null, CancellationToken cancellation = default)
{
    public QueryContext Query { get; } = query;

    public int Partition { get; } = partition;

    public int TaskCount { get; } = taskCount;

    /// <summary>Partitions of hash exchanges that this task reads.</summary>
    public PartitionRange Range { get; } = range ?? new PartitionRange(partition, partition + 1);

    public MemoryAccount Account => Query.Account;

    public CancellationToken Cancellation { get; } = cancellation.CanBeCanceled ? cancellation : query.Cancellation;

    public int BatchSize { get; } = query.Settings.BatchSize;

    /// <summary>What this task's expressions are compiled with.</summary>
    internal EvaluationContext Evaluation { get; } = query.Settings.ForEvaluation(query.Account, cancellation.CanBeCanceled ? cancellation : query.Cancellation, query.Abandonment);
}
