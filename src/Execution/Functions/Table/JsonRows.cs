using System.Text.Json;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;

namespace SqlCluster.Execution.Functions.Table;

/// <summary>json_array_elements, json_each and json_object_keys, their _text forms, and the same for jsonb.</summary>
internal static class JsonRows
{
    public static IEnumerable<TableFunction> Functions => new[] { SqlType.Json, SqlType.Jsonb }.SelectMany(static type => Of(type));

    private static IEnumerable<TableFunction> Of(SqlType type)
    {
        string prefix = type.ToString();
        yield return Create("array_elements", type, call => Elements(call, type, "array_elements", false), "Elements of an array.");
        yield return Create("array_elements_text", SqlType.Text, call => Elements(call, type, "array_elements_text", true), "Elements of an array, as text.");
        yield return Create("object_keys", SqlType.Text, call => Fields(call, kind => NoKeys(type, kind), true).Select(static field => new[] { field[0] }), "Keys of an object.");
        yield return Create("each", PairOf(type), call => Fields(call, kind => NoPairs(type, "each", kind), false), "Keys and values of an object.");
        yield return Create("each_text", PairOf(SqlType.Text), call => Fields(call, kind => NoPairs(type, "each_text", kind), true), "Keys and values of an object, as text.");

        TableFunction Create(string name, SqlType result, Func<TableCall, IEnumerable<string?[]>> rows, string description) => TableFunction.Create(
            $"{prefix}_{name}", [type], 0, FunctionSignature.Returns(result), call => new TextSource(call, rows), description, columnName: name.StartsWith("array_elements", StringComparison.Ordinal) ? "value" : null);
    }

    /// <summary>What PostgreSQL says of keys of what is no object.</summary>
    private static string NoKeys(SqlType type, JsonValueKind kind) => $"cannot call {type}_object_keys on {(kind == JsonValueKind.Array ? "an array" : "a scalar")}";

    private static string NoPairs(SqlType type, string name, JsonValueKind kind) => type.Kind == TypeKind.Jsonb ? $"cannot call {type}_{name} on a non-object"
        : kind == JsonValueKind.Array ? "cannot deconstruct an array as an object" : "cannot deconstruct a scalar";

    private static SqlType PairOf(SqlType value) => SqlType.Row([new RowField("key", SqlType.Text), new RowField("value", value)]);

    private static IEnumerable<string?[]> Elements(TableCall call, SqlType type, string name, bool asText)
    {
        if (call.HasNull)
        {
            yield break;
        }

        using JsonDocument document = JsonForms.Parse(call.Bytes(0), call.Context.Cancellation);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            bool isObject = document.RootElement.ValueKind == JsonValueKind.Object;
            throw ExecutionErrors.InvalidArgument(type.Kind == TypeKind.Jsonb ? $"cannot extract elements from {(isObject ? "an object" : "a scalar")}" : $"cannot call {type}_{name} on a {(isObject ? "non-array" : "scalar")}");
        }

        foreach (JsonElement element in document.RootElement.EnumerateArray())
        {
            yield return [Format(element, call, asText)];
        }
    }

    private static IEnumerable<string?[]> Fields(TableCall call, Func<JsonValueKind, string> fault, bool asText)
    {
        if (call.HasNull)
        {
            yield break;
        }

        using JsonDocument document = JsonForms.Parse(call.Bytes(0), call.Context.Cancellation);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw ExecutionErrors.InvalidArgument(fault(document.RootElement.ValueKind));
        }

        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            yield return [property.Name, Format(property.Value, call, asText)];
        }
    }

    private static string? Format(JsonElement element, TableCall call, bool asText)
    {
        if (asText && element.ValueKind is (JsonValueKind.String or JsonValueKind.Null))
        {
            return element.GetString();
        }

        if (call.ArgumentTypes[0].Kind == TypeKind.Json)
        {
            return element.GetRawText();
        }

        return JsonForms.TextOf(element, call.Context.Cancellation);
    }
}
