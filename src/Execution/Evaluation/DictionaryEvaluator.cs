using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Evaluation;

/// <summary>An expression of one column: where the column comes as dictionary codes, it is computed once per dictionary entry and only codes are touched.</summary>
/// <remarks>
/// Results are cached by the dictionary's reference. A dictionary with many more entries than rows seen with it is left alone, and one whose entries
/// make the expression fail too (the entry may not occur in any row): then rows are computed as usual.
/// </remarks>
internal sealed class DictionaryEvaluator(int ordinal, Func<Evaluator> compileOnEntries, Evaluator onRows, MemoryAccount account) : Evaluator(onRows.Type)
{
    private readonly ResultBuffers _result = new(account);
    private readonly VectorGatherer _decoder = new(account);
    private Evaluator? _onEntries;
    private Vector? _dictionary;
    private Vector? _entries;
    private long _rowsSeen;
    private bool _hasFailed;
    private bool? _nullGivesNull;
    private readonly EntryTable _valueTable = new();
    private readonly EntryTable _validityTable = new();
    private NativeBuffer? _rows;

    /// <summary>Compiled when the first dictionary comes: most columns have none.</summary>
    private Evaluator OnEntries => _onEntries ??= compileOnEntries();

    public override Vector Evaluate(Batch batch)
    {
        if (batch.Columns[ordinal] is not DictionaryVector column || !IsWorthwhile(column, batch.RowCount) || !TryComputeEntries(column))
        {
            return onRows.Evaluate(batch);
        }

        if (column.HasNulls && !NullGivesNull(column.Dictionary))
        {
            return onRows.Evaluate(batch);
        }

        Vector entries = _entries!;
        switch (entries)
        {
            case ConstantVector constant when !column.HasNulls:
                return new ConstantVector(constant.Value, batch.Length);
            case BooleanVector booleans:
                return LookUp(column, booleans);
            case ConstantVector:
                return onRows.Evaluate(batch);
            default:
                return entries.HasNulls ? DecodeNullable(column, entries) : Recode(column, entries);
        }
    }

    public override void Dispose()
    {
        _entries?.Release();
        _entries = null;
        _dictionary = null;
        _onEntries?.Dispose();
        onRows.Dispose();
        _result.Dispose();
        _decoder.Dispose();
        _valueTable.Dispose();
        _validityTable.Dispose();
        _rows?.Release();
        _rows = null;
    }

    /// <summary>The codes over the computed entries; entries that are codes themselves are flattened first.</summary>
    private static DictionaryVector Recode(DictionaryVector column, Vector entries) => column.WithDictionary(entries);

    private bool IsWorthwhile(DictionaryVector column, int rows)
    {
        if (!ReferenceEquals(column.Dictionary, _dictionary))
        {
            _entries?.Release();
            _entries = null;
            _dictionary = column.Dictionary;
            _rowsSeen = 0;
            _hasFailed = false;
        }

        _rowsSeen += rows;
        return !_hasFailed && (_entries != null || column.Dictionary.Length <= 2 * _rowsSeen);
    }

    private bool TryComputeEntries(DictionaryVector column)
    {
        if (_entries != null)
        {
            return true;
        }

        try
        {
            Vector entries = OnEntries.Evaluate(new Batch([column.Dictionary], column.Dictionary.Length));
            if (entries is DictionaryVector)
            {
                entries = _decoder.Flatten(entries);
            }

            entries.Retain();
            _entries = entries;
            return true;
        }
        catch (QueryException error) when (error.Kind == ErrorKind.User)
        {
            _hasFailed = true;
            return false;
        }
    }

    /// <summary>Whether the expression of NULL is NULL, found by evaluating it once.</summary>
    private bool NullGivesNull(Vector dictionary)
    {
        if (_nullGivesNull is not { } known)
        {
            var nullRow = new ConstantVector(NullOf(dictionary), 1);
            try
            {
                Vector result = onEntriesOfNull(nullRow);
                known = result.IsNull(0);
            }
            catch (QueryException error) when (error.Kind == ErrorKind.User)
            {
                known = false;
            }

            _nullGivesNull = known;
        }

        return known;

        // The entries of the dictionary in use were retained, so that evaluating again takes new buffers.
        Vector onEntriesOfNull(Vector row) => OnEntries.Evaluate(new Batch([row], 1));
    }

    private Vector NullOf(Vector dictionary)
    {
        using var gatherer = new VectorGatherer(account);
        Vector row = gatherer.Take(dictionary, [-1]);
        row.Retain();
        return row;
    }

    private BooleanVector LookUp(DictionaryVector column, BooleanVector entries)
    {
        int length = column.Length, entryCount = entries.Length;
        Span<ulong> values = _result.ValueBits(length);
        Decode(column, Bitmaps.Words(entries.Values), entryCount, isValidity: false, values);
        if (!entries.HasNulls)
        {
            _result.ShareValidity(column);
            return (BooleanVector)_result.BuildBoolean(length);
        }

        Span<ulong> validity = _result.Validity(length);
        Decode(column, Bitmaps.Words(entries.Validity), entryCount, isValidity: true, validity);
        if (column.HasNulls)
        {
            Bitmaps.And(validity, Bitmaps.ValidityWords(column), validity);
        }

        _result.CountNulls(length);
        return (BooleanVector)_result.BuildBoolean(length);
    }

    private void Decode(DictionaryVector column, ReadOnlySpan<ulong> entries, int entryCount, bool isValidity, Span<ulong> result)
    {
        if (column.CodeWidth == 1)
        {
            CodeLookupKernels.Run(column.Codes8, entries, entryCount, result);
            return;
        }

        if (column.CodeWidth == 2 && Simd.HasBytePermute && entryCount <= CodeLookupKernels.MaxRegisterEntries)
        {
            CodeLookupKernels.RunInRegisters(column.Codes16, entries, entryCount, result);
            return;
        }

        ReadOnlySpan<byte> table = isValidity ? _validityTable.Of(entries, entryCount, _entries!, account) : _valueTable.Of(entries, entryCount, _entries!, account);
        if (column.CodeWidth == 2)
        {
            CodeLookupKernels.Run(column.Codes16, table, result);
        }
        else
        {
            CodeLookupKernels.Run(column.Codes32, table, result);
        }
    }

    /// <summary>A dictionary may not hold nulls: entries with nulls are gathered into a flat vector.</summary>
    private Vector DecodeNullable(DictionaryVector column, Vector entries)
    {
        Span<int> rows = NativeBuffer.Reuse(ref _rows, Math.Max(column.Length, 1) * 4L, account).Span<int>(0, column.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = column.IsNull(i) ? -1 : column.Code(i);
        }

        return _decoder.Take(entries, rows);
    }

    /// <summary>A bitmap over a dictionary as a byte an entry, made once per dictionary.</summary>
    private sealed class EntryTable : IDisposable
    {
        private NativeBuffer? _table;
        private Vector? _madeFor;

        public ReadOnlySpan<byte> Of(ReadOnlySpan<ulong> entries, int count, Vector madeFor, MemoryAccount account)
        {
            if (!ReferenceEquals(madeFor, _madeFor))
            {
                CodeLookupKernels.FillTable(entries, count, NativeBuffer.Reuse(ref _table, count, account).Span<byte>(0, count));
                _madeFor = madeFor;
            }

            return _table!.Span<byte>(0, count);
        }

        public void Dispose()
        {
            _table?.Release();
            _table = null;
            _madeFor = null;
        }
    }
}
