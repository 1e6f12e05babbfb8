using System.Text;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Parser.Collections;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Monitoring;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>Faults of the server itself: the client gets an error with a number that the log has too, and its connection lives.</summary>
public sealed class FaultTests
{
    [Fact]
    public async Task E2_InternalFaultsHaveANumberThatTheLogHas()
    {
        using var engine = new Engine(new EngineOptions(Slots: 1));
        engine.Database.Add(Database.DefaultSchema, "broken", new Relation.OfTable(new BrokenTable()));
        using var log = new MemoryStream();
        await using ServerHost host = await ServerHost.StartAsync(
            engine, new ServerOptions { PgPort = 0, Logger = new JsonLineLogger(log, Microsoft.Extensions.Logging.LogLevel.Warning) }, TestContext.Current.CancellationToken);
        using RawClient client = await RawClient.OpenAsync(host.PgAddress!.Port);
        await client.SendAsync(RawClient.Message('Q', "SELECT * FROM broken"));
        string message = "";
        while (await client.ReadAsync() is var (type, body) && type != 'Z')
        {
            message = type == 'E' ? Encoding.UTF8.GetString(body).Split('\0').First(static field => field.StartsWith('M'))[1..] : message;
        }

        Assert.Matches("^internal error [0-9a-f]{8}: InvalidTimeZoneException$", message);
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
        Assert.Equal("T:?column? D:2 C:SELECT 1 Z:I", await client.QueryAsync("SELECT 2"));
        await host.StopAsync();
        string logged = Encoding.UTF8.GetString(log.ToArray());
        Assert.Contains(message.Split(' ', ':')[2], logged, StringComparison.Ordinal);
        Assert.Contains("a secret of the inside", logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task E2_ErrorsOfStatementsLeaveTheConnectionUsable()
    {
        using var engine = new Engine(new EngineOptions(Slots: 1));
        await using ServerHost host = await ServerHost.StartAsync(engine, new ServerOptions { PgPort = 0 }, TestContext.Current.CancellationToken);
        using RawClient client = await RawClient.OpenAsync(host.PgAddress!.Port);
        (string Sql, string State)[] statements =
        [
            ("SELECT", "C:SELECT 1"), ("SELEC", "E:42601"), ("SELECT nosuch", "E:42703"), ("SELECT 1/0", "E:22012"), ("SELECT * FROM nosuch", "E:42P01"), ("SELECT nosuch()", "E:42883"),
            ("SELECT 'x'::int", "E:22P02"), ("SELECT 2147483647 + 1", "E:22003"), ("SET nosuch = 1", "E:42704"), ("CLOSE nosuch", "E:34000"),
        ];
        foreach ((string sql, string state) in statements)
        {
            Assert.Contains(state, await client.QueryAsync(sql), StringComparison.Ordinal);
            Assert.Equal("T:?column? D:1 C:SELECT 1 Z:I", await client.QueryAsync("SELECT 1"));
        }
    }

    /// <summary>Fails in a way that no code foresees.</summary>
    private sealed class BrokenTable : IScannableTable
    {
        public string Name => "broken";

        public NodeList<TableColumn> Columns { get; } = [new TableColumn("a", SqlType.Integer)];

        public TableStatistics Statistics => new(1000, true, [new ColumnStatistics(null, null)]);

        public bool CanPushFilter(Expression predicate) => false;

        public IScanSource OpenScan(ScanExec scan, QueryContext query) => throw new InvalidTimeZoneException("a secret of the inside");
    }
}
