using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Json;

/// <summary>Reads values of JSON files into the columns that a scan reads.</summary>
internal sealed class JsonScanReader : TextScanReader
{
    public static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = 1000 };

    private const int ElementsAtOnce = 4096;

    private readonly JsonTable _table;
    private readonly byte[][] _names;
    private readonly Dictionary<string, int> _ordinals = new(StringComparer.OrdinalIgnoreCase);
    private readonly ResultColumn[] _results;
    private readonly int[] _resultOf;
    private readonly bool[] _dropped;
    private readonly (int Start, int End)[] _values;
    private NativeBuffer? _buffer;
    private TextBlock _block;
    private int _position;
    private Pulse _pulse;
    private int _end;

    public JsonScanReader(JsonTable table, TextScanSource source, TaskContext context, OperatorMetrics metrics)
        : base(source, context, metrics)
    {
        _table = table;
        _names = [.. table.Columns.Select(static column => Encoding.UTF8.GetBytes(column.Name))];
        _resultOf = new int[table.Columns.Count];
        Array.Fill(_resultOf, -1);
        for (int i = 0; i < table.Columns.Count; i++)
        {
            _ordinals.TryAdd(table.Columns[i].Name, i);
        }

        _results = [.. Scan.TableOrdinals.Select(ordinal => new ResultColumn(table.Columns[ordinal].Type, context.Account))];
        for (int i = _results.Length - 1; i >= 0; i--)
        {
            _resultOf[Scan.TableOrdinals[i]] = i;
        }

        _values = new (int, int)[context.BatchSize];
        _dropped = table.Options.IgnoresErrors ? new bool[context.BatchSize] : [];
    }

    protected override ReadOnlySpan<bool> DroppedRows => _dropped;

    public override void Dispose()
    {
        base.Dispose();
        foreach (ResultColumn result in _results)
        {
            result.Dispose();
        }

        _buffer?.Release();
        _buffer = null;
    }

    protected override int NextRows()
    {
        _pulse = new Pulse(Context.Cancellation);
        if (_position >= _end)
        {
            if (!TryTakeBlock(ref _buffer, out _block))
            {
                return -1;
            }

            (_position, _end) = (0, _block.LengthBytes);
            if (!IsUtf8(Bytes(_end)))
            {
                throw TextFileErrors.NotUtf8(_block.Path, _block.FirstLine);
            }
        }

        int count = FindValues();
        foreach (ResultColumn result in _results)
        {
            result.Start(count);
        }

        Array.Clear(_dropped);
        for (int row = 0; row < count; row++)
        {
            ReadRow(row);
        }

        return count;
    }

    protected override Vector MakeColumn(int readOrdinal) => _results[_resultOf[Scan.TableOrdinals[readOrdinal]]].Build();

    private bool IsUtf8(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            ReadOnlySpan<byte> part = Utf8Text.Stretch(bytes);
            if (!Utf8.IsValid(part))
            {
                return false;
            }

            _pulse.Spend(part.Length);
            bytes = bytes[part.Length..];
        }

        return true;
    }

    private Span<byte> Bytes(int length) => _buffer!.Span<byte>(0, length);

    private int FindValues()
    {
        ReadOnlySpan<byte> bytes = Bytes(_end);
        int count = 0;
        while (count < _values.Length && _table.Format.ValueStart(bytes, _position) is var start and >= 0)
        {
            int end = _table.Format.ValueEnd(bytes, start);
            _position = end == 0 ? _end : end;
            _values[count++] = (start, _position);
        }

        _position = count < _values.Length ? _end : _position;
        return count;
    }

    private void ReadRow(int row)
    {
        (int start, int end) = _values[row];
        ReadOnlySpan<byte> value = Bytes(end)[start..];
        int column = -1;
        try
        {
            var reader = new Utf8JsonReader(value, ReaderOptions);
            reader.Read();
            if (!_table.HasObjects)
            {
                column = 0;
                Set(0, row, ref reader, value);
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadFields(ref reader, row, value, ref column);
            }
            else if (reader.TokenType != JsonTokenType.Null)
            {
                throw new JsonException("not an object");
            }

            column = -1;
            while (reader.Read())
            {
                _pulse.Spend(JsonValues.TokenBytes(ref reader));
            }
        }
        catch (JsonException error)
        {
            Drop(row, () => TextFileErrors.BadJson(_block.Path, Line(start) + (error.LineNumber ?? 0), error));
        }
        catch (JsonValueException error)
        {
            TableColumn declared = _table.Columns[Math.Max(column, 0)];
            Drop(row, () => TextFileErrors.BadValue(_block.Path, Line(start), declared.Name, error.Type, error.Text));
        }
    }

    private void Drop(int row, Func<Parser.Errors.QueryException> makeError)
    {
        if (_dropped.Length == 0)
        {
            throw makeError();
        }

        _dropped[row] = true;
    }

    private void ReadFields(ref Utf8JsonReader reader, int row, ReadOnlySpan<byte> value, ref int column)
    {
        int expected = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Objects of a file mostly have their fields in one order.
            column = expected < _names.Length && reader.ValueTextEquals(_names[expected]) ? expected : Find(reader.GetString()!);
            expected = column + 1;
            reader.Read();
            if (column < 0 || _resultOf[column] < 0)
            {
                JsonValues.Skip(ref reader, ref _pulse);
            }
            else
            {
                Set(column, row, ref reader, value);
            }
        }
    }

    private int Find(string name) => _ordinals.GetValueOrDefault(name, -1);

    private void Set(int column, int row, ref Utf8JsonReader reader, ReadOnlySpan<byte> value)
    {
        if (_resultOf[column] < 0)
        {
            JsonValues.Skip(ref reader, ref _pulse);
            return;
        }

        if (reader.TokenType == JsonTokenType.Null)
        {
            return;
        }

        ResultColumn result = _results[_resultOf[column]];
        SqlType type = _table.Columns[column].Type;
        result.MoveTo(row);
        switch (type.Kind)
        {
            case TypeKind.BigInt when reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number):
                result.SetLong(number);
                break;
            case TypeKind.DoublePrecision when reader.TokenType == JsonTokenType.Number && Csv.CsvValues.TryDouble(reader.ValueSpan, out double real):
                result.SetDouble(real);
                break;
            case TypeKind.Text when reader.TokenType == JsonTokenType.String && !reader.ValueIsEscaped:
                result.SetBytes(reader.ValueSpan);
                break;
            case TypeKind.Array when reader.TokenType == JsonTokenType.StartArray:
                SetArray(result, type, ref reader, value);
                break;
            default:
                LiteralVectors.Set(result, JsonValues.Read(ref reader, type, value, ref _pulse));
                break;
        }
    }

    /// <summary>Hands elements on as they are read: millions of them at once would be as many objects to collect.</summary>
    private void SetArray(ResultColumn result, SqlType type, ref Utf8JsonReader reader, ReadOnlySpan<byte> value)
    {
        ColumnAppender elements = result.BeginList();
        var items = new List<Literal>();
        try
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                items.Add(JsonValues.Read(ref reader, type.Element!, value, ref _pulse));
                if (items.Count == ElementsAtOnce)
                {
                    Append(elements, type, items);
                }
            }

            Append(elements, type, items);
        }
        finally
        {
            result.EndList();       // of a value that is dropped too: the next one's elements are its own
        }
    }

    private void Append(ColumnAppender elements, SqlType type, List<Literal> items)
    {
        using var part = new NestedLiteral(type, NodeList.From(items), Context.Account);
        elements.AppendRange(((ListVector)part.Vector).Child, 0, items.Count);
        items.Clear();
    }

    private long Line(int position) => _block.FirstLine + Bytes(position).Count((byte)'\n');
}
