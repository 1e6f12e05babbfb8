namespace SqlCluster.Arrow.Ipc;

/// <summary>The table RecordBatch of Message.fbs.</summary>
/// <param name="Length">Rows.</param>
/// <param name="Nodes">Rows and nulls of each field.</param>
/// <param name="Buffers">Offset and length of each buffer in the body.</param>
/// <param name="Compression">Of each buffer.</param>
/// <param name="VariadicCounts">Data buffers of each column of views.</param>
internal sealed record RecordBatchTable(int Length, long[] Nodes, long[] Buffers, IpcCompression Compression, long[] VariadicCounts)
{
    /// <summary>Rows of a vector: a little less than an int holds, so that rounding up to whole words does not overflow.</summary>
    public const int MaxRows = int.MaxValue - 64;

    public static RecordBatchTable Read(FlatTable table)
    {
        long length = table.Int64(0);
        if (length is < 0 or > MaxRows)
        {
            throw new IpcException($"a batch of {length} rows is not supported");
        }

        var compression = IpcCompression.None;
        if (table.Has(3))
        {
            FlatTable body = table.Table(3);
            compression = (body.Byte(0), body.Byte(1)) switch
            {
                (0, 0) => IpcCompression.Lz4,
                (1, 0) => IpcCompression.Zstd,
                (byte codec, byte method) => throw new IpcException($"compression codec {codec}, method {method} is not supported"),
            };
        }

        return new RecordBatchTable((int)length, table.Int64Structs(1, 2), table.Int64Structs(2, 2), compression, table.Int64Structs(4, 1));
    }
}
