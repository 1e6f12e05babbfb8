namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>How the stored values of a column compare, for its statistics.</summary>
internal enum ValueOrder
{
    /// <summary>No order is defined: no bounds are written.</summary>
    None,
    Boolean,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Float,
    Double,

    /// <summary>Bytes as unsigned numbers; text whose bounds may be cut.</summary>
    Bytes,

    /// <summary>Big-endian two's complement of one width.</summary>
    SignedBigEndian,
}
