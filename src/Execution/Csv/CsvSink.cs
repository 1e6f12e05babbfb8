using System.Buffers;
using System.Text;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Csv;

/// <summary>Writes CSV as COPY does: NULL is empty without quotes, empty text is quoted; between fields what the file's ending lets readers expect (.tsv a tab, .tbl a bar). Options: header (on), delimiter, quote, escape, null, force_quote.</summary>
internal sealed class CsvSink : FileSink
{
    private const int LargeStretchBytes = 1 << 20;

    private readonly TextFileWriter _writer;
    private readonly SqlType[] _types;
    private readonly char _delimiter;
    private readonly string _separator;
    private readonly char _quote;
    private readonly char _escape;
    private readonly string _null = "";
    private readonly bool _quotesAll;
    private readonly SearchValues<char> _special;
    private readonly SearchValues<byte> _specialBytes;

    public CsvSink(string path, IReadOnlyList<(string Name, SqlType Type)> columns, IReadOnlyDictionary<string, string> options)
    {
        bool hasHeader = true;
        (_delimiter, _quote) = (path.Contains(".tsv", StringComparison.OrdinalIgnoreCase) ? '\t' : path.Contains(".tbl", StringComparison.OrdinalIgnoreCase) ? '|' : ',', '"');
        char? escape = null;
        foreach ((string name, string value) in options)
        {
            switch (name.ToLowerInvariant())
            {
                case "header": hasHeader = CsvOptions.Flag(name, value); break;
                case "delim" or "delimiter" or "sep": _delimiter = One(name, value); break;
                case "quote": _quote = One(name, value); break;
                case "escape": escape = One(name, value); break;
                case "null" or "nullstr": _null = value; break;
                case "force_quote": _quotesAll = value is "*" or "on" or "true" ? true : throw TextFileErrors.InvalidOption(name, value); break;
                case "compression" when value.ToLowerInvariant() is var codec && codec == (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? "gzip" : path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) ? "zstd" : "none"): break;
                default: throw TextFileErrors.UnknownOption("CSV", name);
            }
        }

        _escape = escape ?? _quote;
        _separator = _delimiter.ToString();
        _special = SearchValues.Create([_delimiter, _quote, _escape, '\n', '\r']);
        _specialBytes = SearchValues.Create([(byte)_delimiter, (byte)_quote, (byte)_escape, (byte)'\n', (byte)'\r']);
        _types = [.. columns.Select(static column => column.Type)];
        _writer = new TextFileWriter(path);
        if (hasHeader)
        {
            for (int i = 0; i < columns.Count; i++)
            {
                AppendField(columns[i].Name, i, false);
            }

            _writer.Text.Append('\n');
        }
    }

    protected override void FinishFile() => _writer.Finish();

    public override void Dispose() => _writer.Dispose();

    protected override void WriteRows(Batch batch)
    {
        VectorReader[] readers = Array.ConvertAll(batch.Columns, static column => new VectorReader(column));
        ReadOnlySpan<int> selected = batch.Selection == null ? default : batch.Selection.Rows;
        var value = new StringBuilder();
        for (int i = 0; i < batch.RowCount; i++)
        {
            int row = batch.Selection == null ? i : selected[i];
            for (int column = 0; column < readers.Length; column++)
            {
                ref readonly VectorReader reader = ref readers[column];
                SqlType type = _types[column];
                if (reader.IsNull(row))
                {
                    _writer.Text.Append(column == 0 ? "" : _separator).Append(_null);
                }
                else if (!_quotesAll && _delimiter is ',' or '|' or '\t' or ';' && (type.IsNumber || type.Kind == TypeKind.Date))
                {
                    _writer.Text.Append(column == 0 ? "" : _separator);
                    TextForms.Append(_writer.Text, type, in reader, row, Zone.Utc);
                }
                else if (type.IsText && type.Kind != TypeKind.Char && reader.Bytes(row) is { Length: > Pulse.StretchBytes } large)
                {
                    AppendLarge(large, column);
                }
                else
                {
                    value.Clear();
                    TextForms.Append(value, type, in reader, row, Zone.Utc);
                    AppendField(value.ToString(), column, _quotesAll);
                }
            }

            _writer.Text.Append('\n');
            _writer.Flush();
        }
    }

    private void AppendField(string text, int column, bool force)
    {
        StringBuilder target = _writer.Text;
        if (column > 0)
        {
            target.Append(_delimiter);
        }

        // A lone \. would end COPY's input; blanks at the ends would be lost on some readers.
        bool needsQuotes = force || text == _null || text == "\\." || text.AsSpan().IndexOfAny(_special) >= 0 || (text.Length > 0 && (text[0] == ' ' || text[^1] == ' '));
        if (!needsQuotes)
        {
            target.Append(text);
            return;
        }

        target.Append(_quote);
        AppendEscaped(text);
        target.Append(_quote);
    }

    /// <summary>Writes a text of any length a stretch at a time: it is nowhere whole in memory a second time, and a cancellation is heard within it.</summary>
    private void AppendLarge(ReadOnlySpan<byte> text, int column)
    {
        bool needsQuotes = _quotesAll || text[0] == ' ' || text[^1] == ' ' || text.Length == Encoding.UTF8.GetByteCount(_null);
        for (ReadOnlySpan<byte> rest = text; !needsQuotes && !rest.IsEmpty; rest = rest[Math.Min(rest.Length, LargeStretchBytes)..])
        {
            Interruption.Ask();
            needsQuotes = rest[..Math.Min(rest.Length, LargeStretchBytes)].IndexOfAny(_specialBytes) >= 0;
        }

        string quote = needsQuotes ? _quote.ToString() : "";
        _writer.Text.Append(column == 0 ? "" : _separator).Append(quote);
        var characters = new char[2 * Pulse.StretchBytes];
        for (ReadOnlySpan<byte> rest = text; !rest.IsEmpty;)
        {
            Interruption.Ask();
            ReadOnlySpan<byte> some = Utf8Text.Stretch(rest);
            rest = rest[some.Length..];
            ReadOnlySpan<char> part = characters.AsSpan(0, Encoding.UTF8.GetChars(some, characters));
            if (needsQuotes)
            {
                AppendEscaped(part);
            }
            else
            {
                _writer.Text.Append(part);
            }

            _writer.Flush();
        }

        _writer.Text.Append(quote);
    }

    private void AppendEscaped(ReadOnlySpan<char> text)
    {
        StringBuilder target = _writer.Text;
        for (int found = text.IndexOfAny(_quote, _escape); found >= 0; found = text.IndexOfAny(_quote, _escape))
        {
            target.Append(text[..found]).Append(_escape).Append(text[found]);
            text = text[(found + 1)..];
        }

        target.Append(text);
    }

    private static char One(string name, string value)
    {
        string text = value == "\\t" ? "\t" : value;
        return text.Length == 1 && char.IsAscii(text[0]) && text[0] is not ('\n' or '\r') ? text[0] : throw TextFileErrors.InvalidOption(name, value);
    }
}
