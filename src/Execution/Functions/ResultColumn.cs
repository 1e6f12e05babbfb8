using System.Runtime.InteropServices;
using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions;

/// <summary>Builds a result vector slot by slot, in any type; slots that are not set are null.</summary>
/// <remarks>Buffers are kept from batch to batch unless a result was retained. Slots are set in ascending order (arrays are appended).</remarks>
internal sealed class ResultColumn : IDisposable
{
    private readonly SqlType _type;
    private readonly ArrowType _arrowType;
    private readonly int _width;
    private readonly MemoryAccount _account;
    private readonly ByteHeap? _heap;
    private readonly ColumnAppender? _appender;
    private readonly List<NativeBuffer> _sharedBuffers = [];
    private readonly HashSet<Vector> _sharedSources = [];
    private Vector? _lastShared;
    private NativeBuffer? _values;
    private NativeBuffer? _validity;
    private int _length;
    private int _row;
    private int _set;

    public ResultColumn(SqlType type, MemoryAccount account)
    {
        _type = type;
        _arrowType = ArrowTypes.Of(type);
        _width = type.IsNested || _arrowType.Id == ArrowTypeId.Boolean ? 0 : _arrowType.Width;
        _account = account;
        _heap = _arrowType.IsView ? new ByteHeap(account) : null;
        _appender = type.IsNested ? ColumnAppender.Create(_arrowType, account) : null;
    }

    public SqlType Type => _type;

    /// <summary>Begins a batch: every slot null.</summary>
    public void Start(int length)
    {
        _length = length;
        _set = 0;
        NativeBuffer.Reuse(ref _validity, Math.Max(Bits.WordCount(length), 1) * 8L, _account);
        Bitmaps.Words(_validity!, length).Clear();
        if (_appender != null)
        {
            _appender.Reset();
            return;
        }

        long bytes = _arrowType.Id == ArrowTypeId.Boolean ? Bits.WordCount(length) * 8L : (long)length * _arrowType.Width;
        NativeBuffer.Reuse(ref _values, Math.Max(bytes, 8), _account);
        _values!.Span<byte>(0, (int)bytes).Clear();
        if (_heap != null)
        {
            _heap.Reset();
            _lastShared = null;
            _sharedBuffers.Clear();
            _sharedSources.Clear();
        }
    }

    /// <summary>Chooses the slot that is set next.</summary>
    public void MoveTo(int row) => _row = row;

    public void SetLong(long value)
    {
        Mark();
        switch (_width)
        {
            case 2: _values!.Span<short>(0, _length)[_row] = (short)value; break;
            case 4: _values!.Span<int>(0, _length)[_row] = (int)value; break;
            case 8: _values!.Span<long>(0, _length)[_row] = value; break;
            default: throw new InvalidOperationException($"an integer as {_type}");
        }
    }

    public void SetBoolean(bool value)
    {
        Mark();
        if (value)
        {
            Bits.Set(_values!.Span<byte>(0, Bits.ByteCount(_length)), _row);
        }
    }

    public void SetDouble(double value)
    {
        Mark();
        if (_width == 4)
        {
            _values!.Span<float>(0, _length)[_row] = (float)value;
        }
        else
        {
            _values!.Span<double>(0, _length)[_row] = value;
        }
    }

    /// <exception cref="Parser.Errors.QueryException">More digits than the type has (22003).</exception>
    public void SetDecimal(Int128 unscaled)
    {
        DecimalMath.CheckPrecision(unscaled, _type);
        Mark();
        if (_width == 8)
        {
            _values!.Span<long>(0, _length)[_row] = (long)unscaled;
        }
        else
        {
            _values!.Span<Int128>(0, _length)[_row] = unscaled;
        }
    }

    public void SetInterval(Interval value)
    {
        Mark();
        _values!.Span<Interval>(0, _length)[_row] = value;
    }

    public void SetUuid(UInt128 value)
    {
        Mark();
        _values!.Span<UInt128>(0, _length)[_row] = value;
    }

    /// <param name="bytes">The value.</param>
    /// <param name="cancellation">Ends the copy of a large one.</param>
    public void SetBytes(ReadOnlySpan<byte> bytes, CancellationToken cancellation = default)
    {
        if (bytes.Length > Pulse.StretchBytes)
        {
            new Pulse(cancellation).Copy(bytes, _heap!.Reserve(bytes.Length));
            CommitBytes(bytes.Length);
            return;
        }

        Mark();
        _values!.Span<StringView>(0, _length)[_row] = _heap!.Add(bytes);
    }

    /// <param name="text">The value.</param>
    /// <param name="cancellation">Ends the copy of a large one.</param>
    public void SetText(ReadOnlySpan<char> text, CancellationToken cancellation = default)
    {
        if (text.Length > Pulse.StretchBytes)
        {
            int length = Utf8Text.CountBytes(text, cancellation);
            CommitBytes(Utf8Text.Encode(text, _heap!.Reserve(length), cancellation));
            return;
        }

        Mark();
        Span<byte> room = _heap!.Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _values!.Span<StringView>(0, _length)[_row] = _heap.Commit(Encoding.UTF8.GetBytes(text, room));
    }

    /// <summary>Room for at most <paramref name="maxBytes"/> bytes; follow with <see cref="CommitBytes"/>.</summary>
    public Span<byte> Reserve(int maxBytes) => _heap!.Reserve(maxBytes);

    public void CommitBytes(int length)
    {
        Mark();
        _values!.Span<StringView>(0, _length)[_row] = _heap!.Commit(length);
    }

    /// <summary>Bytes that lie in a view vector's own memory: the view points there, the vector's data buffers are named by the result.</summary>
    public void SetPart(Vector source, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > StringView.InlineBytes)
        {
            Share(source);
        }

        Mark();
        _values!.Span<StringView>(0, _length)[_row] = ViewKernels.ViewOf(bytes);
    }

    /// <summary>Rows of a flat vector of this type that follow each other, put into slots that do; texts are not copied, the vector's data buffers are named by the result.</summary>
    /// <param name="reader">Reads the vector.</param>
    /// <param name="first">First row.</param>
    /// <param name="slot">First slot; where the next <see cref="MoveTo"/> goes is behind the last one.</param>
    /// <param name="count">Rows.</param>
    public void SetRange(in VectorReader reader, int first, int slot, int count)
    {
        if (reader.Source is ViewVector views && _heap != null)
        {
            views.Views.Slice(first, count).CopyTo(_values!.Span<StringView>(slot * 16L, count));
            Share(views);
        }
        else if (reader.Source is FixedVector flat && flat.Type.Id == _arrowType.Id && _arrowType.Id is not (ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128))
        {
            flat.ValueBytes.Slice(first * _width, count * _width).CopyTo(_values!.Span<byte>((long)slot * _width, count * _width));
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                MoveTo(slot + i);
                if (!reader.IsNull(first + i))
                {
                    SetValue(in reader, first + i);
                }
            }

            return;
        }

        Span<byte> validity = _validity!.Span<byte>(0, Bits.ByteCount(_length));
        bool hasNulls = reader.Source.HasNulls;
        for (int i = 0; i < count; i++)
        {
            if (!hasNulls || !reader.IsNull(first + i))
            {
                Bits.Set(validity, slot + i);
                _set++;
            }
        }
    }

    /// <summary>A row of another vector of this type (decimals: of this scale).</summary>
    public void SetValue(in VectorReader reader, int row)
    {
        switch (_arrowType.Id)
        {
            case ArrowTypeId.Utf8 or ArrowTypeId.Binary:
                Mark();
                _values!.Span<StringView>(0, _length)[_row] = _heap!.Add(reader.View(row));
                break;
            case ArrowTypeId.Boolean: SetBoolean(reader.Boolean(row)); break;
            case ArrowTypeId.Float32 or ArrowTypeId.Float64: SetDouble(reader.Double(row)); break;
            case ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128: SetDecimal(reader.Decimal(row)); break;
            case ArrowTypeId.Interval: SetInterval(reader.Value<Interval>(row)); break;
            case ArrowTypeId.FixedSizeBinary: SetUuid(reader.Value<UInt128>(row)); break;
            case ArrowTypeId.List or ArrowTypeId.Struct or ArrowTypeId.Map:
                Mark();
                FillGap();
                _appender!.Append(reader.Source, [row]);
                break;
            default: SetLong(reader.Integer(row)); break;
        }
    }

    /// <summary>An array's elements, a row's fields or a map's entries as literals.</summary>
    public void SetNested(NodeList<Catalyst.Expressions.Literal> items)
    {
        Mark();
        FillGap();
        using var builder = new NestedLiteral(_type, items, _account);
        _appender!.Append(builder.Vector, [0]);
    }

    /// <summary>Begins an array; append its elements to what is returned, then call <see cref="EndList"/>.</summary>
    public ColumnAppender BeginList()
    {
        Mark();
        FillGap();
        return ((ListAppender)_appender!).Child;
    }

    public void EndList() => ((ListAppender)_appender!).EndRow();

    /// <summary>The first slots only, where fewer were set than <see cref="Start"/> made room for.</summary>
    public Vector Build(int length)
    {
        _length = length;
        return Build();
    }

    public Vector Build()
    {
        int nulls = _length - _set;
        NativeBuffer? validity = nulls == 0 ? null : _validity;
        if (_appender != null)
        {
            _appender.AppendNulls(_length - _appender.Count);
            Vector nested = _appender.Build();
            return nested switch
            {
                ListVector list => new ListVector(list.Type, _length, list.OffsetsBuffer, list.Child, validity, nulls),
                _ => new StructVector(nested.Type, _length, ((StructVector)nested).Children, validity, nulls),
            };
        }

        return _arrowType.Id switch
        {
            ArrowTypeId.Boolean => new BooleanVector(_length, _values!, validity, nulls),
            ArrowTypeId.Utf8 or ArrowTypeId.Binary => new ViewVector(
                _arrowType, _length, _values!, 0, _sharedBuffers.Count == 0 ? _heap!.Buffers : [.. _heap!.Buffers, .. _sharedBuffers], validity, nulls),
            _ => new FixedVector(_arrowType, _length, _values!, 0, validity, nulls),
        };
    }

    /// <summary>Lets go of the bitmap that the vector built last does without. For results that are built once: the next <see cref="Start"/> takes another.</summary>
    public void DropUnusedValidity()
    {
        if (_length == _set)
        {
            _validity?.Release();
            _validity = null;
        }
    }

    public void Dispose()
    {
        _values?.Release();
        _validity?.Release();
        _values = _validity = null;
        _heap?.Dispose();
        _appender?.Dispose();
    }

    /// <summary>Names the data buffers of a vector of views, once a batch.</summary>
    private void Share(Vector source)
    {
        if (source == _lastShared)
        {
            return;
        }

        _lastShared = source;
        Vector flat = source switch { DictionaryVector dictionary => dictionary.Dictionary, ConstantVector constant => constant.Value, _ => source };
        if (_sharedSources.Add(flat))
        {
            _sharedBuffers.AddRange(((ViewVector)flat).DataBuffers);
        }
    }

    private void FillGap() => _appender!.AppendNulls(_row - _appender.Count);

    private void Mark()
    {
        Bits.Set(_validity!.Span<byte>(0, Bits.ByteCount(_length)), _row);
        _set++;
    }
}
