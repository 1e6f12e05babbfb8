namespace SqlCluster.Parser.Ast;

public enum SettingScope
{
    /// <summary>Was not said; means session.</summary>
    Default,
    Session,
    Local,
}

/// <summary>Is <c>SET name = values</c>; no values means DEFAULT. The name is in lower case and may have dots.</summary>
/// <remarks>
/// SET TIME ZONE is the setting timezone (LOCAL is DEFAULT), SET NAMES client_encoding, SET ROLE role (NONE is the word none), SET SESSION AUTHORIZATION
/// session_authorization, SET SCHEMA search_path, SET XML OPTION xmloption, SET SEED seed: as PostgreSQL reads them.
/// </remarks>
public sealed record SetSetting(SettingScope Scope, string Name, NodeList<OptionValue> Values) : Statement;

/// <summary>Is <c>SET TRANSACTION modes</c>, or SET SESSION CHARACTERISTICS AS TRANSACTION.</summary>
public sealed record SetTransaction(bool SessionCharacteristics, NodeList<TransactionMode> Modes, string? Snapshot = null) : Statement;

/// <summary>Is RESET; without a name it is RESET ALL.</summary>
public sealed record ResetSetting(string? Name) : Statement;

/// <summary>Is SHOW of one setting; without a name it is SHOW ALL.</summary>
public sealed record ShowSetting(string? Name) : Statement;

/// <summary>Is SHOW TABLES and its like, perhaps <c>FROM schema</c> and <c>LIKE 'pattern'</c>.</summary>
public sealed record ShowObjects(ShowKind Kind, QualifiedName? From = null, string? Like = null) : Statement;

public enum ShowKind
{
    Tables,
    AllTables,
    Views,
    Schemas,
    Databases,
    Columns,
    Functions,
    CreateTable,
    CreateView,
}

public abstract record TransactionMode : SyntaxNode;

public sealed record IsolationMode(IsolationLevel Level) : TransactionMode;

public enum IsolationLevel
{
    ReadUncommitted,
    ReadCommitted,
    RepeatableRead,
    Serializable,
}

public sealed record AccessMode(bool ReadOnly) : TransactionMode;

public sealed record DeferrableMode(bool Deferrable) : TransactionMode;

/// <summary>Is BEGIN, or START TRANSACTION (their command tags differ).</summary>
public sealed record BeginTransaction(bool Start, NodeList<TransactionMode> Modes) : Statement;

/// <summary>Is COMMIT or END.</summary>
public sealed record Commit(bool Chain = false) : Statement;

/// <summary>Is ROLLBACK or ABORT.</summary>
public sealed record Rollback(bool Chain = false) : Statement;

public sealed record Savepoint(Identifier Name) : Statement;

public sealed record ReleaseSavepoint(Identifier Name) : Statement;

public sealed record RollbackToSavepoint(Identifier Name) : Statement;

public sealed record Discard(DiscardKind Kind) : Statement;

public enum DiscardKind
{
    All,
    Plans,
    Sequences,
    Temporary,
}

public sealed record Listen(Identifier Channel) : Statement;

public sealed record Notify(Identifier Channel, string? Payload) : Statement;

/// <summary>Is UNLISTEN; without a channel it is <c>UNLISTEN *</c>.</summary>
public sealed record Unlisten(Identifier? Channel) : Statement;

public sealed record Checkpoint : Statement;
