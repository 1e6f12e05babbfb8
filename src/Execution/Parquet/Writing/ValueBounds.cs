using System.Numerics;
using System.Runtime.InteropServices;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Least and greatest of some stored values, PLAIN-encoded; null where there are none or they have no order.</summary>
/// <param name="Min">Exact least value.</param>
/// <param name="Max">Exact greatest value.</param>
/// <param name="NanCount">Values that are not numbers; they count in neither bound.</param>
internal readonly record struct ValueBounds(byte[]? Min, byte[]? Max, long NanCount = 0)
{
    /// <summary>Combines the bounds of two sets of values.</summary>
    public static ValueBounds Merge(ValueOrder order, ValueBounds left, ValueBounds right)
    {
        long nanCount = left.NanCount + right.NanCount;
        if (left.Min is null)
            return right with { NanCount = nanCount };
        if (right.Min is null)
            return left with { NanCount = nanCount };
        return new ValueBounds(
            Compare(order, left.Min, right.Min) <= 0 ? left.Min : right.Min,
            Compare(order, left.Max, right.Max) >= 0 ? left.Max : right.Max,
            nanCount);
    }

    /// <summary>Compares two PLAIN-encoded values.</summary>
    public static int Compare(ValueOrder order, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => order switch
    {
        ValueOrder.Boolean or ValueOrder.Bytes => left.SequenceCompareTo(right),
        ValueOrder.Int32 => Compare<int>(left, right),
        ValueOrder.UInt32 => Compare<uint>(left, right),
        ValueOrder.Int64 => Compare<long>(left, right),
        ValueOrder.UInt64 => Compare<ulong>(left, right),
        ValueOrder.Float => Compare<float>(left, right),
        ValueOrder.Double => Compare<double>(left, right),
        ValueOrder.SignedBigEndian => CompareSigned(left, right),
        ValueOrder.None => throw new InvalidOperationException("values without order are not compared"),
    };

    /// <summary>Finds the bounds of numbers; <paramref name="bits"/> holds their PLAIN form.</summary>
    public static ValueBounds OfNumbers<T>(ValueOrder order, ReadOnlySpan<T> bits)
        where T : unmanaged => order switch
        {
            ValueOrder.Int32 => OfIntegers(MemoryMarshal.Cast<T, int>(bits)),
            ValueOrder.UInt32 => OfIntegers(MemoryMarshal.Cast<T, uint>(bits)),
            ValueOrder.Int64 => OfIntegers(MemoryMarshal.Cast<T, long>(bits)),
            ValueOrder.UInt64 => OfIntegers(MemoryMarshal.Cast<T, ulong>(bits)),
            ValueOrder.Float => OfFloats(MemoryMarshal.Cast<T, float>(bits)),
            ValueOrder.Double => OfFloats(MemoryMarshal.Cast<T, double>(bits)),
            _ => default,
        };

    private static ValueBounds OfIntegers<T>(ReadOnlySpan<T> values)
        where T : unmanaged, INumber<T>
    {
        if (values.IsEmpty)
            return default;
        T min = values[0], max = values[0];
        if (values.Length >= Vector<T>.Count)
        {
            var least = new Vector<T>(values);
            Vector<T> greatest = least;
            int i = Vector<T>.Count;
            for (; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count)
            {
                var some = new Vector<T>(values[i..]);
                least = Vector.Min(least, some);
                greatest = Vector.Max(greatest, some);
            }

            values = values[i..];
            for (int lane = 0; lane < Vector<T>.Count; lane++)
            {
                min = T.Min(min, least[lane]);
                max = T.Max(max, greatest[lane]);
            }
        }

        foreach (T value in values)
        {
            min = T.Min(min, value);
            max = T.Max(max, value);
        }

        return new ValueBounds(Bytes(min), Bytes(max));
    }

    /// <summary>Leaves NaN out, and widens zeros: readers may not tell their signs apart (parquet.thrift, ColumnOrder).</summary>
    private static ValueBounds OfFloats<T>(ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPoint<T>, IMinMaxValue<T>
    {
        long nanCount = 0;
        bool any = false;
        T min = T.Zero, max = T.Zero;
        foreach (T value in values)
        {
            if (T.IsNaN(value))
            {
                nanCount++;
                continue;
            }

            min = any ? T.Min(min, value) : value;
            max = any ? T.Max(max, value) : value;
            any = true;
        }

        if (!any)
            return new ValueBounds(null, null, nanCount);
        return new ValueBounds(Bytes(T.IsZero(min) ? -T.Zero : min), Bytes(T.IsZero(max) ? T.Zero : max), nanCount);
    }

    private static byte[] Bytes<T>(T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)).ToArray();

    private static int Compare<T>(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
        where T : unmanaged, IComparable<T> => MemoryMarshal.Read<T>(left).CompareTo(MemoryMarshal.Read<T>(right));

    private static int CompareSigned(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int signs = ((sbyte)left[0] < 0).CompareTo((sbyte)right[0] < 0);
        return signs != 0 ? -signs : left.SequenceCompareTo(right);
    }
}
