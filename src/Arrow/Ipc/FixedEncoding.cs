using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Fixed-width values that cannot be shared: rows by number, and types with another form on the wire.</summary>
internal static class FixedEncoding
{
    /// <summary>Adds converted values; 0 for rows that are -1.</summary>
    public static void Add<TSource, TTarget>(BodyBuilder body, ReadOnlySpan<TSource> source, RowSet rows, Func<TSource, TTarget> convert)
        where TSource : unmanaged
        where TTarget : unmanaged
    {
        long bytes = (long)rows.Count * Marshal.SizeOf<TTarget>();
        NativeBuffer buffer = NativeBuffer.Allocate(bytes, body.Account);
        Span<TTarget> target = buffer.Span<TTarget>(0, rows.Count);
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = rows[i] is var row and >= 0 ? convert(source[row]) : default;
        }

        body.AddOwned(buffer, 0, bytes);
    }

    /// <summary>Adds rows by number as they are.</summary>
    public static void Gather(BodyBuilder body, FixedVector vector, RowSet rows)
    {
        int width = vector.Type.Width;
        NativeBuffer buffer = NativeBuffer.Allocate((long)rows.Count * width, body.Account);
        switch (width)
        {
            case 1:
                Gather(vector.Values<byte>(), rows, buffer.Span<byte>(0, rows.Count));
                break;
            case 2:
                Gather(Cast<ushort>(vector), rows, buffer.Span<ushort>(0, rows.Count));
                break;
            case 4:
                Gather(Cast<uint>(vector), rows, buffer.Span<uint>(0, rows.Count));
                break;
            case 8:
                Gather(Cast<ulong>(vector), rows, buffer.Span<ulong>(0, rows.Count));
                break;
            case 16:
                Gather(Cast<UInt128>(vector), rows, buffer.Span<UInt128>(0, rows.Count));
                break;
            default:
                Span<byte> target = buffer.Span<byte>(0, checked(rows.Count * width));
                for (int i = 0; i < rows.Count; i++)
                {
                    Span<byte> slot = target.Slice(i * width, width);
                    if (rows[i] is var row and >= 0)
                    {
                        vector.ValueBytes.Slice(row * width, width).CopyTo(slot);
                    }
                    else
                    {
                        slot.Clear();
                    }
                }

                break;
        }

        body.AddOwned(buffer, 0, (long)rows.Count * width);
    }

    private static ReadOnlySpan<T> Cast<T>(FixedVector vector)
        where T : unmanaged => vector.ValuesBuffer.Span<T>(vector.OffsetBytes, vector.Length);

    private static void Gather<T>(ReadOnlySpan<T> source, RowSet rows, Span<T> target)
        where T : unmanaged
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = rows[i] is var row and >= 0 ? source[row] : default;
        }
    }
}
