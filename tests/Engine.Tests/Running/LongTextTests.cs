using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing.Cancellation;

namespace SqlCluster.EngineTests.Running;

/// <summary>Statements of every shape whose text may grow without end: each ends in rows or an error of its own, and soon when it is cancelled. `suites texts` measures them with megabytes.</summary>
public sealed class LongTextTests
{
    /// <summary>The aim is 100 ms; busy machines take longer to give a thread its turn.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task EveryShapeEnds()
    {
        bool isSlow = Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1";
        using var engine = new Engine(new EngineOptions(Slots: 2));
        using Session session = engine.OpenSession();
        await PrepareAsync(session);
        foreach (LongText text in LongTexts.All)
        {
            StatementEnding ending = await StatementEnding.RunAsync(session, text.OfLength(isSlow ? 100_000 : 1_500), null);
            Assert.True(ending.SqlState is not ("XX000" or "57014"), $"{text}: {ending.SqlState}");
            Assert.True(ending.IsClean, $"{text}: memory or files are left");
        }
    }

    /// <summary>More relations, subqueries or windows than rules and operators may recurse into are refused; as many as may be are planned and run.</summary>
    [Theory]
    [InlineData("tables")]
    [InlineData("tables and keys")]
    [InlineData("left joins")]
    [InlineData("lateral joins")]
    [InlineData("table functions")]
    [InlineData("CTEs")]
    [InlineData("CTEs in a chain, read")]
    [InlineData("CTEs that double")]
    public async Task DepthIsRefused(string kind)
    {
        using var engine = new Engine(new EngineOptions(Slots: 2));
        using Session session = engine.OpenSession();
        await PrepareAsync(session);
        LongText text = LongTexts.All.Single(text => text.Kind == kind);
        Assert.Null((await StatementEnding.RunAsync(session, text.Text(40), null)).SqlState);
        foreach (int parts in new[] { 1_600, 8_000 })
        {
            Assert.Equal("54001", (await StatementEnding.RunAsync(session, text.Text(parts), null)).SqlState);
        }
    }

    /// <summary>Conditions of many terms hear a cancellation in every rule they pass.</summary>
    [Theory]
    [InlineData("OR of pairs")]
    [InlineData("AND of unequals")]
    [InlineData("two long ANDs, ORed")]
    [InlineData("join with ANDs")]
    [InlineData("VALUES")]
    [InlineData("CASE WHEN")]
    public async Task PlanningIsCancelled(string kind)
    {
        using var engine = new Engine(new EngineOptions(Slots: 2));
        using Session session = engine.OpenSession();
        await PrepareAsync(session);
        string sql = LongTexts.All.Single(text => text.Kind == kind).OfLength(500_000);
        var random = new Random(7);
        IReadOnlyList<StatementEnding> endings = await StatementEnding.CancelAsync(session, sql, Patience, () => TimeSpan.FromMilliseconds(random.Next(50, 400)));
        Assert.All(endings, ending => Assert.True(ending.SqlState is null or "57014", $"{kind}: {ending.SqlState}"));
        Assert.False(endings[^1].Latency > Patience, $"{kind}: {endings[^1].Latency}");
    }

    /// <summary>Keys beyond PostgreSQL's limit of a target list, sets of too many keys and patterns that PostgreSQL finds too complex are refused with its SQLSTATE; as many as may be are answered.</summary>
    [Theory]
    [InlineData("ORDER BY", 1_664, 1_665, "54011")]
    [InlineData("DISTINCT ON", 1_664, 1_665, "54011")]
    [InlineData("GROUP BY", 1_664, 1_665, "54011")]
    [InlineData("GROUP BY positions", 1_664, 1_665, "54011")]
    [InlineData("ROLLUP", 150, 512, "54001")]
    [InlineData("ROLLUP", 150, 4_096, "54001")]
    [InlineData("CUBE", 6, 13, "54001")]
    [InlineData("pattern", 2_000, 40_000, "2201B")]
    public async Task LimitsArePostgres(string kind, int most, int tooMany, string sqlState)
    {
        using var engine = new Engine(new EngineOptions(Slots: 2));
        using Session session = engine.OpenSession();
        await PrepareAsync(session);
        LongText text = LongTexts.All.Single(text => text.Kind == kind);
        Assert.Null((await StatementEnding.RunAsync(session, text.Text(most), null)).SqlState);
        Assert.Equal(sqlState, (await StatementEnding.RunAsync(session, text.Text(tooMany), null)).SqlState);
    }

    /// <summary>Hundreds of subqueries, aggregates and keys, whose planning once took time that grew with the cube of their number: minutes for as many.</summary>
    [Theory]
    [InlineData("IN queries", 700)]
    [InlineData("correlated subqueries", 300)]
    [InlineData("DISTINCT aggregates", 2_000)]
    [InlineData("ORDER BY", 1_600)]
    public async Task ManyPartsAreAnswered(string kind, int parts)
    {
        using var engine = new Engine(new EngineOptions(Slots: 2));
        using Session session = engine.OpenSession();
        await PrepareAsync(session);
        Assert.Null((await StatementEnding.RunAsync(session, LongTexts.All.Single(text => text.Kind == kind).Text(parts), null)).SqlState);
    }

    private static async Task PrepareAsync(Session session)
    {
        foreach (string sql in LongTexts.Preparation)
        {
            Assert.Null((await StatementEnding.RunAsync(session, sql, null)).SqlState);
        }
    }
}
