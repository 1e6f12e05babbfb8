using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using SqlCluster.Catalyst.Analysis.Resolvers;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>jsonb as bytes that compare as PostgreSQL compares jsonb (jsonb_util.c, compareJsonbContainers), and are equal where it is.</summary>
/// <remarks><code>
/// []       00                         the empty array by itself is the least value
/// null     01
/// string   02 characters 00
/// number   03 number                  1.0 and 1 are equal
/// boolean  04 00 or 01
/// array    05 count elements          fewer elements first
/// object   06 count (name 00 value)…  fewer members first; members in jsonb's order
/// number   sign; unless zero the power of ten of the first digit, digits + 1 without zeros at the end, 00; all of it inverted below zero
/// </code></remarks>
internal static class JsonbOrder
{
    private const byte Negative = 0, Zero = 1, Positive = 2;
    private static readonly JsonReaderOptions Options = new() { MaxDepth = JsonForms.MostDepth };

    public static IEnumerable<ScalarFunction> Overloads =>
    [
        ScalarFunction.OfRows(SpecialFunctions.JsonbOrder, [SqlType.Jsonb], SqlType.Bytea, static row => Set(row), "Bytes that sort as jsonb does", ("jsonb_order('9') < jsonb_order('10')", "true")),
    ];

    private static void Set(Row row)
    {
        var key = (ArrayBufferWriter<byte>)(row.State ??= new ArrayBufferWriter<byte>());
        key.ResetWrittenCount();
        ReadOnlySpan<byte> json = row.Bytes(0);
        if (json.SequenceEqual("[]"u8))
        {
            Add(key, 0);
        }
        else
        {
            Pulse pulse = row.Pulse;
            Write(key, json, ref pulse);
        }

        row.Set(key.WrittenSpan);
    }

    private static void Write(ArrayBufferWriter<byte> key, ReadOnlySpan<byte> json, ref Pulse pulse)
    {
        var open = new Stack<(int Count, int Place)>();
        var counts = new List<(int Place, int Count)>();
        var reader = new Utf8JsonReader(json, Options);
        while (reader.Read())
        {
            pulse.Spend(8 + reader.ValueSpan.Length);
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                (int count, int place) = open.Pop();
                counts.Add((place, count));
                continue;
            }

            // The members of an object are counted by their names, the elements of an array by themselves.
            if (open.Count > 0 && (reader.TokenType == JsonTokenType.PropertyName || key.WrittenSpan[open.Peek().Place - 1] == 5))
            {
                (int count, int place) = open.Pop();
                open.Push((count + 1, place));
            }

            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    Add(key, (byte)(reader.TokenType == JsonTokenType.StartArray ? 5 : 6));
                    open.Push((0, key.WrittenCount));
                    key.GetSpan(sizeof(int))[..sizeof(int)].Clear();
                    key.Advance(sizeof(int));
                    break;
                case JsonTokenType.PropertyName:
                    AddText(key, in reader);
                    break;
                case JsonTokenType.String:
                    Add(key, 2);
                    AddText(key, in reader);
                    break;
                case JsonTokenType.Number:
                    Add(key, 3);
                    AddNumber(key, reader.ValueSpan);
                    break;
                case JsonTokenType.True or JsonTokenType.False:
                    Add(key, 4);
                    Add(key, (byte)(reader.TokenType == JsonTokenType.True ? 1 : 0));
                    break;
                default:
                    Add(key, 1);
                    break;
            }
        }

        Span<byte> written = System.Runtime.InteropServices.MemoryMarshal.AsMemory(key.WrittenMemory).Span;
        foreach ((int place, int count) in counts)
        {
            BinaryPrimitives.WriteInt32BigEndian(written[place..], count);
        }
    }

    private static void Add(ArrayBufferWriter<byte> key, byte value)
    {
        key.GetSpan(1)[0] = value;
        key.Advance(1);
    }

    private static void AddText(ArrayBufferWriter<byte> key, in Utf8JsonReader reader)
    {
        key.Advance(reader.CopyString(key.GetSpan(reader.ValueSpan.Length + 1)));
        Add(key, 0);
    }

    private static void AddNumber(ArrayBufferWriter<byte> key, ReadOnlySpan<byte> number)
    {
        bool isNegative = number[0] == '-';
        number = isNegative ? number[1..] : number;
        int exponentAt = number.IndexOfAny((byte)'e', (byte)'E');
        long exponent = exponentAt < 0 ? 0 : ExponentOf(number[(exponentAt + 1)..]);
        ReadOnlySpan<byte> digits = exponentAt < 0 ? number : number[..exponentAt];
        int point = digits.IndexOf((byte)'.');
        int whole = point < 0 ? digits.Length : point;
        int first = digits.IndexOfAnyExcept((byte)'0', (byte)'.');
        if (first < 0)
        {
            Add(key, Zero);
            return;
        }

        int last = digits.LastIndexOfAnyExcept((byte)'0', (byte)'.');
        long power = exponent + (first < whole ? whole - 1 - first : whole - first);
        byte inverted = (byte)(isNegative ? 0xFF : 0);
        Add(key, isNegative ? Negative : Positive);
        Span<byte> place = key.GetSpan(sizeof(int) + (last - first) + 2);
        BinaryPrimitives.WriteInt32BigEndian(place, (int)Math.Clamp(power, int.MinValue, int.MaxValue) ^ int.MinValue ^ (isNegative ? -1 : 0));
        int written = sizeof(int);
        foreach (byte digit in digits[first..(last + 1)])
        {
            if (digit != '.')
            {
                place[written++] = (byte)((digit - '0' + 1) ^ inverted);
            }
        }

        place[written++] = inverted;
        key.Advance(written);
    }

    private static long ExponentOf(ReadOnlySpan<byte> text)
    {
        bool isNegative = text[0] == '-';
        long value = 0;
        foreach (byte digit in text[(text[0] is (byte)'-' or (byte)'+' ? 1 : 0)..])
        {
            value = Math.Min((value * 10) + digit - '0', int.MaxValue);
        }

        return isNegative ? -value : value;
    }
}
