namespace SqlCluster.Execution.Operators.Windows;

/// <summary>Walks forward over window rows and knows each row's partition and peers.</summary>
internal struct RowCursor
{
    private readonly RowNumbers.Reader _partitions;
    private readonly RowNumbers.Reader _peers;

    /// <param name="rows">At least one row, in window order.</param>
    public RowCursor(WindowRows rows)
    {
        _partitions = rows.PartitionStarts.Read();
        _peers = rows.PeerStarts.Read();
        PartitionEnd = _partitions[1];
        PeerEnd = _peers[1];
    }

    public int Row { get; private set; }

    /// <summary>Number of the partition.</summary>
    public int Partition { get; private set; }

    /// <summary>Number of the group of peers, over all partitions.</summary>
    public int Peer { get; private set; }

    /// <summary>Number of the partition's first group of peers.</summary>
    public int FirstPeer { get; private set; }

    public int PartitionStart { get; private set; }

    public int PartitionEnd { get; private set; }

    public int PeerStart { get; private set; }

    public int PeerEnd { get; private set; }

    public void MoveTo(int row)
    {
        Row = row;
        while (row >= PeerEnd)
        {
            Peer++;
            PeerStart = PeerEnd;
            PeerEnd = _peers[Peer + 1];
            if (PeerStart == PartitionEnd)
            {
                Partition++;
                PartitionStart = PartitionEnd;
                PartitionEnd = _partitions[Partition + 1];
                FirstPeer = Peer;
            }
        }
    }
}
