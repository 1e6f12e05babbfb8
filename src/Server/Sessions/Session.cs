using System.Runtime.CompilerServices;
using SqlCluster.Execution.Scheduler;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Statements;

namespace SqlCluster.Server.Sessions;

/// <summary>One client's conversation: settings, temporary tables, prepared statements. One statement at a time; Cancel may come from anywhere.</summary>
public sealed class Session : IDisposable
{
    private CancellationTokenSource? _running;

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
        _running?.Dispose();
        _running = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        TimeSpan timeout = Settings.StatementTimeout;
        if (timeout > TimeSpan.Zero)
        {
            _running.CancelAfter(timeout);
        }

        return await StatementRouter.ExecuteAsync(statement, this, _running.Token).ConfigureAwait(false);
    }

    /// <summary>Ends the running statement, if there is one; thread-safe.</summary>
    public void Cancel()
    {
        try
        {
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
}
