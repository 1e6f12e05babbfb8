using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Collects the rows of one row group and encodes them in memory, apart from any file.</summary>
/// <remarks>
/// One per thread: several can work at once, and <see cref="ParquetWriter.Append"/> puts their row groups into the file one after another.
/// After that it is empty and can be used again.
/// </remarks>
public sealed class RowGroupEncoder
{
    private readonly WriteSchema _schema;
    private readonly LeafBuffer[] _leaves;
    private readonly EncodedChunk[] _chunks;
    private readonly ChunkEncoder _encoder;
    private readonly NestedShredder _shredder;
    private int[] _everyRow = [];
    private bool _isDamaged;

    internal RowGroupEncoder(WriteSchema schema, ParquetWriteOptions options)
    {
        _schema = schema;
        _leaves = [.. schema.Columns.Select(column => CreateLeaf(column, options.UseDictionaries))];
        _chunks = [.. schema.Columns.Select(static column => new EncodedChunk(column))];
        _encoder = new ChunkEncoder(options);
        _shredder = new NestedShredder(_leaves);
    }

    /// <summary>Rows collected so far.</summary>
    public int RowCount { get; private set; }

    /// <summary>Bytes of the values collected so far, before encoding.</summary>
    public long PlainBytes => _leaves.Sum(static leaf => leaf.PlainBytes);

    internal IReadOnlyList<EncodedChunk> Chunks => _chunks;

    /// <summary>Whether the rows are encoded and wait to be appended to a file.</summary>
    internal bool IsComplete { get; private set; }

    /// <summary>Adds all selected rows of a batch, whose columns must have the schema's types. Copies what it needs.</summary>
    /// <exception cref="ParquetException">A value cannot be stored, or is null where the schema forbids it.</exception>
    public void Write(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Write(batch, 0, batch.RowCount);
    }

    /// <summary>Encodes the rows, so that only copying is left for <see cref="ParquetWriter.Append"/>.</summary>
    public void Complete()
    {
        if (IsComplete)
            return;
        CheckSound();
        for (int i = 0; i < _leaves.Length; i++)
        {
            _encoder.Encode(_leaves[i], RowCount, _chunks[i]);
            _leaves[i].Clear();
        }

        IsComplete = true;
    }

    internal void Write(Batch batch, int firstRow, int rowCount)
    {
        CheckSound();
        if (IsComplete)
            throw new InvalidOperationException("row group is complete");
        if (batch.Columns.Length != _schema.Fields.Count)
            throw new ArgumentException($"batch has {batch.Columns.Length} columns, the schema {_schema.Fields.Count}", nameof(batch));
        _isDamaged = true;                                                      // until every column has its rows
        bool isEveryRow = batch.Selection is null && rowCount == batch.Length;
        ReadOnlySpan<int> rows = batch.Selection is { } selection ? selection.Rows.Slice(firstRow, rowCount) : EveryRow(batch.Length).Slice(firstRow, rowCount);
        for (int i = 0; i < batch.Columns.Length; i++)
        {
            WriteField field = _schema.Fields[i];
            Vector vector = batch.Columns[i];
            if (!HasSameShape(vector.Type, field.Field.Type))
                throw new ArgumentException($"column \"{field.Field.Name}\" is {vector.Type}, the schema says {field.Field.Type}", nameof(batch));
            if (field.Leaf is { } leaf)
                _leaves[leaf.Index].AppendRows(vector, rows, isEveryRow);
            else
                _shredder.Append(field, vector, rows);
        }

        RowCount += rowCount;
        _isDamaged = false;
    }

    /// <summary>Refuses to go on after a batch that was taken halfway only.</summary>
    internal void CheckSound()
    {
        if (_isDamaged)
            throw new InvalidOperationException("a batch was refused halfway: the row group cannot be written");
    }

    internal void Reset()
    {
        RowCount = 0;
        IsComplete = false;
    }

    // Zones and child names may differ without changing what is stored; decimals come in the width their values need; nulls have any type.
    private static bool HasSameShape(ArrowType vector, ArrowType schema) => schema.Id switch
    {
        ArrowTypeId.Null => true,
        ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 => vector.Id is ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 && vector.Scale == schema.Scale,
        _ => vector.Id == schema.Id && vector.ByteWidth == schema.ByteWidth,
    };

    private static LeafBuffer CreateLeaf(WriteColumn column, bool useDictionary) => column.Type.Physical switch
    {
        PhysicalType.Boolean => new BooleanLeafBuffer(column),
        PhysicalType.Int32 or PhysicalType.Float => new FixedLeafBuffer<uint>(column, useDictionary),
        PhysicalType.Int64 or PhysicalType.Double => new FixedLeafBuffer<ulong>(column, useDictionary),
        PhysicalType.Int96 or PhysicalType.ByteArray or PhysicalType.FixedLenByteArray => new BytesLeafBuffer(column, useDictionary),
    };

    private ReadOnlySpan<int> EveryRow(int count)
    {
        if (_everyRow.Length < count)
            _everyRow = [.. Enumerable.Range(0, Math.Max(count, Batch.DefaultRows))];
        return _everyRow.AsSpan(0, count);
    }
}
