using SqlCluster.Generators.Tpch.Schema;

namespace SqlCluster.Generators.Tests.Tpch;

/// <summary>The generated rows are those of the TPC's dbgen, byte for byte.</summary>
public sealed class DbgenEqualityTests
{
    public static TheoryData<string> Tables => [.. TpchTable.All.Select(static table => table.Name)];

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Scale_0_01_equals_dbgen(string table) =>
        Assert.Equal(DbgenSums.Scale001[table], await SumAsync(table, 0.01m, threadCount: 1));

    [Theory]
    [MemberData(nameof(Tables))]
    public async Task Scale_0_1_equals_dbgen_with_several_threads(string table) =>
        Assert.Equal(DbgenSums.Scale01[table], await SumAsync(table, 0.1m, threadCount: 3));

    /// <summary>Takes some seconds and runs when asked for: SQLCLUSTER_SLOW_TESTS=1.</summary>
    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Tables))]
    public async Task Scale_1_equals_dbgen(string table)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1", "slow: set SQLCLUSTER_SLOW_TESTS=1");
        Assert.Equal(DbgenSums.Scale1[table], await SumAsync(table, 1, threadCount: 2));
    }

    private static Task<string> SumAsync(string table, decimal scale, int threadCount) =>
        DbgenSums.OfGeneratedAsync(
            TpchTable.All.Single(one => one.Name == table), scale, threadCount, TestContext.Current.CancellationToken);
}
