namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Lists parquet.thrift's Type.</summary>
internal enum PhysicalType : byte
{
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,
    Int96 = 3,
    Float = 4,
    Double = 5,
    ByteArray = 6,
    FixedLenByteArray = 7,
}

/// <summary>Lists parquet.thrift's FieldRepetitionType.</summary>
internal enum Repetition : byte
{
    Required = 0,
    Optional = 1,
    Repeated = 2,
}

/// <summary>Lists parquet.thrift's Encoding.</summary>
internal enum Encoding : byte
{
    Plain = 0,
    PlainDictionary = 2,
    Rle = 3,
    BitPacked = 4,
    DeltaBinaryPacked = 5,
    DeltaLengthByteArray = 6,
    DeltaByteArray = 7,
    RleDictionary = 8,
    ByteStreamSplit = 9,
}

/// <summary>Lists parquet.thrift's CompressionCodec.</summary>
internal enum CompressionCodec : byte
{
    Uncompressed = 0,
    Snappy = 1,
    Gzip = 2,
    Lzo = 3,
    Brotli = 4,
    Lz4 = 5,
    Zstd = 6,
    Lz4Raw = 7,
}

/// <summary>Lists parquet.thrift's PageType.</summary>
internal enum PageType : byte
{
    DataV1 = 0,
    Index = 1,
    Dictionary = 2,
    DataV2 = 3,
}

/// <summary>Lists parquet.thrift's ConvertedType, the annotations that logical types replaced.</summary>
internal enum ConvertedType : byte
{
    Utf8 = 0,
    Map = 1,
    MapKeyValue = 2,
    List = 3,
    Enum = 4,
    Decimal = 5,
    Date = 6,
    TimeMillis = 7,
    TimeMicros = 8,
    TimestampMillis = 9,
    TimestampMicros = 10,
    UInt8 = 11,
    UInt16 = 12,
    UInt32 = 13,
    UInt64 = 14,
    Int8 = 15,
    Int16 = 16,
    Int32 = 17,
    Int64 = 18,
    Json = 19,
    Bson = 20,
    Interval = 21,
}

/// <summary>Lists parquet.thrift's BoundaryOrder of a column index.</summary>
internal enum BoundaryOrder : byte
{
    Unordered = 0,
    Ascending = 1,
    Descending = 2,
}

/// <summary>Says how a column's statistics are ordered.</summary>
internal enum ColumnOrder : byte
{
    /// <summary>No order is stated: only the deprecated signed statistics may exist.</summary>
    Undefined = 0,

    /// <summary>The order of the logical type; for floats without NaN and with signed zeros to be widened.</summary>
    TypeDefined = 1,

    /// <summary>IEEE 754 totalOrder: NaN beyond the infinities.</summary>
    Ieee754TotalOrder = 2,
}
