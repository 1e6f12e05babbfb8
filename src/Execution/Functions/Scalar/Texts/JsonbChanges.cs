using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Containment, keys, concatenation and changes of jsonb; json_object, json_strip_nulls, jsonb_pretty.</summary>
internal static class JsonbChanges
{
    private static readonly SqlType Texts = SqlType.Array(SqlType.Text);

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        Test("@>", SqlType.Jsonb, static (row, root) => HoldsText(root, row), "Contains the other value", ("jsonb '{\"a\":1,\"b\":2}' @> '{\"b\":2}'", "true"), ("jsonb '[1,[2,3]]' @> '[[3]]'", "true")),
        Test("<@", SqlType.Jsonb, static (row, root) => IsHeldBy(root, row), "Is contained in the other value", ("jsonb '{\"b\":2}' <@ '{\"a\":1,\"b\":2}'", "true")),
        Test("?", SqlType.Text, static (row, root) => HasKey(root, row.Text(1)), "Has the key, or the string as an element", ("jsonb '{\"a\":1}' ? 'a'", "true")),
        Test("?|", Texts, HasAny, "Has one of the keys", ("jsonb '[\"a\",\"b\"]' ?| array['b','d']", "true")),
        Test("?&", Texts, HasAll, "Has all of the keys", ("jsonb '[\"a\",\"b\"]' ?& array['a','b']", "true")),
        Test("jsonb_exists", SqlType.Text, static (row, root) => HasKey(root, row.Text(1)), "Has the key, or the string as an element"),
        Test("jsonb_exists_any", Texts, HasAny, "Has one of the keys", ("jsonb_exists_any('{\"a\":1}', '{a,b}')", "true")),
        Test("jsonb_exists_all", Texts, HasAll, "Has all of the keys", ("jsonb_exists_all('{\"a\":1}', '{a,b}')", "false")),
        Test("jsonb_contains", SqlType.Jsonb, static (row, root) => HoldsText(root, row), "Contains the other value", ("jsonb_contains('[1,2]', '[2]')", "true")),
        Test("jsonb_contained", SqlType.Jsonb, static (row, root) => IsHeldBy(root, row), "Is contained in the other value", ("jsonb_contained('[2]', '[1,2]')", "true")),
        Change("||", [SqlType.Jsonb], static row => Concatenate(Node(row, 0), Node(row, 1), row.Pulse), "Merges objects, joins arrays", ("jsonb '{\"a\":1}' || '{\"b\":2}'", "{\"a\": 1, \"b\": 2}"), ("jsonb '[1,2]' || '3'", "[1, 2, 3]")),
        Change("-", [SqlType.Text], static row => Without(Node(row, 0), row.Text(1)), "Without a key, or without the elements that are the string", ("jsonb '{\"a\":1,\"b\":2}' - 'a'", "{\"b\": 2}")),
        Change("-", [SqlType.Integer], static row => Without(Node(row, 0), row.Int(1)), "Without the element at a place, from 0", ("jsonb '[1,2]' - 0", "[2]")),
        Change("-", [Texts], static row => Strings(row, 1).Aggregate(Node(row, 0), static (node, key) => key is null ? node : Without(node, key)), "Without several keys", ("jsonb '{\"a\":1,\"b\":2}' - array['a','b']", "{}")),
        Change("#-", [Texts], static row => WithoutPath(Node(row, 0), Strings(row, 1)), "Without the value at a path", ("jsonb '[\"a\",{\"b\":1}]' #- '{1,b}'", "[\"a\", {}]")),
        Change("jsonb_delete_path", [Texts], static row => WithoutPath(Node(row, 0), Strings(row, 1)), "Without the value at a path", ("jsonb_delete_path('{\"a\":[1,2]}', '{a,0}')", "{\"a\": [2]}")),
        Change(
            "jsonb_set", [Texts, SqlType.Jsonb, SqlType.Boolean], static row => Set(Node(row, 0), Strings(row, 1), Node(row, 2), row.Count < 4 || row.Boolean(3)), "With the value at a path replaced, or added",
            1, ("jsonb_set('[{\"f1\":1},2]', '{0,f1}', '[2,3]')", "[{\"f1\": [2, 3]}, 2]")).Named("jsonb_in", "path", "replacement", "create_if_missing"),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "jsonb_set_lax", Parameters = [SqlType.Jsonb, Texts, SqlType.Jsonb, SqlType.Boolean, SqlType.Text], OptionalParameters = 2, ReturnType = FunctionSignature.Returns(SqlType.Jsonb),
                Defaults = ["true", "use_json_null"], IsStrict = false, MayFail = true, Description = "As jsonb_set, and says what a NULL does: use_json_null, delete_key, return_target or raise_exception",
                Examples = [("jsonb_set_lax('{\"a\":1}', '{a}', NULL)", "{\"a\": null}"), ("jsonb_set_lax('{\"a\":1}', '{a}', NULL, true, 'delete_key')", "{}")],
            },
            static row => SetLax(row)).Named("jsonb_in", "path", "replacement", "create_if_missing", "null_value_treatment"),
        Change(
            "jsonb_insert", [Texts, SqlType.Jsonb, SqlType.Boolean], static row => Insert(Node(row, 0), Strings(row, 1), Node(row, 2), row.Count > 3 && row.Boolean(3)), "With a value inserted at a path",
            1, ("jsonb_insert('{\"a\":[0,1]}', '{a,1}', '\"x\"')", "{\"a\": [0, \"x\", 1]}")).Named("jsonb_in", "path", "replacement", "insert_after"),
        ScalarFunction.OfRows("jsonb_strip_nulls", [SqlType.Jsonb], SqlType.Jsonb, static row => row.Set(Normal(Stripped(Node(row, 0), row.Cancellation), row.Cancellation)), "Without object fields that are null", ("jsonb_strip_nulls('{\"a\":1,\"b\":null}')", "{\"a\": 1}")),
        ScalarFunction.OfRows("json_strip_nulls", [SqlType.Json], SqlType.Json, static row => row.Set(Encoding.UTF8.GetString(Compact(Stripped(Node(row, 0), row.Cancellation), row.Cancellation))), "Without object fields that are null", ("json_strip_nulls('[{\"a\":1, \"b\":null}, null]')", "[{\"a\":1},null]")),
        ScalarFunction.OfRows("jsonb_pretty", [SqlType.Jsonb], SqlType.Text, static row => row.Set(Pretty(row)), "Over several lines, indented"),
        Object("json_object", SqlType.Json, ("json_object('{a,1,b,2}')", "{\"a\" : \"1\", \"b\" : \"2\"}")), Object("jsonb_object", SqlType.Jsonb, ("jsonb_object('{a,b}', '{1,2}')", "{\"a\": \"1\", \"b\": \"2\"}")),
        ObjectOfPairs("json_object", SqlType.Json, ("json_object('{{a,1},{b,2}}')", "{\"a\" : \"1\", \"b\" : \"2\"}")), ObjectOfPairs("jsonb_object", SqlType.Jsonb),
    ];

    private static ScalarFunction Test(string name, SqlType right, Func<Row, JsonElement, bool> test, string description, params (string, string)[] examples) => ScalarFunction.OfRows(
        name, [SqlType.Jsonb, right], SqlType.Boolean,
        row =>
        {
            using JsonDocument document = JsonForms.Parse(row.Bytes(0), row.Cancellation);
            row.Set(test(row, document.RootElement));
        },
        description, examples);

    private static ScalarFunction Change(string name, ParameterType[] others, Func<Row, JsonNode?> change, string description, params (string, string)[] examples) =>
        Change(name, others, change, description, 0, examples);

    private static ScalarFunction Change(string name, ParameterType[] others, Func<Row, JsonNode?> change, string description, int optional, params (string, string)[] examples) => ScalarFunction.OfRows(
        new FunctionSignature
        {
            Name = name, Parameters = [SqlType.Jsonb, .. others], OptionalParameters = optional, ReturnType = FunctionSignature.Returns(SqlType.Jsonb), MayFail = true, Description = description, Examples = examples,
        },
        row => row.Set(Normal(change(row), row.Cancellation)));

    private static ScalarFunction Object(string name, SqlType type, params (string, string)[] examples) => ScalarFunction.OfRows(
        new FunctionSignature
        {
            Name = name, Parameters = [Texts, Texts], OptionalParameters = 1, ReturnType = FunctionSignature.Returns(type), MayFail = true, Description = "An object of strings, from keys and values in turn or side by side", Examples = examples,
        },
        row => row.Set(MakeObject(row, Strings(row, 0), row.Count > 1 ? Strings(row, 1) : null, type)));

    private static ScalarFunction ObjectOfPairs(string name, SqlType type, params (string, string)[] examples) => ScalarFunction.OfRows(
        new FunctionSignature
        {
            Name = name, Parameters = [SqlType.Array(Texts)], ReturnType = FunctionSignature.Returns(type), MayFail = true, Description = "An object of strings, from pairs of key and value", Examples = examples,
        },
        row =>
        {
            ListVector pairs = row.List(0, out int start, out int count);
            var list = (ListVector)pairs.Child;
            var text = new List<string?>(2 * count);
            for (int i = start; i < start + count; i++)
            {
                if (list.Offsets[i + 1] - list.Offsets[i] != 2)
                {
                    throw ExecutionErrors.WrongDimensions("array must have two columns");
                }

                text.AddRange(Strings(list.Child, list.Offsets[i], 2));
            }

            row.Set(MakeObject(row, [.. text], null, type));
        });

    /// <summary>The value as nodes that can be changed; they read the document as they are looked at.</summary>
    private static JsonNode? Node(Row row, int argument)
    {
        JsonElement root = JsonForms.Parse(row.Bytes(argument), row.Cancellation).RootElement;
        return root.ValueKind switch
        {
            JsonValueKind.Object => JsonObject.Create(root),
            JsonValueKind.Array => JsonArray.Create(root),
            JsonValueKind.Null => null,
            _ => JsonValue.Create(root),
        };
    }

    private static ReadOnlySpan<byte> Compact(JsonNode? node, CancellationToken cancellation)
    {
        if (node is null)
        {
            return "null"u8;
        }

        var text = new CancellableText(cancellation);
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { MaxDepth = JsonForms.MostDepth }))
        {
            node.WriteTo(writer);
        }

        return text.Written;
    }

    private static string Normal(JsonNode? node, CancellationToken cancellation) => JsonForms.Normalize(Utf8Text.Decode(Compact(node, cancellation), cancellation), cancellation);

    /// <summary>What a JSON writer fills; hears a cancellation whenever it asks for more room.</summary>
    private sealed class CancellableText(CancellationToken cancellation) : IBufferWriter<byte>
    {
        private readonly ArrayBufferWriter<byte> _bytes = new();

        public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

        public void Advance(int count) => _bytes.Advance(count);

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            cancellation.ThrowIfCancellationRequested();
            return _bytes.GetMemory(sizeHint);
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }

    private static string?[] Strings(Row row, int argument)
    {
        ListVector list = row.List(argument, out int start, out int count);
        return Strings(list.Child, start, count);
    }

    private static string?[] Strings(Vector values, int start, int count)
    {
        var reader = new VectorReader(values);
        var texts = new string?[count];
        for (int i = 0; i < count; i++)
        {
            texts[i] = reader.IsNull(start + i) ? null : Encoding.UTF8.GetString(reader.Bytes(start + i));
        }

        return texts;
    }

    private static bool HasAny(Row row, JsonElement root) => Strings(row, 1).Any(key => key is not null && HasKey(root, key));

    private static bool HasAll(Row row, JsonElement root) => Strings(row, 1).All(key => key is null || HasKey(root, key));

    private static bool HasKey(JsonElement value, string key) => value.ValueKind switch
    {
        JsonValueKind.Object => value.TryGetProperty(key, out _),
        JsonValueKind.Array => value.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.GetString() == key),
        JsonValueKind.String => value.GetString() == key,
        _ => false,
    };

    private static bool HoldsText(JsonElement outer, Row row)
    {
        using JsonDocument document = JsonForms.Parse(row.Bytes(1), row.Cancellation);
        Pulse pulse = row.Pulse;
        return Holds(outer, document.RootElement, ref pulse, isTop: true);
    }

    private static bool IsHeldBy(JsonElement inner, Row row)
    {
        using JsonDocument document = JsonForms.Parse(row.Bytes(1), row.Cancellation);
        Pulse pulse = row.Pulse;
        return Holds(document.RootElement, inner, ref pulse, isTop: true);
    }

    /// <summary>PostgreSQL's containment: structure and values of the inner one are found in the outer one. At the top an array also holds a plain value.</summary>
    private static bool Holds(JsonElement outer, JsonElement inner, ref Pulse pulse, bool isTop = false)
    {
        pulse.Spend(128);
        switch (outer.ValueKind, inner.ValueKind)
        {
            case (JsonValueKind.Object, JsonValueKind.Object):
                foreach (JsonProperty property in inner.EnumerateObject())
                {
                    if (!outer.TryGetProperty(property.Name, out JsonElement value) || !Holds(value, property.Value, ref pulse))
                    {
                        return false;
                    }
                }

                return true;
            case (JsonValueKind.Array, JsonValueKind.Array):
                foreach (JsonElement wanted in inner.EnumerateArray())
                {
                    if (!HasElement(outer, wanted, ref pulse))
                    {
                        return false;
                    }
                }

                return true;
            case (JsonValueKind.Array, not JsonValueKind.Object) when isTop:
                return HasElement(outer, inner, ref pulse);
            case (JsonValueKind.Number, JsonValueKind.Number):
                return outer.GetRawText() == inner.GetRawText() || outer.GetDouble() == inner.GetDouble();
            case (JsonValueKind.String, JsonValueKind.String):
                return outer.GetString() == inner.GetString();
            case var (left, right):
                return left == right;
        }
    }

    private static bool HasElement(JsonElement array, JsonElement wanted, ref Pulse pulse)
    {
        foreach (JsonElement item in array.EnumerateArray())
        {
            if (Holds(item, wanted, ref pulse))
            {
                return true;
            }
        }

        return false;
    }

    private static JsonNode Concatenate(JsonNode? left, JsonNode? right, Pulse pulse)
    {
        if (left is JsonObject leftObject && right is JsonObject rightObject)
        {
            foreach ((string key, JsonNode? value) in rightObject)
            {
                leftObject[key] = value?.DeepClone();
                pulse.Spend(128);
            }

            return leftObject;
        }

        var joined = new JsonArray();
        foreach (JsonNode? side in new[] { left, right })
        {
            foreach (JsonNode? item in side is JsonArray array ? array.ToArray() : [side])
            {
                joined.Add(item?.DeepClone());
                pulse.Spend(128);
            }
        }

        return joined;
    }

    private static JsonNode? Without(JsonNode? node, string key)
    {
        switch (node)
        {
            case JsonObject fields:
                fields.Remove(key);
                return fields;
            case JsonArray items:
                return new JsonArray([.. items.Where(item => !(item?.GetValueKind() == JsonValueKind.String && item.GetValue<string>() == key)).Select(static item => item?.DeepClone())]);
            default:
                throw ExecutionErrors.InvalidArgument("cannot delete from scalar");
        }
    }

    private static JsonNode Without(JsonNode? node, int index)
    {
        if (node is not JsonArray items)
        {
            throw ExecutionErrors.InvalidArgument(node is JsonObject ? "cannot delete from object using integer index" : "cannot delete from scalar");
        }

        index = index < 0 ? index + items.Count : index;
        if (index >= 0 && index < items.Count)
        {
            items.RemoveAt(index);
        }

        return items;
    }

    /// <summary>The container that the path's last step is in; null where the path leads nowhere.</summary>
    private static JsonNode? Container(JsonNode? root, string?[] path)
    {
        JsonNode? current = root;
        for (int i = 0; i < path.Length - 1; i++)
        {
            current = current switch
            {
                JsonObject fields => fields[Key(path, i)],
                JsonArray items when Index(items, path, i) is >= 0 and var index && index < items.Count => items[index],
                _ => null,
            };
        }

        return current;
    }

    /// <summary>Paths lead into objects and arrays only.</summary>
    private static JsonNode InContainer(JsonNode? root, string change) =>
        root is JsonObject or JsonArray ? root : throw ExecutionErrors.InvalidArgument($"cannot {change} path in scalar");

    private static string Key(string?[] path, int step) => path[step] ?? throw ExecutionErrors.NullPathStep(step + 1);

    private static int Index(JsonArray items, string?[] path, int step)
    {
        if (!int.TryParse(Key(path, step), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int index))
        {
            throw ExecutionErrors.NotAnIndex(step + 1, path[step]!);
        }

        return index < 0 ? index + items.Count : index;
    }

    private static JsonNode WithoutPath(JsonNode? json, string?[] path)
    {
        JsonNode root = InContainer(json, "delete");
        if (path.Length > 0)
        {
            switch (Container(root, path))
            {
                case JsonObject fields:
                    fields.Remove(Key(path, path.Length - 1));
                    break;
                case JsonArray { Count: > 0 } items when Index(items, path, path.Length - 1) is >= 0 and var index && index < items.Count:
                    items.RemoveAt(index);
                    break;
            }
        }

        return root;
    }

    private static JsonNode Set(JsonNode? json, string?[] path, JsonNode? value, bool creates)
    {
        JsonNode root = InContainer(json, "set");
        if (path.Length == 0 || (!creates && root is (JsonObject { Count: 0 } or JsonArray { Count: 0 })))
        {
            return root;
        }

        switch (Container(root, path))
        {
            case JsonObject fields when Key(path, path.Length - 1) is var key && (creates || fields.ContainsKey(key)):
                fields[key] = value;
                break;
            case JsonArray items:
                int index = Index(items, path, path.Length - 1);
                if (index >= 0 && index < items.Count)
                {
                    items[index] = value;
                }
                else if (creates)
                {
                    items.Insert(index < 0 ? 0 : items.Count, value);
                }

                break;
        }

        return root;
    }

    private static void SetLax(Row row)
    {
        if (row.IsNull(0) || row.IsNull(1) || (row.Count > 3 && row.IsNull(3)))
        {
            return;
        }

        string treatment = row.Count < 5 ? "use_json_null" : row.IsNull(4) ? "" : row.Text(4);
        if (treatment is not ("use_json_null" or "delete_key" or "return_target" or "raise_exception"))
        {
            throw ExecutionErrors.InvalidArgument("null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"");
        }

        JsonNode? root = Node(row, 0);
        bool creates = row.Count < 4 || row.Boolean(3);
        JsonNode? changed = !row.IsNull(2) ? Set(root, Strings(row, 1), Node(row, 2), creates)
            : treatment switch
            {
                "use_json_null" => Set(root, Strings(row, 1), null, creates),
                "delete_key" => WithoutPath(root, Strings(row, 1)),
                "return_target" => root,
                _ => throw ExecutionErrors.JsonNull(),
            };
        row.Set(Normal(changed, row.Cancellation));
    }

    private static JsonNode Insert(JsonNode? json, string?[] path, JsonNode? value, bool isAfter)
    {
        JsonNode root = InContainer(json, "set");
        if (path.Length == 0)
        {
            return root;
        }

        switch (Container(root, path))
        {
            case JsonObject fields:
                string key = Key(path, path.Length - 1);
                if (fields.ContainsKey(key))
                {
                    throw ExecutionErrors.InvalidArgument("cannot replace existing key");
                }

                fields[key] = value;
                break;
            case JsonArray items:
                int index = Index(items, path, path.Length - 1);
                items.Insert(Math.Clamp(isAfter && index >= 0 && index < items.Count ? index + 1 : index, 0, items.Count), value);
                break;
        }

        return root;
    }

    private static JsonNode? Stripped(JsonNode? node, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        switch (node)
        {
            case JsonObject fields:
                foreach ((string key, JsonNode? value) in fields.ToArray())
                {
                    if (value is null)
                    {
                        fields.Remove(key);
                    }
                    else
                    {
                        Stripped(value, cancellation);
                    }
                }

                break;
            case JsonArray items:
                foreach (JsonNode? item in items)
                {
                    Stripped(item, cancellation);
                }

                break;
        }

        return node;
    }

    private static string Pretty(Row row)
    {
        using JsonDocument document = JsonForms.Parse(row.Bytes(0), row.Cancellation);
        var result = new StringBuilder();
        Pulse pulse = row.Pulse;
        AppendPretty(result, document.RootElement, 0, ref pulse);
        return result.ToString();
    }

    private static void AppendPretty(StringBuilder text, JsonElement value, int depth, ref Pulse pulse)
    {
        pulse.Spend(64);
        bool isObject = value.ValueKind == JsonValueKind.Object;
        if (!isObject && value.ValueKind != JsonValueKind.Array)
        {
            JsonForms.Append(text, value);
            return;
        }

        text.Append(isObject ? '{' : '[');
        int count = 0;
        void Next()
        {
            text.Append(count++ == 0 ? "\n" : ",\n").Append(' ', 4 * (depth + 1));
        }

        if (isObject)
        {
            foreach (JsonProperty property in value.EnumerateObject())
            {
                Next();
                JsonForms.AppendString(text, property.Name);
                text.Append(": ");
                AppendPretty(text, property.Value, depth + 1, ref pulse);
            }
        }
        else
        {
            foreach (JsonElement item in value.EnumerateArray())
            {
                Next();
                AppendPretty(text, item, depth + 1, ref pulse);
            }
        }

        text.Append('\n').Append(' ', 4 * depth).Append(isObject ? '}' : ']');
    }

    /// <summary>An object of keys and values side by side, or, without a second array, in turn.</summary>
    private static string MakeObject(Row row, string?[] first, string?[]? second, SqlType type)
    {
        if (second is not null ? first.Length != second.Length : first.Length % 2 != 0)
        {
            throw ExecutionErrors.WrongDimensions(second is not null ? "mismatched array dimensions" : "array must have even number of elements");
        }

        var text = new StringBuilder("{");
        Pulse pulse = row.Pulse;
        for (int i = 0; i < first.Length; i += second is not null ? 1 : 2)
        {
            pulse.Spend(128);
            string? value = second is not null ? second[i] : first[i + 1];
            text.Append(i == 0 ? "" : ", ");
            JsonForms.AppendString(text, first[i] ?? throw ExecutionErrors.NullKey());
            text.Append(" : ");
            if (value is null)
            {
                text.Append("null");
            }
            else
            {
                JsonForms.AppendString(text, value);
            }
        }

        text.Append('}');
        return type.Kind == TypeKind.Jsonb ? JsonForms.Normalize(text.ToString(), row.Cancellation) : text.ToString();
    }
}
