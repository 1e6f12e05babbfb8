using System.Globalization;
using System.Text.RegularExpressions;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.EngineTests.Running;

/// <summary>EXPLAIN ANALYZE tells what each operator did.</summary>
public sealed partial class ExplainAnalyzeTests : IDisposable
{
    private readonly Engine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task MemoryIsShownForTheOperatorThatTookIt()
    {
        using Session session = _engine.OpenSession();
        var result = await ResultReader.ReadAsync(
            session, "EXPLAIN ANALYZE SELECT n % 100000 AS k, count(*) FROM generate_series(1, 200000) AS s(n) GROUP BY 1 ORDER BY 2, 1", TestContext.Current.CancellationToken);
        string[] lines = [.. result.Rows.Select(static row => row[0]!)];
        Assert.All(["HashAggregateExec", "SortExec"], name =>
        {
            // 100,000 groups or rows of two 8-byte values, and no more than a handful of copies of them.
            int at = Array.FindIndex(lines, line => line.Contains(name, StringComparison.Ordinal));
            Match memory = MemoryPattern().Match(lines[at + 1]);
            Assert.True(memory.Success, string.Join('\n', lines));
            Assert.InRange(long.Parse(memory.Groups[1].ValueSpan, CultureInfo.InvariantCulture), 1_600_000 / 8, 64_000_000);
        });
    }

    [GeneratedRegex("peak memory bytes: ([0-9]+)")]
    private static partial Regex MemoryPattern();
}
