using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Catalyst.Types.Zones;

namespace SqlCluster.Execution.Functions;

/// <summary>What expressions need besides rows: memory, the statement's time, the session's settings. One per task; expressions compiled with it run on one thread.</summary>
/// <param name="account">Pays for result buffers.</param>
internal sealed class EvaluationContext(MemoryAccount account)
{
    private Zone? _zone;
    private DateTimeFacts? _facts;

    public MemoryAccount Account { get; } = account;

    /// <summary>Ends long loops of a cancelled query.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Cancelled when all that the account holds is about to be given back: nobody needs to walk over evaluators for that.</summary>
    public CancellationToken Abandonment { get; init; }

    /// <summary>Start of the statement, µs since 1970-01-01T00:00:00Z.</summary>
    public long StatementTime { get; init; }

    /// <summary>Start of the transaction, µs since 1970-01-01T00:00:00Z.</summary>
    public long TransactionTime { get; init; }

    /// <summary>IANA name of the session's time zone.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>How dates in text that do not say it are read.</summary>
    public DateOrder DateOrder { get; init; } = DateOrder.MonthDayYear;

    /// <summary>Values of $1, $2 and so on.</summary>
    public NodeList<Literal> Parameters { get; init; } = NodeList<Literal>.Empty;

    /// <summary>The session's view of the catalog; null where there is no session.</summary>
    public IObjectNames? Objects { get; init; }

    public string User { get; init; } = "sqlcluster";

    public string Database { get; init; } = "sqlcluster";

    public string Schema { get; init; } = "public";

    /// <summary>Where random() and gen_random_uuid() begin.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>The session's time zone.</summary>
    public Zone Zone => _zone ??= Casts.TimeZones.Find(TimeZone);

    /// <summary>What reading dates and times from text depends on.</summary>
    public DateTimeFacts DateTimeFacts => _facts ??= new DateTimeFacts(DateTimeOffset.UnixEpoch.AddTicks(TransactionTime * 10), Zone, DateOrder);
}
