using System.Diagnostics;
using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Kernels;

/// <summary>Encoded sort keys of which there are few: a row keeps the number of its key, one byte, in place of the key, and rows are sorted by counting.</summary>
/// <remarks><code>
/// rows    b a b c a        keys    0: b  1: a  2: c        codes    0 1 0 2 1        in order    a: 1 4  b: 0 2  c: 3
/// </code></remarks>
/// <param name="stride">Bytes of an encoding, a multiple of 8.</param>
/// <param name="account">Pays for the codes.</param>
internal sealed unsafe class KeyCodes(int stride, MemoryAccount account) : IDisposable
{
    /// <summary>Keys that a byte can tell apart.</summary>
    public const int MostKeys = 256;

    /// <summary>A power of two, at most half of them used: -1, or a key's number.</summary>
    private const int Slots = 4 * MostKeys;

    private readonly short[] _slots = NewSlots();
    private byte[] _keys = new byte[16 * stride];
    private readonly int[] _starts = new int[MostKeys + 1];
    private GrowingBuffer _codes = new(account);
    private int _keyCount;

    /// <summary>Rows so far.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes reserved from the account.</summary>
    public long ReservedBytes => _codes.ReservedBytes;

    /// <summary>Appends rows.</summary>
    /// <param name="encoded">Their encodings, one behind the other.</param>
    /// <param name="count">Rows.</param>
    /// <returns>False when there are too many keys: no row was appended.</returns>
    public bool TryAppend(ReadOnlySpan<byte> encoded, int count)
    {
        Debug.Assert(stride % 8 == 0 && encoded.Length >= (long)count * stride, "encodings of another size");
        Span<byte> codes = _codes.Ensure((long)Count + count + 64, Count).Span<byte>(Count, count);
        fixed (byte* first = encoded)
        {
            byte* key = first;
            for (int i = 0; i < codes.Length; i++, key += stride)
            {
                int code = Find(key);
                if (code < 0)
                {
                    return false;
                }

                codes[i] = (byte)code;
            }
        }

        Count += count;
        return true;
    }

    /// <summary>The number of a row's key.</summary>
    public int Code(int row) => _codes.Buffer.Span<byte>(row, 1)[0];

    /// <summary>The encodings of rows from <paramref name="start"/> on, as they were appended.</summary>
    public void Decode(int start, int count, Span<byte> encoded)
    {
        ReadOnlySpan<byte> codes = _codes.Buffer.Span<byte>(start, count);
        for (int i = 0; i < codes.Length; i++)
        {
            _keys.AsSpan(codes[i] * stride, stride).CopyTo(encoded[(i * stride)..]);
        }
    }

    /// <summary>Puts the row numbers in the order of their keys; rows of one key stay in theirs.</summary>
    /// <param name="order">As long as there are rows.</param>
    /// <param name="cancellation">Asked once a stretch of rows.</param>
    public void Sort(Span<int> order, CancellationToken cancellation)
    {
        Check.SameLength(order.Length, Count);
        int[] ranks = Ranks();
        Span<byte> rankOf = stackalloc byte[MostKeys];
        for (int rank = 0; rank < ranks.Length; rank++)
        {
            rankOf[ranks[rank]] = (byte)rank;
        }

        Span<int> next = stackalloc int[MostKeys];
        next.Clear();
        var pulse = new Pulse(cancellation);
        ReadOnlySpan<byte> codes = _codes.Buffer.Span<byte>(0, Count);
        foreach (byte code in codes)
        {
            pulse.Spend(1);
            next[rankOf[code]]++;
        }

        for (int rank = 0, start = 0; rank <= MostKeys; rank++)
        {
            _starts[rank] = start;
            start += rank < MostKeys ? next[rank] : 0;
        }

        _starts.AsSpan(0, MostKeys).CopyTo(next);
        for (int row = 0; row < codes.Length; row++)
        {
            pulse.Spend(1);
            order[next[rankOf[codes[row]]]++] = row;
        }
    }

    /// <summary>The positions in the order at which the keys differ from those before, 0 first, then the number of rows; after <see cref="Sort"/>.</summary>
    public IEnumerable<int> Ties()
    {
        for (int rank = 0; rank < MostKeys; rank++)
        {
            if (_starts[rank + 1] > _starts[rank])
            {
                yield return _starts[rank];
            }
        }

        yield return Count;
    }

    public void Dispose() => _codes.Dispose();

    private static short[] NewSlots()
    {
        var slots = new short[Slots];
        slots.AsSpan().Fill(-1);
        return slots;
    }

    /// <summary>The numbers of the keys in their order.</summary>
    private int[] Ranks()
    {
        int[] ranks = [.. Enumerable.Range(0, _keyCount)];
        Array.Sort(ranks, (left, right) => _keys.AsSpan(left * stride, stride).SequenceCompareTo(_keys.AsSpan(right * stride, stride)));
        return ranks;
    }

    /// <summary>The number of a key, a new one if need be; -1 when there is none left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Find(byte* key)
    {
        ulong hash = 0;
        for (int at = 0; at < stride; at += 8)
        {
            hash = (hash ^ Unsafe.ReadUnaligned<ulong>(key + at)) * 0x9E3779B97F4A7C15;
            hash ^= hash >> 32;
        }

        fixed (byte* keys = _keys)
        {
            for (int slot = (int)hash & (Slots - 1); ; slot = (slot + 1) & (Slots - 1))
            {
                int code = _slots[slot];
                if (code < 0)
                {
                    return Add(key, slot);
                }

                if (AreEqual(keys + (code * stride), key))
                {
                    return code;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool AreEqual(byte* left, byte* right)
    {
        for (int at = 0; at < stride; at += 8)
        {
            if (Unsafe.ReadUnaligned<ulong>(left + at) != Unsafe.ReadUnaligned<ulong>(right + at))
            {
                return false;
            }
        }

        return true;
    }

    private int Add(byte* key, int slot)
    {
        if (_keyCount == MostKeys)
        {
            return -1;
        }

        if (_keys.Length == _keyCount * stride)
        {
            Array.Resize(ref _keys, 2 * _keys.Length);
        }

        new ReadOnlySpan<byte>(key, stride).CopyTo(_keys.AsSpan(_keyCount * stride));
        _slots[slot] = (short)_keyCount;
        return _keyCount++;
    }
}
