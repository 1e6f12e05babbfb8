using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Makes vectors of a message's nodes and buffers (Columnar.rst, "Recordbatch message"); checks whatever memory safety depends on.</summary>
/// <remarks>
/// Shared with the body, not copied: fixed-width values in the engine's own form, and the bytes of text. Copied: bitmaps, offsets, views, and what is converted.
/// Every mention of a buffer in a vector is a reference that <see cref="BodyReader"/> has booked.
/// </remarks>
internal sealed class ColumnDecoder(BodyReader body, IReadOnlyDictionary<long, Vector> dictionaries)
{
    private const int AnyLength = -1;

    /// <param name="field">The column.</param>
    /// <param name="rows">Rows wanted, which the message may have more of.</param>
    public Vector Decode(IpcField field, int rows)
    {
        (int length, bool hasNulls) = body.NextNode();
        if (rows > length)
        {
            throw new IpcException("a column is shorter than its batch");
        }

        length = rows == AnyLength ? length : rows;
        if (field.Dictionary is { } dictionary)
        {
            (NativeBuffer? codeValidity, int nulls) = Validity(length, hasNulls);
            return DictionaryDecoding.Codes(body, field, dictionary, dictionaries.GetValueOrDefault(dictionary.Id), length, codeValidity, nulls);
        }

        switch (field.Type.Id)
        {
            case IpcTypeId.Null:
                return NullVectors.Create(body, ArrowType.Null, length);
            case IpcTypeId.Union:
                return Union(field, length);
            case IpcTypeId.RunEndEncoded:
                Vector ends = Decode(field.Children[0], AnyLength), values = Decode(field.Children[1], AnyLength);
                return DictionaryDecoding.Runs(body, ends, values, length);
        }

        (NativeBuffer? validity, int nullCount) = Validity(length, hasNulls);
        return field.Type.Id switch
        {
            IpcTypeId.Bool => new BooleanVector(length, Bitmap(length), validity, nullCount),
            IpcTypeId.Utf8 or IpcTypeId.Binary => TextDecoding.FromOffsets<int>(body, field.Engine.Type, length, validity, nullCount),
            IpcTypeId.LargeUtf8 or IpcTypeId.LargeBinary => TextDecoding.FromOffsets<long>(body, field.Engine.Type, length, validity, nullCount),
            IpcTypeId.Utf8View or IpcTypeId.BinaryView => TextDecoding.FromViews(body, field.Engine.Type, length, validity, nullCount),
            IpcTypeId.List or IpcTypeId.Map => List<int>(field, length, validity, nullCount),
            IpcTypeId.LargeList => List<long>(field, length, validity, nullCount),
            IpcTypeId.FixedSizeList => FixedSizeList(field, length, validity, nullCount),
            IpcTypeId.Struct => new StructVector(field.Engine.Type, length, Array.ConvertAll(field.Children, child => Decode(child, length)), validity, nullCount),
            _ => FixedDecoding.Read(body, field, length, validity, nullCount),
        };
    }

    /// <summary>The validity bitmap, which begins at bit 0 of a buffer of its own and ends in zeros.</summary>
    private (NativeBuffer? Bitmap, int NullCount) Validity(int length, bool hasNulls)
    {
        if (!hasNulls)
        {
            body.NextBuffer();
            return (null, 0);
        }

        NativeBuffer bitmap = Bitmap(length);
        return (bitmap, length - Bits.CountSet(bitmap.Span<byte>(0, Bits.WordCount(length) * 8), length)) is var (_, nulls) && nulls > 0 ? (bitmap, nulls) : Unused(bitmap);
    }

    /// <summary>A bitmap that no vector will mention.</summary>
    private (NativeBuffer? Bitmap, int NullCount) Unused(NativeBuffer bitmap)
    {
        body.Drop(bitmap);
        return (null, 0);
    }

    private NativeBuffer Bitmap(int length)
    {
        int bytes = Bits.ByteCount(length);
        BodySlice slice = body.NextBuffer(bytes, 1);
        NativeBuffer bitmap = body.AllocateZeroed(Bits.WordCount(length) * 8L);
        Bits.CopyFrom(slice.Span<byte>(bytes), 0, bitmap.Span<byte>(0, bytes), length);
        return bitmap;
    }

    private ListVector List<TOffset>(IpcField field, int length, NativeBuffer? validity, int nullCount)
        where TOffset : unmanaged, System.Numerics.IBinaryInteger<TOffset>
    {
        NativeBuffer buffer = body.Allocate((length + 1L) * 4);
        Span<int> offsets = buffer.Span<int>(0, length + 1);
        if (length == 0)
        {
            body.NextBuffer();      // may be empty then
            offsets[0] = 0;
        }
        else
        {
            ReadOnlySpan<TOffset> source = body.NextBuffer(length + 1L, System.Runtime.CompilerServices.Unsafe.SizeOf<TOffset>()).Span<TOffset>(length + 1);
            for (int i = 0; i <= length; i++)
            {
                long offset = long.CreateTruncating(source[i]);
                offsets[i] = offset is >= 0 and <= int.MaxValue && (i == 0 || offset >= offsets[i - 1]) ? (int)offset : throw new IpcException("offsets of lists fall");
            }
        }

        Vector child = Decode(field.Children[0], AnyLength);
        return offsets[length] <= child.Length
            ? new ListVector(field.Engine.Type, length, buffer, child, validity, nullCount)
            : throw new IpcException("a list ends behind its elements");
    }

    private ListVector FixedSizeList(IpcField field, int length, NativeBuffer? validity, int nullCount)
    {
        body.Expand(length);
        int size = field.Type.Width;
        if ((long)length * size > int.MaxValue)
        {
            throw new IpcException("lists of a fixed size have too many elements");
        }

        NativeBuffer buffer = body.Allocate((length + 1L) * 4);
        Span<int> offsets = buffer.Span<int>(0, length + 1);
        for (int i = 0; i <= length; i++)
        {
            offsets[i] = i * size;
        }

        return new ListVector(field.Engine.Type, length, buffer, Decode(field.Children[0], length * size), validity, nullCount);
    }

    private DenseUnionVector Union(IpcField field, int length)
    {
        if (body.IsV4)
        {
            body.NextBuffer();      // a bitmap that newer versions have no more: nulls are in the children
        }

        bool isDense = field.Type.Unit == 1;
        if (!isDense)
        {
            body.Expand(length);
        }

        ReadOnlySpan<byte> typeIds = body.NextBuffer(length, 1).Span<byte>(length);
        NativeBuffer selectors = body.Allocate(length), offsets = body.Allocate(length * 4L);
        Span<byte> selectorTarget = selectors.Span<byte>(0, length);
        Span<int> offsetTarget = offsets.Span<int>(0, length);
        Span<int> childOf = stackalloc int[256];
        childOf.Fill(-1);
        for (int i = 0; i < field.Children.Length; i++)
        {
            childOf[field.Type.TypeIds?[i] ?? i] = i;
        }

        ReadOnlySpan<int> rows = isDense ? body.NextBuffer(length, 4).Span<int>(length) : default;
        for (int i = 0; i < length; i++)
        {
            int child = childOf[typeIds[i]];
            selectorTarget[i] = child >= 0 ? (byte)child : throw new IpcException("a union's value is of none of its types");
            offsetTarget[i] = isDense ? rows[i] : i;
        }

        Vector[] children = Array.ConvertAll(field.Children, child => Decode(child, isDense ? AnyLength : length));
        for (int i = 0; i < length; i++)
        {
            if ((uint)offsetTarget[i] >= (uint)children[selectorTarget[i]].Length)
            {
                throw new IpcException("a union's value lies behind its child");
            }
        }

        return new DenseUnionVector(field.Engine.Type, length, selectors, offsets, children);
    }
}
