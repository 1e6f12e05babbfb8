using System.Text;
using System.Text.Json;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Functions.Scalar.JsonPaths;

/// <summary>jsonb_path_exists, _match, _query_array and _query_first, and the operators @? and @@. A path is given as text.</summary>
internal static class JsonPathFunctions
{
    public static readonly string[] ParameterNames = ["target", "path", "vars", "silent"];
    public static readonly string[] Defaults = ["{}", "false"];

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        .. WithZone("jsonb_path_exists", SqlType.Boolean, static row => Run(row, static (row, items) => row.Set(items.Count > 0)), "Whether a path gives any item", ("jsonb_path_exists('{\"a\":[1,2]}', '$.a[*] ? (@ > 1)')", "true")),
        .. WithZone("jsonb_path_match", SqlType.Boolean, Match, "The value of a path that is a condition", ("jsonb_path_match('{\"a\":[1,2]}', 'exists($.a[*] ? (@ >= 2))')", "true")),
        .. WithZone("jsonb_path_query_array", SqlType.Jsonb, static row => Run(row, static (row, items) => row.Set(ArrayOf(items, row.Pulse))), "All items of a path as an array", ("jsonb_path_query_array('{\"a\":[1,2,3]}', '$.a[*] ? (@ >= 2)')", "[2, 3]")),
        .. WithZone("jsonb_path_query_first", SqlType.Jsonb, static row => Run(row, SetFirst), "The first item of a path", ("jsonb_path_query_first('{\"a\":[1,2,3]}', '$.a[*] ? (@ >= 2)')", "2")),
        Operator("@?", static row => Run(row, static (row, items) => row.Set(items.Count > 0), isSilent: true), "Whether a path gives any item; null where it fails", ("'{\"a\":[1,2]}'::jsonb @? '$.a[*] ? (@ > 2)'", "false")),
        Operator("@@", static row => SetMatch(row, isSilent: true), "The value of a path that is a condition; null where it fails", ("'{\"a\":[1,2]}'::jsonb @@ '$.a[*] > 1'", "true")),
    ];

    /// <summary>Applies the path of argument 1 to the document of argument 0, with the variables of 2; 3 says whether errors are kept silent.</summary>
    /// <param name="document">The document; the items are parts of it.</param>
    /// <param name="path">The path's text.</param>
    /// <param name="variables">A JSON object, or null.</param>
    /// <param name="isSilent">Errors end the items instead of the query.</param>
    /// <param name="error">The error that was kept silent.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static List<PathItem> Items(JsonElement document, JsonPath path, string? variables, bool isSilent, out QueryException? error, CancellationToken cancellation)
    {
        JsonElement? values = variables is null ? null : JsonForms.Parse(variables, cancellation).RootElement;
        if (values is { ValueKind: not JsonValueKind.Object })
        {
            throw ExecutionErrors.InvalidArgument("\"vars\" argument is not an object");
        }

        var evaluation = new JsonPathEvaluation(path, document, values, cancellation);
        List<PathItem> items = evaluation.Run();
        error = evaluation.Error;
        return error is null || isSilent ? items : throw error;
    }

    private static IEnumerable<ScalarFunction> WithZone(string name, SqlType result, RowBody body, string description, params (string, string)[] examples) =>
    [
        ScalarFunction.OfRows(Signature(name, result, description, examples), body),
        ScalarFunction.OfRows(Signature(name + "_tz", result, description, []), body),
    ];

    private static FunctionSignature Signature(string name, SqlType result, string description, (string, string)[] examples) => new()
    {
        Name = name, Parameters = [SqlType.Jsonb, SqlType.Text, SqlType.Jsonb, SqlType.Boolean], OptionalParameters = 2, ParameterNames = ParameterNames, Defaults = Defaults, ReturnType = FunctionSignature.Returns(result),
        MayReturnNull = true, MayFail = true, Description = description, Examples = examples,
    };

    private static ScalarFunction Operator(string symbol, RowBody body, string description, params (string, string)[] examples) => ScalarFunction.OfRows(
        new FunctionSignature
        {
            Name = symbol, Parameters = [SqlType.Jsonb, SqlType.Text], ReturnType = FunctionSignature.Returns(SqlType.Boolean), MayReturnNull = true, MayFail = true, Description = description, Examples = examples,
        },
        body);

    private static void Run(Row row, Action<Row, List<PathItem>> set, bool isSilent = false)
    {
        using JsonDocument document = JsonForms.Parse(row.Bytes(0), row.Cancellation);
        isSilent |= row.Count > 3 && row.Boolean(3);
        List<PathItem> items = Items(document.RootElement, PathOf(row), row.Count > 2 ? row.Text(2) : null, isSilent, out QueryException? error, row.Cancellation);
        if (error is null || items.Count > 0)
        {
            set(row, items);
        }
    }

    private static void Match(Row row) => SetMatch(row, isSilent: row.Count > 3 && row.Boolean(3));

    private static void SetMatch(Row row, bool isSilent) => Run(
        row,
        (target, items) =>
        {
            if (items is [{ Kind: JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null } truth])
            {
                if (truth.Kind != JsonValueKind.Null)
                {
                    target.Set(truth.Kind == JsonValueKind.True);
                }
            }
            else if (!isSilent)
            {
                throw new QueryException("22038", ErrorKind.User, "single boolean result is expected");
            }
        },
        isSilent);

    private static void SetFirst(Row row, List<PathItem> items)
    {
        if (items.Count > 0)
        {
            row.Set(items[0].ToJson(row.Cancellation));
        }
    }

    /// <summary>The last path is kept: paths are nearly always constants.</summary>
    private static JsonPath PathOf(Row row)
    {
        string text = row.Text(1);
        if (row.State is not (string known, JsonPath path) || known != text)
        {
            path = JsonPathParser.Parse(text);
            row.State = (text, path);
        }

        return path;
    }

    private static string ArrayOf(List<PathItem> items, Pulse pulse)
    {
        var text = new StringBuilder("[");
        for (int i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            JsonForms.Append(text, items[i].Element);
            pulse.Spend(64);
        }

        return text.Append(']').ToString();
    }
}
