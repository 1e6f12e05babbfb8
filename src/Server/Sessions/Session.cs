using System.Runtime.CompilerServices;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Statements;

namespace SqlCluster.Server.Sessions;

/// <summary>One client's conversation: settings, temporary tables, prepared statements. One statement at a time; Cancel may come from anywhere.</summary>
public sealed class Session : IDisposable
{
    private CancellationTokenSource? _running;
    private volatile QueryExecution? _resumed;
    private volatile bool _isCancelled;

    internal Session(Engine engine, int id, string user)
    {
        Engine = engine;
        Id = id;
        User = user;
        Catalog = new SessionCatalog(engine, this);
        Pipeline = new QueryPipeline(engine, this);
    }

    /// <summary>Identifies the session in the process: its backend pid.</summary>
    public int Id { get; }

    public string User { get; }

    public Engine Engine { get; }

    public SessionSettings Settings { get; } = new();

    public SessionCatalog Catalog { get; }

    /// <summary>The query that was started last, for progress; it may have ended. Null before the first one.</summary>
    public QueryExecution? LastExecution { get; internal set; }

    /// <summary>Statements of PREPARE, by name.</summary>
    internal Dictionary<string, Prepare> Prepared { get; } = new(StringComparer.Ordinal);

    /// <summary>From a query's syntax to its rows.</summary>
    internal QueryPipeline Pipeline { get; }

    /// <summary>Runs the statements of a text one after the other. Dispose each result before taking the next.</summary>
    /// <exception cref="Parser.Errors.QueryException">A statement failed; those after it do not run.</exception>
    public async IAsyncEnumerable<StatementResult> ExecuteAsync(string sql, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (Statement statement in SqlParser.ParseStatements(sql))
        {
            yield return await ExecuteAsync(statement, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Runs one statement. Rows stream from the result; disposing it ends the query.</summary>
    public async Task<StatementResult> ExecuteAsync(Statement statement, CancellationToken cancellation = default)
    {
        CancellationToken running = BeginStatement(cancellation);
        return await StatementRouter.ExecuteAsync(statement, this, running).ConfigureAwait(false);
    }

    /// <summary>Resolves a statement with parameters, so that it can be described now and run later.</summary>
    /// <param name="statement">Any statement; parameters are $1, $2, ...</param>
    /// <param name="parameterTypes">Types of the first parameters; null ones and those beyond are inferred.</param>
    /// <param name="parameterCount">Parameters of a statement that is no query; queries know theirs.</param>
    public Task<PreparedQuery> PrepareAsync(
        Statement statement, IReadOnlyList<SqlType?> parameterTypes, int parameterCount = 0, CancellationToken cancellation = default) =>
        PreparedQuery.CreateAsync(this, statement, parameterTypes, parameterCount, cancellation);

    /// <summary>Says that rows of an earlier statement are read on, so that Cancel ends that one.</summary>
    public void Resume(StatementResult.Rows rows)
    {
        _isCancelled = false;
        _resumed = rows.Execution;
    }

    /// <summary>The error of a statement that was ended, in words that tell a timeout from a request.</summary>
    public QueryException Explain(QueryException error) =>
        error.SqlState == "57014" && !_isCancelled && Settings.StatementTimeout > TimeSpan.Zero ? ExecutionErrors.TimedOut() : error;

    /// <summary>Ends the running statement, if there is one; thread-safe.</summary>
    public void Cancel()
    {
        _isCancelled = true;
        try
        {
            _resumed?.Cancel();
            _running?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The statement ended at this moment.
        }
    }

    public void Dispose()
    {
        Cancel();
        Engine.Forget(this);
    }

    /// <summary>Makes a statement the running one, under the session's statement_timeout.</summary>
    internal CancellationToken BeginStatement(CancellationToken cancellation)
    {
        _running?.Dispose();
        _resumed = null;
        _isCancelled = false;
        var running = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        TimeSpan timeout = Settings.StatementTimeout;
        if (timeout > TimeSpan.Zero)
        {
            running.CancelAfter(timeout);
        }

        _running = running;
        return running.Token;
    }
}
