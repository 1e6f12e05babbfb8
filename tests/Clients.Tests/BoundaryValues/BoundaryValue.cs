namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>A value that clients must hand through unchanged.</summary>
/// <param name="Type">Its SQL type.</param>
/// <param name="Text">As PostgreSQL prints it (ISO dates, shortest floats, hex bytes); null for NULL.</param>
/// <param name="Plain">How a client may show it that knows its parts, but not PostgreSQL's words: "months days microseconds" for intervals.</param>
/// <param name="Parts">Elements of an array or fields of a record that a client may show each in its own way; null: only the text counts.</param>
public sealed record BoundaryValue(string Type, string? Text, string? Plain = null, IReadOnlyList<BoundaryValue>? Parts = null)
{
    /// <summary>The value as an expression: a text and a cast.</summary>
    public string Sql => Text == null ? $"NULL::{Type}" : $"'{Text.Replace("'", "''", StringComparison.Ordinal)}'::{Type}";

    /// <summary>A record of fields.</summary>
    public static BoundaryValue Record(params IReadOnlyList<BoundaryValue> fields) => new("record", BoundaryComposites.RecordText(fields.Select(static field => field.Text)), Parts: fields);

    /// <summary>An array of elements, which are of one type.</summary>
    public static BoundaryValue Array(params IReadOnlyList<BoundaryValue> elements) => new(elements[0].Type + "[]", BoundaryComposites.ArrayText(elements.Select(static element => element.Text)), Parts: elements);
}
