using System.Text.Json;
using System.Text;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types.Text;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Csv;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Json;

/// <summary>A JSON value that is not of its column's type.</summary>
internal sealed class JsonValueException(SqlType type, string text) : Exception
{
    public SqlType Type { get; } = type;

    public string Text { get; } = text;
}

/// <summary>Turns JSON values into values of SQL types.</summary>
internal static class JsonValues
{
    /// <summary>Reads the value that the reader stands on, and past it.</summary>
    /// <param name="reader">Stands on the value's first token.</param>
    /// <param name="type">What it is to be.</param>
    /// <param name="json">The bytes that the reader reads.</param>
    /// <param name="pulse">Told of each value.</param>
    /// <exception cref="JsonValueException">The value is not of the type.</exception>
    public static Literal Read(ref Utf8JsonReader reader, SqlType type, ReadOnlySpan<byte> json, ref Pulse pulse)
    {
        pulse.Spend(64);
        if (reader.TokenType == JsonTokenType.Null)
        {
            return Literal.Null(type);
        }

        return type.Kind switch
        {
            TypeKind.Json => new Literal(Raw(ref reader, json, ref pulse), type),
            TypeKind.Jsonb => new Literal(Functions.Casts.JsonForms.Normalize(Raw(ref reader, json, ref pulse)), type),
            TypeKind.Array when reader.TokenType == JsonTokenType.StartArray => Array(ref reader, type, json, ref pulse),
            TypeKind.Row when reader.TokenType == JsonTokenType.StartObject => Row(ref reader, type, json, ref pulse),
            TypeKind.Map when reader.TokenType == JsonTokenType.StartObject => Map(ref reader, type, json, ref pulse),
            _ => Scalar(reader.TokenType == JsonTokenType.String ? reader.GetString()! : Raw(ref reader, json, ref pulse), type),
        };
    }

    /// <summary>Reads past the value that the reader stands on, to its last token.</summary>
    public static void Skip(ref Utf8JsonReader reader, ref Pulse pulse)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return;
        }

        int depth = reader.CurrentDepth;
        do
        {
            reader.Read();
            pulse.Spend(TokenBytes(ref reader));
        }
        while (depth < reader.CurrentDepth);
    }

    /// <summary>What reading the token costs, for a <see cref="Pulse"/>.</summary>
    public static int TokenBytes(ref Utf8JsonReader reader) => reader.ValueSpan.Length + 16;

    private static string Raw(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref Pulse pulse)
    {
        int start = (int)reader.TokenStartIndex;
        Skip(ref reader, ref pulse);
        return Encoding.UTF8.GetString(json[start..(int)reader.BytesConsumed]);
    }

    private static Literal Array(ref Utf8JsonReader reader, SqlType type, ReadOnlySpan<byte> json, ref Pulse pulse)
    {
        var items = new List<Literal>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(Read(ref reader, type.Element!, json, ref pulse));
        }

        return new Literal(NodeList.From(items), type);
    }

    private static Literal Row(ref Utf8JsonReader reader, SqlType type, ReadOnlySpan<byte> json, ref Pulse pulse)
    {
        Literal[] values = [.. type.Fields!.Select(static field => Literal.Null(field.Type))];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = reader.GetString()!;
            reader.Read();
            int index = 0;
            while (index < values.Length && type.Fields![index].Name != name)
            {
                index++;
            }

            if (index == values.Length)
            {
                reader.Skip();
            }
            else
            {
                values[index] = Read(ref reader, type.Fields![index].Type, json, ref pulse);
            }
        }

        return new Literal(NodeList.From(values), type);
    }

    private static Literal Map(ref Utf8JsonReader reader, SqlType type, ReadOnlySpan<byte> json, ref Pulse pulse)
    {
        SqlType entry = LiteralVectors.EntryType(type);
        var items = new List<Literal>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            Literal key = Scalar(reader.GetString()!, type.Key!);
            reader.Read();
            items.Add(new Literal(NodeList.From<Literal>([key, Read(ref reader, type.Element!, json, ref pulse)]), entry));
        }

        return new Literal(NodeList.From(items), type);
    }

    /// <summary>A text as a value of a type that is not nested.</summary>
    /// <exception cref="JsonValueException">The text is none.</exception>
    public static Literal Scalar(string text, SqlType type)
    {
        object? value = null;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        switch (type.Kind)
        {
            case TypeKind.Text or TypeKind.Varchar or TypeKind.Char or TypeKind.Name or TypeKind.Unknown:
                value = text;
                break;
            case TypeKind.Boolean when NumberInput.Boolean(text, out bool truth) == InputResult.Ok:
                value = truth;
                break;
            case TypeKind.SmallInt when NumberInput.Integer(text, short.MinValue, short.MaxValue, out long number) == InputResult.Ok:
                value = number;
                break;
            case TypeKind.Integer when NumberInput.Integer(text, int.MinValue, int.MaxValue, out long number) == InputResult.Ok:
                value = number;
                break;
            case TypeKind.BigInt or TypeKind.Oid when NumberInput.Integer(text, long.MinValue, long.MaxValue, out long number) == InputResult.Ok:
                value = number;
                break;
            case TypeKind.Real or TypeKind.DoublePrecision when NumberInput.Double(text, out double real) == InputResult.Ok:
                value = real;
                break;
            case TypeKind.Numeric when CsvValues.TryDecimal(bytes, type.Precision, type.Scale, out Int128 unscaled):
                value = unscaled;
                break;
            case TypeKind.Date when default(DateParser).TryParse(bytes, out int days):
                value = (long)days;
                break;
            case TypeKind.Time when default(TimeParser).TryParse(bytes, out long time):
                value = time;
                break;
            case TypeKind.Timestamp when default(TimestampParser).TryParse(bytes, out long timestamp):
                value = timestamp;
                break;
            case TypeKind.TimestampTz when default(InstantParser).TryParse(bytes, out long instant):
                value = instant;
                break;
            case TypeKind.Uuid when ByteInput.Uuid(text, out Guid uuid) == InputResult.Ok:
                value = uuid;
                break;
            case TypeKind.Bytea when ByteInput.Bytea(text, out byte[] raw) == InputResult.Ok:
                value = NodeList.Create<byte>(raw);
                break;
            case TypeKind.Interval when IntervalInput.Read(text, IntervalUnit.Second, out IntervalValue interval) == InputResult.Ok:
                value = interval;
                break;
            default:
                break;
        }

        return value == null ? throw new JsonValueException(type, text) : new Literal(value, type);
    }
}
