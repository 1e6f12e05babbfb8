using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>Numbers the distinct keys of rows: 0, 1, 2 in the order in which they were first seen. Nulls are equal to each other.</summary>
internal abstract class GroupTable(MemoryAccount account) : IDisposable
{
    protected MemoryAccount Account { get; } = account;

    /// <summary>Heard while the table grows.</summary>
    public virtual CancellationToken Cancellation { get; set; }

    /// <summary>Distinct keys so far.</summary>
    public int Count { get; protected set; }

    /// <summary>Bytes held.</summary>
    public abstract long ReservedBytes { get; }

    /// <summary>The fastest table for some key columns, seeing the first rows' encodings.</summary>
    public static GroupTable Create(ReadOnlySpan<KeyColumn> columns, ReadOnlySpan<Vector> firstKeys, MemoryAccount account) =>
        InternedGroupTable.TryCreate(columns, firstKeys, account) ?? (GroupTable)Create(columns, account);

    /// <summary>The fastest table for some key columns that can also be searched.</summary>
    public static LookupTable Create(ReadOnlySpan<KeyColumn> columns, MemoryAccount account) => KeyLayout.TryCreate(columns) switch
    {
        { WordCount: 1 } layout => new PackedGroupTable(layout, columns.Length, account),
        { } layout => new PairGroupTable(layout, columns.Length, account),
        null => new RowGroupTable(columns, account),
    };

    /// <summary>Finds or adds the key of each row.</summary>
    /// <param name="columns">Key columns, any encoding.</param>
    /// <param name="rows">Row numbers; empty: rows 0 to <paramref name="count"/> - 1.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="groups">Receives the number of each row's key.</param>
    public abstract void FindOrAdd(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups);

    /// <summary>Makes room for so many keys ahead of time.</summary>
    /// <param name="keys">Keys expected.</param>
    /// <param name="least">Least value of a single integer key, if it is known.</param>
    /// <param name="most">Its greatest value.</param>
    public abstract void Reserve(long keys, long least, long most);

    /// <summary>The keys with numbers from <paramref name="start"/> on; valid until the next call.</summary>
    public abstract Vector[] Keys(int start, int count);

    /// <summary>Forgets all keys; keeps the memory.</summary>
    public abstract void Clear();

    public abstract void Dispose();

    /// <summary>Zeroes the first bytes of a buffer, part by part.</summary>
    protected void Zero(NativeBuffer buffer, long bytes)
    {
        const int PartBytes = 4 << 20;
        for (long start = 0; start < bytes; start += PartBytes)
        {
            Cancellation.ThrowIfCancellationRequested();
            buffer.Span<byte>(start, (int)Math.Min(PartBytes, bytes - start)).Clear();
        }
    }

    /// <summary>Asked at each key that moves into a larger table: looks at the cancellation now and then.</summary>
    protected void CheckAt(int group)
    {
        if ((group & 0xFFFF) == 0)
        {
            Cancellation.ThrowIfCancellationRequested();
        }
    }
}

/// <summary>A group table that can be searched without adding to it: what joins probe.</summary>
internal abstract class LookupTable(MemoryAccount account) : GroupTable(account)
{
    /// <summary>Finds the key of each row without adding any: -1 where there is none. Threads may do this at once, each with its own scratch, once nobody adds keys any more.</summary>
    /// <remarks>Columns declared without nulls must have none at these rows.</remarks>
    public abstract void Find(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups, LookupScratch scratch);
}

/// <summary>Buffers of one thread that looks keys up.</summary>
internal sealed class LookupScratch(MemoryAccount account) : IDisposable
{
    private NativeBuffer? _words;
    private NativeBuffer? _hashes;
    private NativeBuffer? _rows;

    public MemoryAccount Account { get; } = account;

    public Span<ulong> Words(int count) => NativeBuffer.Reuse(ref _words, count * 8L, Account).Span<ulong>(0, count);

    public Span<ulong> Hashes(int count) => NativeBuffer.Reuse(ref _hashes, count * 8L, Account).Span<ulong>(0, count);

    public Span<int> Rows(int count) => NativeBuffer.Reuse(ref _rows, count * 4L, Account).Span<int>(0, count);

    public void Dispose()
    {
        _words?.Release();
        _hashes?.Release();
        _rows?.Release();
        _words = _hashes = _rows = null;
    }
}
