using SqlCluster.Client.Ado;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;
using SqlCluster.Testing;

namespace SqlCluster.Client.Tests.Ado;

/// <summary>A server with a Flight port on a free port, shared by the tests of a class.</summary>
public sealed class ClientServer : IAsyncLifetime
{
    public Engine Engine { get; } = new(new EngineOptions(Slots: 2));

    public ServerHost Host { get; private set; } = null!;

    public string Address => $"grpc://127.0.0.1:{Host.FlightAddress!.Port}";

    public string ConnectionString => $"Server={Address};Connect Timeout=60";

    public async ValueTask InitializeAsync()
    {
        await ResultReader.ReadAsync(Engine.OpenSession(), """
            CREATE TABLE numbers AS SELECT g::bigint AS n, 'row ' || g AS t FROM generate_series(0, 99999) AS s(g)
            """, TestContext.Current.CancellationToken);
        await ResultReader.ReadAsync(Engine.OpenSession(), "CREATE VIEW small AS SELECT n FROM numbers WHERE n < 10", TestContext.Current.CancellationToken);
        Host = await ServerHost.StartAsync(Engine, new ServerOptions { FlightPort = 0, Users = UserStore.Empty, ShutdownTimeout = TimeSpan.FromSeconds(5) });
    }

    public async ValueTask DisposeAsync()
    {
        await SqlClusterConnection.ClearAllPoolsAsync();
        await Host.DisposeAsync();
        Engine.Dispose();
    }

    public async Task<SqlClusterConnection> OpenAsync(string more = "")
    {
        var connection = new SqlClusterConnection($"{ConnectionString};{more}");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
