using System.Text;
using System.Text.Json;
using SqlCluster.Execution.Functions.Casts;

namespace SqlCluster.Execution.Functions.Scalar.JsonPaths;

/// <summary>An item of a path's sequence: a JSON value, or a time that .datetime() made of one.</summary>
internal readonly record struct PathItem(JsonElement Element, PathTime? Time = null)
{
    private static readonly JsonElement Null = JsonDocument.Parse("null").RootElement, True = JsonDocument.Parse("true").RootElement, False = JsonDocument.Parse("false").RootElement;

    public JsonValueKind Kind => Time is null ? Element.ValueKind : JsonValueKind.Undefined;

    public PathNumber Number => PathNumber.Of(Element);

    public string TypeName => Time?.TypeName ?? Element.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };

    public static PathItem Of(bool? truth) => new(truth is null ? Null : truth.Value ? True : False);

    public static PathItem Of(PathNumber number) => new(number.ToElement());

    public static PathItem Of(string text) => new(JsonSerializer.SerializeToElement(text));

    public static PathItem Of(PathTime time) => new(JsonSerializer.SerializeToElement(time.ToString()), time);

    /// <summary>An object's properties in jsonb's order, the last of a name only.</summary>
    public static IEnumerable<JsonProperty> Properties(JsonElement element)
    {
        var last = new Dictionary<string, JsonProperty>(StringComparer.Ordinal);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            last[property.Name] = property;
        }

        return last.Values.OrderBy(static property => Encoding.UTF8.GetByteCount(property.Name)).ThenBy(static property => property.Name, StringComparer.Ordinal);
    }

    /// <summary>Compares scalars of one type; null is only unequal to the others; unknown for everything else.</summary>
    public static bool? Compare(string comparison, PathItem left, PathItem right)
    {
        if (left.Time is { } leftTime && right.Time is { } rightTime)
        {
            return leftTime.CompareTo(rightTime) is { } times ? Holds(comparison, times) : null;
        }

        bool isLeftNull = left.Kind == JsonValueKind.Null, isRightNull = right.Kind == JsonValueKind.Null;
        if (isLeftNull || isRightNull)
        {
            return isLeftNull && isRightNull ? Holds(comparison, 0) : comparison == "<>";
        }

        return (left.Kind, right.Kind) switch
        {
            (JsonValueKind.Number, JsonValueKind.Number) => Holds(comparison, left.Number.CompareTo(right.Number)),
            (JsonValueKind.String, JsonValueKind.String) => Holds(comparison, CompareText(left.Element.GetString()!, right.Element.GetString()!)),
            (JsonValueKind.True or JsonValueKind.False, JsonValueKind.True or JsonValueKind.False) => Holds(comparison, (left.Kind == JsonValueKind.True).CompareTo(right.Kind == JsonValueKind.True)),
            _ => null,
        };
    }

    /// <summary>The item as jsonb text.</summary>
    public string ToJson(CancellationToken cancellation) => JsonForms.TextOf(Element, cancellation);

    /// <summary>By code points, as PostgreSQL compares them here.</summary>
    private static int CompareText(string left, string right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));

    private static bool Holds(string comparison, int order) => comparison switch
    {
        "==" => order == 0,
        "<>" => order != 0,
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        _ => order >= 0,
    };
}
