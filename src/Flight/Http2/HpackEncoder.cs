using System.Text;

namespace SqlCluster.Flight.Http2;

/// <summary>Writes request headers as literals without indexing (RFC 7541, 6.2.2): no state to keep in step with the server's.</summary>
internal static class HpackEncoder
{
    private const byte NeverIndexed = 0x10;

    public static void Encode(IEnumerable<HeaderField> fields, List<byte> block)
    {
        foreach (HeaderField field in fields)
        {
            block.Add(field.Name is "authorization" or "cookie" ? NeverIndexed : (byte)0);
            Text(field.Name, block);
            Text(field.Value, block);
        }
    }

    private static void Text(string text, List<byte> block)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        int length = bytes.Length;
        if (length < 0x7F)
        {
            block.Add((byte)length);
        }
        else
        {
            block.Add(0x7F);
            for (length -= 0x7F; length >= 0x80; length >>= 7)
            {
                block.Add((byte)(length | 0x80));
            }

            block.Add((byte)length);
        }

        block.AddRange(bytes);
    }
}
