namespace SqlCluster.Parser.Tests;

/// <summary>Finds the shared test corpus: SQLCLUSTER_SHARED, or a folder named shared beside the repository.</summary>
internal static class Corpus
{
    public static string? Root { get; } = Find();

    public static string RepositoryRoot { get; } = Ancestors().First(static folder => File.Exists(Path.Combine(folder, "SqlCluster.sln")));

    public static IEnumerable<string> Files(string folder, string pattern)
    {
        Assert.SkipUnless(Root is not null, "the shared corpus is not here");
        string path = Path.Combine(Root!, "corpus", folder);
        return Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("SQLCLUSTER_SHARED") is { Length: > 0 } named)
            return named;
        return Ancestors().Select(static folder => Path.Combine(folder, "shared")).FirstOrDefault(static folder => Directory.Exists(Path.Combine(folder, "corpus")));
    }

    private static IEnumerable<string> Ancestors()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            yield return folder;
    }
}
