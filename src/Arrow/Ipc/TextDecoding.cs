using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Text and bytes: views into the body, made from offsets or from views with buffer numbers. Text is checked to be UTF-8.</summary>
internal static class TextDecoding
{
    public static ViewVector FromOffsets<TOffset>(BodyReader body, ArrowType type, int length, NativeBuffer? validity, int nullCount)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        BodySlice offsetSlice = length == 0 ? body.NextBuffer() : body.NextBuffer(length + 1L, Unsafe.SizeOf<TOffset>());
        BodySlice data = body.NextBuffer();
        NativeBuffer viewsBuffer = body.Allocate(length * 16L);
        if (length > 0)
        {
            ReadOnlySpan<TOffset> offsets = offsetSlice.Span<TOffset>(length + 1);
            Span<StringView> views = viewsBuffer.Span<StringView>(0, length);
            if (!StringViews.TryCreate(data.Buffer, data.OffsetBytes, data.LengthBytes, offsets, views))
            {
                throw new IpcException("offsets of texts fall or lead out of their buffer");
            }

            ClearNulls(views, validity);
            if (type.Id == ArrowTypeId.Utf8 && !IsText(data, long.CreateTruncating(offsets[0]), offsets))
            {
                CheckText(views);
            }
        }

        return new ViewVector(type, length, viewsBuffer, 0, [body.Hold(data.Buffer)], validity, nullCount);
    }

    public static ViewVector FromViews(BodyReader body, ArrowType type, int length, NativeBuffer? validity, int nullCount)
    {
        BodySlice source = body.NextBuffer(length, 16);
        var data = new BodySlice[body.NextVariadicCount()];
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = body.NextBuffer();
        }

        NativeBuffer viewsBuffer = body.Allocate(length * 16L);
        Span<StringView> views = viewsBuffer.Span<StringView>(0, length);
        for (int i = 0; i < length; i++)
        {
            ReadOnlySpan<int> words = source.Buffer.Span<int>(source.OffsetBytes + (i * 16L), 4);
            bool isNull = validity != null && !Bits.Get(validity.Span<byte>(0, Bits.ByteCount(length)), i);
            views[i] = isNull ? default : ViewOf(source, i, words, data);
        }

        if (type.Id == ArrowTypeId.Utf8)
        {
            CheckText(views);
        }

        return new ViewVector(type, length, viewsBuffer, 0, Array.ConvertAll(data, slice => body.Hold(slice.Buffer)), validity, nullCount);
    }

    private static StringView ViewOf(BodySlice views, int row, ReadOnlySpan<int> words, BodySlice[] data)
    {
        int length = words[0], buffer = words[2], offset = words[3];
        if (length is >= 0 and <= StringView.InlineBytes)
        {
            return StringViews.At(views.Buffer, views.OffsetBytes + (row * 16L) + 4, length);
        }

        return length > 0 && (uint)buffer < (uint)data.Length && offset >= 0 && (long)offset + length <= data[buffer].LengthBytes
            ? StringViews.At(data[buffer].Buffer, data[buffer].OffsetBytes + offset, length)
            : throw new IpcException("a view leads out of its buffer");
    }

    private static void ClearNulls(Span<StringView> views, NativeBuffer? validity)
    {
        if (validity == null)
        {
            return;
        }

        ReadOnlySpan<byte> bits = validity.Span<byte>(0, Bits.ByteCount(views.Length));
        for (int i = 0; i < views.Length; i++)
        {
            if (!Bits.Get(bits, i))
            {
                views[i] = default;
            }
        }
    }

    /// <summary>Whether all values together are UTF-8 and none begins within a character; false needs a look at each.</summary>
    private static bool IsText<TOffset>(BodySlice data, long start, ReadOnlySpan<TOffset> offsets)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        long end = long.CreateTruncating(offsets[^1]);
        if (end - start > int.MaxValue)
        {
            return false;
        }

        ReadOnlySpan<byte> bytes = data.Buffer.Span<byte>(data.OffsetBytes + start, (int)(end - start));
        if (Ascii.IsValid(bytes))
        {
            return true;
        }

        if (!Utf8.IsValid(bytes))
        {
            return false;
        }

        foreach (TOffset offset in offsets)
        {
            int at = (int)(long.CreateTruncating(offset) - start);
            if (at < bytes.Length && (bytes[at] & 0xC0) == 0x80)
            {
                return false;
            }
        }

        return true;
    }

    private static void CheckText(ReadOnlySpan<StringView> views)
    {
        for (int i = 0; i < views.Length; i++)
        {
            if (!Utf8.IsValid(StringView.Bytes(in views[i])))
            {
                throw new IpcException("a text is not UTF-8");
            }
        }
    }
}
