using System.Globalization;
using System.Text;
using SqlCluster.Execution.Functions.Scalar.Texts;

namespace SqlCluster.Server.Security;

/// <summary>Prepares passwords so that different ways to type the same letters are the same (SASLprep, RFC 4013).</summary>
/// <remarks>
/// As PostgreSQL's clients and server do: other spaces become a space, what is commonly mapped to nothing goes, then normal form KC. What the RFC forbids then
/// (control and private characters, those that Unicode 3.2 did not have, writing in two directions) is not refused: such a password counts as it is.
/// Saslprep.txt has the ranges of RFC 3454's tables: C.1.2 to C.9 with A.1, D.1 and D.2.
/// </remarks>
internal static class Saslprep
{
    private static readonly Lazy<Dictionary<string, (int From, int To)[]>> Known = new(Read);

    /// <summary>The password as both sides hash it.</summary>
    public static string Prepare(string password) => Try(password) ?? password;

    /// <returns>Null: the RFC forbids it.</returns>
    public static string? Try(string password)
    {
        if (Ascii.IsValid(password))
        {
            return password;
        }

        var mapped = new StringBuilder(password.Length);
        foreach (char letter in password)
        {
            if (letter is '\u00A0' or '\u1680' or (>= '\u2000' and <= '\u200B') or '\u202F' or '\u205F' or '\u3000')
            {
                mapped.Append(' ');
            }
            else if (letter is not ('\u00AD' or '\u034F' or '\u1806' or (>= '\u180B' and <= '\u180D') or '\u200C' or '\u200D' or '\u2060' or (>= '\uFE00' and <= '\uFE0F') or '\uFEFF'))
            {
                mapped.Append(letter);
            }
        }

        string prepared = UnicodeNormalization.Normalize(mapped.ToString(), NormalizationForm.FormKC);
        Rune[] runes = [.. prepared.EnumerateRunes()];
        if (runes.Length == 0 || Array.Exists(runes, static rune => Is("prohibited", rune)))
        {
            return null;
        }

        bool isRightToLeft = Array.Exists(runes, static rune => Is("right-to-left", rune));
        return !isRightToLeft || (Is("right-to-left", runes[0]) && Is("right-to-left", runes[^1]) && !Array.Exists(runes, static rune => Is("left-to-right", rune))) ? prepared : null;
    }

    private static bool Is(string table, Rune rune)
    {
        (int From, int To)[] ranges = Known.Value[table];
        int at = Array.BinarySearch(ranges, (rune.Value, int.MaxValue));
        at = at < 0 ? ~at - 1 : at;
        return at >= 0 && rune.Value <= ranges[at].To;
    }

    private static Dictionary<string, (int From, int To)[]> Read()
    {
        using Stream stream = typeof(Saslprep).Assembly.GetManifestResourceStream("SqlCluster.Server.Security.Saslprep.txt") ?? throw Execution.ExecutionErrors.Internal("Saslprep.txt is not in the program");
        using var reader = new StreamReader(stream);
        var tables = new Dictionary<string, (int, int)[]>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            tables[words[0]] = [.. words.Skip(1).Select(static range => range.Split('-')).Select(static ends => (Hex(ends[0]), Hex(ends[^1])))];
        }

        return tables;
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
