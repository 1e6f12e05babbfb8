using SqlCluster.Generators.Tpch.Rows;

namespace SqlCluster.Generators.Tpch.Random;

/// <summary>Draws addresses: 10 to 40 random characters, five from every number drawn.</summary>
internal sealed class AddressStream(long seed)
{
    private const int AverageLength = 25;
    private const int Shortest = (int)(AverageLength * 0.4);
    private const int Longest = (int)(AverageLength * 1.6);
    private const int CharactersPerDraw = 5;
    private const int DrawsPerRow = 1 + Longest / CharactersPerDraw;

    private readonly RandomStream _stream = new(seed, DrawsPerRow);

    private static ReadOnlySpan<byte> Characters => "0123456789abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ,"u8;

    public void AppendTo(TextColumn column)
    {
        Span<byte> text = column.Reserve(_stream.Next(Shortest, Longest));
        long bits = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (i % CharactersPerDraw == 0)
                bits = _stream.NextBits();
            text[i] = Characters[(int)(bits & 63)];
            bits >>= 6;
        }
        _stream.FinishRow();
    }

    public void SkipRows(long rowCount) => _stream.SkipRows(rowCount);
}
