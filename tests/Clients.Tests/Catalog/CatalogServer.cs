using SqlCluster.Server.Hosting;
using SqlCluster.Testing;

namespace SqlCluster.Clients.Tests.Catalog;

/// <summary>A server with the tables of tests/clients/catalog/tables.sql, shared by the tests that look at its catalog.</summary>
public sealed class CatalogServer : IAsyncLifetime
{
    public const string User = "me";

    public Engine Engine { get; } = new(new EngineOptions(Slots: 2));

    public ServerHost Host { get; private set; } = null!;

    public int Port => Host.PgAddress!.Port;

    /// <summary>Npgsql with everything it does by default, type loading included.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username={User};Database=sqlcluster;SSL Mode=Disable;GSS Encryption Mode=Disable;Timeout=60;Command Timeout=120;Include Error Detail=true";

    public string JdbcUrl => $"jdbc:postgresql://127.0.0.1:{Port}/sqlcluster?user={User}&sslmode=disable";

    /// <summary>Text of a file of tests/clients/catalog.</summary>
    public static string Read(string file) => File.ReadAllText(Path.Combine(Corpus.Root, "tests", "clients", "catalog", file));

    public async ValueTask InitializeAsync()
    {
        await ResultReader.ReadAsync(Engine.OpenSession(User), Read("tables.sql"), TestContext.Current.CancellationToken);
        Host = await ServerHost.StartAsync(Engine, new ServerOptions { PgPort = 0, ShutdownTimeout = TimeSpan.FromSeconds(5) });
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Engine.Dispose();
    }

    /// <summary>What psql prints for one command, a backslash command or SQL.</summary>
    public async Task<string> PsqlAsync(string command, params string[] options) => (await ClientProgram.RunAsync(
        "psql", ["-X", "-h", "127.0.0.1", "-p", $"{Port}", "-U", User, "-d", "sqlcluster", "-P", "pager=off", .. options, "-c", command], new Dictionary<string, string> { ["EDITOR"] = "true" })).Output;
}

/// <summary>Tests that look at one server's catalog, and leave it as it is.</summary>
[CollectionDefinition(Name)]
public sealed class CatalogTests : ICollectionFixture<CatalogServer>
{
    public const string Name = "Catalog";
}
