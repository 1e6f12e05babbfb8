using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using BitOperations = System.Numerics.BitOperations;

namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>Numbers keys of any types: hashes and compares columns, keeps its own copy of each distinct key.</summary>
/// <remarks>
/// Works on whole batches in rounds. In a round each open row walks its slots to one with its tag, or claims an empty one; the claimed rows' keys are appended to the
/// key columns; then all rows that met a tag are compared column by column, and those that differ go on with the next slot in the next round.
/// </remarks>
internal sealed class RowGroupTable : LookupTable
{
    private const int MinSlotBits = 13;

    /// <summary>2^64 divided by the golden ratio.</summary>
    private const ulong Spread = 0x9E3779B97F4A7C15;
    private readonly KeyColumn[] _columns;
    private readonly ColumnAppender[] _keys;
    private readonly VectorGatherer[] _gatherers;
    private NativeBuffer? _hashes;
    private NativeBuffer? _groupHashes;
    private NativeBuffer? _slots;
    private NativeBuffer? _scratch;
    private int _slotBits;
    private Vector[]? _built;

    public RowGroupTable(ReadOnlySpan<KeyColumn> columns, MemoryAccount account)
        : base(account)
    {
        _columns = columns.ToArray();
        _keys = Array.ConvertAll(_columns, column => ColumnAppender.Create(column.Type, account));
        _gatherers = Array.ConvertAll(_columns, _ => new VectorGatherer(account));
    }

    public override long ReservedBytes => (_slots?.SizeBytes ?? 0) + (_groupHashes?.SizeBytes ?? 0) + _keys.Sum(static key => key.ReservedBytes);

    public override void FindOrAdd(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups)
    {
        if (count == 0)
        {
            return;
        }

        EnsureSlots(count);
        _built = null;
        Span<ulong> hashes = HashRows(columns, rows, count);
        Span<int> scratch = NativeBuffer.Reuse(ref _scratch, count * 24L, Account).Span<int>(0, count * 6);
        Span<int> open = scratch[..count], slots = scratch.Slice(count, count);
        for (int i = 0; i < count; i++)
        {
            open[i] = i;
            slots[i] = Home(hashes[i], _slotBits);
        }

        var work = new Round
        {
            Positions = scratch.Slice(2 * count, count),
            Left = scratch.Slice(3 * count, count),
            Right = scratch.Slice(4 * count, count),
            Added = scratch.Slice(5 * count, count),
        };
        int openCount = count;
        while (openCount > 0)
        {
            openCount = RunRound(columns, rows, hashes, open[..openCount], slots, groups, work);
        }
    }

    public override void Find(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups, LookupScratch scratch)
    {
        groups[..count].Fill(-1);
        if (Count == 0 || count == 0)
        {
            return;
        }

        Vector[] keys = Volatile.Read(ref _built) ?? Freeze();
        Span<ulong> hashes = scratch.Hashes(count);
        HashKernels.Hash(columns, rows, count, hashes, scratch.Account);
        Span<int> room = scratch.Rows(count * 5);
        Span<int> open = room[..count], slots = room.Slice(count, count), positions = room.Slice(2 * count, count);
        Span<int> left = room.Slice(3 * count, count), right = room.Slice(4 * count, count);
        for (int i = 0; i < count; i++)
        {
            open[i] = i;
            slots[i] = Home(hashes[i], _slotBits);
        }

        ReadOnlySpan<ulong> table = _slots!.Span<ulong>(0, 1 << _slotBits);
        int mask = (1 << _slotBits) - 1, openCount = count;
        while (openCount > 0)
        {
            int candidates = 0;
            for (int k = 0; k < openCount; k++)
            {
                int i = open[k], slot = slots[i];
                uint tag = (uint)hashes[i];
                ulong entry;
                while ((entry = table[slot]) != 0 && (uint)entry != tag)
                {
                    slot = (slot + 1) & mask;
                }

                slots[i] = slot;
                if (entry != 0)
                {
                    positions[candidates] = i;
                    left[candidates] = rows.IsEmpty ? i : rows[i];
                    right[candidates++] = (int)(entry >> 32) - 1;
                }
            }

            openCount = 0;
            var equal = new ulong[(candidates + 63) >> 6];
            Array.Fill(equal, ulong.MaxValue);
            for (int c = 0; c < keys.Length; c++)
            {
                RowEquality.Narrow(columns[c], left[..candidates], keys[c], right[..candidates], nullsEqual: true, equal);
            }

            for (int k = 0; k < candidates; k++)
            {
                int i = positions[k];
                if ((equal[k >> 6] >> (k & 63) & 1) != 0)
                {
                    groups[i] = right[k];
                }
                else
                {
                    slots[i] = (slots[i] + 1) & mask;
                    open[openCount++] = i;
                }
            }
        }
    }

    public override void Reserve(long keys, long least, long most) => EnsureSlots((int)Math.Min(keys, 1 << 29));

    private Vector[] Freeze()
    {
        lock (_keys)
        {
            return _built ??= Array.ConvertAll(_keys, static key => key.Build());
        }
    }

    public override Vector[] Keys(int start, int count)
    {
        Span<int> rows = NativeBuffer.Reuse(ref _scratch, count * 4L, Account).Span<int>(0, count);
        for (int i = 0; i < count; i++)
        {
            rows[i] = start + i;
        }

        var result = new Vector[_keys.Length];
        for (int i = 0; i < result.Length; i++)
        {
            Vector all = _keys[i].Build();
            result[i] = start == 0 && count == Count ? all : _gatherers[i].Take(all, rows);
        }

        return result;
    }

    public override void Clear()
    {
        if (Count > 0)
        {
            _slots!.Span<ulong>(0, 1 << _slotBits).Clear();
        }

        foreach (ColumnAppender key in _keys)
        {
            key.Reset();
        }

        Count = 0;
    }

    public override void Dispose()
    {
        foreach (NativeBuffer? buffer in (NativeBuffer?[])[_hashes, _groupHashes, _slots, _scratch])
        {
            buffer?.Release();
        }

        _hashes = _groupHashes = _slots = _scratch = null;
        foreach (ColumnAppender key in _keys)
        {
            key.Dispose();
        }

        foreach (VectorGatherer gatherer in _gatherers)
        {
            gatherer.Dispose();
        }
    }

    /// <returns>Rows still open, moved to the front of <paramref name="open"/>.</returns>
    private int RunRound(
        ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, ReadOnlySpan<ulong> hashes, Span<int> open, Span<int> slots, Span<int> groups, Round work)
    {
        Span<ulong> table = _slots!.Span<ulong>(0, 1 << _slotBits);
        Span<ulong> groupHashes = _groupHashes!.Span<ulong>();
        int mask = (1 << _slotBits) - 1, candidates = 0, added = 0;
        foreach (int i in open)
        {
            int slot = slots[i];
            uint tag = (uint)hashes[i];
            while (true)
            {
                ulong entry = table[slot];
                if (entry == 0)
                {
                    int group = Count + added;
                    table[slot] = tag | ((ulong)(group + 1) << 32);
                    groupHashes[group] = hashes[i];
                    groups[i] = group;
                    work.Added[added++] = rows.IsEmpty ? i : rows[i];
                    break;
                }

                if ((uint)entry == tag)
                {
                    work.Positions[candidates] = i;
                    work.Left[candidates] = rows.IsEmpty ? i : rows[i];
                    work.Right[candidates++] = (int)(entry >> 32) - 1;
                    break;
                }

                slot = (slot + 1) & mask;
            }

            slots[i] = slot;
        }

        if (added > 0)
        {
            for (int c = 0; c < _keys.Length; c++)
            {
                _keys[c].Append(columns[c], work.Added[..added]);
            }

            Count += added;
        }

        if (candidates == 0)
        {
            return 0;
        }

        Span<ulong> equal = candidates <= 8192 ? stackalloc ulong[(candidates + 63) >> 6] : new ulong[(candidates + 63) >> 6];
        equal.Fill(ulong.MaxValue);
        for (int c = 0; c < _keys.Length; c++)
        {
            RowEquality.Narrow(columns[c], work.Left[..candidates], _keys[c].Build(), work.Right[..candidates], nullsEqual: true, equal);
        }

        int stillOpen = 0;
        for (int k = 0; k < candidates; k++)
        {
            int i = work.Positions[k];
            if ((equal[k >> 6] >> (k & 63) & 1) != 0)
            {
                groups[i] = work.Right[k];
            }
            else
            {
                slots[i] = (slots[i] + 1) & mask;
                open[stillOpen++] = i;
            }
        }

        return stillOpen;
    }

    /// <summary>The first slot to look at. An exchange by the same keys has chosen this table's rows by the top bits of their hashes, so the slot must depend on the others too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Home(ulong hash, int slotBits) => (int)(hash * Spread >> (64 - slotBits));

    private Span<ulong> HashRows(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count)
    {
        Span<ulong> hashes = NativeBuffer.Reuse(ref _hashes, count * 8L, Account).Span<ulong>(0, count);
        HashKernels.Hash(columns, rows, count, hashes, Account);
        return hashes;
    }

    private void EnsureSlots(int extra)
    {
        long needed = (long)Count + extra;
        if (_groupHashes == null || _groupHashes.SizeBytes < needed * 8)
        {
            NativeBuffer larger = NativeBuffer.Allocate(Math.Max(needed * 8, (_groupHashes?.SizeBytes ?? 0) * 2), Account);
            _groupHashes?.Span<ulong>(0, Count).CopyTo(larger.Span<ulong>(0, Count));
            _groupHashes?.Release();
            _groupHashes = larger;
        }

        if (_slots != null && needed <= 1L << (_slotBits - 1))
        {
            return;
        }

        int bits = Math.Max(MinSlotBits, 65 - BitOperations.LeadingZeroCount((ulong)Math.Max(needed, 1)));
        if (bits > 30)
        {
            throw new MemoryLimitException("hash table", int.MaxValue, ReservedBytes, 8L << bits);
        }

        _slots?.Release();
        _slots = null;
        _slots = NativeBuffer.Allocate(8L << bits, Account);
        Zero(_slots, 8L << bits);
        _slotBits = bits;
        Span<ulong> table = _slots.Span<ulong>(0, 1 << bits);
        ReadOnlySpan<ulong> hashes = _groupHashes.Span<ulong>(0, Count);
        int mask = (1 << bits) - 1;
        for (int group = 0; group < Count; group++)
        {
            CheckAt(group);
            int slot = Home(hashes[group], bits);
            while (table[slot] != 0)
            {
                slot = (slot + 1) & mask;
            }

            table[slot] = (uint)hashes[group] | ((ulong)(group + 1) << 32);
        }
    }

    private ref struct Round
    {
        public Span<int> Positions;
        public Span<int> Left;
        public Span<int> Right;
        public Span<int> Added;
    }
}
