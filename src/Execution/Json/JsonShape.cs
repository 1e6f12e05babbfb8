using System.Text.Json;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Csv;

namespace SqlCluster.Execution.Json;

/// <summary>What kinds of values were seen at one place of a file's values; becomes the narrowest type that holds them all.</summary>
/// <remarks>Integers and fractions make double precision; dates and timestamps a timestamp; objects a row of all their fields; anything else mixed is json.</remarks>
internal sealed class JsonShape
{
    private readonly Dictionary<string, JsonShape> _fields = new(StringComparer.Ordinal);
    private readonly List<string> _fieldNames = [];
    private JsonShape? _element;
    private Kinds _kinds;

    [Flags]
    private enum Kinds
    {
        None = 0,
        Boolean = 1,
        Integer = 2,
        Fraction = 4,
        Date = 8,
        Time = 16,
        Timestamp = 32,
        Text = 64,
        Object = 128,
        Array = 256,
    }

    /// <summary>Whether only objects (and nulls) were seen.</summary>
    public bool IsObject => _kinds == Kinds.Object;

    /// <summary>Fields in the order they were first seen.</summary>
    public IEnumerable<(string Name, JsonShape Shape)> Fields => _fieldNames.Select(name => (name, _fields[name]));

    /// <summary>Adds the value that the reader stands on, and reads past it.</summary>
    public void Add(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.True or JsonTokenType.False:
                _kinds |= Kinds.Boolean;
                break;
            case JsonTokenType.Number:
                _kinds |= reader.TryGetInt64(out _) && reader.ValueSpan.IndexOfAny(".eE"u8) < 0 ? Kinds.Integer : Kinds.Fraction;
                break;
            case JsonTokenType.String:
                ReadOnlySpan<byte> text = reader.ValueSpan;
                _kinds |= CsvValues.TryDate(text, out _) ? Kinds.Date : CsvValues.TryTimestamp(text, out _) ? Kinds.Timestamp
                    : CsvValues.TryTime(text, out _) ? Kinds.Time : Kinds.Text;
                break;
            case JsonTokenType.StartArray:
                _kinds |= Kinds.Array;
                _element ??= new JsonShape();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    _element.Add(ref reader);
                }

                break;
            case JsonTokenType.StartObject:
                _kinds |= Kinds.Object;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string name = reader.GetString()!;
                    reader.Read();
                    if (!_fields.TryGetValue(name, out JsonShape? field))
                    {
                        _fields.Add(name, field = new JsonShape());
                        _fieldNames.Add(name);
                    }

                    field.Add(ref reader);
                }

                break;
            default:
                break;
        }
    }

    public SqlType ToType() => _kinds switch
    {
        Kinds.None => SqlType.Json,
        Kinds.Boolean => SqlType.Boolean,
        Kinds.Integer => SqlType.BigInt,
        Kinds.Fraction or (Kinds.Integer | Kinds.Fraction) => SqlType.DoublePrecision,
        Kinds.Date => SqlType.Date,
        Kinds.Time => SqlType.Time,
        Kinds.Timestamp or (Kinds.Date | Kinds.Timestamp) => SqlType.Timestamp,
        Kinds.Array => SqlType.Array(_element!.ToType()),
        Kinds.Object when _fields.Count > 0 => SqlType.Row([.. Fields.Select(static field => new RowField(field.Name, field.Shape.ToType()))]),
        _ when (_kinds & ~(Kinds.Date | Kinds.Time | Kinds.Timestamp | Kinds.Text)) == 0 => SqlType.Text,
        _ => SqlType.Json,
    };
}
