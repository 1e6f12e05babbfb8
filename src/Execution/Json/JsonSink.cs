using System.Text;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Execution.Csv;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Json;

/// <summary>Writes an object a row, one a line or, with layout 'array', as the items of one array. NULL fields are written as null.</summary>
internal sealed class JsonSink : FileSink
{
    private readonly TextFileWriter _writer;
    private readonly SqlType[] _types;
    private readonly string[] _keys;
    private readonly bool _isArray;
    private bool _isFirst = true;

    public JsonSink(string path, IReadOnlyList<(string Name, SqlType Type)> columns, IReadOnlyDictionary<string, string> options)
    {
        foreach ((string name, string value) in options)
        {
            switch (name.ToLowerInvariant())
            {
                case "array": _isArray = CsvOptions.Flag(name, value); break;
                case "layout": _isArray = value.ToLowerInvariant() switch { "array" => true, "lines" => false, _ => throw TextFileErrors.InvalidOption(name, value) }; break;
                case "compression" when value.ToLowerInvariant() is var codec && codec == (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? "gzip" : "none"): break;
                default: throw TextFileErrors.UnknownOption("JSON", name);
            }
        }

        _types = [.. columns.Select(static column => column.Type)];
        _keys = [.. columns.Select(static (column, index) =>
        {
            var key = new StringBuilder(index == 0 ? "{" : ",");
            JsonForms.AppendString(key, column.Name);
            return key.Append(':').ToString();
        })];
        _writer = new TextFileWriter(path);
    }

    protected override void FinishFile()
    {
        if (_isArray)
        {
            _writer.Text.Append(_isFirst ? "[\n]\n" : "\n]\n");
        }

        _writer.Finish();
    }

    public override void Dispose() => _writer.Dispose();

    protected override void WriteRows(Batch batch)
    {
        VectorReader[] readers = Array.ConvertAll(batch.Columns, static column => new VectorReader(column));
        ReadOnlySpan<int> selected = batch.Selection == null ? default : batch.Selection.Rows;
        for (int i = 0; i < batch.RowCount; i++)
        {
            int row = batch.Selection == null ? i : selected[i];
            _writer.Text.Append(!_isArray ? "" : _isFirst ? "[\n\t" : ",\n\t");
            _isFirst = false;
            for (int column = 0; column < readers.Length; column++)
            {
                _writer.Text.Append(_keys[column]);
                Append(_types[column], in readers[column], row);
            }

            _writer.Text.Append(readers.Length == 0 ? "{}" : "}").Append(_isArray ? "" : "\n");
            _writer.Flush();
        }
    }

    private void Append(SqlType type, in VectorReader reader, int row)
    {
        StringBuilder text = _writer.Text;
        if (reader.IsNull(row))
        {
            text.Append("null");
            return;
        }

        switch (type.Kind)
        {
            case TypeKind.Real or TypeKind.DoublePrecision when !double.IsFinite(reader.Double(row)):
                JsonForms.AppendString(text, TextForms.Format(type, in reader, row, Zone.Utc));
                break;
            case TypeKind.Boolean or TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt or TypeKind.Oid or TypeKind.Numeric or TypeKind.Real or TypeKind.DoublePrecision:
                TextForms.Append(text, type, in reader, row, Zone.Utc);
                break;
            case TypeKind.Json or TypeKind.Jsonb:
                // Blanks between lines would break a file of lines.
                text.Append(Encoding.UTF8.GetString(reader.Bytes(row)).ReplaceLineEndings(" "));
                break;
            case TypeKind.Array:
                AppendList(type.Element!, (ListVector)reader.Flat, reader.Slot(row));
                break;
            case TypeKind.Map:
                AppendMap(type, (ListVector)reader.Flat, reader.Slot(row));
                break;
            case TypeKind.Row:
                AppendRow(type, (StructVector)reader.Flat, reader.Slot(row));
                break;
            default:
                JsonForms.AppendString(text, TextForms.Format(type, in reader, row, Zone.Utc));
                break;
        }
    }

    private void AppendList(SqlType element, ListVector list, int slot)
    {
        var child = new VectorReader(list.Child);
        _writer.Text.Append('[');
        for (int i = list.Offsets[slot]; i < list.Offsets[slot + 1]; i++)
        {
            _writer.Text.Append(i == list.Offsets[slot] ? "" : ",");
            Append(element, in child, i);
        }

        _writer.Text.Append(']');
    }

    private void AppendRow(SqlType type, StructVector fields, int slot)
    {
        _writer.Text.Append('{');
        for (int i = 0; i < fields.Children.Length; i++)
        {
            _writer.Text.Append(i == 0 ? "" : ",");
            JsonForms.AppendString(_writer.Text, type.Fields![i].Name);
            _writer.Text.Append(':');
            var child = new VectorReader(fields.Children[i]);
            Append(type.Fields[i].Type, in child, slot);
        }

        _writer.Text.Append('}');
    }

    private void AppendMap(SqlType type, ListVector list, int slot)
    {
        var entries = (StructVector)list.Child;
        var keys = new VectorReader(entries.Children[0]);
        var values = new VectorReader(entries.Children[1]);
        _writer.Text.Append('{');
        for (int i = list.Offsets[slot]; i < list.Offsets[slot + 1]; i++)
        {
            _writer.Text.Append(i == list.Offsets[slot] ? "" : ",");
            JsonForms.AppendString(_writer.Text, TextForms.Format(type.Key!, in keys, i, Zone.Utc));
            _writer.Text.Append(':');
            Append(type.Element!, in values, i);
        }

        _writer.Text.Append('}');
    }
}
