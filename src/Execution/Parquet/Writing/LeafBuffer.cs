using System.Diagnostics;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Collects one leaf column of a row group: levels for every entry, and the values of entries that are present.</summary>
/// <remarks>
/// Values arrive as codes into a growing dictionary until that stops paying; from then on, and for what was collected before, plainly. The decision
/// is one per row group: all pages of a chunk hold codes, or none does, so that scans can rely on codes. Not thread-safe.
/// </remarks>
internal abstract class LeafBuffer
{
    private readonly byte _maxDefinition;
    private int[] _rows = [];

    protected LeafBuffer(WriteColumn column)
    {
        Column = column;
        _maxDefinition = checked((byte)column.MaxDefinitionLevel);
        _ = checked((byte)column.MaxRepetitionLevel);
    }

    public WriteColumn Column { get; }

    /// <summary>One byte an entry; empty where the column is required at every level.</summary>
    public ByteBuilder Definitions { get; } = new();

    /// <summary>One byte an entry; empty where nothing repeats.</summary>
    public ByteBuilder Repetitions { get; } = new();

    /// <summary>Rows of a flat column, slots of a nested one.</summary>
    public int EntryCount { get; private set; }

    /// <summary>Entries with a value.</summary>
    public abstract int ValueCount { get; }

    /// <summary>Bytes of the values in PLAIN.</summary>
    public abstract long PlainBytes { get; }

    /// <summary>Distinct values when the chunk holds codes, else null.</summary>
    public abstract int? DictionaryCount { get; }

    public abstract void Clear();

    /// <summary>Ends the collection: from now on the encoding is decided.</summary>
    public abstract void Complete(ParquetEncodingChoice encodings);

    /// <summary>Encoding of the data pages, once complete.</summary>
    public abstract Metadata.Encoding PageEncoding { get; }

    /// <summary>Appends the dictionary in PLAIN.</summary>
    public abstract void WriteDictionary(ByteBuilder output);

    /// <summary>Appends the body of a page without levels.</summary>
    public abstract void WriteValues(int first, int count, ByteBuilder output);

    public abstract ValueBounds Bounds(int first, int count);

    /// <summary>Adds the values to a Bloom filter: the distinct ones where they are known.</summary>
    public abstract void AddTo(BloomFilterBuilder filter);

    /// <summary>Distinct values, at most.</summary>
    public int DistinctLimit => DictionaryCount ?? ValueCount;

    /// <summary>Appends rows of a vector to a column that nothing encloses.</summary>
    /// <param name="vector">In any encoding.</param>
    /// <param name="rows">Which rows.</param>
    /// <param name="isEveryRow">Whether those are all rows of the vector, in order.</param>
    public void AppendRows(Vector vector, ReadOnlySpan<int> rows, bool isEveryRow)
    {
        if (Column.ArrowType.Id == ArrowTypeId.Null)
        {
            AppendNulls(rows.Length);
            return;
        }

        if (vector is ConstantVector constant)
        {
            AppendConstant(constant, rows.Length);
            return;
        }

        ReadOnlySpan<int> present = rows;
        if (vector.HasNulls)
        {
            present = AppendDefinitions(vector, rows);
            isEveryRow = false;
        }
        else
        {
            AppendLevels(rows.Length, _maxDefinition);
        }

        if (vector is DictionaryVector dictionary)
            AppendCodes(dictionary.Dictionary, CodesOf(dictionary, present));
        else if (isEveryRow)
            AppendAll(vector);
        else
            AppendSome(vector, present);
    }

    /// <summary>Appends an entry without a value.</summary>
    public void AppendNull(int repetition, int definition) => AppendLevel(repetition, definition);

    /// <summary>Appends an entry with the value of a row that is not null; vectors in other encodings are resolved before.</summary>
    public void AppendValue(Vector flat, int row, int repetition)
    {
        AppendLevel(repetition, _maxDefinition);
        Span<int> one = [row];
        AppendSome(flat, one);
    }

    protected void ClearLevels()
    {
        Definitions.Clear();
        Repetitions.Clear();
        EntryCount = 0;
    }

    /// <summary>Appends all values of a flat vector without nulls.</summary>
    protected abstract void AppendAll(Vector flat);

    /// <summary>Appends the values of some rows, none of them null, of a flat vector.</summary>
    protected abstract void AppendSome(Vector flat, ReadOnlySpan<int> rows);

    /// <summary>Appends values given as positions in a dictionary; the same dictionary object has the same values.</summary>
    protected abstract void AppendCodes(Vector dictionary, ReadOnlySpan<int> codes);

    private void AppendConstant(ConstantVector constant, int count)
    {
        if (constant.IsNullConstant)
        {
            AppendNulls(count);
            return;
        }

        AppendLevels(count, _maxDefinition);
        Span<int> zeros = Scratch(count);
        zeros.Clear();
        AppendSome(constant.Value, zeros);
    }

    private void AppendNulls(int count)
    {
        if (_maxDefinition == 0 && count > 0)
            throw NullInRequired();
        AppendLevels(count, 0);
    }

    private ReadOnlySpan<int> AppendDefinitions(Vector vector, ReadOnlySpan<int> rows)
    {
        Span<int> present = Scratch(rows.Length);
        Span<byte> levels = _maxDefinition == 0 ? [] : Definitions.AppendUninitialized(rows.Length);
        int count = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            bool isNull = vector.IsNull(rows[i]);
            present[count] = rows[i];
            count += isNull ? 0 : 1;
            if (!levels.IsEmpty)
                levels[i] = isNull ? (byte)0 : (byte)1;
        }

        if (count < rows.Length && _maxDefinition == 0)
            throw NullInRequired();
        EntryCount += rows.Length;
        return present[..count];
    }

    private ReadOnlySpan<int> CodesOf(DictionaryVector vector, ReadOnlySpan<int> rows)
    {
        Span<int> codes = Scratch(rows.Length);                                 // may be the very memory of rows: written behind what is read
        switch (vector.CodeWidth)
        {
            case 1:
                ReadOnlySpan<byte> narrow = vector.Codes8;
                for (int i = 0; i < codes.Length; i++)
                    codes[i] = narrow[rows[i]];
                break;
            case 2:
                ReadOnlySpan<ushort> middle = vector.Codes16;
                for (int i = 0; i < codes.Length; i++)
                    codes[i] = middle[rows[i]];
                break;
            default:
                ReadOnlySpan<int> wide = vector.Codes32;
                for (int i = 0; i < codes.Length; i++)
                    codes[i] = wide[rows[i]];
                break;
        }

        return codes;
    }

    private void AppendLevels(int count, byte definition)
    {
        Debug.Assert(Column.MaxRepetitionLevel == 0, "rows of nested columns come one by one");
        if (_maxDefinition > 0)
            Definitions.AppendRepeated(definition, count);
        EntryCount += count;
    }

    private void AppendLevel(int repetition, int definition)
    {
        if (_maxDefinition > 0)
            Definitions.Append((byte)definition);
        if (Column.MaxRepetitionLevel > 0)
            Repetitions.Append((byte)repetition);
        EntryCount++;
    }

    private Span<int> Scratch(int length)
    {
        if (_rows.Length < length)
            _rows = new int[Math.Max(length, Batch.DefaultRows)];
        return _rows.AsSpan(0, length);
    }

    private ParquetException NullInRequired() =>
        new ParquetException("null in a column that is declared not null", NotNullViolation).At(column: Column.Name);

    protected ParquetException DecimalOverflow() =>
        new ParquetException($"decimal has more digits than {Column.ArrowType}", ParquetException.OutOfRange).At(column: Column.Name);

    /// <summary>SQLSTATE not_null_violation.</summary>
    internal const string NotNullViolation = "23502";
}
