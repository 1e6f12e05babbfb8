using SqlCluster.Catalyst.Explain;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Transactions;

/// <summary>What statements do to the database.</summary>
internal static class StatementEffects
{
    /// <summary>Whether a statement may change something, so that it needs a transaction where none is open. Kinds that are not known to do nothing do.</summary>
    public static bool Changes(Statement statement, Session session) => statement switch
    {
        QueryStatement or Describe or Summarize or ShowSetting or ShowObjects or DeclareCursor or FetchCursor or CloseCursor or Checkpoint
            or SetSetting or SetTransaction or ResetSetting or Deallocate => false,
        Prepare prepare => prepare.Statement is not QueryStatement,       // to look at the tables as a change does
        BeginTransaction or Commit or Rollback or Savepoint or ReleaseSavepoint or RollbackToSavepoint => false,
        Copy { Direction: CopyDirection.To } or Discard { Kind: DiscardKind.Plans } => false,
        Explain explain => Changes(explain.Statement, session),
        Execute execute => session.Prepared.GetValueOrDefault(execute.Name.Value) is { Statement: not Execute } prepared && Changes(prepared.Statement, session),
        _ => true,
    };

    /// <summary>Whether a statement sees what is in the database, or only the session itself. In a transaction the first that does fixes its snapshot.</summary>
    public static bool SeesData(Statement statement) => statement is not (BeginTransaction or Commit or Rollback or Savepoint or ReleaseSavepoint or RollbackToSavepoint
        or SetSetting or SetTransaction or ResetSetting or ShowSetting or Deallocate or FetchCursor or CloseCursor or Listen or Notify or Unlisten or Checkpoint);

    /// <summary>How PostgreSQL names a statement that a read-only transaction refuses; null for those that it runs.</summary>
    public static string? WriteName(Statement statement, Session session) => statement switch
    {
        Insert => "INSERT",
        Update => "UPDATE",
        Delete => "DELETE",
        Merge => "MERGE",
        ChangingQuery or Copy { Query.With.ChangesRows: true } => "SELECT",
        Explain explain when ExplainOptions.Of(explain).Analyze => WriteName(explain.Statement, session),
        Truncate => "TRUNCATE TABLE",
        Copy { Direction: CopyDirection.From } => "COPY FROM",
        CreateTable or CreateExternalTable => "CREATE TABLE",
        CreateTableAs => "CREATE TABLE AS",
        CreateView => "CREATE VIEW",
        CreateSchema => "CREATE SCHEMA",
        CreateSequence => "CREATE SEQUENCE",
        CreateIndex => "CREATE INDEX",
        Comment => "COMMENT",
        Drop drop => $"DROP {drop.Kind.ToString().ToUpperInvariant()}",
        Alter alter => $"ALTER {alter.Kind.ToString().ToUpperInvariant()}",
        Execute execute when session.Prepared.GetValueOrDefault(execute.Name.Value) is { Statement: not Execute } prepared => WriteName(prepared.Statement, session),
        _ => null,
    };
}
