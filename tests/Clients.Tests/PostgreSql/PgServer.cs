using System.Globalization;
using SqlCluster.Server.Hosting;
using SqlCluster.Testing;

namespace SqlCluster.Clients.Tests.PostgreSql;

/// <summary>A server with PostgreSQL's door open and TPC-H's tables, when the corpus is there.</summary>
public sealed class PgServer : IAsyncLifetime
{
    private readonly Engine _engine = new(new EngineOptions(Slots: 2));
    private ServerHost _host = null!;

    public string Port => _host.PgAddress!.Port.ToString(CultureInfo.InvariantCulture);

    public async ValueTask InitializeAsync()
    {
        if (Corpus.IsThere)
        {
            FolderTables.Attach(_engine, Corpus.Path("tpch", "sf0.01"));
        }

        _host = await ServerHost.StartAsync(_engine, new ServerOptions { PgPort = 0, ShutdownTimeout = TimeSpan.FromSeconds(5) });
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _engine.Dispose();
    }
}
