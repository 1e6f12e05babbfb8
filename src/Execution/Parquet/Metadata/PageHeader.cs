namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Describes one page: sizes, encodings and, in version 2, where its levels end.</summary>
/// <remarks>A struct, because chunks of tens of thousands of pages exist. Statistics of pages are passed over: the page index has them.</remarks>
internal readonly record struct PageHeader
{
    public PageType Type { get; init; }

    public int UncompressedSizeBytes { get; init; }

    public int CompressedSizeBytes { get; init; }

    /// <summary>Gets the CRC-32 of the page as stored, or null.</summary>
    public uint? Crc { get; init; }

    /// <summary>Gets the level entries of a data page, or the entries of a dictionary.</summary>
    public int ValueCount { get; init; }

    public Encoding Encoding { get; init; }

    /// <summary>Gets how a version 1 page encodes its definition levels.</summary>
    public Encoding DefinitionEncoding { get; init; }

    /// <summary>Gets how a version 1 page encodes its repetition levels.</summary>
    public Encoding RepetitionEncoding { get; init; }

    /// <summary>Gets the rows of a version 2 page; -1 in version 1.</summary>
    public int RowCount { get; init; }

    /// <summary>Gets the nulls of a version 2 page; -1 in version 1.</summary>
    public int NullCount { get; init; }

    /// <summary>Gets the bytes of definition levels at the start (after the repetition levels) of a version 2 page, never compressed.</summary>
    public int DefinitionLengthBytes { get; init; }

    public int RepetitionLengthBytes { get; init; }

    /// <summary>Gets whether the values of a version 2 page are compressed with the chunk's codec.</summary>
    public bool IsCompressed { get; init; }

    /// <summary>Parses the header at the start of <paramref name="memory"/>.</summary>
    /// <param name="memory">Bytes of the chunk from the page's start on; the page itself may lie beyond their end.</param>
    /// <param name="lengthBytes">Receives the header's own length; the page follows it.</param>
    /// <exception cref="ParquetException">The header is damaged or does not end within the memory.</exception>
    public static PageHeader Parse(ReadOnlyMemory<byte> memory, out int lengthBytes)
    {
        ThriftReader reader = new(memory);
        Fields fields = new() { Type = -1, Uncompressed = -1, Compressed = -1, Values = -1, Rows = -1, Nulls = -1, IsCompressed = true };
        short outer = reader.EnterStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 1: fields.Type = reader.Int32(); break;
                case 2: fields.Uncompressed = reader.Int32(); break;
                case 3: fields.Compressed = reader.Int32(); break;
                case 4: fields.Crc = (uint)reader.Int32(); break;
                case 5: fields.ReadData(ref reader); break;
                case 7: fields.ReadDictionary(ref reader); break;
                case 8: fields.ReadDataV2(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        reader.ExitStruct(outer);
        lengthBytes = reader.Position;
        fields.Check();
        return new PageHeader
        {
            Type = (PageType)fields.Type,
            UncompressedSizeBytes = fields.Uncompressed,
            CompressedSizeBytes = fields.Compressed,
            Crc = fields.Crc,
            ValueCount = Math.Max(fields.Values, 0),
            Encoding = ToEncoding(fields.Encoding),
            DefinitionEncoding = ToEncoding(fields.Definition),
            RepetitionEncoding = ToEncoding(fields.RepetitionEncoding),
            RowCount = fields.Rows,
            NullCount = fields.Nulls,
            DefinitionLengthBytes = fields.DefinitionLength,
            RepetitionLengthBytes = fields.RepetitionLength,
            IsCompressed = fields.IsCompressed,
        };
    }

    private static Encoding ToEncoding(int value) => (uint)value <= byte.MaxValue ? (Encoding)value : (Encoding)byte.MaxValue;

    private struct Fields
    {
        public int Type;
        public int Uncompressed;
        public int Compressed;
        public uint? Crc;
        public int Values;
        public int Encoding;
        public int Definition;
        public int RepetitionEncoding;
        public int Rows;
        public int Nulls;
        public int DefinitionLength;
        public int RepetitionLength;
        public bool IsCompressed;

        public readonly void Check()
        {
            if (Uncompressed < 0 || Compressed < 0 || Type < 0)
                ParquetException.ThrowCorrupted("page header without type or size, or with a negative size");
            if (Type is (int)PageType.Index or > (int)PageType.DataV2)
                return;
            if (Values < 0)
                ParquetException.ThrowCorrupted("page header has a missing or negative value count");
            if (Type != (int)PageType.DataV2)
                return;
            if (Rows < 0 || Nulls < 0 || Nulls > Values || Rows > Values)
                ParquetException.ThrowCorrupted($"page header states {Values} values, {Nulls} nulls and {Rows} rows");
            if (DefinitionLength < 0 || RepetitionLength < 0 || (long)DefinitionLength + RepetitionLength > Math.Min(Uncompressed, Compressed))
                ParquetException.ThrowCorrupted("levels of a page exceed the page");
        }

        public void ReadData(ref ThriftReader reader)
        {
            short outer = reader.EnterStruct();
            while (reader.NextField(out int id))
            {
                switch (id)
                {
                    case 1: Values = reader.Int32(); break;
                    case 2: Encoding = reader.Int32(); break;
                    case 3: Definition = reader.Int32(); break;
                    case 4: RepetitionEncoding = reader.Int32(); break;
                    default: reader.Skip(); break;
                }
            }

            reader.ExitStruct(outer);
        }

        public void ReadDictionary(ref ThriftReader reader)
        {
            short outer = reader.EnterStruct();
            while (reader.NextField(out int id))
            {
                switch (id)
                {
                    case 1: Values = reader.Int32(); break;
                    case 2: Encoding = reader.Int32(); break;
                    default: reader.Skip(); break;
                }
            }

            reader.ExitStruct(outer);
        }

        public void ReadDataV2(ref ThriftReader reader)
        {
            short outer = reader.EnterStruct();
            while (reader.NextField(out int id))
            {
                switch (id)
                {
                    case 1: Values = reader.Int32(); break;
                    case 2: Nulls = reader.Int32(); break;
                    case 3: Rows = reader.Int32(); break;
                    case 4: Encoding = reader.Int32(); break;
                    case 5: DefinitionLength = reader.Int32(); break;
                    case 6: RepetitionLength = reader.Int32(); break;
                    case 7: IsCompressed = reader.Bool(); break;
                    default: reader.Skip(); break;
                }
            }

            reader.ExitStruct(outer);
        }
    }
}
