using SqlCluster.Execution.Cluster.Driver;
using SqlCluster.Server.Sessions;
using SqlCluster.Slt.Tests;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Tpch;

/// <summary>The queries under every other configuration of tests/configs.</summary>
public sealed class TpchConfigurationTests
{
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
        using Session session = TestEngines.OpenSession(TestEngines.TpchFolder, SltConfiguration.Read(configuration));
        await TpchQueries.CheckAsync(session, "sf0.01", query, TestContext.Current.CancellationToken);
        Assert.Equal(configuration == "two-executors", session.LastExecution is ClusterExecution);
        Assert.True(configuration != "spill" || query == "q17" ||      // no part of SF 0.01 is of its brand and container: there are no rows to spill
            session.LastExecution!.Context.Spill.BytesWritten > 0, "vacuous: nothing was spilled");
    }
}
