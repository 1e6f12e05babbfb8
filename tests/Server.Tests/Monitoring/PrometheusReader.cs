using System.Globalization;
using System.Text.RegularExpressions;

namespace SqlCluster.Server.Tests.Monitoring;

/// <summary>Reads Prometheus' text format 0.0.4 and takes nothing that the format does not allow.</summary>
internal sealed partial class PrometheusReader
{
    /// <summary>Samples by name and labels, as they stand in the text.</summary>
    public Dictionary<string, double> Samples { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Types { get; } = new(StringComparer.Ordinal);

    /// <exception cref="FormatException">Not the format; the message has the line.</exception>
    public static PrometheusReader Read(string text)
    {
        var reader = new PrometheusReader();
        var helped = new HashSet<string>(StringComparer.Ordinal);
        var closed = new HashSet<string>(StringComparer.Ordinal);
        string current = "";
        Check(text.EndsWith('\n'), "the last line has no end");
        foreach (string line in text[..^1].Split('\n'))
        {
            if (HelpPattern().Match(line) is { Success: true } help)
            {
                Check(helped.Add(help.Groups[1].Value), line);
                closed.Add(current);
                current = help.Groups[1].Value;
            }
            else if (TypePattern().Match(line) is { Success: true } type)
            {
                Check(type.Groups[1].Value == current && reader.Types.TryAdd(current, type.Groups[2].Value), line);
            }
            else
            {
                Match sample = SamplePattern().Match(line);
                Check(sample.Success, line);
                string name = sample.Groups["name"].Value;
                string kind = reader.Types.GetValueOrDefault(current, "");
                Check(!closed.Contains(name) && (kind == "histogram" ? HistogramNames(current).Contains(name) : name == current), line);
                Check(kind != "counter" || name.EndsWith("_total", StringComparison.Ordinal), line);
                string[] labels = [.. LabelPattern().Matches(sample.Groups["labels"].Value).Select(static label => label.Groups[1].Value)];
                Check(labels.Distinct().Count() == labels.Length && (name != current + "_bucket" || labels.Contains("le")), line);
                double value = sample.Groups["value"].Value is "+Inf" ? double.PositiveInfinity : double.Parse(sample.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture);
                Check(kind is "gauge" || value >= 0, line);
                Check(reader.Samples.TryAdd(name + sample.Groups["labels"].Value, value), line);
            }
        }

        foreach (string histogram in reader.Types.Where(static pair => pair.Value == "histogram").Select(static pair => pair.Key))
        {
            double[] buckets = [.. reader.Samples.Where(pair => pair.Key.StartsWith(histogram + "_bucket{", StringComparison.Ordinal)).Select(static pair => pair.Value)];
            Check(buckets.SequenceEqual(buckets.Order()) && buckets[^1] == reader.Samples[histogram + "_count"] && reader.Samples.ContainsKey(histogram + "_bucket{le=\"+Inf\"}"), histogram);
        }

        return reader;
    }

    private static string[] HistogramNames(string name) => [name + "_bucket", name + "_sum", name + "_count"];

    private static void Check(bool isRight, string line)
    {
        if (!isRight)
        {
            throw new FormatException(line);
        }
    }

    [GeneratedRegex(@"^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) \S.*$")]
    private static partial Regex HelpPattern();

    [GeneratedRegex(@"^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$")]
    private static partial Regex TypePattern();

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{[a-zA-Z_][a-zA-Z0-9_]*=""([^""\\]|\\[\\""n])*""(,[a-zA-Z_][a-zA-Z0-9_]*=""([^""\\]|\\[\\""n])*"")*\})? (?<value>[+-]?(\d+(\.\d+)?([eE][+-]?\d+)?|Inf)|NaN)$")]
    private static partial Regex SamplePattern();

    [GeneratedRegex(@"([a-zA-Z_][a-zA-Z0-9_]*)=""(?:[^""\\]|\\[\\""n])*""")]
    private static partial Regex LabelPattern();
}
