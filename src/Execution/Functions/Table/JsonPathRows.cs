using System.Text.Json;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Functions.Scalar.JsonPaths;

namespace SqlCluster.Execution.Functions.Table;

/// <summary>jsonb_path_query: the items of a path, a row each.</summary>
internal static class JsonPathRows
{
    public static IEnumerable<TableFunction> Functions => [Create("jsonb_path_query"), Create("jsonb_path_query_tz")];

    private static TableFunction Create(string name) => new(
        new FunctionSignature
        {
            Name = name, Kind = FunctionKind.Table, Parameters = [SqlType.Jsonb, SqlType.Text, SqlType.Jsonb, SqlType.Boolean], OptionalParameters = 2, ParameterNames = JsonPathFunctions.ParameterNames, Defaults = JsonPathFunctions.Defaults,
            ReturnType = FunctionSignature.Returns(SqlType.Jsonb), MayReturnNull = true, MayFail = true, Description = "Items of a path.",
        },
        static call => new TextSource(call, Rows));

    private static IEnumerable<string?[]> Rows(TableCall call)
    {
        if (call.HasNull)
        {
            return [];
        }

        using JsonDocument document = JsonForms.Parse(call.Bytes(0), call.Context.Cancellation);
        List<PathItem> items = JsonPathFunctions.Items(document.RootElement, JsonPathParser.Parse(call.Text(1)), call.Count > 2 ? call.Text(2) : null, call.Count > 3 && call.Boolean(3), out _, call.Context.Cancellation);
        return items.ConvertAll(item => new string?[] { item.ToJson(call.Context.Cancellation) });
    }
}
