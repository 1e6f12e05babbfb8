namespace SqlCluster.SqlCli.Connections;

/// <summary>How far the running statement is.</summary>
/// <param name="Share">0 to 1.</param>
/// <param name="BytesRead">From files, or from the server; 0: not known.</param>
internal readonly record struct StatementProgress(double Share, long BytesRead);

/// <summary>Where statements run: in the engine inside this program, or on a server. One statement at a time; Cancel and Progress may be called from anywhere.</summary>
internal interface ISqlConnection : IAsyncDisposable
{
    /// <summary>Where statements run, in a sentence.</summary>
    string Description { get; }

    /// <summary>Runs one statement.</summary>
    /// <exception cref="Parser.Errors.QueryException">It failed, or was cancelled.</exception>
    IAsyncEnumerable<Answer> ExecuteAsync(string statement);

    /// <summary>Ends the running statement.</summary>
    void Cancel();

    /// <summary>A statement begins: what is known of the one before counts no more.</summary>
    void ResetProgress();

    StatementProgress Progress();

    /// <summary>Changes a setting of the session.</summary>
    /// <exception cref="Parser.Errors.QueryException">There is no such setting, or the value is wrong.</exception>
    ValueTask SetAsync(string name, string value);

    /// <summary>Whether there is a function of a name; false where that is not known.</summary>
    bool IsFunction(string name);
}
