using System.Buffers.Binary;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Text and bytes: from the engine's views to offsets and data, or to views with buffer numbers.</summary>
internal static class TextEncoding
{
    private const int UuidTextBytes = 36;

    /// <summary>Adds offsets (int32) and the values end to end.</summary>
    public static void AddOffsets(BodyBuilder body, ViewVector vector, RowSet rows)
    {
        int count = rows.Count;
        ReadOnlySpan<StringView> views = vector.Views;
        NativeBuffer offsetsBuffer = NativeBuffer.Allocate((count + 1) * 4L, body.Account);
        NativeBuffer? data = null;
        int total = 0;
        try
        {
            Span<int> offsets = offsetsBuffer.Span<int>(0, count + 1);
            offsets[0] = 0;
            for (int i = 0; i < count; i++)
            {
                total = checked(total + (rows[i] is var row and >= 0 ? views[row].Length : 0));
                offsets[i + 1] = total;
            }

            data = NativeBuffer.Allocate(total, body.Account);
            Span<byte> target = data.Span<byte>(0, total);
            for (int i = 0; i < count; i++)
            {
                if (rows[i] is var row and >= 0)
                {
                    body.Copy(StringView.Bytes(in views[row]), target[offsets[i]..]);
                }
            }
        }
        catch
        {
            offsetsBuffer.Release();
            data?.Release();
            throw;
        }

        body.AddOwned(offsetsBuffer, 0, (count + 1) * 4L);
        body.AddOwned(data, 0, total);
    }

    /// <summary>Adds views (length, then the value itself or prefix, buffer 0, offset) and one data buffer of the long values.</summary>
    public static void AddViews(BodyBuilder body, ViewVector vector, RowSet rows)
    {
        int count = rows.Count, total = 0;
        ReadOnlySpan<StringView> views = vector.Views;
        for (int i = 0; i < count; i++)
        {
            int length = rows[i] is var row and >= 0 ? views[row].Length : 0;
            total = checked(total + (length > StringView.InlineBytes ? length : 0));
        }

        NativeBuffer viewsBuffer = NativeBuffer.AllocateZeroed(count * 16L, body.Account);
        NativeBuffer? data = null;
        try
        {
            data = NativeBuffer.Allocate(total, body.Account);
            CopyViews(body, views, rows, viewsBuffer.Span<byte>(0, count * 16), data.Span<byte>(0, total));
        }
        catch
        {
            viewsBuffer.Release();
            data?.Release();
            throw;
        }

        body.AddOwned(viewsBuffer, 0, count * 16L);
        body.AddVariadicCount(total == 0 ? 0 : 1);
        if (total == 0)
        {
            data.Release();
        }
        else
        {
            body.AddOwned(data, 0, total);
        }
    }

    private static void CopyViews(BodyBuilder body, ReadOnlySpan<StringView> views, RowSet rows, Span<byte> target, Span<byte> data)
    {
        int used = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            if (rows[i] is not (var row and >= 0))
            {
                continue;
            }

            ReadOnlySpan<byte> value = StringView.Bytes(in views[row]);
            Span<byte> view = target.Slice(i * 16, 16);
            BinaryPrimitives.WriteInt32LittleEndian(view, value.Length);
            if (value.Length <= StringView.InlineBytes)
            {
                value.CopyTo(view[4..]);
                continue;
            }

            value[..4].CopyTo(view[4..]);
            BinaryPrimitives.WriteInt32LittleEndian(view[12..], used);
            body.Copy(value, data[used..]);
            used += value.Length;
        }
    }

    /// <summary>Adds uuids as text.</summary>
    public static void AddUuids(BodyBuilder body, FixedVector vector, RowSet rows)
    {
        int count = rows.Count, total = 0;
        NativeBuffer offsetsBuffer = NativeBuffer.Allocate((count + 1) * 4L, body.Account), data = NativeBuffer.Allocate((long)count * UuidTextBytes, body.Account);
        Span<int> offsets = offsetsBuffer.Span<int>(0, count + 1);
        Span<byte> target = data.Span<byte>(0, checked(count * UuidTextBytes));
        for (int i = 0; i < count; i++)
        {
            offsets[i] = total;
            if (rows[i] is var row and >= 0)
            {
                new Guid(vector.ValueBytes.Slice(row * 16, 16), bigEndian: true).TryFormat(target[total..], out int written);
                total += written;
            }
        }

        offsets[count] = total;
        body.AddOwned(offsetsBuffer, 0, (count + 1) * 4L);
        body.AddOwned(data, 0, total);
    }
}
