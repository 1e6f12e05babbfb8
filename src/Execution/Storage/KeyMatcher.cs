using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Storage;

/// <summary>Finds rows of equal keys: among rows that are to be added to a table, and in the table. A key with a null is equal to none.</summary>
/// <remarks>
/// A few rows are looked up in each stored batch's hashes, which are sorted once for a batch and kept as long as it lives (12 bytes a row and key); for many rows
/// the stored rows are looked up among them.
/// </remarks>
public sealed class KeyMatcher
{
    /// <summary>Up to so many rows are looked up in the stored batches.</summary>
    private const int FewRows = 256;

    private static readonly ConditionalWeakTable<Batch, ConcurrentDictionary<string, SortedHashes>> Kept = [];

    private readonly int[] _ordinals;
    private readonly string _name;
    private readonly IReadOnlyList<Batch> _added;
    private readonly List<(int Batch, int Row)> _rows = [];
    private readonly List<ulong> _hashes = [];
    private readonly List<int> _indexes = [];
    private readonly Dictionary<ulong, int> _first = [];
    private readonly List<int> _next = [];

    /// <param name="ordinals">Columns of the key.</param>
    /// <param name="added">Rows with keys: all rows of these batches, which the caller holds.</param>
    public KeyMatcher(int[] ordinals, IReadOnlyList<Batch> added)
    {
        _ordinals = ordinals;
        _name = string.Join(',', ordinals);
        _added = added;
        int index = 0;
        using var account = new MemoryAccount("keys");
        for (int batch = 0; batch < added.Count; batch++)
        {
            ulong[] hashes = HashesOf(added[batch], account);
            for (int row = 0; row < hashes.Length; row++, index++)
            {
                if (!HasNull(added[batch], row))
                {
                    _rows.Add((batch, row));
                    _hashes.Add(hashes[row]);
                    _indexes.Add(index);
                }
            }
        }
    }

    /// <summary>Hashes of the keys without nulls.</summary>
    public IReadOnlyList<ulong> Hashes => _hashes;

    /// <summary>Rows whose key another row had before: the place of each, and of the first of its key.</summary>
    public IReadOnlyList<(int Row, int First)> Repeated()
    {
        var found = new List<(int, int)>();
        _first.Clear();
        _next.Clear();
        for (int i = 0; i < _hashes.Count; i++)
        {
            int before = _first.GetValueOrDefault(_hashes[i], -1);
            _next.Add(before);
            _first[_hashes[i]] = i;
            int same = -1;
            for (; before >= 0; before = _next[before])
            {
                same = AreEqual(_added[_rows[i].Batch], _rows[i].Row, _added[_rows[before].Batch], _rows[before].Row) ? before : same;
            }

            if (same >= 0)
            {
                found.Add((_indexes[i], _indexes[same]));
            }
        }

        return found;
    }

    /// <summary>Rows whose key a stored row has: the place of each, and the number of the stored row.</summary>
    /// <param name="stored">The stored rows, held by the caller.</param>
    /// <param name="taken">Stored rows that do not count; null: all do.</param>
    /// <param name="cancellation">Ends the search.</param>
    public IReadOnlyList<(int Row, long Stored)> In(TableVersion stored, RowReplacement? taken, CancellationToken cancellation)
    {
        var found = new List<(int, long)>();
        if (_hashes.Count == 0)
        {
            return found;
        }

        bool areFew = _hashes.Count <= FewRows;
        if (!areFew)
        {
            Repeated();     // fills the chains
        }

        using var account = new MemoryAccount("keys");
        long start = 0;
        foreach (Batch batch in stored.Batches)
        {
            cancellation.ThrowIfCancellationRequested();
            if (areFew)
            {
                FindFew(batch, start, taken, account, found);
            }
            else
            {
                FindMany(batch, start, taken, account, found);
            }

            start += batch.Length;
        }

        return found;
    }

    private void FindFew(Batch batch, long start, RowReplacement? taken, MemoryAccount account, List<(int, long)> found)
    {
        SortedHashes sorted = Kept.GetOrCreateValue(batch).GetOrAdd(_name, static (_, made) => made.Matcher.Sort(made.Batch, made.Account), (Matcher: this, Batch: batch, Account: account));
        for (int i = 0; i < _hashes.Count; i++)
        {
            for (int at = sorted.Find(_hashes[i]); at < sorted.Hashes.Length && sorted.Hashes[at] == _hashes[i]; at++)
            {
                int row = sorted.Rows[at];
                if (taken?.IsTaken(start + row) != true && AreEqual(_added[_rows[i].Batch], _rows[i].Row, batch, row))
                {
                    found.Add((_indexes[i], start + row));
                }
            }
        }
    }

    private void FindMany(Batch batch, long start, RowReplacement? taken, MemoryAccount account, List<(int, long)> found)
    {
        ulong[] hashes = HashesOf(batch, account);
        for (int row = 0; row < hashes.Length; row++)
        {
            if (!_first.TryGetValue(hashes[row], out int i) || taken?.IsTaken(start + row) == true)
            {
                continue;
            }

            for (; i >= 0; i = _next[i])
            {
                if (AreEqual(_added[_rows[i].Batch], _rows[i].Row, batch, row))
                {
                    found.Add((_indexes[i], start + row));
                }
            }
        }
    }

    private SortedHashes Sort(Batch batch, MemoryAccount account)
    {
        ulong[] hashes = HashesOf(batch, account);
        int[] rows = [.. Enumerable.Range(0, hashes.Length)];
        Array.Sort(hashes, rows);
        return new SortedHashes(hashes, rows);
    }

    private ulong[] HashesOf(Batch batch, MemoryAccount account)
    {
        var hashes = new ulong[batch.Length];
        HashKernels.Hash(Array.ConvertAll(_ordinals, ordinal => batch.Columns[ordinal]), null, hashes, account);
        return hashes;
    }

    private bool HasNull(Batch batch, int row) => Array.Exists(_ordinals, ordinal => batch.Columns[ordinal].IsNull(row));

    private bool AreEqual(Batch left, int leftRow, Batch right, int rightRow)
    {
        foreach (int ordinal in _ordinals)
        {
            if (!RowEquality.AreEqual(new VectorReader(left.Columns[ordinal]), leftRow, new VectorReader(right.Columns[ordinal]), rightRow, false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Hashes of a batch's keys in ascending order, and the row of each.</summary>
    private sealed record SortedHashes(ulong[] Hashes, int[] Rows)
    {
        /// <summary>Place of the first hash that is not below.</summary>
        public int Find(ulong hash)
        {
            int low = 0, high = Hashes.Length;
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                if (Hashes[middle] < hash)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            return low;
        }
    }
}
