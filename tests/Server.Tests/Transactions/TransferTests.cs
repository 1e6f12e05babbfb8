using System.Globalization;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Errors;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Sessions;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.Transactions;

/// <summary>Many sessions, random transactions: money moves and is never made or lost, whoever looks; what nobody sees any more is given back.</summary>
public sealed class TransferTests
{
    private const int Accounts = 8;
    private const long Total = 1000 * Accounts;

    private static readonly bool IsThorough = Environment.GetEnvironmentVariable("SQLCLUSTER_SLOW_TESTS") == "1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task U2_TransfersKeepTheSum(int seed)
    {
        using var engine = new Engine(new EngineOptions(Slots: 2));
        using (Session session = engine.OpenSession())
        {
            await RunAsync(session, $"CREATE TABLE account AS SELECT i AS id, {Total / Accounts}::bigint AS balance FROM generate_series(1, {Accounts}) AS s(i)");
            await RunAsync(session, "CREATE TABLE log (id int, amount bigint)");
        }

        MemoryTable account = Table(engine, "account"), log = Table(engine, "log");
        long before = account.UsedBytes;
        int sessions = IsThorough ? 12 : 5, transactions = IsThorough ? 300 : 15;
        int[][] counts = await Task.WhenAll(Enumerable.Range(0, sessions).Select(index => Task.Run(() => WorkAsync(engine, index, transactions, new Random((seed * 1000) + index)), Cancellation)));
        using (Session session = engine.OpenSession())
        {
            Assert.Equal(Total.ToString(CultureInfo.InvariantCulture), await ValueAsync(session, "SELECT sum(balance) FROM account"));
            Assert.Equal(counts.Sum(static count => count[0]).ToString(CultureInfo.InvariantCulture), await ValueAsync(session, "SELECT count(*) FROM log"));

            // Something was committed, something rolled back, or nothing was tried.
            Assert.All([0, 1], kind => Assert.NotEqual(0, counts.Sum(count => count[kind])));
            await RunAsync(session, "UPDATE account SET balance = balance");
            await RunAsync(session, "TRUNCATE log");
        }

        Assert.Equal(before, account.UsedBytes);
        Assert.Equal(0, log.UsedBytes);
        using (Session session = engine.OpenSession())
        {
            await RunAsync(session, "DROP TABLE account");
        }

        Assert.Equal(0, account.UsedBytes);
    }

    [Fact]
    public async Task U2_InsertsOfManySessionsAllLand()
    {
        using var engine = new Engine(new EngineOptions(Slots: 2));
        using (Session session = engine.OpenSession())
        {
            await RunAsync(session, "CREATE TABLE t (id int)");
        }

        const int Sessions = 6, Rows = 20;
        await Task.WhenAll(Enumerable.Range(0, Sessions).Select(index => Task.Run(
            async () =>
            {
                using Session session = engine.OpenSession();
                for (int i = 0; i < Rows; i++)
                {
                    await RunAsync(session, index % 2 == 0 ? $"INSERT INTO t VALUES ({(index * Rows) + i})" : $"BEGIN; INSERT INTO t VALUES ({(index * Rows) + i}); COMMIT");
                }
            },
            Cancellation)));
        using Session reader = engine.OpenSession();
        Assert.Equal($"{Sessions * Rows}", await ValueAsync(reader, "SELECT count(DISTINCT id) FROM t"));
    }

    /// <summary>A deadlock is found when it would begin; the other transaction goes on.</summary>
    [Fact]
    public async Task U2_DeadlocksEndAtOnce()
    {
        using var engine = new Engine(new EngineOptions(Slots: 2));
        using Session a = engine.OpenSession(), b = engine.OpenSession();
        await RunAsync(a, "CREATE TABLE x AS SELECT 1 AS v; CREATE TABLE y AS SELECT 1 AS v");
        await RunAsync(a, "BEGIN; UPDATE x SET v = 2");
        await RunAsync(b, "BEGIN; UPDATE y SET v = 2");
        Task waiting = RunAsync(a, "UPDATE y SET v = 3");
        Assert.False(waiting.IsCompleted);
        Assert.Equal("40P01", (await Assert.ThrowsAsync<QueryException>(() => RunAsync(b, "UPDATE x SET v = 3"))).SqlState);
        await waiting;
        await RunAsync(a, "COMMIT");
        await RunAsync(b, "ROLLBACK");
        Assert.Equal("23", await ValueAsync(b, "SELECT x.v::text || y.v FROM x, y"));

        // A wait can have an end.
        await RunAsync(a, "BEGIN; DELETE FROM x");
        b.Settings.Set("lock_timeout", "20ms");
        Assert.Equal("55P03", (await Assert.ThrowsAsync<QueryException>(() => RunAsync(b, "DELETE FROM x"))).SqlState);
        b.Settings.Set("lock_timeout", "0");
        b.Settings.Set("statement_timeout", "20ms");
        Assert.Equal("57014", (await Assert.ThrowsAsync<QueryException>(() => RunAsync(b, "TRUNCATE x"))).SqlState);
        b.Settings.Set("statement_timeout", "0");

        // Who leaves gives everything back.
        Task<string> deleting = ValueAsync(b, "DELETE FROM x; SELECT count(*) FROM x");
        a.Dispose();
        Assert.Equal("0", await deleting);
    }

    /// <returns>Transactions committed with a log entry, and those that were not committed.</returns>
    private static async Task<int[]> WorkAsync(Engine engine, int index, int transactions, Random random)
    {
        using Session session = engine.OpenSession();
        int[] counts = [0, 0];
        for (int i = 0; i < transactions; i++)
        {
            string level = random.Next(3) switch { 0 => "READ COMMITTED", 1 => "REPEATABLE READ", _ => "SERIALIZABLE" };
            int from = random.Next(Accounts) + 1, to = random.Next(Accounts) + 1, amount = random.Next(50);
            bool isCommit = random.Next(4) > 0;
            try
            {
                await RunAsync(session, $"BEGIN ISOLATION LEVEL {level}");
                if (random.Next(2) == 0)
                {
                    Assert.Equal(Total.ToString(CultureInfo.InvariantCulture), await ValueAsync(session, "SELECT sum(balance) FROM account"));
                }

                if (random.Next(3) == 0)
                {
                    await RunAsync(session, "SAVEPOINT s; INSERT INTO log VALUES (-1, 0); UPDATE account SET balance = 0; ROLLBACK TO s");
                }

                await RunAsync(session, $"UPDATE account SET balance = balance - {amount} WHERE id = {from}");
                await RunAsync(session, $"UPDATE account SET balance = balance + {amount} WHERE id = {to}");
                await RunAsync(session, $"INSERT INTO log VALUES ({index}, {amount})");
                Assert.Equal(Total.ToString(CultureInfo.InvariantCulture), await ValueAsync(session, "SELECT sum(balance) FROM account"));
                await RunAsync(session, isCommit ? "COMMIT" : "ROLLBACK");
                counts[isCommit ? 0 : 1]++;
            }
            catch (QueryException error) when (error.SqlState is "40001" or "40P01")
            {
                await RunAsync(session, "ROLLBACK");
                counts[1]++;
            }
        }

        return counts;
    }

    private static MemoryTable Table(Engine engine, string name) => (MemoryTable)((Relation.OfTable)engine.Database.State.FindEntry("public", name)!.Relation).Table;

    private static Task RunAsync(Session session, string sql) => ValueAsync(session, sql);

    /// <summary>The last query's first value; empty where there is none.</summary>
    private static async Task<string> ValueAsync(Session session, string sql) =>
        (await ResultReader.ReadAsync(session, sql, Cancellation)).Rows is [[{ } value, ..], ..] ? value : "";
}
