using SqlCluster.Server.FlightSql;
using SqlCluster.Server.Hosting;
using SqlCluster.Server.Security;
using SqlCluster.Testing;

namespace SqlCluster.Server.Tests.FlightSql;

/// <summary>An engine behind a Flight SQL port of its own.</summary>
internal sealed class FlightTestServer : IAsyncDisposable
{
    private FlightTestServer(Engine engine, ServerHost host, ManualTime time)
    {
        Engine = engine;
        Host = host;
        Time = time;
    }

    public Engine Engine { get; }

    public ServerHost Host { get; }

    /// <summary>The clock of tokens and leases.</summary>
    public ManualTime Time { get; }

    public FlightSqlService Service => Host.FlightSql!;

    public Uri Address => new($"http://127.0.0.1:{Host.FlightAddress!.Port}");

    /// <param name="users">Null: whoever comes is trusted.</param>
    /// <param name="limits">Null: the defaults.</param>
    /// <param name="slots">Tasks at once.</param>
    public static async Task<FlightTestServer> StartAsync(UserStore? users = null, FlightLimits? limits = null, int slots = 2)
    {
        var engine = new Engine(new EngineOptions(Slots: slots));
        var time = new ManualTime();
        ServerHost host = await ServerHost.StartAsync(
            engine, new ServerOptions { FlightPort = 0, Users = users ?? UserStore.Empty, FlightLimits = limits ?? FlightLimits.Default, Time = time, ShutdownTimeout = TimeSpan.FromSeconds(2) });
        return new FlightTestServer(engine, host, time);
    }

    /// <summary>A client on a connection of its own; it keeps tokens, and cookies if asked.</summary>
    public FlightTestClient Connect(bool keepsCookies = true, string userAgent = "test") => new(Address, keepsCookies, userAgent);

    /// <summary>Runs SQL without Flight.</summary>
    public async Task ExecuteAsync(string sql)
    {
        using Server.Sessions.Session session = Engine.OpenSession();
        await ResultReader.ReadAsync(session, sql, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Engine.Dispose();
    }
}
