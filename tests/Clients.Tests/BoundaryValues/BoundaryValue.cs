namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>A value that clients must hand through unchanged.</summary>
/// <param name="Type">Its SQL type.</param>
/// <param name="Text">As PostgreSQL prints it (ISO dates, shortest floats, hex bytes); null for NULL.</param>
public sealed record BoundaryValue(string Type, string? Text)
{
    /// <summary>The value as an expression: a text and a cast.</summary>
    public string Sql => Text == null ? $"NULL::{Type}" : $"'{Text.Replace("'", "''", StringComparison.Ordinal)}'::{Type}";
}
