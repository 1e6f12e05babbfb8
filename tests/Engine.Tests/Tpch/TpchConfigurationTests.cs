using SqlCluster.Server.Sessions;
using SqlCluster.Slt.Tests;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Tpch;

/// <summary>The queries under every other configuration of tests/configs.</summary>
public sealed class TpchConfigurationTests
{
    /// <summary>Queries that end in seconds without the optimizer: the others list tables with commas, and only the optimizer makes joins of those cross products.</summary>
    private static readonly string[] WithoutOptimizer = ["q01", "q04", "q06", "q11", "q13", "q15", "q16", "q22"];

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (string configuration in SltConfiguration.Names.Where(static name => name != "default"))
            {
                foreach (string query in TpchQueries.Names)
                {
                    cases.Add(configuration, query);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task AnswersAreRight(string configuration, string query)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        Assert.SkipWhen(configuration == "no-optimizer" && !WithoutOptimizer.Contains(query), "a cross product of several tables without the optimizer");
        using Session session = TestEngines.OpenSession(TestEngines.TpchFolder, SltConfiguration.Read(configuration));
        await TpchQueries.CheckAsync(session, "sf0.01", query, TestContext.Current.CancellationToken);
    }
}
