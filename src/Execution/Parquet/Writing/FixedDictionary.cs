using System.Numerics;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Numbers distinct values of four or eight bytes in the order of their arrival.</summary>
/// <remarks>Values are compared as bits, so zeros of both signs and every NaN stay what they are. Linear probing, at most half full.</remarks>
internal sealed class FixedDictionary<T>
    where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
{
    private const int SmallestTableBits = 10;
    private const ulong Spread = 0x9E3779B97F4A7C15;

    private T[] _values = new T[1 << (SmallestTableBits - 1)];
    private int[] _slots = new int[1 << SmallestTableBits];                     // code + 1, or 0 where free
    private int _tableBits = SmallestTableBits;

    public int Count { get; private set; }

    public ReadOnlySpan<T> Values => _values.AsSpan(0, Count);

    public void Clear()
    {
        Array.Clear(_slots);
        Count = 0;
    }

    /// <summary>Returns the code of a value, a new one where it has none yet.</summary>
    public int Intern(T value)
    {
        int[] slots = _slots;
        int mask = slots.Length - 1;
        int slot = Slot(value);
        while (true)
        {
            int code = slots[slot] - 1;
            if (code < 0)
                break;
            if (_values[code] == value)
                return code;
            slot = (slot + 1) & mask;
        }

        slots[slot] = Count + 1;
        _values[Count] = value;
        if (++Count == _values.Length)
            Grow();
        return Count - 1;
    }

    private int Slot(T value) => (int)((ulong.CreateTruncating(value) * Spread) >> (64 - _tableBits));

    private void Grow()
    {
        _tableBits++;
        Array.Resize(ref _values, _values.Length * 2);
        _slots = new int[1 << _tableBits];
        for (int code = 0; code < Count; code++)
        {
            int slot = Slot(_values[code]);
            while (_slots[slot] != 0)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = code + 1;
        }
    }
}
