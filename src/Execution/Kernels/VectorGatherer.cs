using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Execution.Kernels;

/// <summary>Makes vectors out of rows of other vectors; owns the buffers of its last result.</summary>
/// <remarks>
/// A result is valid until the next call, unless it was retained (then new buffers are taken). Long text is not copied: the result's views point into the
/// source's data buffers, which the result names too. One gatherer a column.
/// </remarks>
internal sealed class VectorGatherer(MemoryAccount account) : IDisposable
{
    private const int RowsBetweenQuestions = 256 << 10;

    private NativeBuffer? _values;
    private NativeBuffer? _validity;
    private VectorGatherer[] _children = [];
    private NativeBuffer? _childRows;
    private NativeBuffer? _rows;

    /// <summary>Rows of <paramref name="source"/> by number; -1 gives null. Dictionaries and constants stay what they are.</summary>
    public Vector Take(Vector source, ReadOnlySpan<int> rows)
    {
        int count = rows.Length;
        if (source is ConstantVector constant)
        {
            return TakeConstant(constant, rows);
        }

        int nulls = TakeValidity(source, rows);
        switch (source)
        {
            case DictionaryVector dictionary:
            {
                NativeBuffer codes = NativeBuffer.Reuse(ref _values, (long)count * dictionary.CodeWidth, account);
                Span<byte> result = codes.Span<byte>(0, count * dictionary.CodeWidth);
                GatherKernels.RunBytes(
                    dictionary.CodesBuffer.Span<byte>(dictionary.OffsetBytes, dictionary.Length * dictionary.CodeWidth), dictionary.CodeWidth, rows, result);
                return new DictionaryVector(count, codes, 0, dictionary.CodeWidth, dictionary.Dictionary, _validity, nulls);
            }

            case FixedVector fixedVector:
            {
                int width = source.Type.Width;
                NativeBuffer values = NativeBuffer.Reuse(ref _values, (long)count * width, account);
                for (int start = 0; start < count; start += RowsBetweenQuestions)
                {
                    ReadOnlySpan<int> part = Part(rows, start);
                    GatherKernels.RunBytes(fixedVector.ValueBytes, width, part, values.Span<byte>((long)start * width, part.Length * width));
                }

                return new FixedVector(source.Type, count, values, 0, _validity, nulls);
            }

            case ViewVector text:
            {
                NativeBuffer views = NativeBuffer.Reuse(ref _values, (long)count * 16, account);
                Span<StringView> result = views.Span<StringView>(0, count);
                for (int start = 0; start < count; start += RowsBetweenQuestions)
                {
                    ReadOnlySpan<int> part = Part(rows, start);
                    GatherKernels.Run(text.Views, part, result.Slice(start, part.Length));
                }

                if (nulls > 0)
                {
                    ClearNullViews(result, _validity!.Span<byte>(0, Bits.ByteCount(count)));
                }

                return new ViewVector(source.Type, count, views, 0, text.DataBuffers, _validity, nulls);
            }

            case BooleanVector booleans:
            {
                NativeBuffer values = NativeBuffer.Reuse(ref _values, Bits.WordCount(count) * 8L, account);
                GatherKernels.Bits(booleans.Values, rows, Bitmaps.Words(values, count));
                return new BooleanVector(count, values, _validity, nulls);
            }

            case StructVector structs:
            {
                EnsureChildren(structs.Children.Length);
                var children = new Vector[structs.Children.Length];
                for (int i = 0; i < children.Length; i++)
                {
                    children[i] = _children[i].Take(structs.Children[i], rows);
                }

                return new StructVector(source.Type, count, children, _validity, nulls);
            }

            case ListVector lists:
                return TakeLists(lists, rows, nulls);
            default:
                throw new InvalidOperationException($"gather of {source.GetType().Name}");
        }
    }

    /// <summary>The same values as a flat vector; a flat vector is returned as it is.</summary>
    public Vector Flatten(Vector source)
    {
        int count = source.Length;
        switch (source)
        {
            case ConstantVector constant:
            {
                NativeBuffer rows = NativeBuffer.Reuse(ref _rows, count * 4L, account);
                Span<int> zeros = rows.Span<int>(0, count);
                zeros.Fill(constant.IsNullConstant ? -1 : 0);
                return Take(constant.Value, zeros);
            }

            case DictionaryVector dictionary:
            {
                Vector flat = dictionary.CodeWidth switch
                {
                    1 => Decode(dictionary, dictionary.Codes8),
                    2 => Decode(dictionary, dictionary.Codes16),
                    _ => Decode(dictionary, dictionary.Codes32),
                };
                if (flat is ViewVector views && flat.HasNulls)
                {
                    ClearNullViews(views.ViewsBuffer.Span<StringView>(views.OffsetBytes, count), flat.Validity);
                }

                return flat;
            }

            default:
                return source;
        }
    }

    public void Dispose()
    {
        _values?.Release();
        _validity?.Release();
        _childRows?.Release();
        _rows?.Release();
        _values = _validity = _childRows = _rows = null;
        foreach (VectorGatherer child in _children)
        {
            child.Dispose();
        }

        _children = [];
    }

    /// <summary>Null slots of views hold the empty view.</summary>
    public static void ClearNullViews(Span<StringView> views, ReadOnlySpan<byte> validity)
    {
        for (int i = 0; i < views.Length; i++)
        {
            if (!Bits.Get(validity, i))
            {
                views[i] = default;
            }
        }
    }

    private Vector Decode<TCode>(DictionaryVector source, ReadOnlySpan<TCode> codes)
        where TCode : unmanaged
    {
        int count = codes.Length;
        Vector dictionary = source.Dictionary;
        switch (dictionary)
        {
            case ViewVector text:
            {
                NativeBuffer views = NativeBuffer.Reuse(ref _values, count * 16L, account);
                GatherKernels.Decode(codes, text.Views, views.Span<StringView>(0, count));
                return new ViewVector(source.Type, count, views, 0, text.DataBuffers, source.ValidityBuffer, source.NullCount);
            }

            case FixedVector values when values.Type.Width is 1 or 2 or 4 or 8 or 16:
            {
                int width = values.Type.Width;
                NativeBuffer result = NativeBuffer.Reuse(ref _values, (long)count * width, account);
                switch (width)
                {
                    case 1: GatherKernels.Decode(codes, values.Values<byte>(), result.Span<byte>(0, count)); break;
                    case 2: GatherKernels.Decode(codes, values.Values<ushort>(), result.Span<ushort>(0, count)); break;
                    case 4: GatherKernels.Decode(codes, values.Values<uint>(), result.Span<uint>(0, count)); break;
                    case 8: GatherKernels.Decode(codes, values.Values<ulong>(), result.Span<ulong>(0, count)); break;
                    default: GatherKernels.Decode(codes, values.Values<UInt128>(), result.Span<UInt128>(0, count)); break;
                }

                return new FixedVector(source.Type, count, result, 0, source.ValidityBuffer, source.NullCount);
            }

            case BooleanVector booleans:
            {
                NativeBuffer result = NativeBuffer.Reuse(ref _values, Bits.WordCount(count) * 8L, account);
                GatherKernels.DecodeBits(codes, booleans.Values, Bitmaps.Words(result, count));
                return new BooleanVector(count, result, source.ValidityBuffer, source.NullCount);
            }

            default:
            {
                NativeBuffer buffer = NativeBuffer.Reuse(ref _rows, count * 4L, account);
                Span<int> rows = buffer.Span<int>(0, count);
                for (int i = 0; i < count; i++)
                {
                    rows[i] = source.IsNull(i) ? -1 : GatherKernels.Index(codes[i]);
                }

                return Take(dictionary, rows);
            }
        }
    }

    private Vector TakeConstant(ConstantVector source, ReadOnlySpan<int> rows)
    {
        int count = rows.Length;
        if (source.IsNullConstant || rows.IndexOfAnyInRange(int.MinValue, -1) < 0)
        {
            return new ConstantVector(source.Value, count);
        }

        int nulls = TakeValidity(source, rows);
        NativeBuffer codes = NativeBuffer.Reuse(ref _values, count, account);
        codes.Span<byte>(0, count).Clear();
        return new DictionaryVector(count, codes, 0, 1, source.Value, _validity, nulls);
    }

    private int TakeValidity(Vector source, ReadOnlySpan<int> rows)
    {
        if (!source.HasNulls && rows.IndexOfAnyInRange(int.MinValue, -1) < 0)
        {
            return 0;
        }

        NativeBuffer validity = NativeBuffer.Reuse(ref _validity, Bits.WordCount(rows.Length) * 8L, account);
        return GatherKernels.Bits(source.Validity, rows, Bitmaps.Words(validity, rows.Length));
    }

    private ListVector TakeLists(ListVector source, ReadOnlySpan<int> rows, int nulls)
    {
        int count = rows.Length;
        NativeBuffer offsetsBuffer = NativeBuffer.Reuse(ref _values, (count + 1) * 4L, account);
        Span<int> offsets = offsetsBuffer.Span<int>(0, count + 1);
        ReadOnlySpan<int> from = source.Offsets;
        int total = 0;
        for (int i = 0; i < count; i++)
        {
            offsets[i] = total;
            int row = rows[i];
            total = checked(total + (row < 0 || source.IsNull(row) ? 0 : from[row + 1] - from[row]));
        }

        offsets[count] = total;
        NativeBuffer childRowsBuffer = NativeBuffer.Reuse(ref _childRows, total * 4L, account);
        Span<int> childRows = childRowsBuffer.Span<int>(0, total);
        for (int i = 0, asked = 0; i < count; i++)
        {
            if (offsets[i] - asked > RowsBetweenQuestions)
            {
                Interruption.Ask();
                asked = offsets[i];
            }

            for (int k = offsets[i], element = offsets[i + 1] > k ? from[rows[i]] : 0; k < offsets[i + 1]; k++, element++)
            {
                childRows[k] = element;
            }
        }

        EnsureChildren(1);
        return new ListVector(source.Type, count, offsetsBuffer, _children[0].Take(source.Child, childRows), _validity, nulls);
    }

    /// <summary>The next rows of many: lists may have hundreds of millions of elements, and who takes them hears a cancellation between the parts.</summary>
    private static ReadOnlySpan<int> Part(ReadOnlySpan<int> rows, int start)
    {
        if (start > 0)
        {
            Interruption.Ask();
        }

        return rows.Slice(start, Math.Min(RowsBetweenQuestions, rows.Length - start));
    }

    private void EnsureChildren(int count)
    {
        if (_children.Length < count)
        {
            _children = [.. _children, .. Enumerable.Range(0, count - _children.Length).Select(_ => new VectorGatherer(account))];
        }
    }
}
