using System.Globalization;
using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Execution.Functions.Scalar.Texts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Any value's text form, as PostgreSQL's output functions give it: what a cast to text, COPY and the text protocol show.</summary>
internal static class TextForms
{
    /// <summary>The text of one row that is not null; without <paramref name="names"/> ids of catalog objects stay numbers. Booleans are "true" and "false" (a client's display of "t" is its own).</summary>
    public static string Format(SqlType type, in VectorReader reader, int row, Zone zone, IObjectNames? names = null, CancellationToken cancellation = default, JsonParts json = JsonParts.None)
    {
        if (type.IsText || type.Kind is TypeKind.Unknown or TypeKind.Json or TypeKind.Jsonb)
        {
            return Utf8Text.Decode(reader.Bytes(row), cancellation);
        }

        var text = new StringBuilder();
        Append(text, type, in reader, row, zone, names, cancellation, json);
        return text.ToString();
    }

    /// <summary>Appends the text of one row that is not null.</summary>
    public static void Append(StringBuilder text, SqlType type, in VectorReader reader, int row, Zone zone, IObjectNames? names = null, CancellationToken cancellation = default, JsonParts json = JsonParts.None)
    {
        if (json.Includes(type))
        {
            var document = new StringBuilder();
            JsonFunctions.Append(document, type, in reader, row, zone, cancellation);
            text.Append(JsonForms.Normalize(document.ToString(), cancellation));
            return;
        }

        switch (type.Kind)
        {
            case TypeKind.Boolean: text.Append(reader.Boolean(row) ? "true" : "false"); break;
            case TypeKind.Oid when names != null && type.Variant.IsObjectName(): text.Append(names.NameOf(type.Variant, reader.Integer(row))); break;
            case TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt or TypeKind.Oid: text.Append(CultureInfo.InvariantCulture, $"{reader.Integer(row)}"); break;
            case TypeKind.Real: text.Append(NumberForms.Format(reader.Value<float>(row))); break;
            case TypeKind.DoublePrecision: text.Append(NumberForms.Format(reader.Value<double>(row))); break;
            case TypeKind.Numeric: NumberForms.AppendDecimal(text, reader.Decimal(row), type.Scale); break;
            case TypeKind.Bytea: AppendBytes(text.Append("\\x"), reader.Bytes(row), cancellation); break;
            case TypeKind.Date: DateTimeForms.AppendDate(text, reader.Integer(row)); break;
            case TypeKind.Time: DateTimeForms.AppendTime(text, reader.Integer(row)); break;
            case TypeKind.Timestamp: DateTimeForms.AppendTimestamp(text, reader.Integer(row)); break;
            case TypeKind.TimestampTz: DateTimeForms.AppendTimestampTz(text, reader.Integer(row), zone); break;
            case TypeKind.Interval: DateTimeForms.AppendInterval(text, reader.Value<Interval>(row)); break;
            case TypeKind.Uuid: text.Append(UuidText(reader.Value<UInt128>(row))); break;
            case TypeKind.Array: AppendArray(text, type, in reader, row, zone, names, cancellation, json); break;
            case TypeKind.Row: AppendRow(text, type, in reader, row, zone, names, cancellation, json); break;
            case TypeKind.Map: AppendMap(text, type, in reader, row, zone, names, cancellation, json); break;
            default: text.Append(Utf8Text.Decode(reader.Bytes(row), cancellation)); break;
        }
    }

    /// <summary>A uuid's 16 bytes, in memory order, as text.</summary>
    public static string UuidText(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Runtime.InteropServices.MemoryMarshal.Write(bytes, in value);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private static void AppendBytes(StringBuilder text, ReadOnlySpan<byte> bytes, CancellationToken cancellation)
    {
        for (var pulse = new Pulse(cancellation); !bytes.IsEmpty; bytes = bytes[Math.Min(bytes.Length, Pulse.StretchBytes)..])
        {
            text.Append(Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, Pulse.StretchBytes)]));
            pulse.Spend(Pulse.StretchBytes);
        }
    }

    private static void AppendArray(StringBuilder text, SqlType type, in VectorReader reader, int row, Zone zone, IObjectNames? names = null, CancellationToken cancellation = default, JsonParts json = JsonParts.None)
    {
        var list = (ListVector)reader.Flat;
        int slot = reader.Slot(row);
        SqlType element = type.Element!;
        var child = new VectorReader(list.Child);
        if (type.Variant.IsVector())
        {
            for (int i = list.Offsets[slot]; i < list.Offsets[slot + 1]; i++)
            {
                text.Append(i == list.Offsets[slot] ? "" : " ").Append(CultureInfo.InvariantCulture, $"{child.Integer(i)}");
            }

            return;
        }

        text.Append('{');
        var pulse = new Pulse(cancellation);
        for (int i = list.Offsets[slot]; i < list.Offsets[slot + 1]; i++)
        {
            pulse.Spend(64);
            text.Append(i == list.Offsets[slot] ? "" : ",");
            if (child.IsNull(i))
            {
                text.Append("NULL");
            }
            else if (element.Kind is TypeKind.Array)
            {
                AppendArray(text, element, in child, i, zone, names, cancellation, json);
            }
            else
            {
                string value = FormatInner(element, in child, i, zone, names, cancellation, json);
                bool needsQuotes = value.Length == 0 || value.Equals("null", StringComparison.OrdinalIgnoreCase)
                    || value.AsSpan().IndexOfAny("{},\"\\ \t\n\r\v\f") >= 0;
                AppendQuoted(text, value, needsQuotes, "\\\"", "\\\\");
            }
        }

        text.Append('}');
    }

    private static void AppendRow(StringBuilder text, SqlType type, in VectorReader reader, int row, Zone zone, IObjectNames? names = null, CancellationToken cancellation = default, JsonParts json = JsonParts.None)
    {
        Vector[] fields = ((StructVector)reader.Flat).Children;
        int slot = reader.Slot(row);
        text.Append('(');
        for (int i = 0; i < fields.Length; i++)
        {
            text.Append(i == 0 ? "" : ",");
            var child = new VectorReader(fields[i]);
            if (!child.IsNull(slot))
            {
                SqlType fieldType = type.Fields![i].Type;
                string value = FormatInner(fieldType, in child, slot, zone, names, cancellation, json);
                bool needsQuotes = value.Length == 0 || value.AsSpan().IndexOfAny("(),\"\\ \t\n\r\v\f") >= 0;
                AppendQuoted(text, value, needsQuotes, "\"\"", "\\\\");
            }
        }

        text.Append(')');
    }

    /// <summary>An element's or field's text: booleans in one letter, characters with their blanks.</summary>
    private static string FormatInner(SqlType type, in VectorReader reader, int row, Zone zone, IObjectNames? names, CancellationToken cancellation, JsonParts json) => type.Kind switch
    {
        TypeKind.Boolean => reader.Boolean(row) ? "t" : "f",
        TypeKind.Char => Padded(Format(type, in reader, row, zone, names, cancellation, json), type.Precision),
        _ => Format(type, in reader, row, zone, names, cancellation, json),
    };

    /// <summary>The text with blanks up to so many characters.</summary>
    public static string Padded(string text, int characters) => text.PadRight(characters + CountPairs(text));

    private static int CountPairs(string text)
    {
        int count = 0;
        foreach (char unit in text)
        {
            count += char.IsHighSurrogate(unit) ? 1 : 0;
        }

        return count;
    }

    /// <summary>{key=value, key=value}, as DuckDB shows maps.</summary>
    private static void AppendMap(StringBuilder text, SqlType type, in VectorReader reader, int row, Zone zone, IObjectNames? names = null, CancellationToken cancellation = default, JsonParts json = JsonParts.None)
    {
        var entries = new MapEntries(in reader, row);
        VectorReader keys = entries.Keys, values = entries.Values;
        text.Append('{');
        var pulse = new Pulse(cancellation);
        for (int i = entries.First; i < entries.End; i++)
        {
            pulse.Spend(64);
            text.Append(i == entries.First ? "" : ", ");
            Append(text, type.Key!, in keys, i, zone, names, cancellation, json);
            text.Append('=');
            if (values.IsNull(i))
            {
                text.Append("NULL");
            }
            else
            {
                Append(text, type.Element!, in values, i, zone, names, cancellation, json);
            }
        }

        text.Append('}');
    }

    private static void AppendQuoted(StringBuilder text, string value, bool needsQuotes, string quote, string backslash)
    {
        if (!needsQuotes)
        {
            text.Append(value);
            return;
        }

        text.Append('"').Append(value.Replace("\\", backslash, StringComparison.Ordinal).Replace("\"", quote, StringComparison.Ordinal)).Append('"');
    }
}
