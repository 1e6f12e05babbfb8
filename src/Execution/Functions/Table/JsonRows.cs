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
        yield return Create("array_elements", type, static call => Elements(call, false), "Elements of an array.");
        yield return Create("array_elements_text", SqlType.Text, static call => Elements(call, true), "Elements of an array, as text.");
        yield return Create("object_keys", SqlType.Text, static call => Fields(call, true).Select(static field => new[] { field[0] }), "Keys of an object.");
        yield return Create("each", PairOf(type), static call => Fields(call, false), "Keys and values of an object.");
        yield return Create("each_text", PairOf(SqlType.Text), static call => Fields(call, true), "Keys and values of an object, as text.");

        TableFunction Create(string name, SqlType result, Func<TableCall, IEnumerable<string?[]>> rows, string description) => TableFunction.Create(
            $"{prefix}_{name}", [type], 0, FunctionSignature.Returns(result), call => new TextSource(call, rows), description, columnName: name.StartsWith("array_elements", StringComparison.Ordinal) ? "value" : null);
    }

    private static SqlType PairOf(SqlType value) => SqlType.Row([new RowField("key", SqlType.Text), new RowField("value", value)]);

    private static IEnumerable<string?[]> Elements(TableCall call, bool asText)
    {
        if (call.HasNull)
        {
            yield break;
        }

        using JsonDocument document = JsonForms.Parse(call.Bytes(0), call.Context.Cancellation);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw ExecutionErrors.InvalidArgument(document.RootElement.ValueKind == JsonValueKind.Object ? "cannot extract elements from an object" : "cannot extract elements from a scalar");
        }

        foreach (JsonElement element in document.RootElement.EnumerateArray())
        {
            yield return [Format(element, call, asText)];
        }
    }

    private static IEnumerable<string?[]> Fields(TableCall call, bool asText)
    {
        if (call.HasNull)
        {
            yield break;
        }

        using JsonDocument document = JsonForms.Parse(call.Bytes(0), call.Context.Cancellation);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw ExecutionErrors.InvalidArgument("cannot call function on what is not an object");
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
