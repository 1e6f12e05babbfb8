namespace SqlCluster.Arrow.Ipc;

/// <summary>Where a message is in a file (File.fbs, Block).</summary>
/// <param name="Offset">Of its length, from the start of the file.</param>
/// <param name="MetadataBytes">Length and metadata.</param>
/// <param name="BodyBytes">Bytes of the body, which follows.</param>
internal readonly record struct FileBlock(long Offset, int MetadataBytes, long BodyBytes);

/// <summary>The end of a file: schema, and where the messages are (File.fbs, Footer).</summary>
internal sealed record FileFooter(IpcSchema Schema, IReadOnlyList<FileBlock> Dictionaries, IReadOnlyList<FileBlock> Batches)
{
    public static ReadOnlySpan<byte> Magic => "ARROW1"u8;

    private const int LongsPerBlock = 3;
    private const short V5 = 4;

    public byte[] Write()
    {
        var writer = new FlatWriter();
        int schema = SchemaTable.Write(writer, Schema), dictionaries = writer.Int64Structs(Longs(Dictionaries), LongsPerBlock), batches = writer.Int64Structs(Longs(Batches), LongsPerBlock);
        writer.StartTable();
        writer.Reference(1, schema);
        writer.Reference(2, dictionaries);
        writer.Reference(3, batches);
        writer.Field(0, V5);
        return writer.Finish(writer.EndTable());
    }

    /// <exception cref="IpcException">Damaged.</exception>
    public static FileFooter Read(ReadOnlySpan<byte> footer, long fileBytes, IpcLimits limits)
    {
        FlatTable table = FlatTable.Root(footer);
        return new FileFooter(
            SchemaTable.Read(table.Table(1), footer.Length, limits), Blocks(table.Int64Structs(2, LongsPerBlock), fileBytes), Blocks(table.Int64Structs(3, LongsPerBlock), fileBytes));
    }

    // The second word holds the metadata's length in its lower half, padding in the upper one.
    private static long[] Longs(IReadOnlyList<FileBlock> blocks) => [.. blocks.SelectMany(static block => (IEnumerable<long>)[block.Offset, block.MetadataBytes, block.BodyBytes])];

    private static FileBlock[] Blocks(long[] words, long fileBytes)
    {
        var blocks = new FileBlock[words.Length / LongsPerBlock];
        for (int i = 0; i < blocks.Length; i++)
        {
            long offset = words[LongsPerBlock * i], body = words[(LongsPerBlock * i) + 2];
            int metadata = unchecked((int)words[(LongsPerBlock * i) + 1]);
            blocks[i] = offset >= 0 && metadata >= 8 && body >= 0 && offset <= fileBytes - metadata && body <= fileBytes - metadata - offset
                ? new FileBlock(offset, metadata, body)
                : throw new IpcException("the footer names a message outside the file");
        }

        return blocks;
    }
}
