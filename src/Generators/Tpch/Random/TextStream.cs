using SqlCluster.Generators.Tpch.Rows;

namespace SqlCluster.Generators.Tpch.Random;

/// <summary>Draws comments: an offset into the text pool and a length between 0.4 and 1.6 times the average.</summary>
internal sealed class TextStream(long seed, TextPool pool, int averageLength, int textsPerRow = 1)
{
    private const int DrawsPerText = 2;

    private readonly RandomStream _stream = new(seed, DrawsPerText * textsPerRow);
    private readonly int _shortest = (int)(averageLength * 0.4);
    private readonly int _longest = (int)(averageLength * 1.6);

    public ReadOnlySpan<byte> Next()
    {
        int offset = _stream.Next(0, TextPool.Length - _longest);
        return pool.Slice(offset, _stream.Next(_shortest, _longest));
    }

    public void AppendTo(TextColumn column) => column.Append(Next());

    public void FinishRow() => _stream.FinishRow();

    public void SkipRows(long rowCount) => _stream.SkipRows(rowCount);
}
