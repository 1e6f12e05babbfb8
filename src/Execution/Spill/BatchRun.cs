using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Spill;

/// <summary>Batches in order, in memory or on disk: what an exchange, a common table expression or a nested loop's right side keeps.</summary>
/// <remarks>One thread adds, then threads read; any thread may call <see cref="Spill"/> meanwhile. Readers get a reference of their own, so a batch that moves to disk while somebody looks at it stays.</remarks>
internal sealed class BatchRun(MemoryAccount account)
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private long _memoryBytes;

    /// <summary>Batches and blocks.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    public long RowCount { get; private set; }

    /// <summary>Bytes of the batches in memory.</summary>
    public long MemoryBytes => Interlocked.Read(ref _memoryBytes);

    /// <summary>Bytes that all batches have, or would have, in memory.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>Whether some of it is on disk.</summary>
    public bool IsSpilled { get; private set; }

    /// <summary>Whether batches stay when they are taken: other readers, or the same one once more, may come.</summary>
    public bool IsKept { get; set; }

    /// <summary>Takes a retained batch over.</summary>
    public void Add(Batch batch)
    {
        long bytes = BytesOf(batch);
        lock (_lock)
        {
            _entries.Add(new Entry(batch, default, bytes));
            RowCount += batch.RowCount;
            TotalBytes += bytes;
            _memoryBytes += bytes;
        }
    }

    /// <summary>A batch by its place, which the caller releases; it stays here too.</summary>
    public Batch Read(int index)
    {
        Entry entry;
        lock (_lock)
        {
            entry = _entries[index];
            if (entry.Batch != null)
            {
                return entry.Batch.Retain();
            }
        }

        SpillBlock block = entry.Block;
        return BlockReader.Read(in block, account);
    }

    /// <summary>A batch by its place, given up to the caller, who releases it.</summary>
    public Batch Take(int index)
    {
        if (IsKept)
        {
            return Read(index);
        }

        Entry entry;
        lock (_lock)
        {
            entry = _entries[index];
            if (entry.Batch != null)
            {
                _entries[index] = default;
                _memoryBytes -= entry.Bytes;
                return entry.Batch;
            }
        }

        SpillBlock block = entry.Block;
        return BlockReader.Read(in block, account);
    }

    /// <summary>Moves what is in memory to disk.</summary>
    public void Spill(BlockWriter writer)
    {
        lock (_lock)
        {
            if (_memoryBytes == 0)
            {
                return;
            }

            for (int i = 0; i < _entries.Count; i++)
            {
                if (_entries[i].Batch is { } batch)
                {
                    long bytes = _entries[i].Bytes;
                    _entries[i] = new Entry(null, writer.WriteWhole(batch), bytes);
                    _memoryBytes -= bytes;
                    batch.Release();
                    IsSpilled = true;
                }
            }
        }
    }

    /// <summary>Gives everything up.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            foreach (Entry entry in _entries)
            {
                entry.Batch?.Release();
            }

            _entries.Clear();
            RowCount = TotalBytes = _memoryBytes = 0;
            IsSpilled = false;
        }
    }

    /// <summary>Memory that a batch's buffers take; dictionaries, which batches share, are left out.</summary>
    public static long BytesOf(Batch batch)
    {
        long bytes = batch.Selection == null ? 0 : batch.Selection.Buffer.SizeBytes;
        foreach (Vector column in batch.Columns)
        {
            if (column is DictionaryVector dictionary)
            {
                bytes += dictionary.CodesBuffer.SizeBytes;
            }
            else
            {
                column.VisitBuffers(buffer => bytes += buffer.SizeBytes + NativeBuffer.PaddingBytes);
            }
        }

        return bytes;
    }

    private readonly record struct Entry(Batch? Batch, SpillBlock Block, long Bytes);
}
