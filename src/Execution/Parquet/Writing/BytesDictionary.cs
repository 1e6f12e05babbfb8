using System.Buffers.Binary;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Numbers distinct byte strings in the order of their arrival.</summary>
internal sealed class BytesDictionary
{
    private const int SmallestTableBits = 10;
    private const ulong Spread = 0x9E3779B97F4A7C15;

    private readonly BytesList _values = new();
    private uint[] _hashes = new uint[1 << (SmallestTableBits - 1)];
    private int[] _slots = new int[1 << SmallestTableBits];                     // code + 1, or 0 where free

    public int Count => _values.Count;

    public BytesList Values => _values;

    public void Clear()
    {
        Array.Clear(_slots);
        _values.Clear();
    }

    /// <summary>Returns the code of a value, a new one where it has none yet.</summary>
    public int Intern(ReadOnlySpan<byte> value)
    {
        uint hash = Hash(value);
        int mask = _slots.Length - 1;
        int slot = (int)hash & mask;
        while (true)
        {
            int code = _slots[slot] - 1;
            if (code < 0)
                break;
            if (_hashes[code] == hash && _values[code].SequenceEqual(value))
                return code;
            slot = (slot + 1) & mask;
        }

        int added = _values.Count;
        _slots[slot] = added + 1;
        _hashes[added] = hash;
        _values.Append(value);
        if (_values.Count == _hashes.Length)
            Grow();
        return added;
    }

    private void Grow()
    {
        Array.Resize(ref _hashes, _hashes.Length * 2);
        _slots = new int[_slots.Length * 2];
        for (int code = 0; code < _values.Count; code++)
        {
            int slot = (int)_hashes[code] & (_slots.Length - 1);
            while (_slots[slot] != 0)
                slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = code + 1;
        }
    }

    private static uint Hash(ReadOnlySpan<byte> value)
    {
        ulong hash = (ulong)value.Length * Spread;
        while (value.Length >= 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(value));
            value = value[8..];
        }

        ulong rest = 0;
        foreach (byte one in value)
            rest = (rest << 8) | one;
        return (uint)(Mix(hash ^ rest) >> 32);
    }

    private static ulong Mix(ulong value)
    {
        value *= Spread;
        return value ^ (value >> 29);
    }
}
