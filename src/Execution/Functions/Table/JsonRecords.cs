using System.Text.Json;
using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;

namespace SqlCluster.Execution.Functions.Table;

/// <summary>json_to_record, json_to_recordset, json_populate_record and json_populate_recordset, and the same for jsonb: objects as rows of the columns that the call lists or its first argument has.</summary>
/// <remarks>
/// As PostgreSQL's populate_record: a column takes the field of its name, without one what the first argument's row has there, or NULL; json and jsonb columns take any value as it is, arrays take JSON arrays element by
/// element, all other types are read from the value's text.
/// </remarks>
internal static class JsonRecords
{
    public static IEnumerable<TableFunction> Functions => new[] { SqlType.Json, SqlType.Jsonb }.SelectMany(static type => Of(type));

    private static IEnumerable<TableFunction> Of(SqlType type)
    {
        yield return Create($"{type}_to_record", type, isSet: false, "An object as a row of the columns listed behind AS.");
        yield return Create($"{type}_to_recordset", type, isSet: true, "An array of objects as rows of the columns listed behind AS.");
        yield return Populate($"{type}_populate_record", type, isSet: false, "An object as a row of the first argument's type: json_populate_record(null::products, '{…}').");
        yield return Populate($"{type}_populate_recordset", type, isSet: true, "An array of objects as rows of the first argument's type.");
    }

    private static TableFunction Populate(string name, SqlType type, bool isSet, string description) => TableFunction.Create(
        name, [ParameterType.Any, type], 0, types => types[0].Kind == TypeKind.Row ? types[0] : throw ExecutionErrors.NotARowType(name), call => new Source(call, name, isSet), description);

    private static TableFunction Create(string name, SqlType type, bool isSet, string description) => new(
        new FunctionSignature
        {
            Name = name, Kind = FunctionKind.Table, Parameters = [type], ReturnType = FunctionSignature.Returns(SqlType.Row([])), ReturnsRecord = true, MayReturnNull = true, MayFail = true,
            Description = description,
        },
        call => new Source(call, name, isSet));

    private sealed class Source(TableCall call, string name, bool isSet) : RowSource
    {
        private readonly NodeList<RowField> _fields = call.ResultType.Fields!;
        private readonly LiteralCoercion _texts = new(call.Context.DateTimeFacts);
        private readonly int _json = call.Count - 1;
        private JsonDocument? _document;
        private NodeList<Literal>? _base;
        private IEnumerator<JsonElement>? _objects;

        public override void Open()
        {
            Dispose();
            _base = _json > 0 && !call.IsNull(0) ? (NodeList<Literal>)call.Values()[0]! : null;
            if (!call.IsNull(_json))
            {
                _document = JsonForms.Parse(call.Bytes(_json), call.Context.Cancellation);
                _objects = Objects(_document.RootElement).GetEnumerator();
            }
            else if (!isSet)
            {
                // No object is a row of nulls.
                _document = JsonDocument.Parse("{}");
                _objects = Objects(_document.RootElement).GetEnumerator();
            }
        }

        public override int Fill(ResultColumn[] columns, int start, int room)
        {
            int count = 0;
            for (; count < room && _objects is { } objects && objects.MoveNext(); count++)
            {
                for (int i = 0; i < columns.Length; i++)
                {
                    columns[i].MoveTo(start + count);
                    if (objects.Current.TryGetProperty(_fields[i].Name, out JsonElement value))
                    {
                        LiteralVectors.Set(columns[i], Convert(value, _fields[i].Type));
                    }
                    else if (_base is { } row && !row[i].IsNull)
                    {
                        LiteralVectors.Set(columns[i], row[i]);
                    }
                }
            }

            return count;
        }

        public override void Dispose()
        {
            _objects?.Dispose();
            _document?.Dispose();
            (_objects, _document) = (null, null);
        }

        private IEnumerable<JsonElement> Objects(JsonElement root)
        {
            if (!isSet)
            {
                return root.ValueKind == JsonValueKind.Object ? [root] : throw ExecutionErrors.InvalidArgument($"cannot call {name} on {(root.ValueKind == JsonValueKind.Array ? "an array" : "a scalar")}");
            }

            return root.ValueKind != JsonValueKind.Array ? throw ExecutionErrors.InvalidArgument($"cannot call {name} on {(root.ValueKind == JsonValueKind.Object ? "an object" : "a scalar")}")
                : root.EnumerateArray().Select(element => element.ValueKind == JsonValueKind.Object ? element : throw ExecutionErrors.InvalidArgument($"argument of {name} must be an array of objects"));
        }

        private Literal Convert(JsonElement value, SqlType type)
        {
            if (value.ValueKind == JsonValueKind.Null && type.Kind is not (TypeKind.Json or TypeKind.Jsonb))
            {
                return Literal.Null(type);
            }

            return type.Kind switch
            {
                TypeKind.Json => new Literal(Raw(value), type),
                TypeKind.Jsonb => new Literal(Normalized(value), type),
                TypeKind.Array when value.ValueKind == JsonValueKind.Array => new Literal(NodeList.From(value.EnumerateArray().Select(element => Convert(element, type.Element!))), type),
                TypeKind.Array when value.ValueKind != JsonValueKind.String => throw ExecutionErrors.ExpectedJsonArray(),
                _ => Read(value.ValueKind == JsonValueKind.String ? value.GetString()! : Raw(value), type),
            };
        }

        /// <summary>A numeric without digits of its own is read with those of its text, then gets the column's.</summary>
        private Literal Read(string text, SqlType type) => _texts.Parse(text, type, 0) is var literal && literal.Type.Equals(type) ? literal : LiteralCoercion.Convert(literal, type) ?? literal;

        private string Raw(JsonElement value) => call.ArgumentTypes[_json].Kind == TypeKind.Json ? value.GetRawText() : Normalized(value);

        private string Normalized(JsonElement value) => JsonForms.TextOf(value, call.Context.Cancellation);
    }
}
