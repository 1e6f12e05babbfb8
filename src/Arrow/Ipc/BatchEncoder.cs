using System.Diagnostics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Turns batches of one schema into record batch messages, and dictionary messages where dictionaries are kept.</summary>
/// <remarks>Not thread-safe: one a stream. Buffers that are not shared with the batches come from the account, which must live until the messages are released.</remarks>
public sealed class BatchEncoder
{
    private const int RowsPerByte = 8;

    private readonly IpcSchema _wire;
    private readonly IpcOptions _options;
    private readonly MemoryAccount _account;
    private readonly Vector?[] _sentDictionaries;

    public BatchEncoder(ArrowSchema schema, IpcOptions options, MemoryAccount account)
    {
        _options = options;
        _account = account;
        _wire = WireTypes.Of(schema, options);
        _sentDictionaries = new Vector?[schema.Fields.Count];
        var writer = new FlatWriter();
        SchemaMessage = new IpcMessage(
            IpcMessageKind.Schema, MessageHeader.Write(writer, IpcMessageKind.Schema, SchemaTable.Write(writer, _wire), 0), [], 0, 0);
    }

    /// <summary>Goes before all others.</summary>
    public IpcMessage SchemaMessage { get; }

    internal IpcSchema WireSchema => _wire;

    /// <summary>The messages of a batch, made one by one as they are asked for; none for a batch without rows. The batch must stay valid until the last one is made.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="maxMessageBytes">As <see cref="IpcOptions.MaxMessageBytes"/>, for this batch; what is less counts.</param>
    /// <param name="cancellation">Ends the making of a message.</param>
    /// <exception cref="MemoryLimitException">The account's limit would be exceeded.</exception>
    public IEnumerable<IpcMessage> Encode(Batch batch, long maxMessageBytes = long.MaxValue, CancellationToken cancellation = default)
    {
        maxMessageBytes = Math.Min(maxMessageBytes, _options.MaxMessageBytes);
        if (batch.Columns.Length != _wire.Fields.Length)
        {
            throw new ArgumentException("the batch has other columns than the schema", nameof(batch));
        }

        for (int i = 0; i < _wire.Fields.Length; i++)
        {
            if (_wire.Fields[i].Dictionary is { } dictionary && DictionaryOf(batch.Columns[i]) is var values && !ReferenceEquals(values, _sentDictionaries[i]))
            {
                _sentDictionaries[i] = values;
                yield return EncodeDictionary(_wire.Fields[i], dictionary.Id, values, cancellation);
            }
        }

        var parts = new Stack<(int Start, int Count)>();
        if (batch.RowCount > 0)
        {
            parts.Push((0, batch.RowCount));
        }

        while (parts.TryPop(out (int Start, int Count) part))
        {
            int pieces = Pieces(batch, part.Start, part.Count, maxMessageBytes);
            if (pieces == 1)
            {
                yield return EncodeRows(batch, part.Start, part.Count, cancellation);
                continue;
            }

            // Parts of whole bytes of rows keep bitmaps shareable; the first part comes out first.
            int rows = Math.Max((part.Count + pieces - 1) / pieces, 1);
            rows = rows >= RowsPerByte ? rows & ~(RowsPerByte - 1) : rows;
            int last = (part.Count - 1) / rows * rows;
            for (int start = last; start >= 0; start -= rows)
            {
                parts.Push((part.Start + start, Math.Min(rows, part.Count - start)));
            }
        }
    }

    /// <summary>How many messages the rows need, by their size; 1 for a single row.</summary>
    private int Pieces(Batch batch, int start, int count, long maxMessageBytes)
    {
        if (count == 1)
        {
            return 1;
        }

        RowSet rows = Rows(batch, start, count);
        long size = 0;
        for (int i = 0; i < batch.Columns.Length; i++)
        {
            size += _wire.Fields[i].Dictionary != null ? 4L * count : EncodedSize.Of(_wire.Fields[i], batch.Columns[i], rows);
        }

        return (int)Math.Min(count, (size + maxMessageBytes - 1) / maxMessageBytes) is var pieces and > 0 ? pieces : 1;
    }

    private static RowSet Rows(Batch batch, int start, int count) =>
        batch.Selection == null ? RowSet.Range(start, count) : RowSet.Of(batch.Selection.Rows.Slice(start, count));

    private IpcMessage EncodeRows(Batch batch, int start, int count, CancellationToken cancellation)
    {
        var body = new BodyBuilder(_options.Compression, _account, cancellation);
        try
        {
            var encoder = new ColumnEncoder(body, _options);
            for (int i = 0; i < batch.Columns.Length; i++)
            {
                RowSet rows = Rows(batch, start, count);
                if (_wire.Fields[i].Dictionary == null)
                {
                    encoder.Encode(_wire.Fields[i], batch.Columns[i], rows);
                }
                else if (batch.Columns[i] is DictionaryVector codes)
                {
                    encoder.EncodeCodes(codes, rows);
                }
                else
                {
                    EncodeOwnCodes(body, encoder, batch.Columns[i], rows);
                }
            }

            return body.BuildRecordBatch(count);
        }
        catch
        {
            body.Abandon();
            throw;
        }
    }

    /// <summary>A column that has no dictionary in this batch is its own one: row i has code i, every row of a constant code 0.</summary>
    private void EncodeOwnCodes(BodyBuilder body, ColumnEncoder encoder, Vector column, RowSet rows)
    {
        NativeBuffer codes = NativeBuffer.Allocate(column.Length * 4L, _account);
        Span<int> numbers = codes.Span<int>(0, column.Length);
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = column is ConstantVector ? 0 : i;
        }

        NativeBuffer? nulls = column is ConstantVector { IsNullConstant: true } ? NativeBuffer.AllocateZeroed(Bits.WordCount(column.Length) * 8L, _account) : null;
        try
        {
            encoder.EncodeCodes(new DictionaryVector(column.Length, codes, 0, 4, DictionaryOf(column), nulls ?? column.ValidityBuffer, column.NullCount), rows);
        }
        finally
        {
            codes.Release();
            nulls?.Release();
        }

        Debug.Assert(body.Account == _account, "one account a stream");
    }

    private static Vector DictionaryOf(Vector column) => column switch
    {
        DictionaryVector dictionary => dictionary.Dictionary,
        ConstantVector constant => constant.Value,
        _ => column,
    };

    private IpcMessage EncodeDictionary(IpcField field, long id, Vector values, CancellationToken cancellation)
    {
        var body = new BodyBuilder(_options.Compression, _account, cancellation);
        try
        {
            new ColumnEncoder(body, _options).Encode(field, values, RowSet.Range(0, values.Length));
            return body.BuildDictionary(values.Length, id, false);
        }
        catch
        {
            body.Abandon();
            throw;
        }
    }
}
