using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Turns the messages behind a schema into batches; keeps the dictionaries that they refer to.</summary>
/// <remarks>
/// Not thread-safe: one a stream. Batches share the bodies they were read from and hold references to them; whoever reads a batch releases it. Dictionaries
/// live until they are replaced or the decoder is disposed, and in the batches that use them.
/// </remarks>
public sealed class BatchDecoder(IpcSchema schema, MemoryAccount account, IpcLimits? limits = null) : IDisposable
{
    private readonly IpcLimits _limits = limits ?? IpcLimits.Default;
    private readonly Dictionary<long, Vector> _dictionaries = [];
    private Dictionary<long, IpcField>? _dictionaryFields;

    public ArrowSchema Schema => schema.Schema;

    /// <summary>Reads a record batch, or takes in a dictionary.</summary>
    /// <param name="metadata">The flatbuffer Message without a length in front.</param>
    /// <param name="body">Holds the body; null for none.</param>
    /// <param name="bodyOffset">Where it begins; fixed-width columns are shared with it when that is a multiple of 8.</param>
    /// <param name="bodyLength">Bytes there are of it.</param>
    /// <returns>The batch, which the caller releases; null for a dictionary.</returns>
    /// <exception cref="IpcException">Damaged, or another kind of message.</exception>
    /// <exception cref="MemoryLimitException">The account's limit would be exceeded.</exception>
    public Batch? Decode(ReadOnlySpan<byte> metadata, NativeBuffer? body, long bodyOffset, long bodyLength)
    {
        MessageHeader header = MessageHeader.Read(metadata);
        if (header.BodyLength > bodyLength)
        {
            throw new IpcException("a message's body is cut off");
        }

        FlatTable table = FlatTable.Root(metadata).Table(MessageHeader.HeaderSlot);
        NativeBuffer present = body?.Retain() ?? NativeBuffer.Allocate(0, account);
        try
        {
            switch (header.Kind)
            {
                case IpcMessageKind.RecordBatch:
                    RecordBatchTable batch = RecordBatchTable.Read(table);
                    return new Batch(DecodeColumns(batch, header.IsV4, schema.Fields, present, bodyOffset, header.BodyLength), batch.Length);
                case IpcMessageKind.DictionaryBatch:
                    DecodeDictionary(table, header.IsV4, present, bodyOffset, header.BodyLength);
                    return null;
                default:
                    throw new IpcException("a schema within a stream");
            }
        }
        finally
        {
            present.Release();
        }
    }

    public void Dispose()
    {
        foreach (Vector dictionary in _dictionaries.Values)
        {
            dictionary.Release();
        }

        _dictionaries.Clear();
    }

    private static void AddDictionaries(IEnumerable<IpcField> fields, Dictionary<long, IpcField> found)
    {
        foreach (IpcField field in fields)
        {
            if (field.Dictionary != null)
            {
                found[field.Dictionary.Id] = field with { Dictionary = null };
            }

            AddDictionaries(field.Children, found);
        }
    }

    private Vector[] DecodeColumns(RecordBatchTable table, bool isV4, IpcField[] fields, NativeBuffer body, long bodyOffset, long bodyLength)
    {
        using var reader = new BodyReader(table, isV4, body, bodyOffset, bodyLength, _limits, account);
        var decoder = new ColumnDecoder(reader, _dictionaries);
        Vector[] columns = Array.ConvertAll(fields, field => decoder.Decode(field, table.Length));
        reader.Complete();
        return columns;
    }

    private void DecodeDictionary(FlatTable table, bool isV4, NativeBuffer body, long bodyOffset, long bodyLength)
    {
        if (_dictionaryFields == null)
        {
            AddDictionaries(schema.Fields, _dictionaryFields = []);
        }

        long id = table.Int64(0);
        if (!_dictionaryFields.TryGetValue(id, out IpcField? field))
        {
            throw new IpcException("a dictionary that the schema does not mention");
        }

        bool isDelta = table.Boolean(2);
        Vector values = DecodeColumns(RecordBatchTable.Read(table.Table(1)), isV4, [field], body, bodyOffset, bodyLength)[0];
        if (_dictionaries.TryGetValue(id, out Vector? former))
        {
            if (isDelta)
            {
                Vector added = values;
                try
                {
                    values = DictionaryDelta.Append(former, added, account);
                }
                finally
                {
                    added.Release();
                }
            }

            former.Release();
        }

        _dictionaries[id] = values;
    }
}
