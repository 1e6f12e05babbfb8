using System.Globalization;
using SqlCluster.Generators.Tpch;
using SqlCluster.Generators.Tpch.Schema;
using SqlCluster.Server.Sessions;
using SqlCluster.Slt.Tests;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Tpch;

/// <summary>The queries on data of our own generator, at larger scales. Data is kept in the artifacts folder.</summary>
public sealed class TpchGeneratedTests
{
    private const string SlowVariable = "SQLCLUSTER_SLOW_TESTS";
    private static readonly SemaphoreSlim Generating = new(1);

    public static TheoryData<string> Queries => [.. TpchQueries.Names];

    [Theory]
    [MemberData(nameof(Queries))]
    public Task AnswersAreRightAtATenth(string query) => CheckAsync(0.1m, query);

    [Theory]
    [MemberData(nameof(Queries))]
    public Task AnswersAreRightAtOne(string query)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(SlowVariable) == "1", $"takes minutes: set {SlowVariable}=1");
        return CheckAsync(1m, query);
    }

    private static async Task CheckAsync(decimal scale, string query)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string name = $"sf{scale.ToString(CultureInfo.InvariantCulture)}";
        using Session session = TestEngines.OpenSession(await GeneratedAsync(scale, name, cancellation), SltConfiguration.Read("default"));
        await TpchQueries.CheckAsync(session, name, query, cancellation);
    }

    /// <summary>The folder of a scale's tables, made under another name and renamed when whole.</summary>
    private static async Task<string> GeneratedAsync(decimal scale, string name, CancellationToken cancellation)
    {
        string folder = Path.Combine(Corpus.Root, "artifacts", $"tpch-{name}");
        await Generating.WaitAsync(cancellation);
        try
        {
            if (!Directory.Exists(folder))
            {
                string unfinished = Directory.CreateDirectory($"{folder}.{Environment.ProcessId}").FullName;
                await TpchGenerator.GenerateAsync(new TpchScale(scale), unfinished, TpchFormat.Parquet, null, null, null, cancellation);
                Directory.Move(unfinished, folder);
            }
        }
        finally
        {
            Generating.Release();
        }

        return folder;
    }
}
