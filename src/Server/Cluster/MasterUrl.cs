using System.Globalization;
using System.Text.RegularExpressions;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Cluster;

/// <summary>Where the tasks of a server run: what --master says, in Spark's words.</summary>
public abstract partial record MasterUrl
{
    private MasterUrl()
    {
    }

    /// <summary>Reads local, local-cluster[N,C,M] or standalone.</summary>
    /// <returns>Null: it is none of them.</returns>
    public static MasterUrl? Parse(string text)
    {
        text = text.Trim();
        if (text is "local" or "standalone")
        {
            return text == "local" ? new Local() : new Standalone();
        }

        Match match = LocalClusterPattern().Match(text);
        return match.Success
            && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int executors) && executors is >= 1 and <= 64
            && int.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int cores) && cores is >= 1 and <= 1024
            && SettingUnits.Parse(match.Groups[3].Value.Trim(), SettingUnits.Sizes) is { } bytes && bytes >= 16 << 20
                ? new LocalCluster(executors, cores, (long)bytes)
                : null;
    }

    /// <summary>In the server's own process.</summary>
    public sealed record Local : MasterUrl;

    /// <summary>On child processes.</summary>
    /// <param name="Executors">How many.</param>
    /// <param name="Cores">Slots of each.</param>
    /// <param name="MemoryBytes">What the queries of each may hold.</param>
    public sealed record LocalCluster(int Executors, int Cores, long MemoryBytes) : MasterUrl;

    /// <summary>On executors that register.</summary>
    public sealed record Standalone : MasterUrl;

    [GeneratedRegex(@"^local-cluster\[\s*(\d+)\s*,\s*(\d+)\s*,\s*([^,\]]+)\]$")]
    private static partial Regex LocalClusterPattern();
}
