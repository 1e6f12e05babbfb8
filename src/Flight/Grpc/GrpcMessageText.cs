using System.Globalization;
using System.Text;

namespace SqlCluster.Flight.Grpc;

/// <summary>The value of grpc-message: UTF-8 in which every byte outside 0x20 to 0x7E, and the percent sign, is percent-encoded (gRPC, PROTOCOL-HTTP2.md).</summary>
internal static class GrpcMessageText
{
    /// <summary>Bytes of UTF-8 beyond which a message is cut, so that it fits every client's header limit (8 KiB in most).</summary>
    public const int MostBytes = 4096;

    public static string Encode(string message)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(message);
        int length = bytes.Length;
        if (length > MostBytes)
        {
            for (length = MostBytes; (bytes[length] & 0xC0) == 0x80; length--)
            {
                // Back to the first byte of a character.
            }
        }

        var text = new StringBuilder(length + 16);
        foreach (byte value in bytes.AsSpan(0, length))
        {
            _ = value is >= 0x20 and <= 0x7E and not (byte)'%'
                ? text.Append((char)value)
                : text.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
        }

        return text.ToString();
    }

    /// <summary>Reads what a server sent. A bad escape is kept as it stands, as the specification asks.</summary>
    public static string Decode(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var bytes = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length
                && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value))
            {
                bytes.Add(value);
                i += 2;
            }
            else
            {
                bytes.Add((byte)text[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
