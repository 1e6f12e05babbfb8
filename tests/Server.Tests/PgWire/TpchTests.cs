using System.Globalization;
using Npgsql;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>The queries of TPC-H give the corpus's answers through a client.</summary>
public sealed class TpchTests(PgTestServer server) : IClassFixture<PgTestServer>
{
    [Fact]
    public async Task QueriesAnswerThroughNpgsql()
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        await using NpgsqlConnection connection = await server.OpenAsync();
        var wrong = new List<string>();
        for (int number = 1; number <= 22; number++)
        {
            string query = string.Create(CultureInfo.InvariantCulture, $"q{number:D2}");
            string sql = await File.ReadAllTextAsync(Corpus.Path("tpch", "queries", $"{query}.sql"), TestContext.Current.CancellationToken);
            await using var command = new NpgsqlCommand(sql.Trim().TrimEnd(';'), connection);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            var rows = new List<string?[]>();
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(column => Text(reader.GetValue(column)))]);
            }

            string answers = Directory.EnumerateFiles(Corpus.Path("tpch", "answers"), $"{query}.csv", SearchOption.AllDirectories).Single(static path => path.Contains("sf0.01", StringComparison.Ordinal));
            if (AnswerComparison.Difference(AnswerComparison.ReadCsv(answers), rows, false) is { } difference)
            {
                wrong.Add($"{query}: {difference}");
            }
        }

        Assert.Empty(wrong);
    }

    private static string? Text(object value) => value switch
    {
        DBNull => null,
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
