namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>A value that clients must hand through unchanged.</summary>
/// <param name="Type">Its SQL type.</param>
/// <param name="Text">As PostgreSQL prints it (ISO dates, shortest floats, hex bytes); null for NULL.</param>
/// <param name="Plain">How a client may show it that knows its parts, but not PostgreSQL's words: "months days microseconds" for intervals.</param>
public sealed record BoundaryValue(string Type, string? Text, string? Plain = null)
{
    /// <summary>The value as an expression: a text and a cast.</summary>
    public string Sql => Text == null ? $"NULL::{Type}" : $"'{Text.Replace("'", "''", StringComparison.Ordinal)}'::{Type}";
}
