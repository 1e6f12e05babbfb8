using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Evaluation;

/// <summary>Puts rows of several vectors of one SQL type together in one, slot by slot: what CASE and COALESCE return.</summary>
/// <remarks>Long text is not copied; the result names the data buffers of its sources. Rows that no source filled are null.</remarks>
internal sealed class VectorMerger(SqlType type, MemoryAccount account) : IDisposable
{
    private readonly ArrowType _arrowType = ArrowTypes.Of(type);
    private readonly List<(Vector Source, int Start, int Count)> _parts = [];
    private readonly ResultBuffers _result = new(account);
    private ColumnAppender? _appender;
    private NativeBuffer? _rows;
    private NativeBuffer? _sources;
    private int _rowCount;
    private int _length;

    public void Start(int length)
    {
        _length = length;
        _rowCount = 0;
        _parts.Clear();
        NativeBuffer.Reuse(ref _rows, Math.Max(length, 1) * 4L, account);
    }

    /// <summary>Takes <paramref name="rows"/> from a vector, to the same slots. The vector stays valid until <see cref="Build"/>.</summary>
    public void Put(Vector source, ReadOnlySpan<int> rows)
    {
        rows.CopyTo(_rows!.Span<int>(_rowCount * 4L, rows.Length));
        _parts.Add((source, _rowCount, rows.Length));
        _rowCount += rows.Length;
    }

    public Vector Build()
    {
        if (type.IsNested)
        {
            return BuildNested();
        }

        Span<ulong> validity = _result.Validity(_length);
        validity.Clear();
        switch (_arrowType.Id)
        {
            case ArrowTypeId.Boolean:
                MergeBooleans(validity);
                _result.CountNulls(_length);
                return _result.BuildBoolean(_length);
            case ArrowTypeId.Utf8 or ArrowTypeId.Binary:
                return MergeViews(validity);
            case ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128:
                bool isNarrow = type.Precision <= 18 || _parts.TrueForAll(static part => part.Source is ConstantVector || part.Source.Type.Id == ArrowTypeId.Decimal64);
                if (isNarrow && type.Precision > 18)
                {
                    isNarrow = _parts.TrueForAll(static part => part.Source is not ConstantVector { IsNullConstant: false } constant || FitsLong(new VectorReader(constant.Value).Decimal(0)));
                }

                MergeDecimals(isNarrow, validity);
                _result.CountNulls(_length);
                return _result.BuildFixed(_arrowType with { Id = isNarrow ? ArrowTypeId.Decimal64 : ArrowTypeId.Decimal128 }, _length);
            default:
                switch (_arrowType.Width)
                {
                    case 2: MergeFixed<ushort>(validity); break;
                    case 4: MergeFixed<uint>(validity); break;
                    case 8: MergeFixed<ulong>(validity); break;
                    default: MergeFixed<UInt128>(validity); break;
                }

                _result.CountNulls(_length);
                return _result.BuildFixed(_arrowType, _length);
        }
    }

    public void Dispose()
    {
        _result.Dispose();
        _appender?.Dispose();
        _rows?.Release();
        _sources?.Release();
        _rows = _sources = null;
    }

    private static bool FitsLong(Int128 value) => value >= long.MinValue && value <= long.MaxValue;

    private ReadOnlySpan<int> Rows(int start, int count) => _rows!.Span<int>(start * 4L, count);

    private void MergeFixed<T>(Span<ulong> validity)
        where T : unmanaged
    {
        Span<T> values = _result.Values<T>(_length);
        foreach ((Vector source, int start, int count) in _parts)
        {
            var reader = new VectorReader(source);
            ReadOnlySpan<int> rows = Rows(start, count);
            if (MarkValid(in reader, rows, validity))
            {
                foreach (int row in rows)
                {
                    values[row] = reader.Value<T>(row);
                }
            }
        }
    }

    private void MergeDecimals(bool isNarrow, Span<ulong> validity)
    {
        Span<long> narrow = isNarrow ? _result.Values<long>(_length) : default;
        Span<Int128> wide = isNarrow ? default : _result.Values<Int128>(_length);
        foreach ((Vector source, int start, int count) in _parts)
        {
            var reader = new VectorReader(source);
            ReadOnlySpan<int> rows = Rows(start, count);
            if (!MarkValid(in reader, rows, validity))
            {
                continue;
            }

            foreach (int row in rows)
            {
                Int128 value = reader.Decimal(row);
                if (isNarrow)
                {
                    narrow[row] = (long)value;
                }
                else
                {
                    wide[row] = value;
                }
            }
        }
    }

    private void MergeBooleans(Span<ulong> validity)
    {
        Span<ulong> values = _result.ValueBits(_length);
        values.Clear();
        foreach ((Vector source, int start, int count) in _parts)
        {
            var reader = new VectorReader(source);
            ReadOnlySpan<int> rows = Rows(start, count);
            if (MarkValid(in reader, rows, validity))
            {
                foreach (int row in rows)
                {
                    values[row >> 6] |= (reader.Boolean(row) ? 1UL : 0) << (row & 63);
                }
            }
        }
    }

    private ViewVector MergeViews(Span<ulong> validity)
    {
        Span<StringView> values = _result.Values<StringView>(_length);
        values.Clear();
        var buffers = new List<NativeBuffer>();
        var seen = new HashSet<Vector>(ReferenceEqualityComparer.Instance);
        foreach ((Vector source, int start, int count) in _parts)
        {
            var reader = new VectorReader(source);
            ReadOnlySpan<int> rows = Rows(start, count);
            if (MarkValid(in reader, rows, validity))
            {
                foreach (int row in rows)
                {
                    values[row] = reader.IsNull(row) ? default : reader.View(row);
                }

                if (seen.Add(reader.Flat))
                {
                    buffers.AddRange(((ViewVector)reader.Flat).DataBuffers);
                }
            }
        }

        _result.CountNulls(_length);
        return _result.BuildViews(_arrowType, _length, [.. buffers]);
    }

    private Vector BuildNested()
    {
        _appender ??= ColumnAppender.Create(_arrowType, account);
        _appender.Reset();
        Span<int> sources = NativeBuffer.Reuse(ref _sources, Math.Max(_length, 1) * 4L, account).Span<int>(0, _length);
        sources.Fill(-1);
        for (int i = 0; i < _parts.Count; i++)
        {
            foreach (int row in Rows(_parts[i].Start, _parts[i].Count))
            {
                sources[row] = i;
            }
        }

        for (int row = 0; row < _length; row++)
        {
            if (sources[row] < 0)
            {
                _appender.AppendNulls(1);
            }
            else
            {
                _appender.Append(_parts[sources[row]].Source, [row]);
            }
        }

        return _appender.Build();
    }

    /// <summary>Sets the validity of the rows that are not null; false when the source is the null constant.</summary>
    private static bool MarkValid(in VectorReader reader, ReadOnlySpan<int> rows, Span<ulong> validity)
    {
        if (reader.Source is ConstantVector { IsNullConstant: true })
        {
            return false;
        }

        if (reader.Source.HasNulls)
        {
            foreach (int row in rows)
            {
                validity[row >> 6] |= (reader.IsNull(row) ? 0UL : 1) << (row & 63);
            }
        }
        else
        {
            foreach (int row in rows)
            {
                validity[row >> 6] |= 1UL << (row & 63);
            }
        }

        return true;
    }
}
