namespace SqlCluster.Execution.Spill;

/// <summary>Where rows are on disk.</summary>
/// <param name="File">The file.</param>
/// <param name="Offset">Byte at which the block begins.</param>
/// <param name="StoredBytes">Bytes on disk, header included.</param>
/// <param name="Rows">Rows.</param>
/// <param name="RawBytes">Bytes before compression: about what the rows take in memory.</param>
internal readonly record struct SpillBlock(SpillFile File, long Offset, int StoredBytes, int Rows, int RawBytes);
