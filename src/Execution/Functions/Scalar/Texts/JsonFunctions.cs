using System.Globalization;
using System.Text;
using System.Text.Json;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Access to json and jsonb values, and making them.</summary>
internal static class JsonFunctions
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        .. new[] { SqlType.Json, SqlType.Jsonb }.SelectMany(static type => Access(type)),
        .. new[] { SqlType.Json, SqlType.Jsonb }.SelectMany(static type => Facts(type)),
        .. Build("json_build_object", SqlType.Json, isObject: true), .. Build("jsonb_build_object", SqlType.Jsonb, isObject: true),
        .. Build("json_build_array", SqlType.Json, isObject: false), .. Build("jsonb_build_array", SqlType.Jsonb, isObject: false),
        ScalarFunction.OfRows("to_json", [ParameterType.Any], SqlType.Json, static row => SetJson(row, SqlType.Json), "Any value as json", ("to_json('a\"b'::text)", "\"a\\\"b\"")),
        ScalarFunction.OfRows("to_jsonb", [ParameterType.Any], SqlType.Jsonb, static row => SetJson(row, SqlType.Jsonb), "Any value as jsonb", ("to_jsonb(array[1,2])", "[1, 2]")),
        ScalarFunction.OfRows("array_to_json", [ParameterType.AnyArray], SqlType.Json, static row => SetJson(row, SqlType.Json), "An array as json", ("array_to_json(array[[1,5],[99,100]])", "[[1,5],[99,100]]")),
        ScalarFunction.OfRows(
            "array_to_json", [ParameterType.AnyArray, SqlType.Boolean], SqlType.Json, static row => SetWithLines(row), "An array as json, true: its elements a line each", ("array_to_json(array[1,2], false)", "[1,2]")),
        ScalarFunction.OfRows("row_to_json", [ParameterType.Any, SqlType.Boolean], SqlType.Json, static row => SetWithLines(row), "A row as json, true: its fields a line each"),
        ScalarFunction.OfRows("row_to_json", [ParameterType.Any], SqlType.Json, static row => SetJson(row, SqlType.Json), "A row as json", ("row_to_json(row(1,'a'))", "{\"f1\":1,\"f2\":\"a\"}")),
    ];

    /// <summary>Appends a value in JSON: numbers and booleans plain, arrays and rows nested, json as it is, everything else as a string.</summary>
    public static void Append(StringBuilder text, SqlType type, in VectorReader reader, int row, Zone zone, CancellationToken cancellation = default)
    {
        if (reader.IsNull(row))
        {
            text.Append("null");
            return;
        }

        switch (type.Kind)
        {
            case TypeKind.Boolean:
                text.Append(reader.Boolean(row) ? "true" : "false");
                break;
            case TypeKind.Json or TypeKind.Jsonb:
                text.Append(Utf8Text.Decode(reader.Bytes(row), cancellation));
                break;
            case TypeKind.Array:
                AppendArray(text, type, in reader, row, zone, cancellation);
                break;
            case TypeKind.Row:
                AppendRow(text, type, in reader, row, zone, cancellation);
                break;
            case TypeKind.Map:
                AppendMap(text, type, in reader, row, zone, cancellation);
                break;
            case TypeKind.Timestamp or TypeKind.TimestampTz:
                JsonForms.AppendString(text, TimeText(TextForms.Format(type, in reader, row, zone, null, cancellation)));
                break;
            case TypeKind.Char:
                JsonForms.AppendString(text, TextForms.Padded(TextForms.Format(type, in reader, row, zone, null, cancellation), type.Precision));
                break;
            default:
                string value = TextForms.Format(type, in reader, row, zone, null, cancellation);
                if (type.IsNumber && value.AsSpan().IndexOfAny("NI") < 0)
                {
                    text.Append(value);
                }
                else
                {
                    JsonForms.AppendString(text, value);
                }

                break;
        }
    }

    /// <summary>A timestamp as ISO 8601 has it, with minutes in its zone; the era stays behind it.</summary>
    private static string TimeText(string time)
    {
        string era = time.EndsWith(" BC", StringComparison.Ordinal) ? " BC" : "";
        string stamp = time[..^era.Length].Replace(' ', 'T');
        return stamp + (stamp[^3] is '+' or '-' ? ":00" : "") + era;
    }

    private static void AppendArray(StringBuilder text, SqlType type, in VectorReader reader, int row, Zone zone, CancellationToken cancellation = default, string separator = ",")
    {
        var list = (ListVector)reader.Flat;
        int slot = reader.Slot(row);
        var child = new VectorReader(list.Child);
        text.Append('[');
        var pulse = new Pulse(cancellation);
        for (int i = list.Offsets[slot]; i < list.Offsets[slot + 1]; i++)
        {
            pulse.Spend(64);
            text.Append(i == list.Offsets[slot] ? "" : separator);
            Append(text, type.Element!, in child, i, zone, cancellation);
        }

        text.Append(']');
    }

    private static void AppendRow(StringBuilder text, SqlType type, in VectorReader reader, int row, Zone zone, CancellationToken cancellation = default, string separator = ",")
    {
        Vector[] fields = ((StructVector)reader.Flat).Children;
        text.Append('{');
        for (int i = 0; i < fields.Length; i++)
        {
            text.Append(i == 0 ? "" : separator);
            JsonForms.AppendString(text, type.Fields![i].Name);
            text.Append(':');
            Append(text, type.Fields[i].Type, new VectorReader(fields[i]), reader.Slot(row), zone, cancellation);
        }

        text.Append('}');
    }

    /// <summary>An object whose names are the keys' texts.</summary>
    private static void AppendMap(StringBuilder text, SqlType type, in VectorReader reader, int row, Zone zone, CancellationToken cancellation)
    {
        var entries = new MapEntries(in reader, row);
        VectorReader keys = entries.Keys, values = entries.Values;
        text.Append('{');
        var pulse = new Pulse(cancellation);
        for (int i = entries.First; i < entries.End; i++)
        {
            pulse.Spend(64);
            text.Append(i == entries.First ? "" : ",");
            JsonForms.AppendString(text, TextForms.Format(type.Key!, in keys, i, zone, null, cancellation));
            text.Append(':');
            Append(text, type.Element!, in values, i, zone, cancellation);
        }

        text.Append('}');
    }

    private static IEnumerable<ScalarFunction> Access(SqlType type)
    {
        string cast = type.ToString();
        SqlType path = SqlType.Array(SqlType.Text);
        yield return Of("->", [type, SqlType.Text], type, static (row, root) => Field(root, row.Text(1)), isField: true, "Field of an object", ($"('{{\"a\": {{\"b\":2}}}}' || '')::{cast} -> 'a'", type.Kind == TypeKind.Json ? "{\"b\":2}" : "{\"b\": 2}"));
        yield return Of("->", [type, SqlType.Integer], type, static (row, root) => Element(root, row.Int(1)), "Element of an array, from 0", ($"('[10,20]' || '')::{cast} -> 1", "20"));
        yield return Of("->>", [type, SqlType.Text], SqlType.Text, static (row, root) => Field(root, row.Text(1)), isField: true, "Field of an object, as text", ($"('{{\"a\":\"x\"}}' || '')::{cast} ->> 'a'", "x"));
        yield return Of("->>", [type, SqlType.Integer], SqlType.Text, static (row, root) => Element(root, row.Int(1)), "Element of an array, as text", ($"('[10,null]' || '')::{cast} ->> 1", "NULL"));
        yield return Of("#>", [type, path], type, static (row, root) => Follow(row, root), "Value at a path");
        yield return Of("#>>", [type, path], SqlType.Text, static (row, root) => Follow(row, root), "Value at a path, as text", ($"('{{\"a\":[1,{{\"b\":\"c\"}}]}}' || '')::{cast} #>> array['a','1','b']", "c"));
        yield return Of(cast + "_extract_path", [type, SqlType.Text], type, static (row, root) => Follow(Steps(row), root), "Value at a path of names", ($"{cast}_extract_path('{{\"a\":[1,2]}}', 'a', '1')", "2"));
        yield return Of(cast + "_extract_path_text", [type, SqlType.Text], SqlType.Text, static (row, root) => Follow(Steps(row), root), "Value at a path of names, as text");
    }

    private static IEnumerable<ScalarFunction> Facts(SqlType type)
    {
        string prefix = type.ToString();
        yield return ScalarFunction.OfFailingRows(
            prefix + "_array_length", [type], SqlType.Integer,
            static row =>
            {
                using JsonDocument document = JsonForms.Parse(row.Bytes(0), row.Cancellation);
                row.Set(document.RootElement.ValueKind == JsonValueKind.Array ? (long)document.RootElement.GetArrayLength() : throw ExecutionErrors.InvalidArgument($"cannot get array length of a {(document.RootElement.ValueKind == JsonValueKind.Object ? "non-array" : "scalar")}"));
            },
            "Elements of an array", ($"{prefix}_array_length(('[1,2]' || '')::{prefix})", "2"));
        yield return ScalarFunction.OfRows(
            prefix + "_typeof", [type], SqlType.Text,
            static row =>
            {
                using JsonDocument document = JsonForms.Parse(row.Bytes(0), row.Cancellation);
                row.Set(document.RootElement.ValueKind switch
                {
                    JsonValueKind.Object => "object",
                    JsonValueKind.Array => "array",
                    JsonValueKind.String => "string",
                    JsonValueKind.Number => "number",
                    JsonValueKind.True or JsonValueKind.False => "boolean",
                    _ => "null",
                });
            },
            "Kind of value", ($"{prefix}_typeof(('-1.5' || '')::{prefix})", "number"));
    }

    private static ScalarFunction Of(string name, ParameterType[] parameters, SqlType result, Func<Row, JsonElement, JsonElement?> find, string description, params (string, string)[] examples) =>
        Of(name, parameters, result, find, isField: false, description, examples);

    /// <param name="find">Finds the value in a document.</param>
    /// <param name="isField">Whether the second argument names a field of the first.</param>
    private static ScalarFunction Of(
        string name, ParameterType[] parameters, SqlType result, Func<Row, JsonElement, JsonElement?> find, bool isField, string description, params (string, string)[] examples) => ScalarFunction.OfRows(
        new FunctionSignature { Name = name, Parameters = parameters, IsVariadic = name.Contains("_path", StringComparison.Ordinal), ReturnType = FunctionSignature.Returns(result), MayReturnNull = true, Description = description, Examples = examples },
        row =>
        {
            if (isField && JsonFields.TrySet(row, result.Kind == TypeKind.Text))
            {
                return;
            }

            using JsonDocument document = JsonForms.Parse(row.Bytes(0), row.Cancellation);
            if (find(row, document.RootElement) is not { } found)
            {
                return;
            }

            if (result.Kind == TypeKind.Text && found.ValueKind is JsonValueKind.Null)
            {
                return;
            }

            row.Set(result.Kind == TypeKind.Text && found.ValueKind == JsonValueKind.String ? found.GetString()! : row.Type(0).Kind == TypeKind.Jsonb ? JsonForms.TextOf(found, row.Cancellation) : found.GetRawText());
        });

    private static JsonElement? Field(JsonElement value, string name) => value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out JsonElement found) ? found : null;

    private static JsonElement? Element(JsonElement value, int index)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        int count = value.GetArrayLength();
        index = index < 0 ? index + count : index;
        return index >= 0 && index < count ? value[index] : null;
    }

    private static JsonElement? Follow(Row row, JsonElement root)
    {
        ListVector path = row.List(1, out int start, out int count);
        var steps = new VectorReader(path.Child);
        var names = new string?[count];
        for (int i = 0; i < count; i++)
        {
            names[i] = steps.IsNull(start + i) ? null : Encoding.UTF8.GetString(steps.Bytes(start + i));
        }

        return Follow(names, root);
    }

    private static IEnumerable<string?> Steps(Row row) => Enumerable.Range(1, row.Count - 1).Select(row.Text);

    private static JsonElement? Follow(IEnumerable<string?> path, JsonElement root)
    {
        JsonElement? current = root;
        foreach (string? step in path)
        {
            if (step is null || current is not { } value)
            {
                return null;
            }

            current = value.ValueKind == JsonValueKind.Array
                ? int.TryParse(step, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index) ? Element(value, index) : null
                : Field(value, step);
        }

        return current;
    }

    private static IEnumerable<ScalarFunction> Build(string name, SqlType type, bool isObject)
    {
        string example = isObject ? $"{name}('a', 1, 'b', null)" : $"{name}(1, 'a')";
        string result = isObject ? (type.Kind == TypeKind.Json ? "{\"a\" : 1, \"b\" : null}" : "{\"a\": 1, \"b\": null}") : "[1, \"a\"]";
        yield return ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = name, Parameters = [ParameterType.Any], OptionalParameters = 1, IsVariadic = true, ReturnType = FunctionSignature.Returns(type), IsStrict = false, NeverNull = true, MayFail = true,
                Description = isObject ? "An object of keys and values in turn" : "An array of the arguments", Examples = [(example, result)],
            },
            row => row.Set(isObject ? BuildObject(row, type) : BuildArray(row, type)));
    }

    private static string BuildObject(Row row, SqlType type)
    {
        if (row.Count % 2 != 0)
        {
            throw ExecutionErrors.InvalidArgument("argument list must have even number of elements", $"The arguments of {type}_build_object() must consist of alternating keys and values.");
        }

        var text = new StringBuilder("{");
        for (int i = 0; i < row.Count; i += 2)
        {
            if (row.IsNull(i))
            {
                throw type.Kind == TypeKind.Jsonb ? ExecutionErrors.InvalidArgument($"argument {i + 1}: key must not be null")
                    : ExecutionErrors.InvalidArgument($"argument {i + 1} cannot be null", "Object keys should be text.");
            }

            if (row.Type(i).IsNested || row.Type(i).Kind is TypeKind.Json or TypeKind.Jsonb)
            {
                throw ExecutionErrors.InvalidArgument("key value must be scalar, not array, composite, or json");
            }

            text.Append(i == 0 ? "" : ", ");
            JsonForms.AppendString(text, Concatenation.TextOf(row, i));
            text.Append(" : ");
            AppendArgument(text, row, i + 1);
        }

        return Finish(text.Append('}').ToString(), type, row.Cancellation);
    }

    private static string BuildArray(Row row, SqlType type)
    {
        var text = new StringBuilder("[");
        for (int i = 0; i < row.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            AppendArgument(text, row, i);
        }

        return Finish(text.Append(']').ToString(), type, row.Cancellation);
    }

    private static void AppendArgument(StringBuilder text, Row row, int argument)
    {
        (VectorReader reader, int index) = row.Argument(argument);
        Append(text, row.Type(argument), in reader, index, row.Context.Zone, row.Cancellation);
    }

    /// <summary>An array or a row, its parts a line each where the second argument is true.</summary>
    private static void SetWithLines(Row row)
    {
        string separator = row.Boolean(1) ? ",\n " : ",";
        (VectorReader reader, int index) = row.Argument(0);
        var text = new StringBuilder();
        if (row.Type(0).Kind == TypeKind.Array)
        {
            AppendArray(text, row.Type(0), in reader, index, row.Context.Zone, row.Cancellation, separator);
        }
        else if (row.Type(0).Kind == TypeKind.Row)
        {
            AppendRow(text, row.Type(0), in reader, index, row.Context.Zone, row.Cancellation, separator);
        }
        else
        {
            AppendArgument(text, row, 0);
        }

        row.Set(text.ToString());
    }

    private static void SetJson(Row row, SqlType type)
    {
        var text = new StringBuilder();
        AppendArgument(text, row, 0);
        row.Set(Finish(text.ToString(), type, row.Cancellation));
    }

    private static string Finish(string text, SqlType type, CancellationToken cancellation) => type.Kind == TypeKind.Jsonb ? JsonForms.Normalize(text, cancellation) : text;
}
