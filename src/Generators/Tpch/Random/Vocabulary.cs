using System.Text;

namespace SqlCluster.Generators.Tpch.Random;

/// <summary>Holds words drawn with weights. A word of weight w owns w consecutive slots of <see cref="WordOfSlot"/>.</summary>
internal sealed class Vocabulary
{
    private Vocabulary(ReadOnlyMemory<byte>[] words, int[] weights)
    {
        Words = words;
        WordOfSlot = new byte[weights.Sum()];
        int slot = 0;
        for (int word = 0; word < words.Length; word++)
        {
            WordOfSlot.AsSpan(slot, weights[word]).Fill((byte)word);
            slot += weights[word];
        }
    }

    public ReadOnlyMemory<byte>[] Words { get; }

    public byte[] WordOfSlot { get; }

    /// <summary>Makes a vocabulary in which every word weighs the same.</summary>
    public static Vocabulary Uniform(params ReadOnlySpan<string> words)
    {
        var utf8 = new ReadOnlyMemory<byte>[words.Length];
        for (int i = 0; i < words.Length; i++)
            utf8[i] = Encoding.UTF8.GetBytes(words[i]);
        var weights = new int[words.Length];
        Array.Fill(weights, 1);
        return new Vocabulary(utf8, weights);
    }

    /// <summary>Makes a vocabulary from text such as <c>"the|50 an|5"</c>: a word, its weight, and a line break or a space after the weight.</summary>
    /// <remarks>A word may hold spaces itself: what stands between the previous weight and the bar belongs to it.</remarks>
    public static Vocabulary Weighted(string text)
    {
        var words = new List<ReadOnlyMemory<byte>>();
        var weights = new List<int>();
        ReadOnlySpan<char> rest = text;
        while (!(rest = rest.Trim()).IsEmpty)
        {
            int bar = rest.IndexOf('|');
            int end = bar + 1;
            while (end < rest.Length && char.IsAsciiDigit(rest[end]))
                end++;
            words.Add(Encoding.UTF8.GetBytes(rest[..bar].ToString()));
            weights.Add(int.Parse(rest[(bar + 1)..end], System.Globalization.CultureInfo.InvariantCulture));
            rest = rest[end..];
        }
        return new Vocabulary([.. words], [.. weights]);
    }

    /// <summary>Makes every combination of one word from each list, the last list varying fastest, joined by spaces.</summary>
    public static Vocabulary Combinations(params ReadOnlySpan<string[]> lists)
    {
        IEnumerable<string> words = lists[0];
        foreach (string[] list in lists[1..])
            words = [.. words.SelectMany(_ => list, static (head, tail) => head + " " + tail)];
        return Uniform([.. words]);
    }

    /// <summary>Draws a word and returns its index.</summary>
    public int Draw(RandomStream stream) => WordOfSlot[stream.Next(0, WordOfSlot.Length - 1)];
}
