namespace SqlCluster.Testing;

/// <summary>Finds the test corpus, which lives beside the project and is never part of it.</summary>
public static class Corpus
{
    /// <summary>What tests say when they skip.</summary>
    public const string Missing = "the test corpus (folder shared/corpus beside the project) is not there";

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The corpus's folder, or null. The environment variable SQLCLUSTER_SHARED names another folder than ../shared.</summary>
    public static string? Folder { get; } = Find();

    public static bool IsThere => Folder != null;

    /// <summary>A path in the corpus.</summary>
    public static string Path(params string[] parts) => System.IO.Path.Combine([Folder ?? throw new InvalidOperationException(Missing), .. parts]);

    private static string? Find()
    {
        string shared = Environment.GetEnvironmentVariable("SQLCLUSTER_SHARED") ?? System.IO.Path.Combine(Root, "..", "shared");
        string corpus = System.IO.Path.GetFullPath(System.IO.Path.Combine(shared, "corpus"));
        return Directory.Exists(corpus) ? corpus : null;
    }

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder != null; folder = System.IO.Path.GetDirectoryName(folder))
        {
            if (File.Exists(System.IO.Path.Combine(folder, "SqlCluster.sln")))
            {
                return folder;
            }
        }

        return Directory.GetCurrentDirectory();
    }
}
