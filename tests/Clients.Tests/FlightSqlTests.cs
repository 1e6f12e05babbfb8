using SqlCluster.Testing;

namespace SqlCluster.Clients.Tests;

/// <summary>Flight SQL with clients that others wrote: gizmosql-client (grpc-js) and flight-sql-client (arrow-rs).</summary>
public sealed class FlightSqlTests
{
    public static readonly TheoryData<string> Clients = ["gizmosql", "arrow-rs"];

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task G1_TpchAnswersAreTheExpectedOnes(string client)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        await using FlightServer server = await FlightServer.StartAsync(tpch: true);
        string[] queries = [.. Enumerable.Range(1, 22).Select(static number => File.ReadAllText(Corpus.Path("tpch", "queries", $"q{number:D2}.sql")))];
        IReadOnlyList<FlightAnswer> answers = await server.CallAsync(client, ["user=u", "password=p"], [.. queries.Select(static sql => new { call = "query", sql })]);
        for (int i = 0; i < queries.Length; i++)
        {
            Assert.Null(answers[i].Error);
            List<string?[]> expected = AnswerComparison.ReadCsv(Corpus.Path("tpch", "answers", "sf0.01", $"q{i + 1:D2}.csv"));
            string? difference = AnswerComparison.Difference(expected, answers[i].Rows, false);
            Assert.True(difference == null, $"Q{i + 1}: {difference}");
        }
    }
}
