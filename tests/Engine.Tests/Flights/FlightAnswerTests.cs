using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Flights;

/// <summary>Queries on real data; DuckDB gave the answers (see README.md beside them).</summary>
public sealed class FlightAnswerTests : IDisposable
{
    private readonly Engine _engine = new();

    public static TheoryData<string> Queries => [.. Directory.GetFiles(Folder, "*.sql").Order(StringComparer.Ordinal).Select(static file => Path.GetFileNameWithoutExtension(file))];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Flights");

    public void Dispose() => _engine.Dispose();

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task AnswersAreDuckDbs(string query)
    {
        Assert.SkipUnless(Corpus.IsThere, Corpus.Missing);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        _engine.Attach("flights", Corpus.Path("real", "flights-3m.parquet"));
        using Session session = _engine.OpenSession();
        (_, List<string?[]> rows) = await ResultReader.ReadAsync(session, await File.ReadAllTextAsync(Path.Combine(Folder, $"{query}.sql"), cancellation), cancellation);
        Assert.Null(AnswerComparison.Difference(AnswerComparison.ReadCsv(Path.Combine(Folder, $"{query}.csv")), rows, isOrdered: true));
    }
}
