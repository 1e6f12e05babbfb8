using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace SqlCluster.Execution.Functions.Scalar.Texts;

/// <summary>Unicode's normal forms (UAX #15, Unicode 14), without ICU: the runtime knows none where it runs with invariant globalization.</summary>
/// <remarks>
/// UnicodeForms.txt has a line for each character that has a decomposition or a combining class, as UnicodeData.txt says: code;class;kind;decomposition, where kind is c
/// (canonical), x (canonical, but never composed again) or k (compatibility). Hangul syllables are computed (The Unicode Standard, section 3.12).
/// </remarks>
public static class UnicodeNormalization
{
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Tails = 28, Syllables = Leads * Vowels * Tails;

    private static readonly Lazy<Tables> Known = new(Tables.Read);

    /// <summary>Brings a text into a form; surrogates without a partner become U+FFFD.</summary>
    public static string Normalize(string text, NormalizationForm form)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var runes = new List<int>(text.Length);
        bool isCompatible = form is NormalizationForm.FormKC or NormalizationForm.FormKD;
        foreach (Rune rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, isCompatible, runes);
        }

        Order(runes);
        if (form is NormalizationForm.FormC or NormalizationForm.FormKC)
        {
            Compose(runes);
        }

        var result = new StringBuilder(runes.Count);
        foreach (int rune in runes)
        {
            result.Append(new Rune(rune).ToString());
        }

        return result.ToString();
    }

    private static void Decompose(int rune, bool isCompatible, List<int> result)
    {
        if (rune is >= SyllableBase and < SyllableBase + Syllables)
        {
            int index = rune - SyllableBase, tail = index % Tails;
            result.Add(LeadBase + (index / (Vowels * Tails)));
            result.Add(VowelBase + (index % (Vowels * Tails) / Tails));
            if (tail > 0)
            {
                result.Add(TailBase + tail);
            }
        }
        else if (rune >= 0x80 && Known.Value.Decompositions.TryGetValue(rune, out Decomposition? known) && (isCompatible || known.IsCanonical))
        {
            foreach (int part in known.Parts)
            {
                Decompose(part, isCompatible, result);
            }
        }
        else
        {
            result.Add(rune);
        }
    }

    /// <summary>Puts the marks behind each character in the order of their classes; those of one class stay as they are.</summary>
    private static void Order(List<int> runes)
    {
        for (int start = 0; start < runes.Count;)
        {
            int end = start;
            while (end < runes.Count && Class(runes[end]) > 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                int[] marks = [.. runes[start..end].OrderBy(Class)];
                for (int i = 0; i < marks.Length; i++)
                {
                    runes[start + i] = marks[i];
                }
            }

            start = end + 1;
        }
    }

    private static void Compose(List<int> runes)
    {
        int kept = 0, starter = -1, lastClass = 0;
        for (int i = 0; i < runes.Count; i++)
        {
            int rune = runes[i], combining = Class(rune);
            if (starter >= 0 && (kept - 1 == starter || (lastClass != 0 && lastClass < combining)) && Pair(runes[starter], rune) is { } composed)
            {
                runes[starter] = composed;
                continue;
            }

            if (combining == 0)
            {
                starter = kept;
            }

            lastClass = combining;
            runes[kept++] = rune;
        }

        runes.RemoveRange(kept, runes.Count - kept);
    }

    private static int? Pair(int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + Leads && second is >= VowelBase and < VowelBase + Vowels)
        {
            return SyllableBase + ((((first - LeadBase) * Vowels) + (second - VowelBase)) * Tails);
        }

        if (first is >= SyllableBase and < SyllableBase + Syllables && (first - SyllableBase) % Tails == 0 && second is > TailBase and < TailBase + Tails)
        {
            return first + (second - TailBase);
        }

        return Known.Value.Compositions.TryGetValue((first, second), out int composed) ? composed : null;
    }

    private static int Class(int rune) => rune < 0x300 ? 0 : Known.Value.Classes.GetValueOrDefault(rune);

    private sealed record Decomposition(int[] Parts, bool IsCanonical);

    private sealed record Tables(FrozenDictionary<int, Decomposition> Decompositions, FrozenDictionary<int, byte> Classes, FrozenDictionary<(int, int), int> Compositions)
    {
        public static Tables Read()
        {
            using Stream stream = typeof(UnicodeNormalization).Assembly.GetManifestResourceStream("SqlCluster.Execution.UnicodeForms.txt") ?? throw ExecutionErrors.Internal("UnicodeForms.txt is not in the program");
            using var reader = new StreamReader(stream);
            var decompositions = new Dictionary<int, Decomposition>();
            var classes = new Dictionary<int, byte>();
            var compositions = new Dictionary<(int, int), int>();
            while (reader.ReadLine() is { } line)
            {
                string[] fields = line.Split(';');
                int rune = Hex(fields[0]);
                if (fields[1].Length > 0)
                {
                    classes[rune] = byte.Parse(fields[1], CultureInfo.InvariantCulture);
                }

                if (fields.Length > 3)
                {
                    int[] parts = [.. fields[3].Split(' ').Select(Hex)];
                    decompositions[rune] = new Decomposition(parts, fields[2] != "k");
                    if (fields[2] == "c")
                    {
                        compositions[(parts[0], parts[1])] = rune;
                    }
                }
            }

            return new Tables(decompositions.ToFrozenDictionary(), classes.ToFrozenDictionary(), compositions.ToFrozenDictionary());
        }

        private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
