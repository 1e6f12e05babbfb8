using System.Text;
using System.Text.Unicode;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Csv;

/// <summary>Splits blocks of CSV into fields and converts the columns that a scan reads.</summary>
internal sealed class CsvScanReader : TextScanReader
{
    private readonly CsvTable _table;
    private readonly CsvScanner _scanner;
    private readonly CsvFieldRules _rules;
    private readonly CsvColumn[] _converters;
    private readonly bool[] _dropped;
    private NativeBuffer? _buffer;
    private TextBlock _block;
    private int _position;
    private int _end;

    public CsvScanReader(CsvTable table, TextScanSource source, TaskContext context, OperatorMetrics metrics)
        : base(source, context, metrics)
    {
        _table = table;
        CsvOptions options = table.Options;
        _scanner = new CsvScanner(table.Dialect, table.Columns.Count, context.BatchSize, options.PadsRows, options.IgnoresErrors);
        _rules = new CsvFieldRules(table.Dialect, options.NullTexts, options.ReadsQuotedNulls);
        _converters = [.. Scan.TableOrdinals.Select(ordinal => CsvColumn.Create(table.Columns[ordinal].Type, ordinal, _rules, context.Evaluation))];
        _dropped = options.IgnoresErrors ? new bool[context.BatchSize] : [];
    }

    protected override ReadOnlySpan<bool> DroppedRows => _dropped;

    public override void Dispose()
    {
        base.Dispose();
        foreach (CsvColumn converter in _converters)
        {
            converter.Dispose();
        }

        _buffer?.Release();
        _buffer = null;
    }

    protected override int NextRows()
    {
        if (_position >= _end)
        {
            if (!TryTakeBlock(ref _buffer, out _block))
            {
                return -1;
            }

            (_position, _end) = (0, _block.LengthBytes);
            if (!Utf8.IsValid(Bytes(_end)))
            {
                throw TextFileErrors.NotUtf8(_block.Path, Line(InvalidByte()));
            }
        }

        Array.Clear(_dropped);
        _position = _scanner.Scan(Bytes(_end + NativeBuffer.PaddingBytes), _position, _end);
        if (_scanner.BadRecord >= 0)
        {
            bool isQuote = _scanner.BadFieldCount < 0;
            string problem = _scanner.BadFieldCount switch
            {
                CsvScanner.Unclosed => "the quote that begins a field is never closed",
                CsvScanner.TextBehindQuote => "text follows the quote that ends a field",
                int count when count > _scanner.Width => $"more than the expected {_table.Columns.Count} fields",
                int count => $"{count} fields instead of {_table.Columns.Count}",
            };
            throw TextFileErrors.Malformed(
                _block.Path, Line(isQuote ? _scanner.OpenQuote : _scanner.BadRecord), problem, isQuote && _table.Options.Quote is null ? (char)_table.Dialect.Quote : null);
        }

        return _scanner.RowCount;
    }

    protected override Vector MakeColumn(int readOrdinal)
    {
        var rows = new CsvRows(Bytes(_end), _buffer!, _scanner, _dropped);
        int bad = _converters[readOrdinal].Read(in rows, out Vector vector);
        if (bad >= 0)
        {
            int ordinal = Scan.TableOrdinals[readOrdinal];
            TableColumn column = _table.Columns[ordinal];
            throw TextFileErrors.BadValue(
                _block.Path, Line(_scanner.RowStart(bad)), column.Name, column.Type, Encoding.UTF8.GetString(rows.Raw(bad, ordinal, out _)));
        }

        return vector;
    }

    private Span<byte> Bytes(int length) => _buffer!.Span<byte>(0, length);

    private long Line(int position) => _block.FirstLine + Bytes(position).Count((byte)'\n');

    private int InvalidByte()
    {
        int position = 0;
        while (Rune.DecodeFromUtf8(Bytes(_end)[position..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            position += length;
        }

        return position;
    }
}
