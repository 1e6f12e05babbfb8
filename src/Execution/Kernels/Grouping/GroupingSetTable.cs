using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>Numbers the groups of several grouping sets: each set has a table over its own keys alone, of the kind that suits them.</summary>
/// <remarks><code>
/// keys       | a | b | position of the set |        what the others see: b is null in set (a)
///
/// set (a)    table over a    0 1 2    -> groups 0 1 5        runs: groups 0-1 are (a) 0-1, groups 2-4 are (b) 0-2, group 5 is (a) 2, ...
/// set (b)    table over b    0 1 2    -> groups 2 3 4
/// </code>
/// A key column that is not of the set is not looked at.
/// </remarks>
internal sealed class GroupingSetTable : GroupTable
{
    private readonly Set[] _sets;
    private readonly List<Run> _runs = [];
    private readonly ColumnAppender[] _keys;
    private NativeBuffer? _rows;
    private NativeBuffer? _found;

    /// <param name="columns">The key columns of all sets, without the position of the set.</param>
    /// <param name="contains">By set and column: whether the column is of the set.</param>
    /// <param name="account">Memory.</param>
    public GroupingSetTable(KeyColumn[] columns, bool[][] contains, MemoryAccount account)
        : base(account)
    {
        _sets = Array.ConvertAll(contains, own => new Set(columns, [.. Enumerable.Range(0, columns.Length).Where(column => own[column])], account));
        _keys = [.. columns.Select(column => ColumnAppender.Create(column.Type, account)), ColumnAppender.Create(ArrowType.Int64, account)];
    }

    public override long ReservedBytes => _sets.Sum(static set => set.ReservedBytes);

    public override void FindOrAdd(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups)
    {
        if (count == 0)
        {
            return;
        }

        var positions = new VectorReader(columns[^1]);
        if (columns[^1] is ConstantVector)
        {
            FindOrAdd((int)positions.Value<long>(0), columns, rows, count, groups);
            return;
        }

        // Rows of several sets: those that were put away.
        Span<int> scratch = NativeBuffer.Reuse(ref _rows, count * 8L, Account).Span<int>(0, count * 2);
        Span<int> found = NativeBuffer.Reuse(ref _found, count * 4L, Account).Span<int>(0, count);
        for (int set = 0; set < _sets.Length; set++)
        {
            int size = 0;
            for (int i = 0; i < count; i++)
            {
                int row = rows.IsEmpty ? i : rows[i];
                if (positions.Value<long>(row) == set)
                {
                    scratch[size] = row;
                    scratch[count + size++] = i;
                }
            }

            if (size > 0)
            {
                FindOrAdd(set, columns, scratch[..size], size, found);
                for (int i = 0; i < size; i++)
                {
                    groups[scratch[count + i]] = found[i];
                }
            }
        }
    }

    public override void Reserve(long keys, long least, long most)
    {
    }

    public override Vector[] Keys(int start, int count)
    {
        Array.ForEach(_keys, static column => column.Reset());
        int index = _runs.BinarySearch(new Run(0, start, 0, 0), Run.ByStart);
        for (index = index < 0 ? ~index - 1 : index; count > 0; index++)
        {
            Run run = _runs[index];
            int skipped = start - run.Start, part = Math.Min(count, run.Count - skipped);
            Set set = _sets[run.Set];
            Vector[] keys = set.Keys(run.First + skipped, part);
            int next = 0;
            for (int c = 0; c < _keys.Length - 1; c++)
            {
                if (next < set.Columns.Length && set.Columns[next] == c)
                {
                    _keys[c].AppendRange(keys[next++], 0, part);
                }
                else
                {
                    _keys[c].AppendNulls(part);
                }
            }

            AppendPosition(run.Set, part);
            start += part;
            count -= part;
        }

        return Array.ConvertAll(_keys, static column => column.Build());
    }

    public override void Clear()
    {
        Array.ForEach(_sets, static set => set.Clear());
        _runs.Clear();
        Count = 0;
    }

    public override void Dispose()
    {
        Array.ForEach(_sets, static set => set.Dispose());
        Array.ForEach(_keys, static column => column.Dispose());
        _rows?.Release();
        _found?.Release();
        _rows = _found = null;
    }

    private void FindOrAdd(int position, ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups)
    {
        Set set = _sets[position];
        int known = set.Count;
        set.FindOrAdd(columns, rows, count, groups, Cancellation);
        int added = set.Count - known;
        if (added > 0)
        {
            set.Number(known, Count);
            if (_runs is [.., var last] && last.Set == position)
            {
                _runs[^1] = last with { Count = last.Count + added };
            }
            else
            {
                _runs.Add(new Run(position, Count, known, added));
            }

            Count += added;
        }

        ReadOnlySpan<int> groupOf = set.Groups;
        for (int i = 0; i < count; i++)
        {
            groups[i] = groupOf[groups[i]];
        }
    }

    private void AppendPosition(int position, int count)
    {
        NativeBuffer value = NativeBuffer.AllocateZeroed(8, Account);
        value.Span<long>(0, 1)[0] = position;
        _keys[^1].AppendRange(new ConstantVector(new FixedVector(ArrowType.Int64, 1, value), count), 0, count);
        value.Release();
    }

    /// <summary>Groups that follow each other in all numbers and in those of their set.</summary>
    private readonly record struct Run(int Set, int Start, int First, int Count)
    {
        public static readonly IComparer<Run> ByStart = Comparer<Run>.Create(static (left, right) => left.Start.CompareTo(right.Start));
    }

    /// <summary>One set's keys, and the group that each of them is.</summary>
    private sealed class Set(KeyColumn[] allColumns, int[] columns, MemoryAccount account) : IDisposable
    {
        private readonly KeyColumn[] _types = Array.ConvertAll(columns, column => allColumns[column]);
        private readonly Vector[] _picked = new Vector[columns.Length];
        private GroupTable? _table;
        private DictionaryGroups? _dictionaries;
        private StateArray<int> _groups = new(account);

        /// <summary>Its columns among those of all sets, ascending.</summary>
        public int[] Columns => columns;

        /// <summary>Keys so far; a set without columns has one as soon as there is a row.</summary>
        public int Count { get; private set; }

        public ReadOnlySpan<int> Groups => _groups.Values;

        public long ReservedBytes => (_table?.ReservedBytes ?? 0) + _groups.ReservedBytes;

        public void FindOrAdd(ReadOnlySpan<Vector> all, ReadOnlySpan<int> rows, int count, Span<int> numbers, CancellationToken cancellation)
        {
            if (columns.Length == 0)
            {
                numbers[..count].Clear();
                Count = 1;
                return;
            }

            for (int i = 0; i < columns.Length; i++)
            {
                _picked[i] = all[columns[i]];
            }

            if (_table == null)
            {
                _table = GroupTable.Create(_types, _picked, account);
                _table.Cancellation = cancellation;
            }

            _dictionaries ??= new DictionaryGroups(_table, account);
            if (!_dictionaries.TryFindOrAdd(_picked, rows, count, numbers))
            {
                _table.FindOrAdd(_picked, rows, count, numbers);
            }

            Count = _table.Count;
        }

        /// <summary>Says that the keys from <paramref name="known"/> on are the groups from <paramref name="firstGroup"/> on.</summary>
        public void Number(int known, int firstGroup)
        {
            _groups.Resize(Count);
            Span<int> groups = _groups.Values;
            for (int i = known; i < groups.Length; i++)
            {
                groups[i] = firstGroup + i - known;
            }
        }

        public Vector[] Keys(int start, int count) => _table?.Keys(start, count) ?? [];

        public void Clear()
        {
            _table?.Clear();
            _dictionaries?.Reset();
            _groups.Clear();
            Count = 0;
        }

        public void Dispose()
        {
            _table?.Dispose();
            _dictionaries?.Dispose();
            _groups.Dispose();
        }
    }
}
