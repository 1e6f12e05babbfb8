using System.Text;
using System.Text.Json;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Checks json and brings jsonb to its normal form: keys once, ordered by length and bytes, blanks after colons and commas.</summary>
internal static class JsonForms
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 1000 };

    /// <summary>The text itself, when it is valid.</summary>
    public static string Validate(string text)
    {
        using JsonDocument document = Parse(text);
        return text;
    }

    public static string Normalize(string text)
    {
        using JsonDocument document = Parse(text);
        var result = new StringBuilder();
        Append(result, document.RootElement);
        return result.ToString();
    }

    public static JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text, Options);
        }
        catch (JsonException)
        {
            throw ExecutionErrors.InvalidJson(text, false);
        }
    }

    /// <summary>jsonb's text of an element.</summary>
    public static void Append(StringBuilder text, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                bool isFirst = true;
                var last = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    last[property.Name] = property.Value;
                }

                foreach ((string name, JsonElement value) in last.OrderBy(static pair => Encoding.UTF8.GetByteCount(pair.Key)).ThenBy(static pair => pair.Key, StringComparer.Ordinal))
                {
                    text.Append(isFirst ? "" : ", ");
                    isFirst = false;
                    AppendString(text, name);
                    text.Append(": ");
                    Append(text, value);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                int index = 0;
                foreach (JsonElement item in element.EnumerateArray())
                {
                    text.Append(index++ == 0 ? "" : ", ");
                    Append(text, item);
                }

                text.Append(']');
                break;
            case JsonValueKind.String: AppendString(text, element.GetString()!); break;
            default: text.Append(element.GetRawText()); break;
        }
    }

    /// <summary>A string with JSON's quotes; only what must be escaped is.</summary>
    public static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char c in value)
        {
            switch (c)
            {
                case '"': text.Append("\\\""); break;
                case '\\': text.Append("\\\\"); break;
                case '\b': text.Append("\\b"); break;
                case '\f': text.Append("\\f"); break;
                case '\n': text.Append("\\n"); break;
                case '\r': text.Append("\\r"); break;
                case '\t': text.Append("\\t"); break;
                case < ' ': text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"); break;
                default: text.Append(c); break;
            }
        }

        text.Append('"');
    }
}
