using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Describes one column of one row group: parquet.thrift's ColumnChunk with its ColumnMetaData.</summary>
/// <remarks>The path in the schema is not kept: chunks come in the order of the schema's leaves, and every reader relies on that.</remarks>
internal sealed class ColumnChunk
{
    public required PhysicalType Type { get; init; }

    /// <summary>Gets the codec's number as stored; a number without a name is an error only when the chunk is read.</summary>
    public required CompressionCodec Codec { get; init; }

    /// <summary>Gets a bit per <see cref="Encoding"/> that the chunk uses, levels included.</summary>
    public uint EncodingBits { get; init; }

    /// <summary>Gets whether all data pages hold dictionary codes; null when the writer did not count its pages' encodings.</summary>
    public bool? IsAllDictionary { get; init; }

    /// <summary>Gets the number of level entries: rows of a flat column, nulls included; more in a repeated one.</summary>
    public required long ValueCount { get; init; }

    public required long UncompressedSizeBytes { get; init; }

    public required long CompressedSizeBytes { get; init; }

    public required long DataPageOffset { get; init; }

    public long? DictionaryPageOffset { get; init; }

    public ColumnStatistics? Statistics { get; init; }

    public long? BloomFilterOffset { get; init; }

    public int? BloomFilterLengthBytes { get; init; }

    public FileRange? OffsetIndex { get; init; }

    public FileRange? ColumnIndex { get; init; }

    /// <summary>Gets the file that holds the pages when it is another one (a feature no writer uses).</summary>
    public string? FilePath { get; init; }

    /// <summary>Gets where the chunk's pages lie, dictionary page first.</summary>
    /// <remarks>Old writers put nonsense such as 0 into the dictionary offset, so it counts only when it points before the data.</remarks>
    public FileRange Pages => new(
        DictionaryPageOffset is { } dictionary && dictionary >= 4 && dictionary < DataPageOffset ? dictionary : DataPageOffset,
        CompressedSizeBytes);

    public static ColumnChunk Read(ref ThriftReader reader)
    {
        ColumnChunk? result = null;
        string? filePath = null;
        long? offsetIndex = null, columnIndex = null;
        int offsetIndexLength = 0, columnIndexLength = 0;
        ChunkFields fields = default;
        short outer = reader.EnterListStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 1: filePath = reader.Text(); break;
                case 3: fields.Read(ref reader); break;
                case 4: offsetIndex = reader.Int64(); break;
                case 5: offsetIndexLength = reader.Int32(); break;
                case 6: columnIndex = reader.Int64(); break;
                case 7: columnIndexLength = reader.Int32(); break;
                case 8:
                    throw new ParquetException("column is encrypted", ParquetException.Unsupported);
                default: reader.Skip(); break;
            }
        }

        reader.ExitStruct(outer);
        if (fields.Type is not { } type || fields.Codec is not { } codec)
            throw new ParquetException("column chunk without metadata");
        if (fields.ValueCount < 0 || fields.CompressedSizeBytes < 0 || fields.UncompressedSizeBytes < 0 || fields.DataPageOffset < 0)
            throw new ParquetException("column chunk has a negative size or offset");
        result = new ColumnChunk
        {
            Type = type,
            Codec = codec,
            EncodingBits = fields.EncodingBits,
            IsAllDictionary = fields.IsAllDictionary,
            ValueCount = fields.ValueCount,
            UncompressedSizeBytes = fields.UncompressedSizeBytes,
            CompressedSizeBytes = fields.CompressedSizeBytes,
            DataPageOffset = fields.DataPageOffset,
            DictionaryPageOffset = fields.DictionaryPageOffset,
            Statistics = fields.Statistics,
            BloomFilterOffset = fields.BloomFilterOffset,
            BloomFilterLengthBytes = fields.BloomFilterLengthBytes,
            OffsetIndex = Range(offsetIndex, offsetIndexLength),
            ColumnIndex = Range(columnIndex, columnIndexLength),
            FilePath = filePath,
        };
        return result;
    }

    private static FileRange? Range(long? offset, int length) => offset > 0 && length > 0 ? new FileRange(offset.Value, length) : null;

    // The fields of ColumnMetaData while they arrive.
    private struct ChunkFields
    {
        public PhysicalType? Type;
        public CompressionCodec? Codec;
        public uint EncodingBits;
        public bool? IsAllDictionary;
        public long ValueCount;
        public long UncompressedSizeBytes;
        public long CompressedSizeBytes;
        public long DataPageOffset;
        public long? DictionaryPageOffset;
        public ColumnStatistics? Statistics;
        public long? BloomFilterOffset;
        public int? BloomFilterLengthBytes;

        public void Read(ref ThriftReader reader)
        {
            short outer = reader.EnterStruct();
            while (reader.NextField(out int id))
            {
                switch (id)
                {
                    case 1:
                        int type = reader.Int32();
                        if ((uint)type > (uint)PhysicalType.FixedLenByteArray)
                            ParquetException.ThrowCorrupted($"column chunk has an unknown physical type: {type}");
                        Type = (PhysicalType)type;
                        break;
                    case 2: EncodingBits = ReadEncodings(ref reader); break;
                    case 4:
                        int codec = reader.Int32();
                        Codec = (uint)codec <= byte.MaxValue ? (CompressionCodec)codec : (CompressionCodec)byte.MaxValue;
                        break;
                    case 5: ValueCount = reader.Int64(); break;
                    case 6: UncompressedSizeBytes = reader.Int64(); break;
                    case 7: CompressedSizeBytes = reader.Int64(); break;
                    case 9: DataPageOffset = reader.Int64(); break;
                    case 11: DictionaryPageOffset = reader.Int64(); break;
                    case 12: Statistics = ColumnStatistics.Read(ref reader); break;
                    case 13: IsAllDictionary = ReadEncodingStatistics(ref reader); break;
                    case 14: BloomFilterOffset = reader.Int64(); break;
                    case 15: BloomFilterLengthBytes = reader.Int32(); break;
                    default: reader.Skip(); break;
                }
            }

            reader.ExitStruct(outer);
        }

        private static uint ReadEncodings(ref ThriftReader reader)
        {
            uint bits = 0;
            int count = reader.BeginList(ThriftType.I32);
            for (int i = 0; i < count; i++)
            {
                int encoding = reader.Int32();
                if ((uint)encoding < 32)
                    bits |= 1u << encoding;
            }

            return bits;
        }

        private static bool ReadEncodingStatistics(ref ThriftReader reader)
        {
            bool all = true;
            int count = reader.BeginList(ThriftType.Struct);
            for (int i = 0; i < count; i++)
            {
                int pageType = 0, encoding = 0, pages = 0;
                short outer = reader.EnterListStruct();
                while (reader.NextField(out int id))
                {
                    switch (id)
                    {
                        case 1: pageType = reader.Int32(); break;
                        case 2: encoding = reader.Int32(); break;
                        case 3: pages = reader.Int32(); break;
                        default: reader.Skip(); break;
                    }
                }

                reader.ExitStruct(outer);
                bool isData = pageType is (int)PageType.DataV1 or (int)PageType.DataV2;
                if (isData && pages > 0 && encoding is not ((int)Encoding.PlainDictionary or (int)Encoding.RleDictionary))
                    all = false;
            }

            return all && count > 0;
        }
    }
}
