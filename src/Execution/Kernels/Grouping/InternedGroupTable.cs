using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>Numbers keys with text columns that come as dictionaries: each text value gets a number, a dictionary is translated once, and the numbers are packed with the other columns.</summary>
/// <remarks><code>
/// n_name: codes over a dictionary    dictionary -> value numbers, once     codes over value numbers -+
/// o_year: integer                                                                              -----+-> packed key -> group
/// </code></remarks>
internal sealed class InternedGroupTable : GroupTable
{
    private const int LargestDictionary = 1 << 14;
    private readonly ValueNumbers?[] _values;
    private readonly LookupTable _inner;
    private readonly Vector[] _mapped;

    private InternedGroupTable(ReadOnlySpan<KeyColumn> columns, MemoryAccount account)
        : base(account)
    {
        _values = new ValueNumbers?[columns.Length];
        _mapped = new Vector[columns.Length];
        var packed = new KeyColumn[columns.Length];
        for (int i = 0; i < packed.Length; i++)
        {
            _values[i] = columns[i].Type.IsView ? new ValueNumbers(columns[i].Type, account) : null;
            packed[i] = Numbered(columns[i]);
        }

        _inner = Create(packed, account);
    }

    public override CancellationToken Cancellation
    {
        get => _inner.Cancellation;
        set
        {
            _inner.Cancellation = value;
            Array.ForEach(_values, values => values?.Hear(value));
        }
    }

    public override long ReservedBytes => _inner.ReservedBytes + _values.Sum(static values => values?.ReservedBytes ?? 0);

    /// <summary>The table for these columns when the first keys are dictionaries that pack; else null.</summary>
    public static InternedGroupTable? TryCreate(ReadOnlySpan<KeyColumn> columns, ReadOnlySpan<Vector> firstKeys, MemoryAccount account)
    {
        var packed = new KeyColumn[columns.Length];
        bool hasText = false;
        for (int i = 0; i < packed.Length; i++)
        {
            packed[i] = Numbered(columns[i]);
            hasText |= columns[i].Type.IsView;
            if (columns[i].Type.IsView && firstKeys[i] is not (DictionaryVector { Dictionary.Length: <= LargestDictionary } or ConstantVector))
            {
                return null;
            }
        }

        return hasText && KeyLayout.TryCreate(packed) != null ? new InternedGroupTable(columns, account) : null;
    }

    public override void FindOrAdd(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<int> groups)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            _mapped[i] = _values[i]?.Map(columns[i], rows, count) ?? columns[i];
        }

        _inner.FindOrAdd(_mapped, rows, count, groups);
        Count = _inner.Count;
    }

    public override void Reserve(long keys, long least, long most) => _inner.Reserve(keys, least, most);

    public override Vector[] Keys(int start, int count)
    {
        Vector[] keys = _inner.Keys(start, count);
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = _values[i]?.Values(keys[i]) ?? keys[i];
        }

        return keys;
    }

    public override void Clear()
    {
        _inner.Clear();
        Count = 0;
    }

    public override void Dispose()
    {
        _inner.Dispose();
        Array.ForEach(_values, static values => values?.Dispose());
    }

    private static KeyColumn Numbered(KeyColumn column) => column.Type.IsView ? column with { Type = ArrowType.Int32 } : column;

    /// <summary>Numbers for the values of one text column.</summary>
    private sealed class ValueNumbers(ArrowType type, MemoryAccount account) : IDisposable
    {
        private readonly RowGroupTable _table = new([new KeyColumn(type, false)], account);
        private readonly VectorGatherer _gatherer = new(account);
        private NativeBuffer? _entryNumbers;
        private NativeBuffer? _rowNumbers;
        private NativeBuffer? _nullValue;
        private Vector? _dictionary;
        private Vector? _mappedDictionary;

        public long ReservedBytes => _table.ReservedBytes;

        public void Hear(CancellationToken cancellation) => _table.Cancellation = cancellation;

        /// <summary>The column with numbers in place of its values.</summary>
        public Vector Map(Vector column, ReadOnlySpan<int> rows, int count)
        {
            switch (column)
            {
                case DictionaryVector dictionary:
                    if (!ReferenceEquals(_dictionary, dictionary.Dictionary))
                    {
                        _mappedDictionary = MapFlat(dictionary.Dictionary, default, dictionary.Dictionary.Length, ref _entryNumbers);
                        _dictionary = dictionary.Dictionary;
                    }

                    return dictionary.WithDictionary(_mappedDictionary!);
                case ConstantVector { IsNullConstant: true }:
                    _nullValue ??= NativeBuffer.AllocateZeroed(8, account);
                    return new ConstantVector(new FixedVector(ArrowType.Int32, 1, _nullValue, 0, _nullValue, 1), column.Length);
                case ConstantVector constant:
                    return new ConstantVector(MapFlat(constant.Value, default, 1, ref _rowNumbers), column.Length);
                default:
                    return MapFlat(column, rows, count, ref _rowNumbers);
            }
        }

        /// <summary>The values of numbers.</summary>
        public Vector Values(Vector numbers)
        {
            var reader = new VectorReader(numbers);
            var rows = new int[numbers.Length];
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i] = reader.IsNull(i) ? -1 : reader.Value<int>(i);
            }

            return _gatherer.Take(_table.Keys(0, _table.Count)[0], rows);
        }

        public void Dispose()
        {
            _table.Dispose();
            _gatherer.Dispose();
            _entryNumbers?.Release();
            _rowNumbers?.Release();
            _nullValue?.Release();
            _entryNumbers = _rowNumbers = _nullValue = null;
        }

        private FixedVector MapFlat(Vector column, ReadOnlySpan<int> rows, int count, ref NativeBuffer? buffer)
        {
            NativeBuffer target = NativeBuffer.Reuse(ref buffer, Math.Max(column.Length, 1) * 4L, account);
            Span<int> numbers = target.Span<int>(0, column.Length);
            if (rows.IsEmpty && !column.HasNulls)
            {
                _table.FindOrAdd([column], rows, count, numbers);
                return new FixedVector(ArrowType.Int32, column.Length, target);
            }

            numbers.Clear();
            var reader = new VectorReader(column);
            var present = new int[count];
            int found = 0;
            for (int i = 0; i < count; i++)
            {
                present[found] = rows.IsEmpty ? i : rows[i];
                found += reader.IsNull(present[found]) ? 0 : 1;
            }

            var presentNumbers = new int[found];
            _table.FindOrAdd([column], present.AsSpan(0, found), found, presentNumbers);
            for (int i = 0; i < found; i++)
            {
                numbers[present[i]] = presentNumbers[i];
            }

            return new FixedVector(ArrowType.Int32, column.Length, target, 0, column.ValidityBuffer, column.NullCount);
        }
    }
}
