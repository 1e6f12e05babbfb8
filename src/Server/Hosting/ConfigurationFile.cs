namespace SqlCluster.Server.Hosting;

/// <summary>Reads a file of lines <c>name = value</c>, as postgresql.conf has them: # begins a comment, values may stand in single quotes (two of them are one).</summary>
internal static class ConfigurationFile
{
    /// <returns>Names, values and line numbers, in their order.</returns>
    /// <exception cref="ConfigurationException">The file cannot be read, or a line is neither empty nor name = value.</exception>
    public static IReadOnlyList<(string Name, string Value, int Line)> Read(string file)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"the configuration cannot be read: {error.Message}");
        }

        var entries = new List<(string, string, int)>();
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            int equals = line.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? "" : line[..equals].Trim();
            if (name.Length == 0 || Value(line[(equals + 1)..].Trim()) is not { } value)
            {
                throw new ConfigurationException($"{file}, line {i + 1}: not name = value");
            }

            entries.Add((name, value, i + 1));
        }

        return entries;
    }

    /// <summary>A value without quotes and comment; null when its quotes do not close.</summary>
    private static string? Value(string text)
    {
        if (text is not ['\'', ..])
        {
            int comment = text.IndexOf('#', StringComparison.Ordinal);
            return comment < 0 ? text : text[..comment].TrimEnd();
        }

        var value = new System.Text.StringBuilder();
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] != '\'')
            {
                value.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == '\'')
            {
                value.Append('\'');
                i++;
            }
            else
            {
                return text[(i + 1)..].Trim() is "" or ['#', ..] ? value.ToString() : null;
            }
        }

        return null;
    }
}

/// <summary>The server was told something it does not understand.</summary>
internal sealed class ConfigurationException(string message) : Exception(message);
