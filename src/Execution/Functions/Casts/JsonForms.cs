using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Checks json and brings jsonb to its normal form: keys once, ordered by length and bytes, blanks after colons and commas.</summary>
internal static class JsonForms
{
    /// <summary>How deep arrays and objects may be nested.</summary>
    public const int MostDepth = 1000;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MostDepth };
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MostDepth };

    /// <summary>A row's text as json: itself, when it is valid.</summary>
    public static void Validate(Row row)
    {
        ReadOnlySpan<byte> json = row.Bytes(0);
        if (json.Length > Pulse.StretchBytes || !JsonScan.IsValue(json))
        {
            Read(json, row.Pulse);
        }

        row.SetPart(0, 0, json.Length);
    }

    /// <summary>Ends with an error unless a text of any size and depth is JSON.</summary>
    private static void Read(ReadOnlySpan<byte> json, Pulse pulse)
    {
        try
        {
            var reader = new Utf8JsonReader(json, ReaderOptions);
            while (reader.Read())
            {
                pulse.Spend(8 + reader.ValueSpan.Length);
            }
        }
        catch (JsonException)
        {
            throw Invalid(json);
        }
    }

    /// <summary>A row's text as jsonb.</summary>
    public static void Normalize(Row row)
    {
        ReadOnlySpan<byte> json = row.Bytes(0);
        row.State ??= new JsonNormalizer();
        row.Set(Normalize((JsonNormalizer)row.State, json, row.Cancellation));
    }

    public static string Normalize(string text, CancellationToken cancellation = default) =>
        Utf8Text.Decode(Normalize(new JsonNormalizer(), Encoding.UTF8.GetBytes(text), cancellation), cancellation);

    /// <summary>The document of a text, whose bytes it keeps a copy of.</summary>
    public static JsonDocument Parse(ReadOnlySpan<byte> json, CancellationToken cancellation)
    {
        byte[] own = json.ToArray();
        try
        {
            return Aside.RunLarge(own.Length, () => JsonDocument.Parse(own, Options), cancellation);
        }
        catch (JsonException)
        {
            throw Invalid(json);
        }
    }

    public static JsonDocument Parse(string text, CancellationToken cancellation = default)
    {
        try
        {
            return Aside.RunLarge(text.Length, () => JsonDocument.Parse(text, Options), cancellation);
        }
        catch (JsonException)
        {
            throw ExecutionErrors.InvalidJson(text, false);
        }
    }

    /// <summary>jsonb's text of an element of any size.</summary>
    public static string TextOf(JsonElement element, CancellationToken cancellation)
    {
        if (element.ValueKind is JsonValueKind.Object or JsonValueKind.Array && JsonMarshal.GetRawUtf8Value(element) is { Length: > Pulse.StretchBytes } large)
        {
            return Utf8Text.Decode(Normalize(new JsonNormalizer(), large, cancellation), cancellation);
        }

        var text = new StringBuilder();
        Append(text, element);
        return text.ToString();
    }

    private static ReadOnlySpan<byte> Normalize(JsonNormalizer normalizer, ReadOnlySpan<byte> json, CancellationToken cancellation)
    {
        try
        {
            return normalizer.Run(json, cancellation);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw Invalid(json, isDecoded: error is InvalidOperationException);
        }
    }

    /// <param name="json">What is no JSON.</param>
    /// <param name="isDecoded">Whether its strings are, too, so that escapes must stand for characters.</param>
    private static Exception Invalid(ReadOnlySpan<byte> json, bool isDecoded = false) => ExecutionErrors.InvalidJson(Encoding.UTF8.GetString(json), isDecoded);

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
