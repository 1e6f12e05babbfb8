using Npgsql;
using SqlCluster.Server.Hosting;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.PgWire;

/// <summary>An engine behind an endpoint on a free port, shared by the tests of a class; with TPC-H's tables when the corpus is there.</summary>
public sealed class PgTestServer : IAsyncLifetime
{
    public Engine Engine { get; } = new(new EngineOptions(Slots: 2));

    public ServerHost Host { get; private set; } = null!;

    public int Port => Host.PgAddress!.Port;

    public string ConnectionString =>
        $"Host=127.0.0.1;Port={Port};Username=tester;Database=sqlcluster;Server Compatibility Mode=NoTypeLoading;SSL Mode=Disable;GSS Encryption Mode=Disable;Timeout=60;Command Timeout=120;Include Error Detail=true";

    public async ValueTask InitializeAsync()
    {
        if (Corpus.IsThere)
        {
            FolderTables.Attach(Engine, Corpus.Path("tpch", "sf0.01"));
        }

        // numbers: 0 to 99999.
        await ResultReader.ReadAsync(Engine.OpenSession(), """
            CREATE TABLE numbers AS
            WITH d(i) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9))
            SELECT a.i + 10 * b.i + 100 * c.i + 1000 * d.i + 10000 * e.i AS n FROM d a, d b, d c, d, d e
            """, TestContext.Current.CancellationToken);
        Host = await ServerHost.StartAsync(Engine, new ServerOptions { PgPort = 0, ShutdownTimeout = TimeSpan.FromSeconds(5) });
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Engine.Dispose();
    }

    public async Task<NpgsqlConnection> OpenAsync(string more = "")
    {
        var connection = new NpgsqlConnection(ConnectionString + ";" + more);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
