namespace SqlCluster.Parser.Errors;

/// <summary>Whose fault an error is, which decides retries, logging and how clients show it.</summary>
public enum ErrorKind
{
    /// <summary>The statement or its data is wrong: never retried.</summary>
    User,
    /// <summary>Valid SQL that the engine does not do.</summary>
    Unsupported,
    /// <summary>Memory, disk, time or connections ran out.</summary>
    Resources,
    /// <summary>Somebody or something ended the query.</summary>
    Cancelled,
    /// <summary>Our bug.</summary>
    Internal,
}

/// <summary>The one error that ends a query, at every layer and across every process boundary.</summary>
/// <remarks>Raised through each layer's Errors class. The message has static text first, values last.</remarks>
public class QueryException : Exception
{
    /// <param name="sqlState">Five characters, PostgreSQL appendix A.</param>
    /// <param name="kind">Whose fault it is.</param>
    /// <param name="message">What happened, in one sentence without a full stop.</param>
    /// <param name="position">Character of the statement the error is about, from 1; 0 when there is none.</param>
    /// <param name="inner">What caused it, for logs.</param>
    public QueryException(string sqlState, ErrorKind kind, string message, int position = 0, Exception? inner = null)
        : base(message, inner)
    {
        SqlState = sqlState;
        Kind = kind;
        Position = position;
    }

    /// <summary>SQLSTATE, PostgreSQL appendix A.</summary>
    public string SqlState { get; }

    /// <summary>Whose fault the error is.</summary>
    public ErrorKind Kind { get; }

    /// <summary>Character of the statement, from 1; 0 for none.</summary>
    public int Position { get; }

    /// <summary>More facts about the error, or null.</summary>
    public string? Detail { get; init; }

    /// <summary>What to do about it, or null.</summary>
    public string? Hint { get; init; }

    /// <summary>Where in the data it happened ("COPY t, line 3, column a"), or null.</summary>
    public string? Context { get; init; }

    /// <summary>Schema of the object it is about, or null.</summary>
    public string? SchemaName { get; init; }

    /// <summary>Table it is about, or null.</summary>
    public string? TableName { get; init; }

    /// <summary>Column it is about, or null.</summary>
    public string? ColumnName { get; init; }

    /// <summary>Type it is about, or null.</summary>
    public string? DataTypeName { get; init; }

    /// <summary>Constraint that was broken, or null.</summary>
    public string? ConstraintName { get; init; }

    /// <summary>PostgreSQL's routine that raises the error, where clients go by it; else null.</summary>
    public string? Routine { get; init; }
}
