namespace SqlCluster.Generators.Tpch.Random;

/// <summary>Draws one column's numbers between two fixed bounds, both included.</summary>
internal sealed class NumberStream(long seed, int low, int high, int drawsPerRow = 1)
{
    private readonly RandomStream _stream = new(seed, drawsPerRow);

    public int Next() => _stream.Next(low, high);

    /// <summary>Draws the only number of a row.</summary>
    public int NextRow()
    {
        int value = _stream.Next(low, high);
        _stream.FinishRow();
        return value;
    }

    public void FinishRow() => _stream.FinishRow();

    public void SkipRows(long rowCount) => _stream.SkipRows(rowCount);
}
