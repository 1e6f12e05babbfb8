using System.Text;

namespace SqlCluster.Execution.Functions.Casts;

/// <summary>Reads bytea: \x and hexadecimal digits, or the older form with \ooo escapes.</summary>
internal static class ByteaForms
{
    public static byte[] Parse(string text)
    {
        if (text.StartsWith("\\x", StringComparison.Ordinal))
        {
            string digits = text[2..].Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
            return digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit)
                ? Convert.FromHexString(digits)
                : throw ExecutionErrors.InvalidArgument(digits.Length % 2 != 0 ? "invalid hexadecimal data: odd number of digits" : $"invalid hexadecimal digit in: \"{text}\"");
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        var result = new List<byte>(bytes.Length);
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '\\')
            {
                result.Add(bytes[i]);
            }
            else if (i + 1 < bytes.Length && bytes[i + 1] == '\\')
            {
                result.Add((byte)'\\');
                i++;
            }
            else if (i + 3 < bytes.Length && bytes[i + 1] is >= (byte)'0' and <= (byte)'3' && bytes[i + 2] is >= (byte)'0' and <= (byte)'7' && bytes[i + 3] is >= (byte)'0' and <= (byte)'7')
            {
                result.Add((byte)(((bytes[i + 1] - '0') << 6) | ((bytes[i + 2] - '0') << 3) | (bytes[i + 3] - '0')));
                i += 3;
            }
            else
            {
                throw ExecutionErrors.InvalidText("bytea", text);
            }
        }

        return [.. result];
    }
}
