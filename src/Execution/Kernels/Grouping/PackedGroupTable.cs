using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using BitOperations = System.Numerics.BitOperations;

namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>Numbers keys that pack into 64 bits: by direct address while one integer's range is small, by hashing otherwise.</summary>
/// <remarks><code>
/// dense   first key k0        | group + 1 of k0 | of k0 + 1 | ...      4 bytes an integer of the range, 0 = none
/// hashed  slot                | key 8 bytes | group + 1 | unused |     16 bytes, at most half full, linear probing from the top bits of a product
/// keys    by group            | key 8 bytes | ...
/// </code>
/// Dense beats hashing while the range is a few times the number of keys: no collisions, a quarter of the memory, and clustered keys touch neighbouring lines. The table
/// starts dense when the first batch allows it and moves to hashing, for good until <see cref="Clear"/>, once the range outgrows the keys.
/// </remarks>
internal sealed unsafe class PackedGroupTable : LookupTable
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;
    private const int PrefetchDistance = 16;
    private const int MinSlotBits = 13;
    private const long AlwaysDense = 1 << 16;

    /// <summary>Share of the memory limit beyond which direct addresses are not worth their room.</summary>
    private const double DenseShare = 0.4;
    private const long LargestEarlyDense = 1 << 20;
    private readonly KeyLayout _layout;
    private readonly KeyOutput _output;
    private NativeBuffer? _packed;
    private NativeBuffer? _hashes;
    private NativeBuffer? _keys;
    private NativeBuffer? _slots;
    private NativeBuffer? _dense;
    private int _slotBits;
    private long _denseFirst;
    private long _denseCount;
    private bool _isHashed;
    private long _rowsSeen;
    private int _nullGroup = -1;

    public PackedGroupTable(KeyLayout layout, int columns, MemoryAccount account)
        : base(account)
    {
        _layout = layout;
        _output = new KeyOutput(columns, account);
        _isHashed = !layout.IsOneInteger;
    }

    public override long ReservedBytes => (_keys?.SizeBytes ?? 0) + (_slots?.SizeBytes ?? 0) + (_dense?.SizeBytes ?? 0);

    /// <summary>Whether keys are found by direct address at this moment.</summary>
    public bool IsDense => !_isHashed;

    public override void FindOrAdd(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups)
    {
        if (count == 0)
        {
            return;
        }

        Debug.Assert(groups.Length >= count, "a slot for each row");
        if (_layout.HasNullsAside && columns[0].HasNulls)
        {
            FindWithNulls(columns, rows, count, groups);
            return;
        }

        FindPacked(columns, rows, count, groups);
    }

    public override void Find(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups, LookupScratch scratch)
    {
        Debug.Assert(groups.Length >= count, "a slot for each row");
        if (Count == 0)
        {
            groups[..count].Fill(-1);
            return;
        }

        ReadOnlySpan<ulong> packed;
        if (rows.IsEmpty && _layout.IsOneInteger && columns[0] is FixedVector { Type.Width: 8, HasNulls: false } flat)
        {
            packed = flat.Values<ulong>()[..count];
        }
        else
        {
            Span<ulong> words = scratch.Words(count);
            _layout.Pack(columns, rows, count, words, default);
            packed = words;
        }

        fixed (ulong* keys = packed)
        fixed (int* result = groups)
        {
            if (_isHashed)
            {
                fixed (ulong* home = scratch.Hashes(count + PrefetchDistance))
                {
                    LookUpHashed(keys, count, result, (uint*)home);
                }
            }
            else
            {
                LookUpDense(keys, count, result);
            }
        }

        if (_layout.HasNullsAside && columns[0].HasNulls)
        {
            var reader = new VectorReader(columns[0]);
            for (int i = 0; i < count; i++)
            {
                if (reader.IsNull(rows.IsEmpty ? i : rows[i]))
                {
                    groups[i] = _nullGroup;
                }
            }
        }
    }

    public override void Reserve(long keys, long least, long most)
    {
        EnsureKeys((int)Math.Min(keys, int.MaxValue));
        if (!_isHashed && Count == 0 && least <= most)
        {
            Int128 range = (Int128)most - least + 1;
            if (range <= Math.Max(AlwaysDense, 16 * keys) && range <= 1L << 29 && (range <= AlwaysDense || Account.HasRoomFor((long)range * 4, DenseShare)))
            {
                AllocateDense(least, (long)range);
                return;
            }
        }

        if (Count == 0)
        {
            _isHashed = true;
            AllocateSlots(BitsFor(keys));
        }
    }

    public override Vector[] Keys(int start, int count)
    {
        Debug.Assert(start >= 0 && start + count <= Count, "groups that exist");
        int nullRow = _nullGroup >= start && _nullGroup < start + count ? _nullGroup - start : -1;
        return _layout.Unpack(_keys!.Span<ulong>(start * 8L, count), default, nullRow, _output);
    }

    public override void Clear()
    {
        if (Count == 0)
        {
            return;
        }

        ClearIndex();
        Count = 0;
        _rowsSeen = 0;
        _nullGroup = -1;
        _isHashed = !_layout.IsOneInteger;
    }

    public override void Dispose()
    {
        foreach (NativeBuffer? buffer in (NativeBuffer?[])[_packed, _hashes, _keys, _slots, _dense])
        {
            buffer?.Release();
        }

        _packed = _hashes = _keys = _slots = _dense = null;
        _output.Dispose();
    }

    private void ClearIndex()
    {
        if (_isHashed)
        {
            if (_slots != null)
            {
                NativeMemory.Clear(_slots.Address, (nuint)(16L << _slotBits));
            }
        }
        else if (_dense != null)
        {
            int* dense = (int*)_dense.Address;
            ulong* keys = (ulong*)_keys!.Address;
            for (int group = 0; group < Count; group++)
            {
                if (group != _nullGroup)
                {
                    dense[(long)keys[group] - _denseFirst] = 0;
                }
            }

            _denseCount = 0;
        }
    }

    private void FindWithNulls(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups)
    {
        var reader = new VectorReader(columns[0]);
        var present = new int[count];
        var positions = new int[count];
        int found = 0;
        for (int i = 0; i < count; i++)
        {
            int row = rows.IsEmpty ? i : rows[i];
            if (!reader.IsNull(row))
            {
                present[found] = row;
                positions[found++] = i;
            }
        }

        if (found < count && _nullGroup < 0)
        {
            EnsureKeys(1);
            ((ulong*)_keys!.Address)[Count] = 0;
            _nullGroup = Count++;
        }

        groups[..count].Fill(_nullGroup);
        if (found == 0)
        {
            return;
        }

        var presentGroups = new int[found];
        FindPacked(columns, present.AsSpan(0, found), found, presentGroups);
        for (int i = 0; i < found; i++)
        {
            groups[positions[i]] = presentGroups[i];
        }
    }

    private void FindPacked(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups)
    {
        EnsureKeys(count);
        ReadOnlySpan<ulong> packed;
        if (rows.IsEmpty && _layout.IsOneInteger && columns[0] is FixedVector { Type.Width: 8, HasNulls: false } flat)
        {
            packed = flat.Values<ulong>()[..count];
        }
        else
        {
            Span<ulong> scratch = NativeBuffer.Reuse(ref _packed, count * 8L, Account).Span<ulong>(0, count);
            _layout.Pack(columns, rows, count, scratch, default);
            packed = scratch;
        }

        _rowsSeen += count;
        fixed (ulong* keys = packed)
        fixed (int* result = groups)
        {
            if (!_isHashed && !PrepareDense(keys, count))
            {
                MoveToHashing(count);
            }

            if (_isHashed)
            {
                FindHashed(keys, count, result);
            }
            else
            {
                FindDense(keys, count, result);
            }
        }
    }

    /// <summary>Makes the direct-address range cover the keys, if that is worth its memory.</summary>
    private bool PrepareDense(ulong* keys, int count)
    {
        (long least, long most) = IntegerRange.Of((long*)keys, count);
        if (_denseCount > 0 && least >= _denseFirst && most < _denseFirst + _denseCount)
        {
            return true;
        }

        bool isFirst = _denseCount == 0;
        long first = isFirst ? least : Math.Min(least, _denseFirst);
        long last = isFirst ? most : Math.Max(most, _denseFirst + _denseCount - 1);
        Int128 range = (Int128)last - first + 1;
        long allowed = Math.Max(Math.Max(AlwaysDense, Math.Min(256 * _rowsSeen, LargestEarlyDense)), 16L * Count);
        if (range > allowed || (range > LargestEarlyDense && !Account.HasRoomFor((long)range * 4, DenseShare)))
        {
            return false;
        }

        // Grow by doubling on the side where the keys went, so that rising keys do not copy the range at each batch.
        long size = Math.Max((long)range, 1024);
        if (!isFirst)
        {
            size = Math.Max(size, Math.Min(_denseCount * 2, allowed));
        }

        long newFirst = isFirst || first == _denseFirst ? first : Int128.Max(long.MinValue, (Int128)last - size + 1) is var low ? (long)low : 0;
        if (newFirst > long.MaxValue - size)
        {
            return false;
        }

        if (isFirst && _dense != null && _dense.SizeBytes >= size * 4)
        {
            _denseFirst = newFirst;             // cleared entry by entry when the table was
            _denseCount = _dense.SizeBytes / 4;
            _denseCount = newFirst > long.MaxValue - _denseCount ? size : _denseCount;
            return true;
        }

        AllocateDense(newFirst, size);
        return true;
    }

    /// <summary>Takes a larger direct-address range, which covers the present one.</summary>
    private void AllocateDense(long first, long size)
    {
        NativeBuffer larger = NativeBuffer.Allocate(size * 4, Account);
        long slots = larger.SizeBytes / 4;
        slots = first > long.MaxValue - slots ? size : slots;
        Zero(larger, slots * 4);
        if (_denseCount > 0)
        {
            NativeMemory.Copy(_dense!.Address, larger.Address + ((_denseFirst - first) * 4), (nuint)(_denseCount * 4));
        }

        _dense?.Release();
        _dense = larger;
        _denseFirst = first;
        _denseCount = slots;
    }

    private void LookUpDense(ulong* keys, int count, int* groups)
    {
        int* dense = (int*)_dense!.Address;
        ulong first = (ulong)_denseFirst, size = (ulong)_denseCount;
        for (int i = 0; i < count; i++)
        {
            ulong index = keys[i] - first;
            bool isInside = index < size;
            int group = dense[isInside ? index : 0];
            groups[i] = isInside ? group - 1 : -1;
        }
    }

    private void LookUpHashed(ulong* keys, int count, int* groups, uint* home)
    {
        int shift = 64 - _slotBits;
        for (int i = 0; i < count; i++)
        {
            home[i] = (uint)(keys[i] * Multiplier >> shift);
        }

        for (int i = count; i < count + PrefetchDistance; i++)
        {
            home[i] = 0;
        }

        Slot* slots = (Slot*)_slots!.Address;
        uint mask = (uint)((1UL << _slotBits) - 1);
        bool prefetch = _slotBits > 14 && Sse.IsSupported;
        for (int i = 0; i < count; i++)
        {
            if (prefetch)
            {
                Sse.Prefetch0(slots + home[i + PrefetchDistance]);
            }

            ulong key = keys[i];
            uint slot = home[i];
            int group;
            while ((group = slots[slot].Group) != 0 && slots[slot].Key != key)
            {
                slot = (slot + 1) & mask;
            }

            groups[i] = group - 1;
        }
    }

    private void FindDense(ulong* keys, int count, int* groups)
    {
        int* dense = (int*)_dense!.Address;
        ulong* groupKeys = (ulong*)_keys!.Address;
        int groupCount = Count;
        ulong first = (ulong)_denseFirst;
        for (int i = 0; i < count; i++)
        {
            int* entry = dense + (keys[i] - first);
            int group = *entry;
            if (group == 0)
            {
                groupKeys[groupCount++] = keys[i];
                group = *entry = groupCount;
            }

            groups[i] = group - 1;
        }

        Count = groupCount;
    }

    private void MoveToHashing(int extra)
    {
        _isHashed = true;
        _denseCount = 0;
        _dense?.Release();
        _dense = null;
        AllocateSlots(BitsFor(Count + extra));
        InsertKeys();
    }

    private static int BitsFor(long keys) => Math.Max(MinSlotBits, 65 - BitOperations.LeadingZeroCount((ulong)Math.Max(keys, 1)));

    private void AllocateSlots(int bits)
    {
        if (_slots == null || _slots.SizeBytes < 16L << bits)
        {
            _slots?.Release();
            _slots = null;
            _slots = NativeBuffer.Allocate(16L << bits, Account);
        }

        _slotBits = bits;
        Zero(_slots, 16L << bits);
    }

    /// <summary>Indexes all groups in a cleared hash table.</summary>
    private void InsertKeys()
    {
        ulong* keys = (ulong*)_keys!.Address;
        Slot* slots = (Slot*)_slots!.Address;
        int shift = 64 - _slotBits;
        ulong mask = (1UL << _slotBits) - 1;
        for (int group = 0; group < Count; group++)
        {
            CheckAt(group);
            if (group == _nullGroup)
            {
                continue;
            }

            ulong slot = keys[group] * Multiplier >> shift;
            while (slots[slot].Group != 0)
            {
                slot = (slot + 1) & mask;
            }

            slots[slot].Key = keys[group];
            slots[slot].Group = group + 1;
        }
    }

    private void FindHashed(ulong* keys, int count, int* groups)
    {
        if (_slots == null)
        {
            AllocateSlots(BitsFor((long)Count + count));
            InsertKeys();
        }
        else if ((long)Count + count > 1L << (_slotBits - 1))
        {
            AllocateSlots(BitsFor((long)Count + count) + (Count > 1 << 16 ? 1 : 0));
            InsertKeys();
        }

        uint* home = (uint*)NativeBuffer.Reuse(ref _hashes, (count + PrefetchDistance) * 4L, Account).Address;
        int shift = 64 - _slotBits;
        for (int i = 0; i < count; i++)
        {
            home[i] = (uint)(keys[i] * Multiplier >> shift);
        }

        for (int i = count; i < count + PrefetchDistance; i++)
        {
            home[i] = 0;
        }

        Slot* slots = (Slot*)_slots!.Address;
        ulong* groupKeys = (ulong*)_keys!.Address;
        uint mask = (uint)((1UL << _slotBits) - 1);
        int groupCount = Count;
        bool prefetch = _slotBits > 14 && Sse.IsSupported;
        for (int i = 0; i < count; i++)
        {
            if (prefetch)
            {
                Sse.Prefetch0(slots + home[i + PrefetchDistance]);
            }

            ulong key = keys[i];
            uint slot = home[i];
            while (true)
            {
                Slot* entry = slots + slot;
                int group = entry->Group;
                if (group == 0)
                {
                    entry->Key = key;
                    groupKeys[groupCount++] = key;
                    entry->Group = groupCount;
                    groups[i] = groupCount - 1;
                    break;
                }

                if (entry->Key == key)
                {
                    groups[i] = group - 1;
                    break;
                }

                slot = (slot + 1) & mask;
            }
        }

        Count = groupCount;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EnsureKeys(int extra)
    {
        long needed = Math.Max((long)Count + extra, 1) * 8;
        if (_keys == null || _keys.SizeBytes < needed)
        {
            NativeBuffer larger = NativeBuffer.Allocate(Math.Max(needed, (_keys?.SizeBytes ?? 0) * 2), Account);
            if (_keys != null)
            {
                NativeMemory.Copy(_keys.Address, larger.Address, (nuint)(Count * 8L));
                _keys.Release();
            }

            _keys = larger;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Slot
    {
        public ulong Key;
        public int Group;
        public int Unused;
    }
}
