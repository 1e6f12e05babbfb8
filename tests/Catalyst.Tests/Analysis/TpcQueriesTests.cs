using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Tests.Trees;

namespace SqlCluster.Catalyst.Tests.Analysis;

/// <summary>The queries derived from TPC-H and TPC-DS: names and types of all result columns as PostgreSQL 15 describes them.</summary>
public sealed class TpcQueriesTests
{
    private static readonly Lazy<CatalogForTests> _tpch = new(static () => new CatalogForTests(JudgedFile.Text("tpch.sql")));
    private static readonly Lazy<CatalogForTests> _tpcds = new(static () => new CatalogForTests(JudgedFile.Text("tpcds.sql")));

    public static TheoryData<string, string> Tpch() => Expected("tpch.tsv");

    public static TheoryData<string, string> Tpcds() => Expected("tpcds.tsv");

    [Theory]
    [MemberData(nameof(Tpch))]
    public void TpchResultsAreDescribedAsByPostgres(string query, string expected) => Check("tpch", query, expected, _tpch.Value);

    [Theory]
    [MemberData(nameof(Tpcds))]
    public void TpcdsResultsAreDescribedAsByPostgres(string query, string expected) => Check("tpcds", query, expected, _tpcds.Value);

    private static void Check(string suite, string query, string expected, CatalogForTests catalog)
    {
        string? folder = SharedCorpus.Find($"{suite}/queries");
        Assert.SkipUnless(folder is not null, "the shared corpus is not here");

        AnalyzedQuery analyzed = catalog.Analyze(File.ReadAllText(Path.Combine(folder, query + ".sql")));

        Assert.Equal(PostgresJudgedTests.WithoutModifiers(expected), PostgresJudgedTests.WithoutModifiers(PostgresJudgedTests.Describe(analyzed)));
    }

    private static TheoryData<string, string> Expected(string file)
    {
        var data = new TheoryData<string, string>();
        foreach (string line in JudgedFile.Lines(file))
        {
            string[] parts = line.Split('\t');
            data.Add(parts[0], parts[1]);
        }

        return data;
    }
}

/// <summary>Finds the corpus: SQLCLUSTER_SHARED, or a folder named shared beside the repository.</summary>
internal static class SharedCorpus
{
    public static string? Find(string path)
    {
        string? shared = Environment.GetEnvironmentVariable("SQLCLUSTER_SHARED");
        if (shared is not null)
        {
            return Existing(Path.Combine(shared, "corpus", path));
        }

        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SqlCluster.sln")))
            {
                return Existing(Path.Combine(folder.FullName, "..", "shared", "corpus", path));
            }
        }

        return null;
    }

    private static string? Existing(string path) => Directory.Exists(path) ? path : null;
}
