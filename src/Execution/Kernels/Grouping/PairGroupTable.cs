using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using BitOperations = System.Numerics.BitOperations;

namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>Numbers keys that pack into two 64-bit words.</summary>
/// <remarks><code>
/// slot   | tag: 32 hash bits | group + 1 |      8 bytes, at most half full, linear probing from the hash's top bits
/// keys   by group: | word 0 | word 1 |
/// </code></remarks>
internal sealed unsafe class PairGroupTable(KeyLayout layout, int columns, MemoryAccount account) : LookupTable(account)
{
    private const int PrefetchDistance = 16;
    private const int MinSlotBits = 13;
    private readonly KeyOutput _output = new(columns, account);
    private NativeBuffer? _words;
    private NativeBuffer? _hashes;
    private NativeBuffer? _low;
    private NativeBuffer? _high;
    private NativeBuffer? _slots;
    private int _slotBits;

    public override long ReservedBytes => (_low?.SizeBytes ?? 0) + (_high?.SizeBytes ?? 0) + (_slots?.SizeBytes ?? 0);

    public override void FindOrAdd(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups)
    {
        if (count == 0)
        {
            return;
        }

        EnsureKeys(count);
        EnsureSlots(count);
        Span<ulong> words = NativeBuffer.Reuse(ref _words, count * 16L, Account).Span<ulong>(0, count * 2);
        layout.Pack(columns, rows, count, words[..count], words[count..]);
        Span<ulong> hashes = NativeBuffer.Reuse(ref _hashes, (count + PrefetchDistance) * 8L, Account).Span<ulong>(0, count + PrefetchDistance);
        for (int i = 0; i < count; i++)
        {
            hashes[i] = Hash(words[i], words[count + i]);
        }

        hashes[count..].Clear();
        fixed (ulong* low = words, hash = hashes)
        fixed (int* result = groups)
        {
            Find(low, low + count, hash, count, result);
        }
    }

    public override void Find(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups, LookupScratch scratch)
    {
        if (Count == 0)
        {
            groups[..count].Fill(-1);
            return;
        }

        Span<ulong> words = scratch.Words(count * 2);
        layout.Pack(columns, rows, count, words[..count], words[count..]);
        Span<ulong> hashes = scratch.Hashes(count + PrefetchDistance);
        for (int i = 0; i < count; i++)
        {
            hashes[i] = Hash(words[i], words[count + i]);
        }

        hashes[count..].Clear();
        fixed (ulong* low = words, hash = hashes)
        fixed (int* result = groups)
        {
            LookUp(low, low + count, hash, count, result);
        }
    }

    public override void Reserve(long keys, long least, long most)
    {
        EnsureKeys((int)Math.Min(keys, int.MaxValue));
        EnsureSlots((int)Math.Min(keys, int.MaxValue));
    }

    public override Vector[] Keys(int start, int count) =>
        layout.Unpack(_low!.Span<ulong>(start * 8L, count), _high!.Span<ulong>(start * 8L, count), -1, _output);

    public override void Clear()
    {
        if (Count > 0 && _slots != null)
        {
            NativeMemory.Clear(_slots.Address, (nuint)(8L << _slotBits));
        }

        Count = 0;
    }

    public override void Dispose()
    {
        foreach (NativeBuffer? buffer in (NativeBuffer?[])[_words, _hashes, _low, _high, _slots])
        {
            buffer?.Release();
        }

        _words = _hashes = _low = _high = _slots = null;
        _output.Dispose();
    }

    private static ulong Hash(ulong low, ulong high)
    {
        ulong top = Math.BigMul(low ^ 0x9E3779B97F4A7C15, high ^ 0xD6E8FEB86659FD93, out ulong bottom);
        return ((top ^ bottom) + low) * 0xA0761D6478BD642F;
    }

    private void Find(ulong* low, ulong* high, ulong* hashes, int count, int* groups)
    {
        ulong* slots = (ulong*)_slots!.Address;
        ulong* groupLow = (ulong*)_low!.Address;
        ulong* groupHigh = (ulong*)_high!.Address;
        int shift = 64 - _slotBits, groupCount = Count;
        uint mask = (uint)((1UL << _slotBits) - 1);
        bool prefetch = _slotBits > 14 && Sse.IsSupported;
        for (int i = 0; i < count; i++)
        {
            if (prefetch)
            {
                Sse.Prefetch0(slots + (hashes[i + PrefetchDistance] >> shift));
            }

            ulong hash = hashes[i];
            uint slot = (uint)(hash >> shift), tag = (uint)hash;
            while (true)
            {
                ulong entry = slots[slot];
                if (entry == 0)
                {
                    groupLow[groupCount] = low[i];
                    groupHigh[groupCount] = high[i];
                    groupCount++;
                    slots[slot] = tag | ((ulong)groupCount << 32);
                    groups[i] = groupCount - 1;
                    break;
                }

                if ((uint)entry == tag)
                {
                    int group = (int)(entry >> 32) - 1;
                    if (groupLow[group] == low[i] && groupHigh[group] == high[i])
                    {
                        groups[i] = group;
                        break;
                    }
                }

                slot = (slot + 1) & mask;
            }
        }

        Count = groupCount;
    }

    private void LookUp(ulong* low, ulong* high, ulong* hashes, int count, int* groups)
    {
        ulong* slots = (ulong*)_slots!.Address;
        ulong* groupLow = (ulong*)_low!.Address;
        ulong* groupHigh = (ulong*)_high!.Address;
        int shift = 64 - _slotBits;
        uint mask = (uint)((1UL << _slotBits) - 1);
        bool prefetch = _slotBits > 14 && Sse.IsSupported;
        for (int i = 0; i < count; i++)
        {
            if (prefetch)
            {
                Sse.Prefetch0(slots + (hashes[i + PrefetchDistance] >> shift));
            }

            ulong hash = hashes[i];
            uint slot = (uint)(hash >> shift), tag = (uint)hash;
            int found = -1;
            for (ulong entry = slots[slot]; entry != 0; entry = slots[slot])
            {
                if ((uint)entry == tag)
                {
                    int group = (int)(entry >> 32) - 1;
                    if (groupLow[group] == low[i] && groupHigh[group] == high[i])
                    {
                        found = group;
                        break;
                    }
                }

                slot = (slot + 1) & mask;
            }

            groups[i] = found;
        }
    }

    private void EnsureSlots(int extra)
    {
        long needed = (long)Count + extra;
        if (_slots != null && needed <= 1L << (_slotBits - 1))
        {
            return;
        }

        int bits = Math.Max(MinSlotBits, 65 - BitOperations.LeadingZeroCount((ulong)Math.Max(needed, 1)));
        _slots?.Release();
        _slots = null;
        _slots = NativeBuffer.Allocate(8L << bits, Account);
        Zero(_slots, 8L << bits);
        _slotBits = bits;
        ulong* slots = (ulong*)_slots.Address;
        uint mask = (uint)((1UL << bits) - 1);
        ulong* low = (ulong*)_low!.Address;
        ulong* high = (ulong*)_high!.Address;
        for (int group = 0; group < Count; group++)
        {
            CheckAt(group);
            ulong hash = Hash(low[group], high[group]);
            uint slot = (uint)(hash >> (64 - bits));
            while (slots[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            slots[slot] = (uint)hash | ((ulong)(group + 1) << 32);
        }
    }

    private void EnsureKeys(int extra)
    {
        long needed = Math.Max((long)Count + extra, 1) * 8;
        if (_low == null || _low.SizeBytes < needed)
        {
            Grow(ref _low, needed);
            Grow(ref _high, needed);
        }
    }

    private void Grow(ref NativeBuffer? keys, long needed)
    {
        NativeBuffer larger = NativeBuffer.Allocate(Math.Max(needed, (keys?.SizeBytes ?? 0) * 2), Account);
        if (keys != null)
        {
            NativeMemory.Copy(keys.Address, larger.Address, (nuint)(Count * 8L));
            keys.Release();
        }

        keys = larger;
    }
}
