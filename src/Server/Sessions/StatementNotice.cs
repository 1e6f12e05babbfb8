namespace SqlCluster.Server.Sessions;

/// <summary>A notice that comes with the answer to a statement.</summary>
/// <param name="Message">What happened.</param>
/// <param name="SqlState">What kind of thing, as for errors: 42P07 where something was there already.</param>
/// <param name="Detail">More facts, or null.</param>
public sealed record StatementNotice(string Message, string SqlState = StatementNotice.Completed, string? Detail = null)
{
    public const string Completed = "00000";

    public static implicit operator StatementNotice(string message) => new(message);

    public static StatementNotice FromString(string message) => new(message);

    /// <summary>CREATE ... IF NOT EXISTS of what exists.</summary>
    public static StatementNotice RelationExists(string name) => new($"relation \"{name}\" already exists, skipping", "42P07");

    public static StatementNotice SchemaExists(string name) => new($"schema \"{name}\" already exists, skipping", "42P06");

    /// <param name="kind">"table", "view", "schema", ...</param>
    /// <param name="name">What was to be dropped, if it existed.</param>
    public static StatementNotice Missing(string kind, string name) => new($"{kind} \"{name}\" does not exist, skipping");
}
