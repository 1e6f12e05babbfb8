using System.Collections.Frozen;

namespace SqlCluster.Catalyst.Types.Text;

/// <summary>Abbreviations of zones in text, where they mean one offset: those of PostgreSQL's default set that are in wide use.</summary>
internal static class ZoneAbbreviations
{
    private static readonly FrozenDictionary<string, int> Minutes = new Dictionary<string, int>
    {
        // America
        ["nst"] = -210, ["ndt"] = -150, ["ast"] = -240, ["adt"] = -180, ["est"] = -300, ["edt"] = -240, ["cst"] = -360, ["cdt"] = -300, ["mst"] = -420, ["mdt"] = -360,
        ["pst"] = -480, ["pdt"] = -420, ["akst"] = -540, ["akdt"] = -480, ["hst"] = -600, ["clst"] = -180, ["brst"] = -120, ["brt"] = -180, ["bot"] = -240, ["cot"] = -300, ["pet"] = -300,
        // Europe and Africa
        ["wet"] = 0, ["wetdst"] = 60, ["bst"] = 60, ["cet"] = 60, ["cest"] = 120, ["met"] = 60, ["mest"] = 120, ["mez"] = 60, ["mesz"] = 120,
        ["eet"] = 120, ["eest"] = 180, ["sast"] = 120, ["eat"] = 180, ["msd"] = 240,
        // Asia and Australia
        ["ist"] = 120, ["idt"] = 180, ["pkt"] = 300, ["hkt"] = 480, ["sgt"] = 480, ["jst"] = 540, ["kst"] = 540, ["wast"] = 420,
        ["awst"] = 480, ["acst"] = 570, ["acdt"] = 630, ["aest"] = 600, ["aedt"] = 660, ["nzt"] = 720, ["nzst"] = 720, ["nzdt"] = 780,
    }.ToFrozenDictionary();

    /// <summary>Seconds ahead of UTC; null for a word that is none of these.</summary>
    /// <param name="word">In lower case.</param>
    public static int? Find(ReadOnlySpan<char> word) =>
        word.Length is >= 3 and <= 6 && Minutes.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out int minutes) ? minutes * 60 : null;
}
