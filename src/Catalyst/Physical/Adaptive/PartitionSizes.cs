namespace SqlCluster.Catalyst.Physical.Adaptive;

/// <summary>Bytes of each partition of a stage's hash exchanges, all exchanges together.</summary>
internal sealed class PartitionSizes
{
    private readonly long[] _bytes;

    private PartitionSizes(long[] bytes)
    {
        _bytes = bytes;
        Total = bytes.Sum();
    }

    public int Count => _bytes.Length;

    public long Total { get; }

    /// <summary>Null where there is nothing to choose: no hash exchange or only one partition, some input not complete, or exchanges cut differently.</summary>
    public static PartitionSizes? Of(Stage stage, AdaptiveContext context)
    {
        List<ShuffleReadExec> reads = StageInputs.PartitionedReads(stage.Plan);
        if (reads.Count == 0 || reads[0].Exchange.Partitions == 1 || !reads.TrueForAll(read => read.Exchange.Partitions == reads[0].Exchange.Partitions))
        {
            return null;
        }

        var bytes = new long[reads[0].Exchange.Partitions];
        foreach (ShuffleReadExec read in reads)
        {
            if (context.SizeOf(read.Stage) is not { } size)
            {
                return null;
            }

            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] += size.PartitionBytes[i];
            }
        }

        return new PartitionSizes(bytes);
    }

    public long BytesOf(PartitionRange range)
    {
        long bytes = 0;
        for (int i = range.Start; i < range.End; i++)
        {
            bytes += _bytes[i];
        }

        return bytes;
    }
}
