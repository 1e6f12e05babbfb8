using System.Text;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Tests.Kernels;

/// <summary>Makes vectors from arrays, for tests.</summary>
internal static class TestVectors
{
    public static Vector Fixed<T>(ArrowType type, T?[] values, MemoryAccount account)
        where T : unmanaged
    {
        NativeBuffer buffer = NativeBuffer.AllocateZeroed(values.Length * 16L, account);
        Span<T> target = buffer.Span<T>(0, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            target[i] = values[i] ?? default;
        }

        (NativeBuffer? validity, int nulls) = Validity(values.Select(static value => value.HasValue).ToArray(), account);
        return new FixedVector(type, values.Length, buffer, 0, validity, nulls);
    }

    public static Vector Text(string?[] values, MemoryAccount account)
    {
        var heap = new SqlCluster.Execution.Kernels.ByteHeap(account);
        NativeBuffer buffer = NativeBuffer.AllocateZeroed(values.Length * 16L, account);
        Span<StringView> target = buffer.Span<StringView>(0, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            target[i] = values[i] == null ? default : heap.Add(Encoding.UTF8.GetBytes(values[i]!));
        }

        (NativeBuffer? validity, int nulls) = Validity(values.Select(static value => value != null).ToArray(), account);
        return new ViewVector(ArrowType.Utf8, values.Length, buffer, 0, heap.Buffers, validity, nulls);
    }

    public static Vector Booleans(bool?[] values, MemoryAccount account)
    {
        NativeBuffer buffer = NativeBuffer.AllocateZeroed(Bits.WordCount(values.Length) * 8L, account);
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] == true)
            {
                Bits.Set(buffer.Span<byte>(), i);
            }
        }

        (NativeBuffer? validity, int nulls) = Validity(values.Select(static value => value.HasValue).ToArray(), account);
        return new BooleanVector(values.Length, buffer, validity, nulls);
    }

    /// <summary>The same rows as codes into a dictionary in random order, with some entries twice.</summary>
    public static Vector AsDictionary(Vector flat, Random random, MemoryAccount account)
    {
        int[] entries = [.. Enumerable.Range(0, flat.Length).Where(row => !flat.IsNull(row))];
        random.Shuffle(entries);
        var gatherer = new SqlCluster.Execution.Kernels.VectorGatherer(account);
        Vector dictionary = gatherer.Take(flat, entries.Length == 0 ? [0] : entries);
        if (entries.Length == 0)
        {
            dictionary = ((FixedVector)dictionary) is { } filler ? new FixedVector(filler.Type, 1, filler.ValuesBuffer) : dictionary;
        }

        int width = dictionary.Length <= 256 ? 1 : dictionary.Length <= 65536 ? 2 : 4;
        NativeBuffer codes = NativeBuffer.AllocateZeroed(flat.Length * 4L, account);
        for (int i = 0; i < entries.Length; i++)
        {
            switch (width)
            {
                case 1: codes.Span<byte>()[entries[i]] = (byte)i; break;
                case 2: codes.Span<ushort>()[entries[i]] = (ushort)i; break;
                default: codes.Span<int>()[entries[i]] = i; break;
            }
        }

        return new DictionaryVector(flat.Length, codes, 0, width, dictionary, flat.ValidityBuffer, flat.NullCount);
    }

    public static (NativeBuffer? Validity, int Nulls) Validity(bool[] valid, MemoryAccount account)
    {
        int nulls = valid.Count(static value => !value);
        if (nulls == 0)
        {
            return (null, 0);
        }

        NativeBuffer buffer = NativeBuffer.AllocateZeroed(Bits.WordCount(valid.Length) * 8L, account);
        for (int i = 0; i < valid.Length; i++)
        {
            if (valid[i])
            {
                Bits.Set(buffer.Span<byte>(), i);
            }
        }

        return (buffer, nulls);
    }
}
