namespace SqlCluster.Execution.Tests.Parquet;

/// <summary>Finds the shared corpus: the folder named by SQLCLUSTER_SHARED, or one called shared beside the repository.</summary>
internal static class ParquetCorpus
{
    private static readonly string? Root = Find();

    /// <summary>Gets the path of a file of the Parquet corpus; skips the test where there is no corpus.</summary>
    public static string File(string relative)
    {
        RequireCorpus();
        return Path.Combine(Root!, "corpus", "parquet", relative);
    }

    /// <summary>Gets a path below the corpus folder; skips the test where there is none.</summary>
    public static string Any(string relative)
    {
        RequireCorpus();
        return Path.Combine(Root!, "corpus", relative);
    }

    public static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(File(folder), "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private static void RequireCorpus() =>
        Assert.SkipUnless(Root is not null, "needs the shared corpus beside the repository, or SQLCLUSTER_SHARED");

    private static string? Find()
    {
        string? named = Environment.GetEnvironmentVariable("SQLCLUSTER_SHARED");
        if (!string.IsNullOrEmpty(named))
            return Directory.Exists(Path.Combine(named, "corpus")) ? named : null;
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared");
            if (Directory.Exists(Path.Combine(candidate, "corpus", "parquet")))
                return candidate;
        }

        return null;
    }
}
