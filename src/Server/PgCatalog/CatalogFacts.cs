namespace SqlCluster.Server.PgCatalog;

/// <summary>Reads the facts about PostgreSQL's catalog that come with the program.</summary>
internal static class CatalogFacts
{
    /// <summary>Lines of an embedded file, without comments.</summary>
    public static IEnumerable<string> Lines(string file)
    {
        using Stream stream = typeof(CatalogFacts).Assembly.GetManifestResourceStream($"SqlCluster.Server.PgCatalog.Facts.{file}")
            ?? throw new InvalidOperationException($"no embedded file {file}");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                yield return line;
            }
        }
    }
}
