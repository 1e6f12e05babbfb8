namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Describes a Bloom filter: its size, and whether it is the one kind the format defines (split block, xxHash64, uncompressed).</summary>
internal readonly record struct BloomFilterHeader(int SizeBytes, bool IsSplitBlockXxHash)
{
    /// <exception cref="ParquetException">The header is damaged.</exception>
    public static BloomFilterHeader Parse(ReadOnlyMemory<byte> memory, out int lengthBytes)
    {
        ThriftReader reader = new(memory);
        int size = -1;
        int known = 0;
        short outer = reader.EnterStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 1: size = reader.Int32(); break;
                case 2 or 3 or 4:
                    if (UnionMember(ref reader) == 1)
                        known++;
                    break;
                default: reader.Skip(); break;
            }
        }

        reader.ExitStruct(outer);
        lengthBytes = reader.Position;
        if (size < 0)
            ParquetException.ThrowCorrupted("Bloom filter has no size");
        return new BloomFilterHeader(size, known == 3);
    }

    private static int UnionMember(ref ThriftReader reader)
    {
        int member = 0;
        short outer = reader.EnterStruct();
        while (reader.NextField(out int id))
        {
            member = id;
            reader.Skip();
        }

        reader.ExitStruct(outer);
        return member;
    }
}
