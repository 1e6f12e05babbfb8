using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;
using BitOperations = System.Numerics.BitOperations;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>The values of a join's build key, for scans of its probe side: drops rows that cannot have a partner. Nulls are always dropped.</summary>
/// <remarks>
/// Integers (also dates, timestamps and 64-bit decimals) have a range, and an exact bitmap of it when that is small; everything else, and wide ranges, a Bloom filter.
/// Immutable once made: all tasks share it, each through a <see cref="RuntimeFilterReader"/> of its own. Found under its <see cref="RuntimeFilterId"/> in the query.
/// </remarks>
internal sealed class RuntimeFilter : IDisposable
{
    private const long AlwaysBitmap = 1 << 23;
    private const long LargestBitmap = 1L << 30;
    private NativeBuffer? _bits;

    private RuntimeFilter(long keyCount, bool isInteger)
    {
        KeyCount = keyCount;
        IsIntegerKey = isInteger;
    }

    /// <summary>Build rows with a key, duplicates counted.</summary>
    public long KeyCount { get; }

    /// <summary>Whether <see cref="Least"/> and <see cref="Most"/> mean anything.</summary>
    public bool IsIntegerKey { get; }

    /// <summary>Least key; greater than <see cref="Most"/> when there is no key.</summary>
    public long Least { get; private set; } = long.MaxValue;

    public long Most { get; private set; } = long.MinValue;

    /// <summary>Whether the bitmap is exact: what passes has a partner.</summary>
    public bool IsExact { get; private set; }

    /// <summary>Whether no row can have a partner.</summary>
    public bool IsEmpty => KeyCount == 0;

    /// <summary>Distinct keys where the bitmap is exact, else rows: what share of its range is set says how much the filter drops.</summary>
    public long DistinctKeys { get; private set; }

    /// <summary>Bytes of the bitmap or Bloom filter.</summary>
    public long SizeBytes => _bits?.SizeBytes ?? 0;

    internal ReadOnlySpan<ulong> Words => _bits!.Span<ulong>();

    internal int Shift { get; private set; }

    /// <summary>Whether a column's values are kept in 64 bits or less as one number.</summary>
    public static bool IsInteger(ArrowType type) => type.Id is ArrowTypeId.Int8 or ArrowTypeId.Int16 or ArrowTypeId.Int32 or ArrowTypeId.Int64 or ArrowTypeId.UInt8
        or ArrowTypeId.UInt16 or ArrowTypeId.UInt32 or ArrowTypeId.Date32 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp or ArrowTypeId.Decimal64;

    /// <summary>The filter of a query under an id, or null when there is none (yet): then every row passes.</summary>
    public static RuntimeFilter? Find(QueryContext query, RuntimeFilterId id) => query.Settings.RuntimeFilters ? query.FindShared<RuntimeFilter>(id) : null;

    /// <summary>Makes a filter from key columns.</summary>
    /// <param name="keys">Key columns with the rows that count; enumerated more than once, each vector valid until the next is asked for.</param>
    /// <param name="account">Pays for the bits.</param>
    public static RuntimeFilter Build(IEnumerable<(Vector Keys, SelectionVector? Selection)> keys, MemoryAccount account)
    {
        using var dense = new DenseArgument(account);
        long count = 0, least = long.MaxValue, most = long.MinValue;
        bool isInteger = true;
        foreach ((Vector vector, SelectionVector? selection) in keys)
        {
            GroupedRows rows = Rows(vector, selection);
            isInteger &= IsInteger(vector.Type);
            if (!isInteger)
            {
                dense.Present(vector, in rows, out _, out int present);
                count += present;
                continue;
            }

            ReadOnlySpan<long> values = dense.Longs(vector, in rows).Values;
            (long low, long high) = IntegerRange.Of(values);
            count += values.Length;
            least = Math.Min(least, low);
            most = Math.Max(most, high);
        }

        var filter = new RuntimeFilter(count, isInteger);
        if (isInteger)
        {
            (filter.Least, filter.Most) = (least, most);
        }

        if (count == 0)
        {
            return filter;
        }

        Int128 range = (Int128)most - least + 1;
        if (isInteger && range <= Math.Max(AlwaysBitmap, Math.Min(512 * count, LargestBitmap)))
        {
            filter.FillBitmap(keys, (long)range, dense, account);
        }
        else
        {
            filter.FillBloom(keys, dense, account);
        }

        return filter;
    }

    /// <summary>Whether a key may lie between two values: for row groups and pages with known bounds. Always true for keys that are no integers.</summary>
    public bool MightContainRange(long least, long most)
    {
        if (IsEmpty)
        {
            return false;
        }

        if (!IsIntegerKey)
        {
            return true;
        }

        long low = Math.Max(least, Least), high = Math.Min(most, Most);
        return low <= high && (!IsExact || HasBit((ulong)low - (ulong)Least, (ulong)high - (ulong)Least));
    }

    public void Dispose()
    {
        _bits?.Release();
        _bits = null;
    }

    private static GroupedRows Rows(Vector vector, SelectionVector? selection) =>
        new(default, selection == null ? default : selection.Rows, selection?.Count ?? vector.Length, 1);

    private bool HasBit(ulong first, ulong last)
    {
        ReadOnlySpan<ulong> words = Words;
        ulong firstMask = ulong.MaxValue << (int)(first & 63), lastMask = ulong.MaxValue >> (int)(63 - (last & 63));
        int firstWord = (int)(first >> 6), lastWord = (int)(last >> 6);
        if (firstWord == lastWord)
        {
            return (words[firstWord] & firstMask & lastMask) != 0;
        }

        return (words[firstWord] & firstMask) != 0 || (words[lastWord] & lastMask) != 0 || words[(firstWord + 1)..lastWord].IndexOfAnyExcept(0UL) >= 0;
    }

    private void FillBitmap(IEnumerable<(Vector Keys, SelectionVector? Selection)> keys, long range, DenseArgument dense, MemoryAccount account)
    {
        int words = KeyBitmap.WordCount(range);
        _bits = NativeBuffer.AllocateZeroed(words * 8L, account);
        Span<ulong> bits = _bits.Span<ulong>(0, words);
        foreach ((Vector vector, SelectionVector? selection) in keys)
        {
            GroupedRows rows = Rows(vector, selection);
            KeyBitmap.Add(dense.Longs(vector, in rows).Values, Least, bits);
        }

        IsExact = true;
        foreach (ulong word in bits)
        {
            DistinctKeys += BitOperations.PopCount(word);
        }
    }

    private void FillBloom(IEnumerable<(Vector Keys, SelectionVector? Selection)> keys, DenseArgument dense, MemoryAccount account)
    {
        int logWords = Math.Clamp(BitOperations.Log2((ulong)KeyCount) - 1, 6, 27);
        Shift = 64 - logWords;
        DistinctKeys = KeyCount;
        _bits = NativeBuffer.AllocateZeroed(8L << logWords, account);
        Span<ulong> words = _bits.Span<ulong>(0, 1 << logWords);
        NativeBuffer? hashes = null;
        foreach ((Vector vector, SelectionVector? selection) in keys)
        {
            GroupedRows rows = Rows(vector, selection);
            ReadOnlySpan<int> present = dense.Present(vector, in rows, out _, out int count);
            if (count == 0)
            {
                continue;
            }

            Span<ulong> batch = NativeBuffer.Reuse(ref hashes, count * 8L, account).Span<ulong>(0, count);
            HashKernels.Hash([vector], present, count, batch, account);
            KeyBitmap.AddHashes(batch, words, Shift);
        }

        hashes?.Release();
    }
}

/// <summary>Applies a runtime filter in one task; remembers what it said about a dictionary's entries.</summary>
internal sealed class RuntimeFilterReader(RuntimeFilter filter, MemoryAccount account) : IDisposable
{
    private readonly DenseArgument _dense = new(account);
    private NativeBuffer? _hashes;
    private NativeBuffer? _entryRows;
    private Vector? _dictionary;
    private bool[] _passes = [];

    public RuntimeFilter Filter => filter;

    /// <summary>Keeps the rows that may have a partner.</summary>
    /// <param name="column">Probe key values, any encoding.</param>
    /// <param name="rows">Rows to test, ascending; empty: all rows of the column.</param>
    /// <param name="count">How many.</param>
    /// <param name="result">Receives the rows kept, with room for <paramref name="count"/>; must not be <paramref name="rows"/>.</param>
    /// <returns>How many.</returns>
    public int Apply(Vector column, ReadOnlySpan<int> rows, int count, Span<int> result)
    {
        if (filter.IsEmpty || column is ConstantVector { IsNullConstant: true })
        {
            return 0;
        }

        if (column is DictionaryVector dictionary && dictionary.Dictionary.Length <= Math.Max(256, 4 * count))
        {
            return ApplyToCodes(dictionary, rows, count, result);
        }

        var grouped = new GroupedRows(default, rows, count, 1);
        return Test(column, in grouped, result);
    }

    /// <summary>The rows of a batch's selection that may have a partner; its row numbers are in <paramref name="buffer"/>.</summary>
    /// <param name="column">Probe key values.</param>
    /// <param name="selection">Rows to test; null: all.</param>
    /// <param name="buffer">Taken or reused for the result; not the selection's own buffer.</param>
    public SelectionVector ApplyTo(Vector column, SelectionVector? selection, ref NativeBuffer? buffer)
    {
        int count = selection?.Count ?? column.Length;
        NativeBuffer room = NativeBuffer.Reuse(ref buffer, (count + 16) * 4L, account);
        return new SelectionVector(room, Apply(column, selection == null ? default : selection.Rows, count, room.Span<int>(0, count)));
    }

    public void Dispose()
    {
        _dense.Dispose();
        _hashes?.Release();
        _entryRows?.Release();
        _hashes = _entryRows = null;
    }

    private int Test(Vector column, in GroupedRows rows, Span<int> result)
    {
        if (filter.IsExact && RuntimeFilter.IsInteger(column.Type))
        {
            ReadOnlySpan<int> picked = _dense.Present(column, in rows, out _, out int count);
            var present = new GroupedRows(default, picked, count, 1);
            ReadOnlySpan<long> values = column.HasNulls ? _dense.LongsAt(column, picked) : _dense.Longs(column, in present).Values;
            return KeyBitmap.Test(values, picked, filter.Least, (ulong)filter.Most - (ulong)filter.Least + 1, filter.Words, result);
        }

        ReadOnlySpan<int> tested = _dense.Present(column, in rows, out _, out int testedCount);
        if (testedCount == 0)
        {
            return 0;
        }

        if (filter.IsExact)
        {
            tested.CopyTo(result);              // another physical type than the build side's: everything passes
            for (int i = 0; tested.IsEmpty && i < testedCount; i++)
            {
                result[i] = i;
            }

            return testedCount;
        }

        Span<ulong> hashes = NativeBuffer.Reuse(ref _hashes, testedCount * 8L, account).Span<ulong>(0, testedCount);
        HashKernels.Hash([column], tested, testedCount, hashes, account);
        return KeyBitmap.TestHashes(hashes, tested, filter.Words, filter.Shift, result);
    }

    private int ApplyToCodes(DictionaryVector column, ReadOnlySpan<int> rows, int count, Span<int> result)
    {
        if (!ReferenceEquals(_dictionary, column.Dictionary))
        {
            int entries = column.Dictionary.Length;
            _dictionary = column.Dictionary;
            _passes = new bool[entries];
            Span<int> passed = NativeBuffer.Reuse(ref _entryRows, (entries + 16) * 4L, account).Span<int>(0, entries);
            var all = new GroupedRows(default, default, entries, 1);
            int passing = Test(column.Dictionary, in all, passed);
            foreach (int entry in passed[..passing])
            {
                _passes[entry] = true;
            }
        }

        bool[] passes = _passes;
        if (!column.HasNulls && column.CodeWidth < 4)
        {
            return column.CodeWidth == 1 ? CodeLookupKernels.Keep(column.Codes8, passes, rows, count, result)
                : CodeLookupKernels.Keep(column.Codes16, passes, rows, count, result);
        }

        var reader = new VectorReader(column);
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            int row = rows.IsEmpty ? i : rows[i];
            result[kept] = row;
            kept += passes[reader.Slot(row)] && !reader.IsNull(row) ? 1 : 0;
        }

        return kept;
    }
}
