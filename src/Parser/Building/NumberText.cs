using System.Globalization;
using System.Numerics;

namespace SqlCluster.Parser.Building;

/// <summary>Brings numbers into their plain form: no underscores, integers in decimal.</summary>
internal static class NumberText
{
    public static string Normalize(ReadOnlySpan<char> token)
    {
        if (token.Length > 2 && token[0] == '0' && (token[1] | 0x20) is 'x' or 'o' or 'b')
            return FromRadix(token[2..], char.ToLowerInvariant(token[1]));
        return token.Contains('_') ? token.ToString().Replace("_", "") : token.ToString();
    }

    private static string FromRadix(ReadOnlySpan<char> digits, char radix)
    {
        int bits = radix switch { 'x' => 4, 'o' => 3, _ => 1 };
        BigInteger value = BigInteger.Zero;
        foreach (char digit in digits)
        {
            if (digit != '_')
                value = (value << bits) + Convert.ToInt32(digit.ToString(), 16);
        }
        return value.ToString(CultureInfo.InvariantCulture);
    }
}
