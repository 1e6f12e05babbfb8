using SqlCluster.Server.Sessions;
using SqlCluster.Slt.Tests;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Tpcds;

/// <summary>The 99 queries on a sample of TPC-DS.</summary>
public sealed class TpcdsAnswerTests
{
    /// <summary>Queries whose answers are known to differ, with the reason.</summary>
    private static readonly Dictionary<string, string> Different = [];

    public static TheoryData<string> Queries => [.. Enumerable.Range(1, 99).Select(static number => $"q{number:00}")];

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task AnswersAreRight(string query)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        Assert.SkipWhen(Different.TryGetValue(query, out string? reason), reason ?? "");
        using Session session = TestEngines.OpenSession(TestEngines.TpcdsFolder, SltConfiguration.Read("default"));
        string sql = await File.ReadAllTextAsync(Corpus.Path("tpcds", "queries", $"{query}.sql"), TestContext.Current.CancellationToken);
        (_, List<string?[]> rows) = await ResultReader.ReadAsync(session, sql, TestContext.Current.CancellationToken);

        // Rows that tie in the order of the query may come in any order.
        List<string?[]> expected = AnswerComparison.ReadCsv(Corpus.Path("tpcds", "answers", $"{query}.csv"));
        Assert.Null(AnswerComparison.Difference(expected, rows, isOrdered: false));
    }
}
