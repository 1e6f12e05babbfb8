using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Monitoring;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.Monitoring;

/// <summary>The log: one JSON object a line, whatever people write into it.</summary>
public sealed class LogTests
{
    private readonly MemoryStream _output = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("x\n{\"level\":\"error\",\"message\":\"forged\"}")]
    [InlineData("x\r\ny\0\u0085\u2028\u2029\u001B[31m")]
    [InlineData("\"}\\ \uD800 half")]
    [InlineData("日本 😀")]
    public void NobodyWritesALineOfHisOwn(string text)
    {
        var logger = new JsonLineLogger(_output, LogLevel.Information);
        logger.LogInformation(new InvalidOperationException(text), "said {User}", text);
        JsonElement line = Assert.Single(Lines());
        Assert.Equal("info", line.GetProperty("level").GetString());
        Assert.Equal(line.GetProperty("message").GetString(), "said " + line.GetProperty("user").GetString());
        string written = Encoding.UTF8.GetString(_output.ToArray()).TrimEnd('\n');
        Assert.DoesNotContain(written, static letter => char.IsControl(letter) || letter is '\u2028' or '\u2029');
        Assert.Contains("InvalidOperationException", line.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void LevelsBelowTheLeastAreLeftOut()
    {
        var logger = new JsonLineLogger(_output, LogLevel.Warning);
        logger.LogInformation("a");
        logger.LogWarning("b {Number} {Flag} {Nothing}", 1.5, true, null);
        JsonElement line = Assert.Single(Lines());
        Assert.Equal((1.5, true, JsonValueKind.Null), (line.GetProperty("number").GetDouble(), line.GetProperty("flag").GetBoolean(), line.GetProperty("nothing").ValueKind));
    }

    [Fact]
    public void ManyThreadsWriteWholeLines()
    {
        var logger = new JsonLineLogger(_output, LogLevel.Information);
        Parallel.For(0, 500, i => logger.LogInformation("{Text}", new string((char)('a' + (i % 26)), i)));
        Assert.Equal(500, Lines().Count);
    }

    [Theory]
    [InlineData(LoggedQueries.Failed, 0, "query failed: relation \"nosuch\" does not exist")]
    [InlineData(LoggedQueries.All, 0, "query done|query failed: relation \"nosuch\" does not exist")]
    [InlineData(LoggedQueries.Slow, 0, "")]
    [InlineData(LoggedQueries.Slow, 1, "slow query|slow query: relation \"nosuch\" does not exist")]
    public async Task R4_StatementsAreLoggedWithTheirIds(LoggedQueries logged, int slowTicks, string messages)
    {
        using var engine = new Engine(new EngineOptions(Slots: 1));
        engine.AddListener(new QueryLog(new JsonLineLogger(_output, LogLevel.Information), logged, TimeSpan.FromTicks(slowTicks)));
        using Session session = engine.OpenSession("anna", new SessionClient(Door.PostgreSql, System.Net.IPAddress.Loopback, 5));
        session.Settings.Set("application_name", "probe");
        await ResultReader.ReadAsync(session, "SELECT 1", Cancellation);
        await Assert.ThrowsAsync<QueryException>(() => ResultReader.ReadAsync(session, "SELECT *\nFROM nosuch", Cancellation));
        IReadOnlyList<JsonElement> lines = Lines();
        Assert.Equal(messages, string.Join('|', lines.Select(static line => line.GetProperty("message").GetString())));
        if (lines.Count > 0)
        {
            JsonElement failed = lines[^1];
            Assert.Equal(engine.History.Recent()[0].Id.ToString(), failed.GetProperty("query").GetString());
            Assert.Equal(
                ("42P01", "probe", "anna", "postgresql", "127.0.0.1", "SELECT *\nFROM nosuch"),
                (failed.GetProperty("sql_state").GetString(), failed.GetProperty("application").GetString(), failed.GetProperty("user").GetString(), failed.GetProperty("door").GetString(),
                failed.GetProperty("address").GetString(), failed.GetProperty("text").GetString()));
        }
    }

    /// <summary>What does not parse, or does not resolve when it is prepared, is logged once, and so is what fails while it runs.</summary>
    [Fact]
    public async Task R4_FailuresBeforeTheRunAreLoggedToo()
    {
        using var engine = new Engine(new EngineOptions(Slots: 1));
        engine.AddListener(new QueryLog(new JsonLineLogger(_output, LogLevel.Information), LoggedQueries.Failed, TimeSpan.Zero));
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { PgPort = 0 }, Cancellation);
        using PgWire.RawClient client = await PgWire.RawClient.OpenAsync(host.PgAddress!.Port);
        await client.QueryAsync("SELEC 1");
        await client.QueryAsync("SELECT 1 / (n - 1) FROM (VALUES (1)) t(n)");
        await client.SendAsync(PgWire.RawClient.Message('P', "", "SELECT * FROM pg_nosuch", (short)0), PgWire.RawClient.Message('S'));
        await client.ReadUntilReadyAsync();
        await client.QueryAsync("SELECT 1");
        Assert.Equal(
            [("42601", "SELEC 1"), ("22012", "SELECT 1 / (n - 1) FROM (VALUES (1)) t(n)"), ("42P01", "SELECT * FROM pg_nosuch")],
            Lines().Select(static line => (line.GetProperty("sql_state").GetString(), line.GetProperty("text").GetString())));
    }

    private IReadOnlyList<JsonElement> Lines() =>
        [.. Encoding.UTF8.GetString(_output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];
}
