using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Bench.Micro;

/// <summary>Makes vectors from a function of the row number.</summary>
internal static class Columns
{
    public static FixedVector Longs(int count, Func<int, long> valueOf, MemoryAccount account)
    {
        NativeBuffer buffer = NativeBuffer.AllocateZeroed(count * 8L, account);
        Span<long> values = buffer.Span<long>(0, count);
        for (int i = 0; i < count; i++)
        {
            values[i] = valueOf(i);
        }

        return new FixedVector(ArrowType.Int64, count, buffer, 0, null, 0);
    }

    /// <summary>One-byte codes into a dictionary of so many integers.</summary>
    public static DictionaryVector Codes(int count, int entries, Func<int, int> codeOf, MemoryAccount account)
    {
        NativeBuffer buffer = NativeBuffer.AllocateZeroed(count, account);
        Span<byte> codes = buffer.Span<byte>(0, count);
        for (int i = 0; i < count; i++)
        {
            codes[i] = (byte)codeOf(i);
        }

        return new DictionaryVector(count, buffer, 0, 1, Longs(entries, static entry => entry * 10, account));
    }
}
