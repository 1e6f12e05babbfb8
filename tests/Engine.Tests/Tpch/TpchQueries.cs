using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Tpch;

/// <summary>The 22 queries and their answers.</summary>
internal static class TpchQueries
{
    public static IEnumerable<string> Names => Enumerable.Range(1, 22).Select(static number => $"q{number:00}");

    public static string Text(string name) => File.ReadAllText(Corpus.Path("tpch", "queries", $"{name}.sql"));

    public static List<string?[]> Answer(string scale, string name) => AnswerComparison.ReadCsv(Corpus.Path("tpch", "answers", scale, $"{name}.csv"));

    /// <summary>Runs a query and compares its rows, in order, with the corpus's.</summary>
    public static async Task CheckAsync(Session session, string scale, string name, CancellationToken cancellation)
    {
        (_, List<string?[]> rows) = await ResultReader.ReadAsync(session, Text(name), cancellation);
        Assert.Null(AnswerComparison.Difference(Answer(scale, name), rows, isOrdered: true));
    }
}
