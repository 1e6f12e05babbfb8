using System.Diagnostics;
using System.Globalization;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Tests.Analysis;
using SqlCluster.Catalyst.Tests.Statistics;

namespace SqlCluster.Catalyst.Tests.Physical;

/// <summary>The plans of the 22 queries derived from TPC-H, as text in tests/plans/tpch. UPDATE_PLANS=1 writes them; a person reads the difference.</summary>
public sealed class TpchPlanTests
{
    public static TheoryData<int> Queries => [.. Enumerable.Range(1, 22)];

    [Theory]
    [MemberData(nameof(Queries))]
    public void The_plan_is_the_one_on_file(int query)
    {
        string folder = Folder();
        string name = string.Create(CultureInfo.InvariantCulture, $"q{query:D2}");
        string? queries = SharedCorpus.Find("tpch/queries");
        Assert.SkipUnless(queries is not null, "the shared corpus is not here");
        PlannedQuery planned = PlannedQuery.Of(File.ReadAllText(Path.Combine(queries, name + ".sql")), TpchTables.All, new Topology(8, 8));
        string text = ExecPlanPrinter.Print(planned.Physical, static node => string.Create(CultureInfo.InvariantCulture, $"  (rows={Math.Round(node.EstimatedRows)})"));
        DistributionValidator.Validate(planned.Physical, new Topology(8, 8));
        string path = Path.Combine(folder, name + ".txt");
        if (Environment.GetEnvironmentVariable("UPDATE_PLANS") == "1")
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(path, text);
        }

        Assert.Equal(File.ReadAllText(path), text);
    }

    private static string Folder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SqlCluster.sln")))
            {
                return Path.Combine(folder.FullName, "tests", "plans", "tpch");
            }
        }

        throw new UnreachableException("the tests run outside the repository");
    }
}
