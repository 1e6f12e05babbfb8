using System.Data.Common;

namespace SqlCluster.Client.Ado;

/// <summary>What the server said about a statement that failed, or what happened to the connection.</summary>
public sealed class SqlClusterException : DbException
{
    internal SqlClusterException(string sqlState, string message, Exception? inner = null)
        : base(message, inner) => SqlState = sqlState;

    /// <summary>Five characters as PostgreSQL has them.</summary>
    public override string SqlState { get; }

    /// <summary>1-based character of the statement that the error is about; 0: none.</summary>
    public int Position { get; internal init; }

    public string? Detail { get; internal init; }

    public string? Hint { get; internal init; }

    /// <summary>Whether the same statement may succeed when it is tried again.</summary>
    public override bool IsTransient => InnerException is not { InnerException: System.Security.Authentication.AuthenticationException } && SqlState is "08006" or "08001" or "53300" or "57P01" or "57P03" or "40001";
}
