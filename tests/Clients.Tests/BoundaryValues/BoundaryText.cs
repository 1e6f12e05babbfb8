using System.Globalization;

namespace SqlCluster.Clients.Tests.BoundaryValues;

/// <summary>What the scripts of tests/clients/boundary print: a line of family and count, then a value a line, escaped as COPY does.</summary>
internal static class BoundaryText
{
    public static string Escaped(string? text) => text == null ? "\\N"
        : text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal);

    public static Dictionary<string, List<string?>> Parse(string output)
    {
        var read = new Dictionary<string, List<string?>>();
        string[] lines = output.Split('\n');
        for (int i = 0; i + 1 < lines.Length;)
        {
            string[] head = lines[i++].Split('\t');
            Assert.True(head.Length == 2, $"line {i}: {lines[i - 1]}");
            int count = int.Parse(head[1], CultureInfo.InvariantCulture);
            read[head[0]] = [.. lines[i..(i + count)].Select(Unescaped)];
            i += count;
        }

        return read;
    }

    private static string? Unescaped(string line)
    {
        if (line == "\\N" || !line.Contains('\\', StringComparison.Ordinal))
        {
            return line == "\\N" ? null : line;
        }

        var text = new System.Text.StringBuilder(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            text.Append(line[i] != '\\' ? line[i] : line[++i] switch { 't' => '\t', 'n' => '\n', 'r' => '\r', var other => other });
        }

        return text.ToString();
    }
}
