using SqlCluster.Generators.Tpch.Rows;

namespace SqlCluster.Generators.Tpch.Random;

/// <summary>Draws phone numbers such as 25-989-741-2988; the first part is the nation's key plus 10.</summary>
internal sealed class PhoneStream(long seed)
{
    private readonly RandomStream _stream = new(seed, 3);

    public void AppendTo(TextColumn column, int nationKey)
    {
        Span<byte> text = column.Reserve("25-989-741-2988".Length);
        text.Fill((byte)'-');
        WriteDigits(text[..2], 10 + nationKey);
        WriteDigits(text[3..6], _stream.Next(100, 999));
        WriteDigits(text[7..10], _stream.Next(100, 999));
        WriteDigits(text[11..15], _stream.Next(1000, 9999));
        _stream.FinishRow();
    }

    public void SkipRows(long rowCount) => _stream.SkipRows(rowCount);

    private static void WriteDigits(Span<byte> target, int number)
    {
        for (int i = target.Length - 1; i >= 0; i--)
        {
            target[i] = (byte)('0' + number % 10);
            number /= 10;
        }
    }
}
