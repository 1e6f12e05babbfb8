using System.Globalization;
using SqlCluster.Server.Hosting;

namespace SqlCluster.Clients.Tests;

/// <summary>
/// A server of ours with PostgreSQL's door open; or, where SQLCLUSTER_TEST_POSTGRES says host:port, a PostgreSQL 15 with the user tester and the database sqlcluster:
/// so the tests themselves are judged.
/// </summary>
public sealed class PgEndpoint : IAsyncLifetime
{
    private readonly Engine _engine = new(new EngineOptions(Slots: 2));
    private ServerHost? _host;

    public string Host { get; private set; } = "127.0.0.1";

    public string Port { get; private set; } = "";

    public string ConnectionString => $"Host={Host};Port={Port};Username=tester;Database=sqlcluster;SSL Mode=Disable;GSS Encryption Mode=Disable;Timeout=60;Command Timeout=120;Include Error Detail=true";

    /// <summary>Whether it is PostgreSQL, which judges the tests.</summary>
    public bool IsPostgreSql => _host == null;

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("SQLCLUSTER_TEST_POSTGRES")?.Split(':') is [var host, var port])
        {
            (Host, Port) = (host, port);
            return;
        }

        _host = await ServerHost.StartAsync(_engine, new ServerOptions { PgPort = 0, ShutdownTimeout = TimeSpan.FromSeconds(5) });
        Port = _host.PgAddress!.Port.ToString(CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host != null)
        {
            await _host.DisposeAsync();
        }

        _engine.Dispose();
    }
}
