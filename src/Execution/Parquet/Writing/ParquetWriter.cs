using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Writes a Parquet file.</summary>
/// <remarks>
/// <code>
/// PAR1 | row group: chunk, chunk, ..., Bloom filters | row group ... | column indexes | offset indexes | footer | its length | PAR1
/// </code>
/// Either <see cref="Write"/> takes batches in order and cuts row groups itself, or several threads fill encoders from
/// <see cref="CreateRowGroup"/> and hand them to <see cref="Append"/> one at a time. Not thread-safe apart from CreateRowGroup.
/// </remarks>
public sealed class ParquetWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly ReplacedFile? _file;
    private readonly WriteSchema _schema;
    private readonly ParquetWriteOptions _options;
    private readonly RowGroupEncoder _pending;
    private readonly List<WrittenRowGroup> _rowGroups = [];
    private readonly ByteBuilder _scratch = new();
    private long _position;
    private bool _isFinished;
    private bool _isCommitted;

    /// <summary>Starts a file in a stream that the caller owns; it need not be seekable.</summary>
    /// <exception cref="ParquetException">The schema has a type that Parquet cannot store.</exception>
    public ParquetWriter(Stream stream, ArrowSchema schema, ParquetWriteOptions? options = null)
        : this(stream, null, schema, options)
    {
        ArgumentNullException.ThrowIfNull(stream);
        WriteMagic();
    }

    private ParquetWriter(Stream stream, ReplacedFile? file, ArrowSchema schema, ParquetWriteOptions? options)
    {
        ArgumentNullException.ThrowIfNull(schema);
        _stream = stream;
        _file = file;
        _options = options ?? ParquetWriteOptions.Default;
        _options.Check();
        _schema = new WriteSchema(schema);
        _pending = CreateRowGroup();
    }

    /// <summary>Rows written so far.</summary>
    public long RowCount => _rowGroups.Sum(static group => (long)group.RowCount) + _pending.RowCount;

    private static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <summary>Starts a file that appears at <paramref name="path"/>, over one that may be there, when <see cref="Finish"/> succeeds.</summary>
    /// <exception cref="IOException">The folder is missing or cannot be written to.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    /// <exception cref="ParquetException">The schema has a type that Parquet cannot store.</exception>
    public static ParquetWriter Create(string path, ArrowSchema schema, ParquetWriteOptions? options = null)
    {
        var file = new ReplacedFile(path);
        try
        {
            var writer = new ParquetWriter(file.Stream, file, schema, options);
            writer.WriteMagic();
            return writer;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Adds the selected rows of a batch. Nothing of it is kept.</summary>
    /// <exception cref="ParquetException">A value cannot be stored, or is null where the schema forbids it.</exception>
    public void Write(Batch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        int written = 0;
        while (written < batch.RowCount)
        {
            int count = Math.Min(batch.RowCount - written, _options.RowGroupRows - _pending.RowCount);
            _pending.Write(batch, written, count);
            written += count;
            if (_pending.RowCount == _options.RowGroupRows || _pending.PlainBytes >= _options.RowGroupBytes)
                Append(_pending);
        }
    }

    /// <summary>Makes an encoder for a row group of this file, to be filled by any one thread.</summary>
    public RowGroupEncoder CreateRowGroup() => new(_schema, _options);

    /// <summary>Writes the rows of an encoder as the next row group and empties it. An encoder without rows adds nothing.</summary>
    public void Append(RowGroupEncoder rowGroup)
    {
        ArgumentNullException.ThrowIfNull(rowGroup);
        if (_isFinished)
            throw new InvalidOperationException("file is finished");
        rowGroup.CheckSound();
        if (rowGroup.RowCount > 0)
        {
            rowGroup.Complete();
            WrittenChunk[] chunks = [.. rowGroup.Chunks.Select(Append)];
            for (int i = 0; i < chunks.Length; i++)
            {
                if (rowGroup.Chunks[i].BloomFilter is { } filter)
                    chunks[i].BloomFilter = Append(filter);
            }

            _rowGroups.Add(new WrittenRowGroup(rowGroup.RowCount, chunks));
        }

        rowGroup.Reset();
    }

    /// <summary>Writes what is left, the page index and the footer. A file made by <see cref="Create"/> is then in its place.</summary>
    public void Finish()
    {
        if (!_isCommitted)
        {
            Complete();
            _file?.Commit();
            _isCommitted = true;
        }
    }

    /// <summary>As <see cref="Finish"/>, but leaves a file made by <see cref="Create"/>, which is complete and closed then, beside its place until that is called.</summary>
    public void Complete()
    {
        if (_isFinished)
            return;
        Append(_pending);
        if (_options.WritePageIndex)
            WritePageIndex();
        _scratch.Clear();
        FooterWriter.Write(_schema, _rowGroups, _options.KeyValues, new ThriftWriter(_scratch));
        _scratch.AppendInt32(_scratch.Length);
        _scratch.Append(Magic);
        Put(_scratch.Written);
        _stream.Flush();
        _isFinished = true;
        _file?.Close();
    }

    /// <summary>Ends the writing; a file of <see cref="Create"/> that is not finished disappears.</summary>
    public void Dispose() => _file?.Dispose();

    private void WriteMagic() => Put(Magic);

    private WrittenChunk Append(EncodedChunk chunk)
    {
        long offset = _position;
        Put(chunk.Bytes.Written);
        return new WrittenChunk(chunk, offset, _options);
    }

    private (long Offset, int LengthBytes) Append(BloomFilterBuilder filter)
    {
        _scratch.Clear();
        var writer = new ThriftWriter(_scratch);
        writer.BeginStruct();
        writer.Int32(1, filter.Bytes.Length);
        for (int field = 2; field <= 4; field++)                                // the format's only algorithm, hash and compression
        {
            writer.BeginStruct(field);
            writer.EmptyStruct(1);
            writer.EndStruct();
        }

        writer.EndStruct();
        _scratch.Append(filter.Bytes);
        return PutScratch();
    }

    private void WritePageIndex()
    {
        foreach (WrittenChunk chunk in _rowGroups.SelectMany(static group => group.Chunks).Where(static chunk => chunk.HasColumnIndex))
        {
            _scratch.Clear();
            chunk.WriteColumnIndex(new ThriftWriter(_scratch));
            chunk.ColumnIndex = PutScratch();
        }

        foreach (WrittenChunk chunk in _rowGroups.SelectMany(static group => group.Chunks))
        {
            _scratch.Clear();
            chunk.WriteOffsetIndex(new ThriftWriter(_scratch));
            chunk.OffsetIndex = PutScratch();
        }
    }

    private (long Offset, int LengthBytes) PutScratch()
    {
        long offset = _position;
        Put(_scratch.Written);
        return (offset, _scratch.Length);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        _stream.Write(bytes);
        _position += bytes.Length;
    }
}
